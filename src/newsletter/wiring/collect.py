"""Gathers what collecting works with: the folder, the database, the web, and the mailbox that editors write to."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from newsletter.collect.desk import CollectDesk
from newsletter.collect.feeds.feeds_sql import FeedMemory
from newsletter.collect.finds_sql import Finds
from newsletter.collect.keys_sql import CollectKeys
from newsletter.collect.triage.looks_sql import FindLooks
from newsletter.collect.triage.presses_sql import Presses
from newsletter.collect.triage.read_pages_sql import ReadPages
from newsletter.fetch.feed_reader import FeedReader
from newsletter.folder.feeds_file import FeedFile
from newsletter.folder.habits_file import HabitFile
from newsletter.folder.post_file import parse_post
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.fetch.imap import Mailbox
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_LONGEST_BEAT = 30.0


def collect_desk(parts: Parts) -> CollectDesk:
    return CollectDesk(
        finds=Finds(parts.engine),
        keys=CollectKeys(parts.engine, lambda: secrets.token_urlsafe(32)),
        looks=FindLooks(parts.engine),
        pages=ReadPages(parts.engine),
        presses=Presses(parts.engine),
        posts=parts.posts,
        issues=parts.issues,
        sheets=parts.sheets,
        book=FeedFile(parts.directory),
        habits=HabitFile(parts.directory),
        memory=FeedMemory(parts.engine),
        reader=FeedReader(),
        fetcher=parts.fetcher,
        parse_post=lambda text, slug, file: parse_post(text, slug=slug, file=file),
        # The author's own day: the name of the file should be the date on their wall.
        today=lambda: datetime.now().astimezone().date(),
        now=parts.clock.now,
        why_fixed=partial(_why_fixed, parts),
        mailbox=_mailbox(parts),
        editors=parts.config.editors,
        zone=parts.config.newsletter.zone,
        feed_days=parts.config.feed_days,
    )


def _why_fixed(parts: Parts, number: int) -> str:
    """Why an issue is no longer, or not now, to be changed; "" where it may be."""
    from newsletter.schedule.lock import find_lock
    from newsletter.wiring.clocks import desk_of

    lock = find_lock(desk_of(parts), number)
    if lock and not lock.is_open:
        return f"Issue {number} is on its way"
    if _reached_readers(parts, number):
        return f"Issue {number} was sent"
    if lock:
        return f"Issue {number} is locked {'for its slot' if lock.at else 'until it is sent'}"
    return ""


def _reached_readers(parts: Parts, number: int) -> bool:
    """Whether an issue was handed over, at least in part: a sending that was called off before it began reached nobody."""
    mailings = [row for row in parts.schedule.sendings.list_all() if row.issue == number]
    if any(row.status is MailingStatus.FINISHED for row in mailings):
        return True
    nobody = {HandOver.PENDING, HandOver.SKIPPED}
    counts = [one.handover for one in parts.schedule.sendings.tally(number)] if mailings else []
    return any(n for handover in counts for state, n in handover.items() if state not in nobody)


def collect_beat(parts: Parts, stop: threading.Event | None = None) -> None:
    """What is due of collecting: feeds, the letterbox, the pages of new finds, and old entries of feeds.

    It lasts half a minute at most, and ends early once `stop` is set. A step that fails is logged and stops no other;
    the next beat tries again.
    """
    from newsletter.collect.feeds.poll import poll_due
    from newsletter.collect.mail.letterbox import empty_letterbox
    from newsletter.collect.triage.look import leave_old, look_at_pages

    desk, until = collect_desk(parts), time.monotonic() + _LONGEST_BEAT

    def go_on() -> bool:
        return time.monotonic() < until and not (stop and stop.is_set())

    chores = (
        partial(empty_letterbox, desk),
        partial(leave_old, desk),
        partial(poll_due, desk, go_on=go_on),
        partial(look_at_pages, desk, go_on=go_on),
    )
    for chore in chores:
        if stop and stop.is_set():
            return
        try:
            chore()
        except NewsletterError as error:
            log.warning("collecting: %s", error.message)
        except Exception:
            log.exception("collecting: a fault of the program itself")


def _mailbox(parts: Parts) -> Mailbox | None:
    if not parts.config.imap_url:
        return None
    from newsletter.fetch.imap import Mailbox
    from newsletter.fetch.imap_address import read_imap_address

    return Mailbox(read_imap_address(parts.config.imap_url))
