"""kill -9 in the minute before a large sending: it goes once when it is started again, and not at all where it was stopped."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.ledger.rows import MailingRow
from newsletter.words.ledger import MailingStatus
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.jobs.serving import Hands, Server, serving, until
from tests.jobs.test_studio_drives import Visitor
from tests.schedule.world import World, through

N_READERS = 501
# Long enough for a slow machine to be killed, and started again, while it lasts.
WAIT_SECONDS = 20

pytestmark = pytest.mark.faults


class House:
    """A newsletter with a few more readers than go without a wait, its server, and the service that takes its mail."""

    def __init__(self, world: World, provider: SendGridServer, home: Path) -> None:
        self.world, self._provider, self._home = world, provider, home
        self._hands = Hands(home / "offset")
        self._hands.turn(datetime.now(UTC))
        self._n_servers = 0

    @contextmanager
    def server(self) -> Iterator[Server]:
        """One after the other, each a process of its own."""
        self._n_servers += 1
        with serving(self.world.folder, self._hands, self._home / f"serve-{self._n_servers}.log") as running:
            yield running

    def mailing(self) -> MailingRow:
        (mailing,) = self.world.parts.ledger.mailings.list_in(list(MailingStatus))
        return mailing

    def is_planned(self) -> bool:
        return self.mailing().status is MailingStatus.SCHEDULED

    def is_waiting(self) -> bool:
        start_at = self.mailing().start_at
        return start_at is not None and datetime.now(UTC) < start_at

    def kill(self, server: Server) -> None:
        """Inside the wait, or the test would show nothing."""
        server.kill()
        assert self.is_waiting() and not self.taken()

    def taken(self) -> Counter[str]:
        """Whom the service took; the owner hears by mail that it went, and is not counted."""
        return Counter(line["email"] for line in self._provider.accepted() if line["email"].startswith("reader"))


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with sendgrid_server(tmp_path / "sendgrid") as provider:
        settings = through(provider.url, parcel_size=100)
        world = World(tmp_path / "weekly", url=database_url, now=datetime.now(UTC), n_readers=N_READERS, **settings)
        toml = world.folder / "newsletter.toml"
        toml.write_text(f"send_wait = {WAIT_SECONDS}\n{toml.read_text()}")
        yield House(world, provider, tmp_path)
        world.close()


def _send_now(server: Server) -> None:
    fields = {"list": "weekly", "when": "now", "goes": str(N_READERS), "typed": str(N_READERS)}
    Visitor(server).press("/issues/1/send", **fields)


def _stop(server: Server) -> None:
    Visitor(server).press("/issues/1/control", act="stop")


@pytest.mark.parametrize("is_planned", [False, True], ids=["at once", "when planned"])
def test_killed_in_the_wait_everybody_gets_it_once(house: House, is_planned: bool) -> None:
    """The next process plans what was left, waits for the rest of the time, and sends."""
    with house.server() as first:
        _send_now(first)
        if is_planned:
            until(house.is_planned)
        house.kill(first)
    start_at = house.mailing().start_at
    assert start_at is not None

    with house.server() as second:
        while house.is_waiting():
            assert not house.taken()
            time.sleep(0.1)
        until(lambda: house.mailing().status is MailingStatus.FINISHED)
        assert 0 == second.stop()

    assert {f"reader{number}@example.com": 1 for number in range(N_READERS)} == house.taken()
    assert start_at == house.mailing().start_at


@pytest.mark.parametrize("is_stopped_first", [True, False], ids=["before the kill", "after the kill"])
def test_stopped_in_the_wait_nobody_gets_it(house: House, is_stopped_first: bool) -> None:
    """Whichever process heard of it: also when the time has come and gone, and a third one is started."""
    with house.server() as first:
        _send_now(first)
        until(house.is_planned)
        if is_stopped_first:
            _stop(first)
        house.kill(first)

    with house.server() as second:
        if not is_stopped_first:
            _stop(second)
        assert house.mailing().status is MailingStatus.CANCELLED
        until(lambda: not house.is_waiting())
        second.kill()
    with house.server() as third:
        # It looks four times a second.
        time.sleep(3)
        assert 0 == third.stop()

    assert not house.taken()
    assert house.mailing().status is MailingStatus.CANCELLED
