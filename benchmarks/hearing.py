"""Posts events to a newsletter that is served for real, while readers unsubscribe; prints what came of it.

python -m benchmarks.hearing FOLDER sqlite|postgresql DELIVERIES
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

from benchmarks.child import python
from benchmarks.mailed import fill
from tests.fakes.sendgrid_events import Telling, all_told, as_body
from tests.fakes.signing import Signer
from tests.faults.own_postgres import own_postgres

_CONNECTIONS = 32
_SECONDS_BETWEEN_UNSUBSCRIBES = 0.05
# What becomes of most mails; shares are those of a list that is in good order.
_COURSES = {"delivered": 0.97, "bounce": 0.01, "blocked": 0.015, "spamreport": 0.002, "unsubscribe": 0.003}
_EVENTS = {"warm": 500, "small": 24_000, "big": 56_000, "mixed": 48_000}
_SIZES: dict[str, Callable[[random.Random], int]] = {
    # Not measured.
    "warm": lambda draw: draw.randint(1, 8),
    "small": lambda draw: draw.randint(1, 8),
    "big": lambda _draw: 1_500,
    "mixed": lambda draw: draw.choices([draw.randint(1, 8), draw.randint(9, 200), 1_500], [70, 25, 5])[0],
}


def main(folder: Path, kind: str, n_deliveries: int) -> dict[str, Any]:
    from newsletter.db.engine import connect, reading
    from newsletter.folder.new import create_folder
    from newsletter.wiring import open_newsletter

    create_folder(
        folder,
        name="Weekly Ferries",
        sender="mara@ferries.example.com",
        address="Quay 1, 20359 Hamburg",
    )
    with (folder / "newsletter.toml").open("a") as settings:
        # A backup of the night would be made at once, and cost more than the events.
        settings.write('public_url = "https://ferries.example.com"\nbackup_every = "never"\n')
    signer = Signer()
    with _database(folder, kind) as (url, server):
        os.environ.update(_settings(url, signer))
        engine = connect(url)
        fill(engine, n_deliveries)
        key = open_newsletter(folder).key
        found: dict[str, Any] = {}
        people = iter(random.Random(7).sample(range(1, n_deliveries + 1), n_deliveries))
        with _served(folder) as (port, pages):
            for name, size in _SIZES.items():
                posts = _posts(people, _EVENTS[name], size, signer)
                leaving = _unsubscribe_paths(key, itertools.islice(people, n_deliveries // 50))
                _wait_for_rest([pages, *server])
                found[name] = _phase(port, posts, leaving, [pages, *server])
        with reading(engine) as connection:
            kept = connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one()
        engine.dispose()
    posted = sum(one["events"] for one in found.values())
    del found["warm"]
    if kept != n_deliveries + posted:
        raise RuntimeError(f"{posted} events were taken, and {kept - n_deliveries} were kept")
    return found


@contextmanager
def _database(folder: Path, kind: str) -> Iterator[tuple[str, list[psutil.Process]]]:
    """The address of a new database, and the server's first process where there is one."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'var' / 'newsletter.db'}", []
        return
    with own_postgres() as server:
        yield server.address, [server.process]


def _settings(url: str, signer: Signer) -> dict[str, str]:
    return {
        "NEWSLETTER_DATABASE_URL": url,
        "NEWSLETTER_PROVIDER": "sendgrid",
        "SENDGRID_API_KEY": "SG.made-up-key-for-measuring",
        # Nothing listens there.
        "NEWSLETTER_SENDGRID_URL": "http://127.0.0.1:9",
        "NEWSLETTER_SENDGRID_WEBHOOK_KEY": signer.public,
    }


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """The port of `newsletter serve`, and its process."""
    port = _free_port()
    command = python("-m", "newsletter", "-C", str(folder), "serve", "--port", str(port))
    with (folder / "serve.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait_for(port)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/healthz", b"", {}) == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("`newsletter serve` did not start")


def _wait_for_rest(measured: list[psutil.Process]) -> None:
    """Until nothing is being started or tidied up any more."""
    end = time.monotonic() + 60
    before = _cpu(measured)
    while time.monotonic() < end:
        time.sleep(1)
        now = _cpu(measured)
        if now - before < 0.1:
            return
        before = now


Post = tuple[bytes, dict[str, str], int]


def _posts(people: Iterator[int], n_events: int, size: Callable[[random.Random], int], signer: Signer) -> list[Post]:
    """Signed posts, with how many events are in each."""
    draw = random.Random(11)
    taken = [
        {
            "attempt": f"token{(number + 999) // 1000}",
            "delivery": number,
            "email": f"reader{number}@example.com",
            "at": time.time(),
            "reference": f"bench{number}",
        }
        for number in itertools.islice(people, n_events // 2)
    ]
    events = all_told(taken, Telling(courses=_COURSES, shuffled=True, at_once=10_000))
    posts: list[Post] = []
    while events:
        n = size(draw)
        body = as_body(events[:n])
        posts.append((body, signer.headers(body), len(events[:n])))
        events = events[n:]
    return posts


def _unsubscribe_paths(key: Any, people: Iterator[int]) -> Iterator[str]:
    from newsletter.words.token import reader_tokens

    subscribers = list(people)
    tokens = reader_tokens(key.secret, key_id=key.id, purpose="u", subscribers=subscribers, mailing_list=1, issue=1)
    return (f"/u/{token}" for token in tokens)


def _phase(port: int, posts: list[Post], leaving: Iterator[str], measured: list[psutil.Process]) -> dict[str, Any]:
    """Post all of them over several connections, while somebody unsubscribes every twentieth of a second."""
    waiting, statuses, done = iter(posts), [], threading.Event()
    lock = threading.Lock()

    def post_some() -> None:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                post = next(waiting, None)
            if post is None:
                return
            statuses.append(_ask(wire, "POST", "/webhooks/sendgrid", post[0], post[1]))

    took: list[float] = []
    unsubscribing = threading.Thread(target=_unsubscribe, args=(port, leaving, took, done))
    threads = [threading.Thread(target=post_some) for _ in range(_CONNECTIONS)]
    cpu, begun = _cpu(measured), time.perf_counter()
    unsubscribing.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, cpu = time.perf_counter() - begun, _cpu(measured) - cpu
    done.set()
    unsubscribing.join()
    if set(statuses) != {200}:
        raise RuntimeError(f"the webhook answered {set(statuses)}")
    n_events = sum(post[2] for post in posts)
    return {
        "events": n_events,
        "posts": len(posts),
        "wall": wall,
        "cpu": cpu,
        "unsubscribes": len(took),
        # Never more than the longest, however few there are.
        "unsubscribe_p50": quantiles(took, n=100, method="inclusive")[49],
        "unsubscribe_p99": quantiles(took, n=100, method="inclusive")[98],
    }


def _unsubscribe(port: int, leaving: Iterator[str], took: list[float], done: threading.Event) -> None:
    """The one-click request of RFC 8058, each over a connection of its own."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in leaving:
        begun = time.perf_counter()
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        status = _ask(wire, "POST", path, b"List-Unsubscribe=One-Click", form)
        wire.close()
        took.append(time.perf_counter() - begun)
        if status != 200:
            raise RuntimeError(f"an unsubscribe was answered with {status}")
        if done.wait(_SECONDS_BETWEEN_UNSUBSCRIBES):
            return


def _ask(wire: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
    wire.request(method, path, body, headers)
    answer = wire.getresponse()
    answer.read()
    return answer.status


def _cpu(measured: list[psutil.Process]) -> float:
    """User and system seconds of these processes and of those that they started."""
    family = [each for first in measured for each in (first, *first.children(recursive=True))]
    return sum(one.cpu_times().user + one.cpu_times().system for one in family)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
