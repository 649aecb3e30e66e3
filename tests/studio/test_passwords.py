"""Passwords under attack: tries are counted exactly, hashing is bounded, and whoever has the account still gets in."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine

from newsletter.access.account import UserAccount
from newsletter.access.hash import Hashing
from newsletter.access.sign_in import SignInTry, _mark, hashed, sign_in
from newsletter.access.users_sql import Users
from newsletter.wiring import open_newsletter
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.user import Role
from tests.running import a_folder
from tests.studio.serving import Serving, studio

PASSWORD = "correct horse battery staple"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OWNER = "owner@example.com"
_CHEAP = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


class Hall(Hashing):
    """A line that does not make the tests of counting wait."""

    def _seconds_left(self) -> float:
        return 0.0


@pytest.fixture
def users(engine: Engine) -> Users:
    """One owner, whose password was hashed at little cost: what is counted here does not depend on that."""
    found = Users(engine)
    _with_account(found, OWNER)
    return found


def _with_account(users: Users, email: str) -> None:
    account = users.add(email, name="Ana", role=Role.OWNER)
    users.set_password(account.user.id, _CHEAP.hash(PASSWORD))


def _try(
    users: Users,
    password: str = "wrong",
    *,
    email: str = OWNER,
    place: str = "192.0.2.1",
    device: str = "",
    now: datetime = NOW,
) -> UserAccount:
    attempt = SignInTry(email=email, password=password, code="", place=place, device=device)
    return sign_in(users, attempt, now=now, hashing=Hall())


def _wrong(users: Users, times: int, **where: str) -> None:
    for _ in range(times):
        with pytest.raises(Mistake):
            _try(users, **where)  # type: ignore[arg-type]


def test_wrong_passwords_are_limited_for_an_address_at_a_place(users: Users) -> None:
    """After five even the right one waits there for a quarter of an hour, however the address is spelt."""
    _wrong(users, 5, email=" Owner@example.com")
    with pytest.raises(NotNow):
        _try(users, PASSWORD)

    assert _try(users, PASSWORD, now=NOW + timedelta(minutes=16)).user.email == OWNER


def test_an_owner_gets_in_while_strangers_guess(users: Users) -> None:
    """From elsewhere at once; from the strangers' own network by a browser in which the owner came in before."""
    for number in range(7):
        _wrong(users, 5, place=f"198.51.100.{number}")
    with pytest.raises(NotNow):
        _try(users, PASSWORD, place="198.51.100.1")

    assert _try(users, PASSWORD, place="192.0.2.9").user.email == OWNER
    assert _try(users, PASSWORD, place="198.51.100.1", device="d" * 32).user.email == OWNER


def test_a_known_browser_has_no_more_tries_than_others(users: Users) -> None:
    """Five of its own, and then those of a stranger at its place: a stolen cookie gains ten."""
    _wrong(users, 10, device="d" * 32)
    with pytest.raises(NotNow):
        _try(users, PASSWORD, device="d" * 32)


@pytest.mark.parametrize("many", [[f"192.0.2.{n % 2}" for n in range(62)], [f"2001:db8::{n:x}" for n in range(31)]])
def test_one_network_can_not_try_every_account(users: Users, many: list[str]) -> None:
    """Thirty in a quarter of an hour; all addresses of an IPv6 network of 64 bits are one place, and so is IPv4 in its other dress."""
    refused = 0
    for number, place in enumerate(many):
        dressed = f"::ffff:{place}" if number % 3 == 0 and "." in place else place
        _with_account(users, f"nobody{number}@example.com")
        try:
            _try(users, email=f"nobody{number}@example.com", place=dressed)
        except NotNow:
            refused += 1
        except Mistake:
            pass

    assert refused == len(many) - 30 * len({place.rpartition(":")[0] or place for place in many})


def test_who_comes_in_has_the_tries_back(users: Users) -> None:
    """Forty colleagues behind one address come in one after another; and a slip or two before does not add up over a day."""
    for _ in range(8):
        _wrong(users, 2)
        for _ in range(5):
            _try(users, PASSWORD)

    # What was wrong stays counted for the network.
    counted = users.count_tries(_mark("place", "192.0.2.1"), since=NOW)
    assert 16 == counted


def test_the_count_is_exact_for_any_number_at_once(users: Users) -> None:
    """A hundred tries are spent at the same moment, on both databases: five get one."""
    begin = threading.Barrier(20)

    def spend(_number: int) -> bool:
        begin.wait()
        return users.spend_try({"a": 5, "b": 30}, at=NOW, since=NOW - timedelta(minutes=15)) is not None

    with ThreadPoolExecutor(20) as pool:
        assert 5 == sum(pool.map(spend, range(100)))
    assert (5, 5) == (users.count_tries("a", since=NOW), users.count_tries("b", since=NOW))


def _all_at_once(calls: list[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()


def test_hashes_come_one_after_another_and_two_in_a_second() -> None:
    """However many ask for one at the same moment."""
    line, begun, under_way = Hashing(), [], []

    def work() -> None:
        begun.append(time.monotonic())
        under_way.append(1)
        assert [1] == under_way
        time.sleep(0.05)
        under_way.clear()

    def ask() -> None:
        with line.room(f"192.0.2.{len(begun)}") as turn:
            turn.take(work)

    _all_at_once([ask] * 5)

    assert all(begun[n + 2] - begun[n] >= 0.9 for n in range(3))
    assert 5 == len(begun)


def test_few_wait_and_known_browsers_come_first() -> None:
    """A place has five in the room, strangers twelve; who is known is let in beside them, and is served before them."""
    line, served, held = Hall(), [], threading.Event()

    def stay(name: str, network: str, *, is_known: bool = False) -> None:
        with line.room(network, is_known=is_known) as turn:
            turn.take(lambda: (served.append(name), held.wait(10)))

    def waits(n: int) -> None:
        until = time.monotonic() + 10
        while line._present.total() < n:
            assert time.monotonic() < until
            time.sleep(0.005)

    threads = []
    for number in range(12):
        threads.append(threading.Thread(target=stay, args=(f"stranger {number}", f"192.0.2.{number // 5}")))
        threads[-1].start()
        waits(number + 1)
    for network in ("192.0.2.0", "198.51.100.1"):
        with pytest.raises(NotNow), line.room(network):
            pass
    threads.append(threading.Thread(target=stay, args=("owner", "192.0.2.0"), kwargs={"is_known": True}))
    threads[-1].start()
    waits(13)
    held.set()
    for thread in threads:
        thread.join()

    assert ["stranger 0", "owner"] == served[:2]
    assert 13 == len(served)
    assert not line._present


class Browser:
    """Posts the form of the way in, from a place that the proxy on this machine names."""

    def __init__(self, serving: Serving, place: str) -> None:
        self._host = serving.address.split("/")[2]
        self._headers = {"X-Forwarded-For": place, "Content-Type": "application/x-www-form-urlencoded"}
        found = re.search('name="csrf" content="([0-9a-f]+)"', self.ask("GET", "/studio/enter")[1])
        assert found
        self._csrf = found[1]

    def enter(self, password: str) -> int:
        body = urlencode({"csrf": self._csrf, "email": OWNER, "password": password, "code": ""})
        return self.ask("POST", "/studio/enter", body)[0]

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        wire = http.client.HTTPConnection(self._host, timeout=60)
        wire.request(method, path, body, self._headers)
        answer = wire.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name == "set-cookie" and "_device=" in value:
                self._headers["Cookie"] = value.partition(";")[0]
        wire.close()
        return answer.status, text


def _most_memory(serving: Serving) -> int:
    """In MB, of the process that has the pages, since it began."""
    family = Path(f"/proc/{serving.pid}/task/{serving.pid}/children").read_text().split()
    statuses = [Path(f"/proc/{child}/status").read_text() for child in family]
    found = [int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) for status in statuses]
    # Its hash alone took 64 MB.
    assert max(found) > 100_000
    return max(found) // 1_000


def test_a_hundred_passwords_at_once(tmp_path: Path) -> None:
    """Five are looked at; memory stays small, other pages answer, and the owner gets in by their own browser and from elsewhere."""
    directory = a_folder(tmp_path / "weekly")
    parts = open_newsletter(directory)
    owner = parts.users.add(OWNER, name="Ana", role=Role.OWNER)
    parts.users.set_password(owner.user.id, hashed(PASSWORD))
    parts.engine.dispose()
    with studio(directory) as serving:
        own, elsewhere = Browser(serving, "203.0.113.9"), Browser(serving, "198.51.100.7")
        assert 303 == own.enter(PASSWORD)
        strangers = [Browser(serving, "203.0.113.9") for _ in range(100)]
        statuses: Counter[int] = Counter()
        with ThreadPoolExecutor(100) as pool:
            asked = [pool.submit(stranger.enter, "wrong") for stranger in strangers]
            began = time.monotonic()
            assert 200 == own.ask("GET", "/healthz/live")[0]
            assert time.monotonic() - began < 2
            statuses.update(one.result() for one in asked)
        assert {401: 5, 429: 95} == statuses
        assert 429 == strangers[0].enter(PASSWORD)
        assert (303, 303) == (own.enter(PASSWORD), elsewhere.enter(PASSWORD))
        assert _most_memory(serving) < 300
