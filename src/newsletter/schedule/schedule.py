"""The schedule, handed out by subject: timetables, their slots, approvals and sendings in one database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from newsletter.schedule.approvals_sql import Approvals
from newsletter.schedule.sendings_sql import Sendings
from newsletter.schedule.slots_sql import Slots
from newsletter.schedule.ticks_sql import Ticks
from newsletter.schedule.timetables_sql import Timetables


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The parts of the schedule; each stands for itself, over the same tables."""

    timetables: Timetables
    slots: Slots
    approvals: Approvals
    sendings: Sendings
    ticks: Ticks


def open_schedule(engine: Engine, *, practice: bool = False) -> Schedule:
    """The schedule as one account of the ledger sees it: what real mail went out for, or with `practice` the other."""
    return Schedule(
        timetables=Timetables(engine),
        slots=Slots(engine, practice=practice),
        approvals=Approvals(engine),
        sendings=Sendings(engine, practice=practice),
        ticks=Ticks(engine),
    )
