"""`studio` as a real process: what was scheduled goes while it is open, and one process a database does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from newsletter.jobs.driver import DriverKind
from newsletter.words.ledger import MailingStatus
from tests.jobs.serving import Hands, Server, serving, until
from tests.schedule.world import MONDAY, READERS, SLOT, World

STUDIO = ("studio", "--no-open", "--port", "0")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    made = Hands(tmp_path / "offset")
    made.turn(MONDAY)
    return made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "weekly")
    yield made
    made.close()


class Visitor:
    """Somebody at the machine, in a browser without scripts."""

    def __init__(self, server: Server) -> None:
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        (self._door,) = re.findall(r"http://127\.0\.0\.1:\d+/studio\?token=\w+", server.said())
        self.opener.open(self._door, timeout=30).close()
        self.home = self._door.partition("?")[0]

    def read(self, path: str = "") -> str:
        """The words of a page."""
        with self.opener.open(f"{self.home}{path}", timeout=30) as answer:
            html = answer.read().decode()
        return " ".join(re.sub("<[^>]+>", " ", html.partition("<main")[2]).split())

    def csrf(self) -> str:
        with self.opener.open(f"{self.home}/issues", timeout=30) as answer:
            (found,) = re.findall('<meta name="csrf" content="([0-9a-f]+)">', answer.read().decode())
        return str(found)

    def press(self, path: str, **fields: str) -> None:
        form = urlencode({"csrf": self.csrf(), **fields}).encode()
        self.opener.open(f"{self.home}{path}", form, timeout=30).close()


def _schedule(visitor: Visitor, hands: Hands) -> None:
    at = hands.now() + 2 * MINUTE
    visitor.press("/issues/1/send", list="weekly", when="at", at=f"{at:%Y-%m-%dT%H:%M:%S+00:00}")


def _status(world: World) -> MailingStatus:
    (mailing,) = world.parts.ledger.mailings.list_in(list(MailingStatus))
    return mailing.status


def test_what_is_scheduled_in_the_studio_goes_while_it_is_open(world: World, hands: Hands, tmp_path: Path) -> None:
    """Nothing else runs. Two minutes later the mails are in the outbox, and it has told that it is there no more."""
    with serving(world.folder, hands, tmp_path / "studio.log", words=STUDIO) as studio:
        visitor = Visitor(studio)
        _schedule(visitor, hands)
        until(lambda: _status(world) is MailingStatus.SCHEDULED)
        assert [DriverKind.STUDIO] == [driver.kind for driver in world.parts.drivers.list_drivers() if driver.is_alive]
        hands.turn(hands.now() + 2 * MINUTE)
        until(lambda: _status(world) is MailingStatus.FINISHED)
        assert READERS == world.copies(1)
        assert 0 == studio.stop()
    assert [] == list(world.parts.drivers.list_drivers())


def test_a_slot_goes_while_the_studio_is_open(world: World, hands: Hands, tmp_path: Path) -> None:
    """As it does by `serve`."""
    world.set_timetable()
    hands.turn(SLOT - HOUR)
    with serving(world.folder, hands, tmp_path / "studio.log", words=STUDIO):
        until(lambda: world.slots())
        hands.turn(SLOT)
        until(lambda: world.went() == [1])
    assert READERS == world.copies(1)


def test_one_of_them_drives_and_the_other_takes_over(world: World, hands: Hands, tmp_path: Path) -> None:
    """The second says which holds it; when that one is killed, it goes on with what was scheduled."""
    with (
        serving(world.folder, hands, tmp_path / "first.log") as first,
        serving(world.folder, hands, tmp_path / "second.log", words=STUDIO) as second,
    ):
        until(lambda: f"`newsletter serve`, process {first.process.pid} on " in second.said())
        assert "pages only" in second.said()
        visitor = Visitor(second)
        _schedule(visitor, hands)
        first.kill()
        until(lambda: "goes out while this runs" in second.said())
        hands.turn(hands.now() + 2 * MINUTE)
        until(lambda: _status(world) is MailingStatus.FINISHED)
    assert READERS == world.copies(1)


def test_opened_after_its_time_it_says_that_it_is_overdue(world: World, hands: Hands, tmp_path: Path) -> None:
    """Nothing ran at its time: whoever opens the studio finds it overdue, and sends it by one press. It goes once."""
    with serving(world.folder, hands, tmp_path / "first.log", words=STUDIO) as first:
        _schedule(Visitor(first), hands)
        until(lambda: _status(world) is MailingStatus.SCHEDULED)
        first.stop()
    hands.turn(hands.now() + 12 * MINUTE)
    with serving(world.folder, hands, tmp_path / "second.log", words=STUDIO) as second:
        visitor = Visitor(second)
        assert "overdue by 10 min" in visitor.read()
        assert "overdue" in visitor.read("/reports")
        assert not (world.folder / "var" / "outbox" / "1").exists()
        visitor.press("/issues/1/control", act="resume")
        until(lambda: _status(world) is MailingStatus.FINISHED)
        assert "overdue" not in visitor.read()
    assert READERS == world.copies(1)
