"""The schedule in the database: plans and their slots, each change by compare-and-set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import mailing
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import write_notice
from newsletter.readers.tables import mailing_list
from newsletter.schedule.tables import cadence, skipped_date, slot
from newsletter.words.cadence import Cadence, Occurrence
from newsletter.words.cadence_text import cadence_text, parse_cadence
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing
from newsletter.words.slot import OPEN, Plan, Slot, SlotStatus, Ways, Why

_WALL = "%Y-%m-%dT%H:%M"


class Plans:
    """Cadences of lists, with the days that they leave out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_plans(self) -> Sequence[Plan]:
        with reading(self._engine) as connection:
            rows = connection.execute(select(cadence).order_by(cadence.c.list_name)).all()
            return [_plan(row, _skipped(connection, row.id)) for row in rows]

    def find_plan(self, list_name: str) -> Plan | None:
        return next((plan for plan in self.list_plans() if plan.list_name == list_name), None)

    def save_plan(self, list_name: str, rule: Cadence, ways: Ways, *, now: datetime) -> Plan:
        """Set a list's cadence; slots that have passed before `now` are not made up for. Skipped dates stay."""
        values = {
            "rule": cadence_text(_bare(rule)),
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
            plan_id = connection.scalar(
                update(cadence).where(cadence.c.list_name == list_name).values(values).returning(cadence.c.id)
            )
            if plan_id is None:
                plan_id = connection.execute(
                    insert(cadence).values(list_name=list_name, **values).returning(cadence.c.id)
                ).scalar_one()
            _skip(connection, plan_id, dict.fromkeys(rule.skipped, ""))
        found = self.find_plan(list_name)
        assert found is not None
        return found

    def skip_days(self, plan_id: int, days: Mapping[date, str]) -> None:
        with writing(self._engine) as connection:
            _skip(connection, plan_id, days)

    def unskip_days(self, plan_id: int, days: Sequence[date]) -> int:
        with writing(self._engine) as connection:
            return connection.execute(
                delete(skipped_date).where(
                    skipped_date.c.cadence_id == plan_id, skipped_date.c.skipped_on.in_(list(days))
                )
            ).rowcount

    def hold(self, plan_id: int, held_at: datetime | None) -> bool:
        """Hold the plan, or let it go on with None. False where it stood so already."""
        stands = cadence.c.held_at.is_not(None) if held_at is None else cadence.c.held_at.is_(None)
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(cadence).where(cadence.c.id == plan_id, stands).values(held_at=held_at)
            ).rowcount
        return changed == 1


class Slots:
    """The times of a cadence. A slot that has begun belongs to the account that it began in; the others are everybody's."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    @property
    def _ours(self) -> ColumnElement[bool]:
        begun = slot.c.status.in_((SlotStatus.GOING, SlotStatus.GONE))
        return or_(~begun, slot.c.is_practice == self._practice)

    def list_slots(self, plan_id: int, *, since: datetime | None = None) -> Sequence[Slot]:
        """The slots of a plan by time."""
        wanted = select(slot).where(slot.c.cadence_id == plan_id, self._ours).order_by(slot.c.at, slot.c.id)
        if since is not None:
            wanted = wanted.where(slot.c.at >= since)
        return self._read(wanted)

    def find_open(self, plan_id: int, *, until: datetime) -> Sequence[Slot]:
        """Slots that have not gone, and those under way, up to a time; earliest first."""
        return self._read(
            select(slot)
            .where(
                slot.c.cadence_id == plan_id,
                slot.c.status.in_((*OPEN, SlotStatus.GOING)),
                slot.c.at <= until,
                self._ours,
            )
            .order_by(slot.c.at, slot.c.id)
        )

    def get_slot(self, slot_id: int) -> Slot:
        found = self._read(select(slot).where(slot.c.id == slot_id))
        if not found:
            raise Missing(f"There is no slot {slot_id}.", fix="See what there is: newsletter schedule show")
        return found[0]

    def add_slots(self, plan_id: int, found: Sequence[Occurrence]) -> int:
        """Write down those that are not there yet; the others stay as they are."""
        rows = [
            {
                "cadence_id": plan_id,
                "local_time": one.asked.strftime(_WALL),
                "at": one.at,
                "status": SlotStatus.WAITING,
            }
            for one in found
        ]
        if not rows:
            return 0
        with writing(self._engine) as connection:
            into = insert_into(connection, slot)
            return connection.execute(into.values(rows).on_conflict_do_nothing()).rowcount

    def realign(self, one: Slot, at: datetime) -> None:
        """Its wall time means another instant now: the zone or its rules changed."""
        with writing(self._engine) as connection:
            connection.execute(update(slot).where(slot.c.id == one.id, slot.c.status.in_(OPEN)).values(at=at))

    def drop(self, one: Slot) -> None:
        """Forget a slot that has not begun: the cadence does not have it any more."""
        with writing(self._engine) as connection:
            connection.execute(delete(slot).where(slot.c.id == one.id, slot.c.status.in_(OPEN)))

    def change(self, one: Slot, notice: Notice | None = None, /, **values: object) -> bool:
        """Change a slot and write the notice about it in one transaction.

        False, and nothing is written, where the slot has another status than the one given: somebody was faster.
        """
        try:
            with writing(self._engine) as connection:
                changed = connection.execute(
                    update(slot)
                    .where(slot.c.id == one.id, slot.c.status == one.status)
                    .values(**values, is_practice=self._practice)
                ).rowcount
                if changed and notice:
                    write_notice(connection, notice)
        except IntegrityError:
            return False  # another slot holds this issue: whoever chose it must choose again
        return changed == 1

    def last_went_at(self, list_name: str, *, but: Slot, now: datetime) -> datetime | None:
        """When an issue last began, or ended, to go to this list, by a slot or by hand."""
        went = (MailingStatus.SENDING, MailingStatus.PAUSED, MailingStatus.FINISHED)
        of_slots = select(slot.c.mailing_id).where(slot.c.mailing_id.is_not(None))
        by_hand = (
            select(func.max(mailing.c.start_at))
            .join(mailing_list, mailing_list.c.id == mailing.c.list_id)
            .where(
                mailing_list.c.name == list_name,
                mailing.c.status.in_(went),
                mailing.c.start_at <= now,
                mailing.c.is_practice == self._practice,
                mailing.c.id.not_in(of_slots),
            )
        )
        # One that was held up for days and has just ended is as near as one that has just begun.
        gone = select(slot.c.began_at, slot.c.ended_at).where(
            slot.c.cadence_id == but.plan_id, slot.c.id != but.id, slot.c.began_at.is_not(None), self._ours
        )
        with reading(self._engine) as connection:
            times = [connection.scalar(by_hand)]
            times += [time for row in connection.execute(gone) for time in row if time is not None and time <= now]
        return max((time for time in times if time is not None), default=None)

    def _read(self, wanted: Any) -> list[Slot]:
        with reading(self._engine) as connection:
            return [_slot(row) for row in connection.execute(wanted)]


def _bare(rule: Cadence) -> Cadence:
    """Without its skipped dates: they have a table of their own."""
    return Cadence(rule=rule.rule, at=rule.at, zone=rule.zone, starts_on=rule.starts_on)


def _skip(connection: Connection, plan_id: int, days: Mapping[date, str]) -> None:
    rows = [{"cadence_id": plan_id, "skipped_on": day, "title": title[:200]} for day, title in days.items()]
    if rows:
        into = insert_into(connection, skipped_date)
        connection.execute(into.on_conflict_do_nothing(), rows)


def _skipped(connection: Connection, plan_id: int) -> frozenset[date]:
    return frozenset(connection.scalars(select(skipped_date.c.skipped_on).where(skipped_date.c.cadence_id == plan_id)))


def _plan(row: AnyRow, skipped: frozenset[date]) -> Plan:
    bare = parse_cadence(row.rule)
    return Plan(
        id=row.id,
        list_name=row.list_name,
        cadence=Cadence(rule=bare.rule, at=bare.at, zone=bare.zone, starts_on=bare.starts_on, skipped=skipped),
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


def _slot(row: AnyRow) -> Slot:
    return Slot(
        id=row.id,
        plan_id=row.cadence_id,
        asked=datetime.strptime(row.local_time, _WALL),  # noqa: DTZ007 - wall time belongs to the cadence's zone
        at=row.at,
        go_at=row.go_at,
        status=SlotStatus(row.status),
        why=Why(row.why) if row.why else None,
        detail=row.detail,
        issue=row.issue,
        digest=row.digest,
        segment=row.segment,
        mailing_id=row.mailing_id,
        n_reminders=row.n_reminders,
        tried_at=row.tried_at,
        frozen_at=row.frozen_at,
        unlocked_at=row.unlocked_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )
