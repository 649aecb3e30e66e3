"""A frozen process counts as dead: the others end transactions of ours that wait for a process which does nothing."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine, text

from newsletter.db.engine import HeldUp, limits_of, reading
from newsletter.db.limits import NAME

log = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.1

# A server's own limit ends one that is idle. One that can't send its rows, because the process they are for does not
# read them, hears neither that limit nor the one of the statement: only this ends it (PostgreSQL,
# ProcessClientWriteInterrupt). A server process that computes, or waits for a lock, is not waiting for its client.
_END = text(
    """
    SELECT application_name, pg_terminate_backend(pid) AS ended FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND starts_with(application_name, :name) AND wait_event_type = 'Client'
    AND xact_start < clock_timestamp() - :seconds * interval '1 second'
    AND greatest(query_start, state_change) < clock_timestamp() - :seconds * interval '1 second'
    """
)


_P = ParamSpec("_P")
_T = TypeVar("_T")


def end_frozen(engine: Engine) -> int:
    """End connections that have kept a transaction open and idle for longer than the limit. Returns how many that were.

    Only connections of ours: of this database, this user, and named by this program. Nothing on SQLite.
    """
    if engine.dialect.name == "sqlite":
        return 0
    with reading(engine) as connection:
        rows = connection.execute(_END, {"name": NAME, "seconds": limits_of(engine).transaction}).all()
    for row in rows:
        log.warning("a transaction of %s was ended: it did nothing, and held up others", row.application_name)
    return len(rows)


def patiently(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """For a method that is one transaction: where another holds it up, it is tried once more when that one has ended.

    Because of the limit on idle transactions, no frozen process holds it up for longer. Raises HeldUp where one that is
    not frozen does.
    """

    @functools.wraps(method)
    def again(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return method(*args, **kwargs)
        except HeldUp:
            # The first argument is `self`.
            _outwait(args[0]._engine)  # type: ignore[attr-defined]
            return method(*args, **kwargs)

    return again


def _outwait(engine: Engine) -> None:
    """Wait until a process that was frozen when we began to wait must have been ended."""
    limits = limits_of(engine)
    until = time.monotonic() + limits.transaction - limits.lock + _LOOK_EVERY_SECONDS
    while not end_frozen(engine) and time.monotonic() < until:
        time.sleep(_LOOK_EVERY_SECONDS)
