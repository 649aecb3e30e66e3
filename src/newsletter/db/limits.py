"""How long one process may keep others waiting on a PostgreSQL server: the limits of every connection."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

# What our connections are called in `pg_stat_activity`; those at long work have another name, and are left alone.
NAME = "newsletter on "
LONG_WORK = "newsletter, at long work"
_LONGEST_NAME_BYTES = 63

# A statement that has not ended by then never will. The longest one with a million readers took 20 s on a small
# machine.
_STATEMENT_SECONDS = 300.0
# An upgrade or a move waits for locks, and for the other database, as long as this.
_LONG_WORK_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitLimits:
    """In seconds. `transaction`: a transaction whose process does nothing for so long is ended, and its locks are free.

    `lease`: the schedule goes to another process when its holder gave no sign of life for so long. `job`: so do the jobs
    that a process has begun.
    """

    transaction: float = 5.0
    lease: float = 30.0
    job: float = 20.0

    @property
    def lock(self) -> float:
        """Shorter than `transaction`: a process that waits for a frozen one releases its own locks before that."""
        return self.transaction * 0.8

    def for_session(self) -> dict[str, str]:
        """The settings of a connection."""
        return {
            "application_name": _our_name(),
            "lock_timeout": _milliseconds(self.lock),
            "statement_timeout": _milliseconds(_STATEMENT_SECONDS),
            "idle_in_transaction_session_timeout": _milliseconds(self.transaction),
        }


# For a transaction that changes or copies the whole database, until it ends.
FOR_LONG_WORK = {
    "application_name": LONG_WORK,
    "lock_timeout": f"{_LONG_WORK_SECONDS * 1000:.0f}",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": f"{_LONG_WORK_SECONDS * 1000:.0f}",
}


def _milliseconds(seconds: float) -> str:
    return f"{max(1.0, seconds * 1000):.0f}"


def _our_name() -> str:
    """The process, as the log of the server and of others can name it."""
    host = socket.gethostname().encode("ascii", "replace").decode()
    process = f", process {os.getpid()}"
    return f"{NAME}{host[: _LONGEST_NAME_BYTES - len(NAME) - len(process)]}{process}"
