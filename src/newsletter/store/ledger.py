"""The ledger as one part: planning, claiming, recording and control over one database."""

from __future__ import annotations

from sqlalchemy import Engine

from newsletter.store.claiming import SqlClaiming
from newsletter.store.controlling import SqlControl
from newsletter.store.planning import SqlPlanning
from newsletter.store.recording import SqlRecording
from newsletter.store.settling import SqlSettling


class SqlLedger(SqlPlanning, SqlClaiming, SqlRecording, SqlSettling, SqlControl):
    """Implements the ports `Planning`, `Editions`, `Sending`, `Settling` and `Control`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
