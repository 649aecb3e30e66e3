"""The timetables in the database: the cadence of each list, with the days that it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, Engine, delete, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow
from newsletter.db.upsert import insert_into
from newsletter.schedule.tables import cadence, skipped_date
from newsletter.words.slot import Timetable, Ways
from newsletter.words.times.cadence import Cadence
from newsletter.words.times.cadence_text import cadence_text, parse_cadence


class Timetables:
    """Cadences of lists, with the days that they leave out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_all(self) -> Sequence[Timetable]:
        with reading(self._engine) as connection:
            days = skipped_date.c.skipped_on
            both = cadence.outerjoin(skipped_date, skipped_date.c.cadence_id == cadence.c.id)
            rows = connection.execute(select(cadence, days).select_from(both).order_by(cadence.c.list_name, days)).all()
        of_one = [list(same) for _, same in groupby(rows, key=lambda row: row.id)]
        return [_timetable(same[0], frozenset(row.skipped_on for row in same if row.skipped_on)) for same in of_one]

    def find(self, list_name: str) -> Timetable | None:
        return next((timetable for timetable in self.list_all() if timetable.list_name == list_name), None)

    def save(self, list_name: str, rule: Cadence, ways: Ways, *, now: datetime) -> Timetable:
        """Set a list's cadence; slots that have passed before `now` are not made up for. Skipped dates stay."""
        values = {
            # Without its skipped dates: they have a table of their own.
            "rule": cadence_text(replace(rule, skipped=frozenset())),
            "freeze_before_minutes": int(ways.freeze_before.total_seconds() // 60),
            "late_minutes": int(ways.late.total_seconds() // 60),
            "min_posts": ways.min_posts,
            "needs_approval": ways.needs_approval,
            "drafts": ways.drafts,
            "tell": list(ways.tell),
            "heartbeat_url": ways.heartbeat_url,
            "since_at": now,
        }
        with writing(self._engine) as connection:
            into = insert_into(connection, cadence).values(list_name=list_name, **values)
            saving = into.on_conflict_do_update(index_elements=["list_name"], set_=values)
            timetable_id = connection.execute(saving.returning(cadence.c.id)).scalar_one()
            _skip(connection, timetable_id, dict.fromkeys(rule.skipped, ""))
        found = self.find(list_name)
        assert found is not None
        return found

    def skip_days(self, timetable_id: int, days: Mapping[date, str]) -> None:
        with writing(self._engine) as connection:
            _skip(connection, timetable_id, days)

    def unskip_days(self, timetable_id: int, days: Sequence[date]) -> int:
        with writing(self._engine) as connection:
            return connection.execute(
                delete(skipped_date).where(
                    skipped_date.c.cadence_id == timetable_id, skipped_date.c.skipped_on.in_(list(days))
                )
            ).rowcount

    def hold(self, timetable_id: int, held_at: datetime | None) -> bool:
        """Hold the timetable since `held_at`, or let it go on with None. False where that changes nothing."""
        stands = cadence.c.held_at.is_not(None) if held_at is None else cadence.c.held_at.is_(None)
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(cadence).where(cadence.c.id == timetable_id, stands).values(held_at=held_at)
            ).rowcount
        return changed == 1


def _skip(connection: Connection, timetable_id: int, days: Mapping[date, str]) -> None:
    rows = [{"cadence_id": timetable_id, "skipped_on": day, "title": title[:200]} for day, title in days.items()]
    if rows:
        into = insert_into(connection, skipped_date)
        connection.execute(into.on_conflict_do_nothing(), rows)


def _timetable(row: AnyRow, skipped: frozenset[date]) -> Timetable:
    return Timetable(
        id=row.id,
        list_name=row.list_name,
        cadence=replace(parse_cadence(row.rule), skipped=skipped),
        ways=Ways(
            freeze_before=timedelta(minutes=row.freeze_before_minutes),
            late=timedelta(minutes=row.late_minutes),
            min_posts=row.min_posts,
            needs_approval=row.needs_approval,
            drafts=row.drafts,
            tell=tuple(row.tell),
            heartbeat_url=row.heartbeat_url,
        ),
        since_at=row.since_at,
        held_at=row.held_at,
    )
