"""The links by which people are let in, in the database: made, found, used up once, taken back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, delete, insert, select

from newsletter.access.links import AccessLink, LinkKind, digest_of
from newsletter.access.tables import access_link
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow


class AccessLinks:
    """Open links. Another proof of a user, such as a new password, ends all of theirs (`users_sql.py`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, user: int, kind: LinkKind, *, now: datetime) -> str:
        """The token of a new link; one of the same kind that this user had opens nothing any more."""
        token = secrets.token_urlsafe(32)
        before = and_(access_link.c.user_id == user, access_link.c.kind == kind)
        values = {
            "digest": digest_of(token),
            "user_id": user,
            "kind": kind,
            "made_at": now,
            "ends_at": now + kind.lasts,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(access_link).where(before | (access_link.c.ends_at <= now)))
            connection.execute(insert(access_link).values(values))
        return token

    def find(self, token: str, kinds: Collection[LinkKind], *, now: datetime) -> AccessLink | None:
        """Looks, and uses nothing up."""
        with reading(self._engine) as connection:
            row = connection.execute(select(access_link).where(_open(token, kinds, now))).first()
        return _link(row) if row else None

    def take(self, token: str, kinds: Collection[LinkKind], *, now: datetime) -> AccessLink | None:
        """Use a link up: of many who come with it at once, one gets it."""
        with writing(self._engine) as connection:
            taken = delete(access_link).where(_open(token, kinds, now)).returning(*access_link.c)
            row = connection.execute(taken).first()
        return _link(row) if row else None

    def list_invitations(self, *, now: datetime) -> Sequence[AccessLink]:
        """Those that nobody has used yet, oldest first."""
        waiting = and_(access_link.c.kind == LinkKind.INVITATION, access_link.c.ends_at > now)
        with reading(self._engine) as connection:
            rows = connection.execute(select(access_link).where(waiting).order_by(access_link.c.id)).all()
        return [_link(row) for row in rows]

    def take_back(self, user: int) -> bool:
        """Whether this user had an open link."""
        with writing(self._engine) as connection:
            return connection.execute(delete(access_link).where(access_link.c.user_id == user)).rowcount > 0


def _open(token: str, kinds: Collection[LinkKind], now: datetime) -> ColumnElement[bool]:
    return and_(
        access_link.c.digest == digest_of(token), access_link.c.kind.in_(list(kinds)), access_link.c.ends_at > now
    )


def _link(row: AnyRow) -> AccessLink:
    return AccessLink(id=row.id, user=row.user_id, kind=LinkKind(row.kind), made_at=row.made_at, ends_at=row.ends_at)
