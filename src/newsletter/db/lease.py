"""A lease: what one process may do at a time, until a moment by the database's clock, and then any other."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, select, update

from newsletter.db.engine import limits_of, writing
from newsletter.db.frozen import end_frozen, patiently
from newsletter.db.tables import lease
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into

log = logging.getLogger(__name__)

_SIGNS_OF_LIFE_A_LEASE = 4


class LeaseLost(Exception):
    """Another process may do it now: this one stood still for too long."""


class Lease:
    """Taken by compare-and-set, and made longer by a thread while it is held.

    No session holds it: a process that is frozen stops renewing it, and loses it. Once it wakes up, `is_mine` and the
    compare-and-set of each change keep it from doing harm.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self._name = engine, name
        self._seconds = limits_of(engine).lease
        self._holder = ""

    @contextmanager
    def try_hold(self) -> Iterator[bool]:
        # The earlier holder may be frozen inside a transaction, and hold other locks too.
        end_frozen(self._engine)
        holder = secrets.token_hex(12)
        if not self._take(holder):
            yield False
            return
        self._holder = holder
        ended = threading.Event()
        thread = threading.Thread(target=self._stay, args=(holder, ended), name=f"lease {self._name}", daemon=True)
        thread.start()
        try:
            yield True
        finally:
            ended.set()
            thread.join()
            self._end(holder)

    def is_mine(self) -> bool:
        """Whether the lease is still held, which renews it. False once another process has it."""
        return bool(self._holder) and self._renew(self._holder)

    def check(self, connection: Connection) -> None:
        """Called in a transaction that may only count while the lease is held: until it ends, nobody else takes the lease.

        Raises LeaseLost.
        """
        mine = select(lease.c.name).where(lease.c.name == self._name, lease.c.holder == self._holder)
        if connection.scalar(mine.with_for_update(read=True)) is None:
            raise LeaseLost

    @patiently
    def _take(self, holder: str) -> bool:
        until = {"holder": holder, "until_at": database_now(self._seconds)}
        with writing(self._engine) as connection:
            into = insert_into(connection, lease).values(name=self._name, **until)
            taken = into.on_conflict_do_update(
                index_elements=["name"], set_=until, where=lease.c.until_at <= database_now()
            ).returning(lease.c.holder)
            return connection.execute(taken).scalar() == holder

    @patiently
    def _renew(self, holder: str) -> bool:
        mine = (lease.c.name == self._name, lease.c.holder == holder)
        with writing(self._engine) as connection:
            renewed = update(lease).where(*mine).values(until_at=database_now(self._seconds))
            return connection.execute(renewed).rowcount == 1

    def _stay(self, holder: str, ended: threading.Event) -> None:
        while not ended.wait(self._seconds / _SIGNS_OF_LIFE_A_LEASE):
            try:
                if not self._renew(holder):
                    return  # the holder finds out by `is_mine`
            except Exception as error:  # noqa: BLE001 - a database that is away: the next try, or the lease runs out
                log.warning("the lease of the %s could not be made longer: %s", self._name, type(error).__name__)

    def _end(self, holder: str) -> None:
        try:
            with writing(self._engine) as connection:
                connection.execute(delete(lease).where(lease.c.name == self._name, lease.c.holder == holder))
        except Exception as error:  # noqa: BLE001 - a database that is away: it runs out by itself
            log.warning("the lease of the %s could not be given back: %s", self._name, type(error).__name__)
