"""The drivers of a database: a row for each process that does what is due, with its last sign of life."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, delete, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.jobs.driver import LONGEST_SPAN_SECONDS, Driver, DriverKind
from newsletter.jobs.tables import driver

_DAY_SECONDS = 86_400


class Drivers:
    """The processes that do what is due, as the database that they share knows them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, name: str, kind: DriverKind, about: str, *, every_seconds: float) -> bool:
        """A sign of life of the process with this name, which gives the next one in so many seconds.

        True where somebody asked for it to begin again, with the settings as they are now.
        """
        return self._write(name, kind, about, every_seconds)

    def ask_to_begin_again(self) -> None:
        """Settings have changed: each `serve` and `studio`, on every machine, begins again at its next sign of life."""
        with writing(self._engine) as connection:
            has_pages = driver.c.kind.in_([DriverKind.SERVE, DriverKind.STUDIO])
            connection.execute(update(driver).where(has_pages).values(begins_again=True))

    def call(self) -> None:
        """`tick` was called once. Twice within an hour or so means that something calls it again and again."""
        with reading(self._engine) as connection:
            asked = select(driver.c.beat_at, database_now().label("now")).where(driver.c.name == DriverKind.TICK)
            row = connection.execute(asked).first()
        span = (row.now - row.beat_at).total_seconds() if row else None
        if span is not None and not 0 < span <= LONGEST_SPAN_SECONDS:
            span = None
        self._write(DriverKind.TICK, DriverKind.TICK, "", span)

    def end(self, name: str) -> None:
        """The process with this name no longer drives the database."""
        with writing(self._engine) as connection:
            connection.execute(delete(driver).where(driver.c.name == name))

    def list_drivers(self) -> Sequence[Driver]:
        """Those of the last day, the newest sign of life first."""
        with reading(self._engine) as connection:
            wanted = select(driver, database_now().label("now")).order_by(driver.c.beat_at.desc())
            return [
                Driver(
                    kind=DriverKind(row.kind),
                    about=row.about,
                    beat_seconds=(row.now - row.beat_at).total_seconds(),
                    every_seconds=row.every_seconds,
                    name=row.name,
                )
                for row in connection.execute(wanted)
            ]

    def _write(self, name: str, kind: DriverKind, about: str, every_seconds: float | None) -> bool:
        values = {"kind": kind, "about": about, "beat_at": database_now(), "every_seconds": every_seconds}
        with writing(self._engine) as connection:
            connection.execute(delete(driver).where(driver.c.beat_at < database_now(-_DAY_SECONDS)))
            into = insert_into(connection, driver).values(name=name, **values)
            kept = into.on_conflict_do_update(index_elements=["name"], set_=values)
            return bool(connection.scalar(kept.returning(driver.c.begins_again)))
