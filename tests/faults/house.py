"""The house as the campaigns know it: the only file here that names its parts, and what is asked of them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event, update
from starlette.testclient import TestClient

from newsletter.consent.membership_sql import Membership
from newsletter.consent.profiles_sql import Profiles
from newsletter.db.engine import connect, reading, writing
from newsletter.db.lock import FileLock, SharedSending
from newsletter.db.types import database_now
from newsletter.ledger.account.account_sql import Accounts
from newsletter.ledger.account.tally_sql import Tallies
from newsletter.ledger.drain import Drain
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.live_sql import Live
from newsletter.ledger.on_disk.journal import Journals
from newsletter.ledger.on_disk.spool import Spool
from newsletter.ledger.pack import TokenKey
from newsletter.ledger.plan import plan
from newsletter.ledger.send import Patience, Sender
from newsletter.ledger.settle import Looker
from newsletter.ledger.settle import send_again as send_doubtful_again
from newsletter.ledger.tables import attempt
from newsletter.providers.sendgrid.provider import SendGrid
from newsletter.web.app import build
from newsletter.wiring import SystemClock, open_newsletter
from newsletter.wiring.forget import FORGETS
from newsletter.words.consignment import Consignment
from newsletter.words.erasure import EraseKey, RequestOf
from newsletter.words.outcome import Outcome
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.sendgrid_events import Telling
from tests.feedback.sent import Post, Taken, parsed, shuffled
from tests.schedule.world import World, through
from tests.world import WEEKLY, an_edition

__all__ = ["connect", "reading", "writing"]

CALL_SECONDS = 0.8
_PATIENCE = Patience(fresh=1.0, grace=0.4, again=(0.05, 0.1))
# After this nobody may call on a claim any more.
LEASE_SECONDS = CALL_SECONDS + _PATIENCE.fresh + _PATIENCE.grace
_ERASE_KEY = EraseKey(b"k" * 32)


def leave(engine: Engine, email: str) -> None:
    """Somebody unsubscribes from everything."""
    Membership(engine, _ERASE_KEY).leave(email, list_name=None)


def suppress(engine: Engine, email: str) -> None:
    """Somebody calls it spam."""
    Membership(engine, _ERASE_KEY).suppress(email, SuppressionReason.COMPLAINT)


def erase(engine: Engine, email: str) -> None:
    """Somebody asks to be forgotten."""
    Profiles(engine, _ERASE_KEY, FORGETS).erase(email, RequestOf.READER)


def pause(engine: Engine, issue: int) -> None:
    open_ledger(engine).control.pause(issue, "by hand")


def resume(engine: Engine, issue: int) -> None:
    open_ledger(engine).control.resume(issue)


def cancel(engine: Engine, issue: int) -> None:
    open_ledger(engine).control.cancel(issue)


def end_leases(engine: Engine) -> None:
    """Ten minutes pass: no call can be under way any more."""
    with writing(engine) as connection:
        connection.execute(update(attempt).values(deadline_at=database_now(-600)))


def send_again(engine: Engine, issue: int) -> None:
    """The owner says: those in doubt may get it twice."""
    looker = Looker(doubts=open_ledger(engine).doubts, evidence=None, whole_or_nothing=True, provider="sendgrid")
    send_doubtful_again(looker, issue)


def hear(engine: Engine, taken: Taken, telling: Telling) -> None:
    """All that the provider tells of what it took, three times and in any order."""
    post = Post(engine)
    for message in shuffled(parsed(taken, telling), telling.seed):
        post.hear_events(message)


def declare_live(engine: Engine, folder: Path, name: str) -> None:
    """The owner says: this database is the one to send from."""
    Live(engine, folder / "live", new_id=lambda: name).declare()


def shown(engine: Engine, issue: int) -> dict[str, int]:
    """How many readers of an issue stand how, reader by reader, as the owner is told."""
    account = Accounts(engine).find(issue)
    return {state.value: n for state, n in account.handover.items()} if account else {}


def tallied(engine: Engine, issue: int) -> dict[str, int]:
    """How many readers of an issue stand how, by what the batches wrote down of them."""
    tally = Tallies(engine).find(issue)
    return {state.value: n for state, n in tally.handover.items()} if tally else {}


def plan_weekly(engine: Engine, *, parcel_size: int) -> int:
    """Plan an issue to everyone on `weekly`; how many they are."""
    mailing, _ = plan(open_ledger(engine), SystemClock(), an_edition(), list_name="weekly", parcel_size=parcel_size)
    return mailing.planned


def furnish(folder: Path, url: str, provider_url: str, *, n_readers: int, parcel_size: int) -> None:
    """A newsletter of files with one issue and a public archive, and its readers on `weekly`."""
    settings = through(provider_url, parcel_size=parcel_size)
    world = World(folder, url=url, now=datetime.now(UTC), n_readers=n_readers, **settings)
    Profiles(world.parts.engine, _ERASE_KEY, FORGETS).set_page("weekly", is_open=True)
    world.close()


def page_in_archive(folder: Path, issue: int) -> str:
    """What anybody may read of an issue."""
    parts = open_newsletter(folder)
    try:
        with TestClient(build(parts, [])) as visitor:
            return visitor.get(f"/issues/{issue}").text
    finally:
        parts.engine.dispose()


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is sent: these words, to this list, from `start_in` seconds on."""

    words: str
    list_name: str
    parcel_size: int
    canary: int
    start_in: float | None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A sending process, put together as wiring does it, with short deadlines. `step` is called before whatever it does."""

    engine: Engine
    folder: Path
    provider_url: str
    calls: int
    step: Callable[[], None]
    stop: threading.Event

    def tick(self) -> None:
        """What `newsletter tick` does of the sending."""
        self._drain().once()

    def send(self, job: Job) -> None:
        """Plan and send, as `newsletter send` does."""
        drain = self._drain()
        start_at = datetime.now(UTC) + timedelta(seconds=job.start_in) if job.start_in else None
        mailing, _ = plan(
            drain.ledger,
            drain.sender.clock,
            an_edition(words=job.words),
            list_name=job.list_name,
            parcel_size=job.parcel_size,
            start_at=start_at,
            canary=job.canary,
        )
        drain.until_done(mailing, lambda settled, planned, waiting: None)

    def _drain(self) -> Drain:
        event.listen(self.engine, "before_cursor_execute", lambda *_: self.step())
        event.listen(self.engine, "commit", lambda _: self.step())
        clock, ledger = SystemClock(), open_ledger(self.engine)
        deadline = timedelta(seconds=CALL_SECONDS)
        sendgrid = SendGrid("SG.made-up", clock=clock, url=self.provider_url, deadline=deadline)
        sender = Sender(
            name=secrets.token_hex(12),
            newsletter=WEEKLY,
            key=TokenKey(id=1, secret=b"k" * 32),
            ledger=ledger,
            provider=_Watched(sendgrid, self.step, self.calls),
            spool=Spool(self.folder / "spool"),
            journals=Journals(self.folder / "spool", SystemClock().monotonic),
            live=Live(self.engine, self.folder / "live", new_id=lambda: secrets.token_hex(12)),
            clock=clock,
            new_token=lambda: secrets.token_hex(16),
            patience=_PATIENCE,
        )
        is_file = self.engine.dialect.name == "sqlite"
        return Drain(
            sender=sender,
            looker=Looker(doubts=ledger.doubts, evidence=None, whole_or_nothing=True, provider=sendgrid.name),
            lock=FileLock(Path(f"{self.engine.url.database}.sender")) if is_file else SharedSending(),
            stop=self.stop,
        )


class _Watched:
    """The provider, with a step before each call and after each answer."""

    def __init__(self, provider: SendGrid, step: Callable[[], None], calls: int) -> None:
        self._provider, self._step = provider, step
        self.name, self.whole_or_nothing = provider.name, provider.whole_or_nothing
        self.limits = replace(provider.limits, calls=calls)
        self.explain = provider.explain

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        self._step()
        for answer in self._provider.hand_over(consignment):
            self._step()
            yield answer
