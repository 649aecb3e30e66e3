"""What stands in the database of a newsletter, each part built when it is first asked for."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.wiring.clock import Timing
from newsletter.wiring.files import Files

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.ports.spool import SenderLock
    from newsletter.store.accounting import SqlAccounts
    from newsletter.store.archive import SqlArchive
    from newsletter.store.asking_again import SqlAskingAgain
    from newsletter.store.consenting import SqlConsents
    from newsletter.store.drivers import SqlDrivers
    from newsletter.store.events import SqlEvents
    from newsletter.store.forecasting import SqlForecasts
    from newsletter.store.growth import SqlGrowth
    from newsletter.store.halt import SqlHalts
    from newsletter.store.importing import SqlImports
    from newsletter.store.ledger import SqlLedger
    from newsletter.store.live import SqlLive
    from newsletter.store.profiles import SqlProfiles
    from newsletter.store.readers import SqlReaders
    from newsletter.store.reports import SqlReports
    from newsletter.store.roster import SqlRoster
    from newsletter.store.schedule import SqlSchedule
    from newsletter.store.segments import SqlSegments
    from newsletter.store.tallying import SqlTallies
    from newsletter.store.unnamed_proxies import SqlUnnamedProxies
    from newsletter.store.users import SqlUsers
    from newsletter.store.wrong_bounces import SqlWrongBounces
    from newsletter.words.erasing import EraseKey


@dataclass(frozen=True)
class Books(Files):
    """The database, in the rooms that the verbs ask for; practice is an account of its own in it."""

    # By whose clock, and with how much patience: the machine's own where no other is given.
    timing: Timing = field(default_factory=Timing)

    @cached_property
    def engine(self) -> Engine:
        from newsletter.store.engine import check_durable, connect
        from newsletter.store.upgrade import prepare

        engine = connect(self.config.database_url, self.timing.limits)
        if prepare(engine):
            self._live(engine).declare()
        check_durable(engine)
        return engine

    def beside_database(self, ending: str) -> Path | None:
        """A file beside an SQLite database; None for a server. By link or relative path: one database, one such file."""
        if self.engine.dialect.name != "sqlite":
            return None
        return Path(f"{Path(self.engine.url.database or '').resolve()}.{ending}")

    @cached_property
    def lock(self) -> SenderLock:
        from newsletter.store.lock import FileLock, SharedSending

        path = self.beside_database("sender")
        return FileLock(path) if path else SharedSending()

    @cached_property
    def erase_key(self) -> EraseKey:
        from newsletter.folder.secret_file import kept_secret
        from newsletter.words.erasing import EraseKey

        given = os.environ.get("NEWSLETTER_ERASE_KEY", "").strip()
        return EraseKey(given.encode() or kept_secret(self.directory / "var" / "erase.key"))

    @cached_property
    def readers(self) -> SqlReaders:
        from newsletter.store.readers import SqlReaders

        return SqlReaders(self.engine, self.erase_key)

    @cached_property
    def consents(self) -> SqlConsents:
        from newsletter.store.consenting import SqlConsents

        return SqlConsents(self.engine, self.erase_key, keep_visitor_days=self.config.keep_ip_days)

    @cached_property
    def profiles(self) -> SqlProfiles:
        from newsletter.store.profiles import SqlProfiles

        return SqlProfiles(self.engine, self.erase_key, house_title=self.config.newsletter.name)

    @cached_property
    def unnamed_proxies(self) -> SqlUnnamedProxies:
        from newsletter.store.unnamed_proxies import SqlUnnamedProxies

        return SqlUnnamedProxies(self.engine)

    @cached_property
    def users(self) -> SqlUsers:
        from newsletter.store.users import SqlUsers

        return SqlUsers(self.engine)

    @cached_property
    def imports(self) -> SqlImports:
        from newsletter.store.importing import SqlImports

        return SqlImports(self.engine)

    @cached_property
    def segments(self) -> SqlSegments:
        from newsletter.store.segments import SqlSegments

        return SqlSegments(self.engine)

    @cached_property
    def archive(self) -> SqlArchive:
        from newsletter.store.archive import SqlArchive

        return SqlArchive(self.engine, practice=self.config.is_practice)

    @cached_property
    def ledger(self) -> SqlLedger:
        from newsletter.store.ledger import SqlLedger

        return SqlLedger(self.engine, practice=self.config.is_practice)

    @cached_property
    def halts(self) -> SqlHalts:
        from newsletter.store.halt import SqlHalts

        return SqlHalts(self.engine)

    @cached_property
    def accounts(self) -> SqlAccounts:
        from newsletter.store.accounting import SqlAccounts

        return SqlAccounts(self.engine, practice=self.config.is_practice)

    @cached_property
    def tallies(self) -> SqlTallies:
        from newsletter.store.tallying import SqlTallies

        return SqlTallies(self.engine, practice=self.config.is_practice)

    @cached_property
    def events(self) -> SqlEvents:
        from newsletter.store.events import SqlEvents

        return SqlEvents(self.engine, self.readers)

    @cached_property
    def wrong_bounces(self) -> SqlWrongBounces:
        from newsletter.store.wrong_bounces import SqlWrongBounces

        return SqlWrongBounces(self.engine, self.readers)

    @cached_property
    def reports(self) -> SqlReports:
        from newsletter.store.reports import SqlReports

        return SqlReports(self.engine, practice=self.config.is_practice)

    @cached_property
    def schedule(self) -> SqlSchedule:
        from newsletter.store.schedule import SqlSchedule

        return SqlSchedule(self.engine, practice=self.config.is_practice)

    @cached_property
    def drivers(self) -> SqlDrivers:
        from newsletter.store.drivers import SqlDrivers

        return SqlDrivers(self.engine)

    @cached_property
    def roster(self) -> SqlRoster:
        from newsletter.store.roster import SqlRoster

        return SqlRoster(self.engine)

    @cached_property
    def growth(self) -> SqlGrowth:
        from newsletter.store.growth import SqlGrowth

        return SqlGrowth(self.engine)

    @cached_property
    def forecasts(self) -> SqlForecasts:
        from newsletter.store.forecasting import SqlForecasts

        return SqlForecasts(self.engine, practice=self.config.is_practice)

    @cached_property
    def asking_again(self) -> SqlAskingAgain:
        from newsletter.store.asking_again import SqlAskingAgain

        return SqlAskingAgain(self.engine)

    @cached_property
    def live(self) -> SqlLive:
        return self._live(self.engine)

    def _live(self, engine: Engine) -> SqlLive:
        from newsletter.store.live import SqlLive

        return SqlLive(engine, self.directory / "var" / "live", new_id=lambda: secrets.token_hex(12))
