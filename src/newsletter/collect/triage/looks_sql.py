"""Which pages of finds are still to be read, by whom one is being read, and what they said, in SQL."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Engine, case, func, select, update

from newsletter.collect.finds_sql import find_of
from newsletter.collect.tables import find as _table
from newsletter.collect.triage.find_filter_sql import is_of_feed, standing
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.words.find import Find, FindStatus

_DAY_SECONDS = 86_400
_FACTS = ("title", "site", "author", "summary")
# After each try of a page that does not answer; after the last of them it is given up. A process that died while reading
# a page has used up a try.
_PAUSES = (600, 3_600, 6 * 3_600, _DAY_SECONDS, 2 * _DAY_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFacts:
    """What a find's page says of itself; "" and None are what it does not say."""

    title: str = ""
    site: str = ""
    author: str = ""
    summary: str = ""
    minutes: int | None = None
    language: str = ""
    is_paid: bool = False


class FindLooks:
    """The looks that are taken at pages of finds in the background."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self) -> Find | None:
        """A find whose page is to be read now, taken so that nobody else reads it for some minutes; None where none is.

        What people saved comes first.
        """
        due = (
            select(_table.c.id)
            .where(standing(FindStatus.WAITING), _table.c.url.is_not(None), _table.c.looked_at.is_(None))
            .where((_table.c.look_at.is_(None)) | (_table.c.look_at <= database_now()))
            .where(_table.c.n_looks < len(_PAUSES))
            .order_by(is_of_feed(), _table.c.id)
            .limit(1)
        )
        with reading(self._engine) as connection:
            if connection.scalar(due) is None:
                return None
        with writing(self._engine) as connection:
            pause = case(*((_table.c.n_looks == tries, database_now(span)) for tries, span in enumerate(_PAUSES)))
            taken = update(_table).where(_table.c.id == due.with_for_update(skip_locked=True).scalar_subquery())
            row = connection.execute(
                taken.values(n_looks=_table.c.n_looks + 1, look_at=pause).returning(_table)
            ).one_or_none()
            return None if row is None else find_of(row)

    def describe(self, find: int, facts: FindFacts | None) -> None:
        """Write what its page says of itself where nothing is known; None where it says nothing. It is not read again."""
        with writing(self._engine) as connection:
            row = connection.execute(select(_table).where(_table.c.id == find).with_for_update()).one()
            said = {} if facts is None else asdict(facts)
            known = {name for name in _FACTS if getattr(row, name)}
            new = {name: value for name, value in said.items() if name not in known}
            connection.execute(update(_table).where(_table.c.id == find).values(**new, looked_at=database_now()))

    def leave_old(self, days: int) -> int:
        """Let go of entries of feeds that waited for so many days, since they came or came back; how many."""
        since = func.coalesce(_table.c.back_at, _table.c.found_at)
        old = (_table.c.status == FindStatus.WAITING, is_of_feed(), since < database_now(-days * _DAY_SECONDS))
        with reading(self._engine) as connection:
            if connection.scalar(select(_table.c.id).where(*old).limit(1)) is None:
                return 0
        with writing(self._engine) as connection:
            left = update(_table).where(*old).values(status=FindStatus.OLD, decided_at=database_now())
            return connection.execute(left).rowcount
