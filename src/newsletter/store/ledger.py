"""The ledger as one part: planning, claiming, recording and control over one database."""

from __future__ import annotations

from sqlalchemy import Engine

from newsletter.store.claiming import SqlClaiming
from newsletter.store.controlling import SqlControl
from newsletter.store.planning import SqlPlanning
from newsletter.store.recording import SqlRecording
from newsletter.store.settling import SqlSettling


class SqlLedger(SqlPlanning, SqlClaiming, SqlRecording, SqlSettling, SqlControl):
    """Implements the ports `Planning`, `Editions`, `Sending`, `Settling` and `Control`.

    `practice` is the account of what leaves nothing behind but files: a mailing that was planned in it stays in it.
    """

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice
