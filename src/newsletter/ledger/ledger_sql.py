"""The ledger as one part: planning, claiming, recording and control over one database."""

from __future__ import annotations

from sqlalchemy import Engine

from newsletter.ledger.claim import Claims
from newsletter.ledger.control_sql import Control
from newsletter.ledger.plan_sql import Planning
from newsletter.ledger.record_sql import AttemptRecords
from newsletter.ledger.settle_sql import Settling


class Ledger(Planning, Claims, AttemptRecords, Settling, Control):
    """Plan, claim, record, sweep, settle.

    `practice` is the account of what leaves nothing behind but files: a mailing that was planned in it stays in it.
    """

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice
