"""Builds the parts of a running newsletter: the only file that names concrete classes, reads the clock and makes ids."""

from __future__ import annotations

import os
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.audience.posting import PostOffice
    from newsletter.compose.old_issues import OldIssues
    from newsletter.fetch.http import HttpFetcher
    from newsletter.folder.images import ImageFolder
    from newsletter.folder.issues import IssueFiles
    from newsletter.folder.posts import PostFiles
    from newsletter.folder.sheets import SheetFiles
    from newsletter.folder.templates import TemplateFolders
    from newsletter.ports.folder import Shelf
    from newsletter.ports.provider import Evidence, Provider
    from newsletter.ports.spool import SenderLock
    from newsletter.sending.drain import Drain
    from newsletter.sending.feedback import Feedback, Listening
    from newsletter.sending.pack import TokenKey
    from newsletter.sending.send import Sender
    from newsletter.sending.settle import Looker
    from newsletter.store.accounting import SqlAccounts
    from newsletter.store.archive import SqlArchive
    from newsletter.store.consenting import SqlConsents
    from newsletter.store.events import SqlEvents
    from newsletter.store.importing import SqlImports
    from newsletter.store.ledger import SqlLedger
    from newsletter.store.live import SqlLive
    from newsletter.store.profiles import SqlProfiles
    from newsletter.store.readers import SqlReaders
    from newsletter.store.reports import SqlReports
    from newsletter.store.schedule import SqlSchedule
    from newsletter.store.segments import SqlSegments
    from newsletter.store.tallying import SqlTallies
    from newsletter.store.users import SqlUsers
    from newsletter.words.erasing import EraseKey


# Python's own stands still while a laptop sleeps: a claim from before would look fresh afterwards. Linux counts sleep
# under this name, others under the plain one.
_COUNTING_SLEEP = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The machine's own clock. `monotonic` goes on while the machine sleeps."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(_COUNTING_SLEEP)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(frozen=True)
class Parts:
    """The parts of the newsletter in one folder, each built when it is first asked for."""

    directory: Path
    config: Config

    @cached_property
    def clock(self) -> SystemClock:
        return SystemClock()

    @cached_property
    def engine(self) -> Engine:
        from newsletter.store.engine import check_durable, connect
        from newsletter.store.upgrade import prepare

        engine = connect(self.config.database_url)
        if prepare(engine):
            self._live(engine).declare()
        check_durable(engine)
        return engine

    @cached_property
    def posts(self) -> PostFiles:
        from newsletter.folder.posts import PostFiles

        return PostFiles(self.directory)

    @cached_property
    def issues(self) -> IssueFiles:
        from newsletter.folder.issues import IssueFiles

        return IssueFiles(self.directory)

    @cached_property
    def templates(self) -> TemplateFolders:
        from newsletter.folder.templates import TemplateFolders

        return TemplateFolders(self.directory)

    @cached_property
    def images(self) -> ImageFolder:
        from newsletter.folder.images import ImageFolder

        return ImageFolder(self.directory)

    @cached_property
    def sheets(self) -> SheetFiles:
        from newsletter.folder.sheets import SheetFiles

        return SheetFiles(self.directory)

    @cached_property
    def shelf(self) -> Shelf:
        from newsletter.ports.folder import Shelf

        return Shelf(posts=self.posts, issues=self.issues, templates=self.templates, images=self.images)

    @cached_property
    def readers(self) -> SqlReaders:
        from newsletter.store.readers import SqlReaders

        return SqlReaders(self.engine, self.erase_key)

    @cached_property
    def erase_key(self) -> EraseKey:
        from newsletter.folder.secret_file import kept_secret
        from newsletter.words.erasing import EraseKey

        given = os.environ.get("NEWSLETTER_ERASE_KEY", "").strip()
        return EraseKey(given.encode() or kept_secret(self.directory / "var" / "erase.key"))

    @cached_property
    def consents(self) -> SqlConsents:
        from newsletter.store.consenting import SqlConsents

        return SqlConsents(self.engine, self.erase_key, keep_visitor_days=self.config.keep_ip_days)

    @cached_property
    def profiles(self) -> SqlProfiles:
        from newsletter.store.profiles import SqlProfiles

        return SqlProfiles(self.engine, self.erase_key, house_title=self.config.newsletter.name)

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
    def old_issues(self) -> OldIssues:
        from newsletter.compose.old_issues import OldIssues

        return OldIssues(self.shelf, self.config.newsletter)

    @property
    def post_office(self) -> PostOffice:
        """Posts the mails that answer readers' requests; call `post_waiting` whenever there may be some."""
        from newsletter.audience.posting import PostOffice
        from newsletter.letter_theme import letter_look

        titles = {page.name: page.title for page in self.profiles.list_pages()}
        return PostOffice(
            consents=self.consents,
            provider=self.provider,
            newsletter=self.config.newsletter,
            clock=self.clock,
            key_id=self.key.id,
            key=self.key.secret,
            new_token=lambda: secrets.token_hex(16),
            title=lambda name: titles.get(name, name),
            look=letter_look(self),
        )

    @cached_property
    def ledger(self) -> SqlLedger:
        from newsletter.store.ledger import SqlLedger

        return SqlLedger(self.engine, practice=self.config.is_practice)

    @cached_property
    def accounts(self) -> SqlAccounts:
        from newsletter.store.accounting import SqlAccounts

        return SqlAccounts(self.engine, practice=self.config.is_practice)

    @cached_property
    def tallies(self) -> SqlTallies:
        from newsletter.store.tallying import SqlTallies

        return SqlTallies(self.engine, practice=self.config.is_practice)

    @cached_property
    def provider(self) -> Provider:
        from newsletter.carriers import CARRIERS

        return CARRIERS[self.config.provider](self)

    @cached_property
    def lock(self) -> SenderLock:
        from newsletter.store.lock import FileLock, SharedSending

        path = self.beside_database("sender")
        return FileLock(path) if path else SharedSending()

    def beside_database(self, ending: str) -> Path | None:
        """A file beside an SQLite database; None for a server. By link or relative path: one database, one such file."""
        if self.engine.dialect.name != "sqlite":
            return None
        return Path(f"{Path(self.engine.url.database or '').resolve()}.{ending}")

    @cached_property
    def keys(self) -> dict[int, bytes]:
        """Every key whose links are still good, the one that signs new ones first."""
        from newsletter.words.token import read_keys

        return read_keys(self.config.secret_key)

    @cached_property
    def key(self) -> TokenKey:
        from newsletter.sending.pack import TokenKey

        number, secret = next(iter(self.keys.items()))
        return TokenKey(id=number, secret=secret)

    @cached_property
    def evidence(self) -> Evidence | None:
        """Who can be asked afterwards; a provider implements what it has."""
        if self.config.provider == "sendgrid":
            from newsletter.carriers import sendgrid_asking
            from newsletter.providers.sendgrid.logs import SendGridLogs
            from newsletter.store.tries import find_try

            return SendGridLogs(sendgrid_asking(self), partial(find_try, self.engine))
        return self.provider if hasattr(self.provider, "find") else None  # type: ignore[return-value]

    @cached_property
    def events(self) -> SqlEvents:
        from newsletter.store.events import SqlEvents

        return SqlEvents(self.engine, self.readers)

    @cached_property
    def feedback(self) -> Feedback:
        """What SendGrid tells afterwards. Raises Mistake where the webhook's key is none."""
        from newsletter.carriers import sendgrid_asking
        from newsletter.providers.sendgrid.events import SendGridEvents
        from newsletter.sending.feedback import Feedback

        asking = partial(sendgrid_asking, self) if self.config.sendgrid_api_key else None
        source = SendGridEvents(self.config.sendgrid_webhook_key or "", self.clock, asking)
        return Feedback(
            source=source,
            log=self.events,
            clock=self.clock,
            telling=self.telling,
            newsletter=self.config.newsletter,
            owners=self._owners,
        )

    def _owners(self) -> tuple[str, ...]:
        """Whoever hears of any slot, else whoever answers readers."""
        named = dict.fromkeys(address for plan in self.schedule.list_plans() for address in plan.ways.tell)
        return tuple(named) or (self.config.newsletter.reply_to or self.config.newsletter.sender,)

    @cached_property
    def _listening(self) -> Listening:
        from newsletter.sending.feedback import Listening

        return Listening(self.feedback)

    def listen(self) -> None:
        """A beat for what is heard afterwards: ask for what was missed, stop what does harm, tell the owner."""
        if self.config.provider == "sendgrid":
            self._listening.beat()

    @property
    def telling(self) -> tuple[str, ...]:
        """The providers that tell what became of a mail, so that silence means something."""
        return ("sendgrid",)

    @cached_property
    def reports(self) -> SqlReports:
        from newsletter.store.reports import SqlReports

        return SqlReports(self.engine, practice=self.config.is_practice)

    @cached_property
    def looker(self) -> Looker:
        from newsletter.sending.settle import Looker

        return Looker(
            ledger=self.ledger,
            evidence=self.evidence,
            whole_or_nothing=self.provider.whole_or_nothing,
            provider=self.provider.name,
        )

    @cached_property
    def live(self) -> SqlLive:
        return self._live(self.engine)

    def _live(self, engine: Engine) -> SqlLive:
        from newsletter.store.live import SqlLive

        return SqlLive(engine, self.directory / "var" / "live", new_id=lambda: secrets.token_hex(12))

    @cached_property
    def sender(self) -> Sender:
        from newsletter.sending.send import Sender
        from newsletter.store.spool import DiskSpool

        return Sender(
            name=secrets.token_hex(12),
            newsletter=self.config.newsletter,
            key=self.key,
            ledger=self.ledger,
            editions=self.ledger,
            provider=self.provider,
            spool=DiskSpool(self.directory / "var" / "spool"),
            live=self.live,
            clock=self.clock,
            new_token=lambda: secrets.token_hex(16),
            pace=self.config.pace,
        )

    @cached_property
    def fetcher(self) -> HttpFetcher:
        from newsletter.fetch.http import HttpFetcher

        return HttpFetcher()

    @property
    def outbox_directory(self) -> Path:
        return self.directory / "var" / "outbox"

    @property
    def parcel_size(self) -> int:
        most = self.provider.limits.readers
        return self.config.pace.parcel_size(min(self.config.parcel_size or most, most))

    def drain(self, stop: threading.Event) -> Drain:
        from newsletter.sending.drain import Drain

        return Drain(
            sender=self.sender,
            planning=self.ledger,
            accounts=self.accounts,
            looker=self.looker,
            lock=self.lock,
            stop=stop,
        )

    @cached_property
    def schedule(self) -> SqlSchedule:
        from newsletter.store.schedule import SqlSchedule

        return SqlSchedule(self.engine, practice=self.config.is_practice)

    def sweep(self) -> None:
        """Before a decision about who is in doubt: write down what is known, and sweep.

        All tries of the dead, where the lock proves that nobody is sending; else those past their deadline.
        """
        spool, sender = self.sender.spool, self.sender
        with self.lock.try_hold() as held:
            spool.replay(lambda token, answers: sender.ledger.record_by_token(token, answers))
            alone = sender.name if held and self.lock.is_exclusive else None
            self.ledger.sweep(alive=alone)

    def after_sending(self) -> None:
        """What is left to do when nothing more is due: the practice outbox gets its page to look at."""
        if self.config.provider == "outbox":
            from newsletter.providers.outbox.index import write_index

            write_index(self.outbox_directory)


def open_newsletter(directory: Path) -> Parts:
    """The newsletter in a folder. Raises Mistake where `newsletter.toml` or a setting is wrong."""
    return Parts(directory=directory, config=read_config(directory))
