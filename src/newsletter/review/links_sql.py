"""Links by which guests read an issue or one post, and note on it: made for two weeks, and withdrawn at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, update

from newsletter.db.engine import reading, writing
from newsletter.review.tables import review_link
from newsletter.words.user import User

GOOD_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLink:
    """A link to an issue, or to the one post `slug` of it. `guest` says for whom it was made, `made_by` who made it, and `email` where
    that person hears of what is noted by it.
    """

    id: int
    issue: int
    slug: str
    guest: str
    made_by: str
    email: str
    made_at: datetime
    ends_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def mark(self) -> str:
        """Its name in files of notes, where those of another database come by git: there the same number is another link's."""
        return f"{self.id}.{int(self.made_at.timestamp())}"

    def is_good(self, now: datetime) -> bool:
        return self.withdrawn_at is None and now < self.ends_at


class ReviewLinks:
    """The links that were made; what is in their addresses is signed elsewhere."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, issue: int, slug: str, *, guest: str, by: User, now: datetime) -> ReviewLink:
        values = {
            "issue": issue,
            "slug": slug,
            "guest": guest,
            "made_by": by.name,
            "email": by.email,
            "made_at": now,
            "ends_at": now + GOOD_FOR,
        }
        with writing(self._engine) as connection:
            row = connection.execute(insert(review_link).values(values).returning(*review_link.c)).one()
        return ReviewLink(**row._mapping)

    def find(self, link: int) -> ReviewLink | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(review_link).where(review_link.c.id == link)).first()
        return ReviewLink(**row._mapping) if row else None

    def list_good(self, issue: int, now: datetime) -> Sequence[ReviewLink]:
        """The links of an issue that still open something, newest first."""
        good = review_link.c.withdrawn_at.is_(None) & (review_link.c.ends_at > now) & (review_link.c.issue == issue)
        with reading(self._engine) as connection:
            rows = connection.execute(select(review_link).where(good).order_by(review_link.c.id.desc())).all()
        return [ReviewLink(**row._mapping) for row in rows]

    def withdraw(self, link: int, now: datetime) -> bool:
        """False where it opens nothing any more."""
        ended = update(review_link).where(review_link.c.id == link, review_link.c.withdrawn_at.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(ended.values(withdrawn_at=now)).rowcount == 1

    def withdraw_all_of(self, email: str, now: datetime) -> int:
        """Those that this person made, whose account is taken away. How many that were."""
        ended = update(review_link).where(
            review_link.c.email == email, review_link.c.withdrawn_at.is_(None), review_link.c.ends_at > now
        )
        with writing(self._engine) as connection:
            return connection.execute(ended.values(withdrawn_at=now)).rowcount
