"""A siege: everything that strangers can send arrives together while a sending goes, and the sending does not notice."""

from __future__ import annotations

import io
import re
import resource
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import psutil
import pytest
from openpyxl import Workbook

from newsletter.schedule.choice import approve_issue
from newsletter.words.slot import SlotStatus
from tests.fakes.running import sendgrid_server
from tests.jobs.serving import Hands, Server, serving
from tests.schedule.test_unfinished import BEGINNINGS, _begin
from tests.schedule.world import SLOT, World, through

N_READERS, PER_HOUR = 600, 36_000
QUIET_SECONDS, MOST_SECONDS = 60, 90
# What came back for each kind of attack: one that never arrived would prove nothing.
_answered: Counter[tuple[str, int]] = Counter()
pytestmark = pytest.mark.faults


def test_a_sending_under_siege(tmp_path: Path) -> None:
    """Paced to a minute, done within a minute and a half; no look later than 5 s; everybody once; under 600 MB in all."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    hands = Hands(tmp_path / "offset")
    hands.turn(SLOT - timedelta(minutes=10))
    with sendgrid_server(tmp_path / "sendgrid") as provider:
        settings = {**through(provider.url, parcel_size=50), "NEWSLETTER_PER_HOUR": str(PER_HOUR)}
        world = World(tmp_path / "weekly", now=SLOT - timedelta(days=2), n_readers=N_READERS, **settings)
        world.set_timetable()
        approve_issue(world.desk, 1, by="mara")
        with serving(world.folder, hands, tmp_path / "serve.log") as server:
            stop = threading.Event()
            attackers = [
                threading.Thread(target=_again, args=(stop, attack, server))
                for attack in (_slow_clients, _passwords, _files, _pictures, _sheets)
            ]
            for one in attackers:
                one.start()
            try:
                hands.turn(SLOT)
                took, latest, most_memory = _watch(server, world, provider)
            finally:
                stop.set()
                for one in attackers:
                    one.join(60)
            assert 0 == server.stop()
        whom = Counter(line["email"] for line in provider.accepted() if line["email"].startswith("reader"))
        world.close()
    assert N_READERS == len(whom)
    assert {1} == set(whom.values())
    print(f"took {took:.0f} s, latest look {latest:.1f} s, memory {most_memory / 1e6:.0f} MB, answers {_answered}")
    assert {"password", "/finds/files", "/pictures", "/readers/import"} == {what for what, _ in _answered}
    assert took <= MOST_SECONDS, took
    assert latest <= 5.0, latest
    assert most_memory < 600_000_000, most_memory


def _watch(server: Server, world: World, provider: object) -> tuple[float, float, int]:
    """Seconds until everything was handed over, the latest look in seconds, and the most memory of all processes."""
    began, latest, most = time.monotonic(), 0.0, 0
    while world.stands()[0] is not SlotStatus.GONE:
        latest = max(latest, world.parts.schedule.ticks.seconds_since() or 0.0)
        most = max(most, _memory(server.process.pid))
        assert time.monotonic() - began < 2 * MOST_SECONDS, "it never ended"
        time.sleep(0.25)
    return time.monotonic() - began, latest, most


def _memory(pid: int) -> int:
    """Bytes of this process and all below it; what they share counts once."""
    total = 0
    for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        with suppress(psutil.Error):
            total += one.memory_full_info().pss
    return total


def _again(stop: threading.Event, attack: Callable[[Server, threading.Event], None], server: Server) -> None:
    while not stop.wait(0.2):
        # Whatever it is answered, or not: it comes again.
        with suppress(OSError, ValueError):
            attack(server, stop)


def _slow_clients(server: Server, stop: threading.Event) -> None:
    port = int(server.address.rpartition(":")[2])
    with ExitStack() as stack:
        for number in range(500):
            _begin(stack, port, BEGINNINGS[number % len(BEGINNINGS)])
        stop.wait(3)


def _passwords(server: Server, _stop: threading.Event) -> None:
    """Ten at once, each for somebody else."""
    guesses = [threading.Thread(target=_guess, args=(server, f"owner{number}@example.com")) for number in range(10)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()


def _guess(server: Server, email: str) -> None:
    opener = build_opener(HTTPCookieProcessor())
    with suppress(OSError, ValueError):
        try:
            answer = opener.open(f"{server.address}/studio/enter", timeout=10)
        except HTTPError as error:
            # The page says 401 to who is not signed in, and has the form.
            answer = error
        with answer:
            csrf = re.findall('name="csrf" (?:content|value)="([0-9a-f]+)"', answer.read().decode())[0]
        form = {"csrf": csrf, "email": email, "password": "x" * 200}
        _count(opener, Request(f"{server.address}/studio/enter", urlencode(form).encode()), "password")


def _upload(server: Server, path: str, name: str, data: bytes, field: str = "file") -> None:
    """As somebody who is signed in, and brings what a stranger gave them."""
    opener = build_opener(HTTPCookieProcessor())
    door = re.findall(r"http://127\.0\.0\.1:\d+/studio\?token=\w+", server.said())[-1]
    opener.open(door, timeout=20).close()
    with opener.open(f"{server.address}/studio/issues", timeout=20) as answer:
        (csrf,) = re.findall('<meta name="csrf" content="([0-9a-f]+)">', answer.read().decode())
    parts = (
        f'--bound\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n'
        f'--bound\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    )
    kind = {"Content-Type": "multipart/form-data; boundary=bound"}
    body = parts.encode() + data + b"\r\n--bound--\r\n"
    _count(opener, Request(f"{server.address}/studio{path}", body, kind), path)


def _count(opener: OpenerDirector, request: Request, what: str) -> None:
    try:
        with opener.open(request, timeout=60) as answer:
            _answered[what, answer.status] += 1
    except HTTPError as error:
        with error:
            _answered[what, error.code] += 1


def _files(server: Server, _stop: threading.Event) -> None:
    head = f"From: a@example.org\r\nDate: {formatdate()}\r\nSubject: "
    _upload(server, "/finds/files", "blanks.eml", f"{head}{' ' * 30_000}x\r\n\r\nhello\r\n".encode())
    _upload(server, "/finds/files", "brackets.eml", f"{head}y\r\n\r\n{'[' * 100_000}\r\n".encode())


def _pictures(server: Server, _stop: threading.Event) -> None:
    _upload(server, "/pictures", "wide.png", _png(20_000), field="picture")


def _sheets(server: Server, _stop: threading.Event) -> None:
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for _ in range(2_000):
        sheet.append(["reader@example.com" * 50] * 20)
    book.save(file)
    _upload(server, "/readers/import", "readers.xlsx", file.getvalue())


def _png(side: int) -> bytes:
    """A picture of so many dots a side, all of them white: a few kilobytes that would be a gigabyte."""
    packer = zlib.compressobj(9)
    row = b"\x00" + b"\xff" * (3 * side)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(words)) + kind + words + struct.pack(">I", zlib.crc32(kind + words))
        for kind, words in chunks
    )
