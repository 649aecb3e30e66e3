"""Builds the parts of a running newsletter: the only file that names concrete classes, reads the clock and makes ids."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import Config, read_config
from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.folder.issues import IssueFiles
    from newsletter.folder.posts import PostFiles
    from newsletter.folder.templates import TemplateFolders
    from newsletter.ports.folder import Shelf
    from newsletter.ports.provider import Provider
    from newsletter.ports.spool import SenderLock
    from newsletter.sending.drain import Drain
    from newsletter.sending.pack import TokenKey
    from newsletter.sending.send import Sender
    from newsletter.sending.settle import Looker
    from newsletter.store.accounting import SqlAccounts
    from newsletter.store.ledger import SqlLedger
    from newsletter.store.readers import SqlReaders


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

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
        prepare(engine)
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
    def shelf(self) -> Shelf:
        from newsletter.ports.folder import Shelf

        return Shelf(posts=self.posts, issues=self.issues, templates=self.templates)

    @cached_property
    def readers(self) -> SqlReaders:
        from newsletter.store.readers import SqlReaders

        return SqlReaders(self.engine)

    @cached_property
    def ledger(self) -> SqlLedger:
        from newsletter.store.ledger import SqlLedger

        return SqlLedger(self.engine)

    @cached_property
    def accounts(self) -> SqlAccounts:
        from newsletter.store.accounting import SqlAccounts

        return SqlAccounts(self.engine)

    @cached_property
    def provider(self) -> Provider:
        return _PROVIDERS[self.config.provider](self)

    @cached_property
    def lock(self) -> SenderLock:
        from newsletter.store.lock import FileLock, SharedSending

        if self.engine.dialect.name == "sqlite":
            return FileLock(Path(f"{self.engine.url.database}.sender"))
        return SharedSending()

    @cached_property
    def key(self) -> TokenKey:
        from newsletter.sending.pack import TokenKey

        return TokenKey(id=1, secret=self.config.secret_key.encode())

    @cached_property
    def looker(self) -> Looker:
        from newsletter.sending.settle import Looker

        evidence = self.provider if hasattr(self.provider, "find") else None
        return Looker(
            ledger=self.ledger,
            evidence=evidence,  # type: ignore[arg-type]  # a provider implements what it has
            whole_or_nothing=self.provider.whole_or_nothing,
            clock=self.clock,
        )

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
            clock=self.clock,
            new_token=lambda: secrets.token_hex(16),
        )

    @property
    def outbox_directory(self) -> Path:
        return self.directory / "var" / "outbox"

    @property
    def parcel_size(self) -> int:
        return min(self.config.parcel_size or self.provider.limits.readers, self.provider.limits.readers)

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

    def sweep(self) -> None:
        """Put tries past their deadline in doubt; all of the dead, where the lock proves that nobody is sending."""
        with self.lock.try_hold() as held:
            alone = self.sender.name if held and self.lock.is_exclusive else None
            self.ledger.sweep(alive=alone)

    def after_sending(self) -> None:
        """What is left to do when nothing more is due: the practice outbox gets its page to look at."""
        if self.config.provider == "outbox":
            from newsletter.providers.outbox.index import write_index

            write_index(self.outbox_directory)


def _outbox(parts: Parts) -> Provider:
    from newsletter.providers.outbox import Outbox

    # For practising interruptions: seconds that each parcel takes.
    delay = float(os.environ.get("NEWSLETTER_PRACTICE_DELAY", "0"))
    size = parts.config.parcel_size or 50
    return Outbox(parts.outbox_directory, clock=parts.clock, parcel_size=size, practice_delay=delay)


def _sendgrid(parts: Parts) -> Provider:
    from newsletter.providers.sendgrid import DEFAULT_URL, SendGrid

    config = parts.config
    return SendGrid(config.sendgrid_api_key or "", clock=parts.clock, url=config.sendgrid_url or DEFAULT_URL)


def _smtp(parts: Parts) -> Provider:
    raise NotNow(
        "Sending through a mail server is not built yet.",
        fix='Set provider = "outbox" to practise, or "sendgrid" to send.',
    )


_PROVIDERS: dict[str, Callable[[Parts], Provider]] = {"outbox": _outbox, "sendgrid": _sendgrid, "smtp": _smtp}


def open_newsletter(directory: Path) -> Parts:
    """The newsletter in a folder. Raises Mistake where `newsletter.toml` or a setting is wrong."""
    return Parts(directory=directory, config=read_config(directory))
