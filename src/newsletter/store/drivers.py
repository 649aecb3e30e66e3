"""The drivers of a database: a row for each process that does what is due, with its last sign of life."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, delete, select

from newsletter.store.engine import reading, writing
from newsletter.store.schedule_tables import driver
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into
from newsletter.words.driver import LONGEST_SPAN_SECONDS, Driver, DriverKind

_DAY_SECONDS = 86_400


class SqlDrivers:
    """The `Drivers` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, name: str, kind: DriverKind, about: str, *, every_seconds: float) -> None:
        self._write(name, kind, about, every_seconds)

    def call(self) -> None:
        with reading(self._engine) as connection:
            asked = select(driver.c.beat_at, database_now().label("now")).where(driver.c.name == DriverKind.TICK)
            row = connection.execute(asked).first()
        span = (row.now - row.beat_at).total_seconds() if row else None
        if span is not None and not 0 < span <= LONGEST_SPAN_SECONDS:
            span = None
        self._write(DriverKind.TICK, DriverKind.TICK, "", span)

    def end(self, name: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(driver).where(driver.c.name == name))

    def list_drivers(self) -> Sequence[Driver]:
        with reading(self._engine) as connection:
            wanted = select(driver, database_now().label("now")).order_by(driver.c.beat_at.desc())
            return [
                Driver(
                    kind=DriverKind(row.kind),
                    about=row.about,
                    beat_seconds=(row.now - row.beat_at).total_seconds(),
                    every_seconds=row.every_seconds,
                )
                for row in connection.execute(wanted)
            ]

    def _write(self, name: str, kind: DriverKind, about: str, every_seconds: float | None) -> None:
        values = {"kind": kind, "about": about, "beat_at": database_now(), "every_seconds": every_seconds}
        with writing(self._engine) as connection:
            connection.execute(delete(driver).where(driver.c.beat_at < database_now(-_DAY_SECONDS)))
            into = insert_into(connection, driver).values(name=name, **values)
            connection.execute(into.on_conflict_do_update(index_elements=["name"], set_=values))
