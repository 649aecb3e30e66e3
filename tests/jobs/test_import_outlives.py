"""An import of many that was brought in the studio outlives the machine on which it was begun, and all calls that are lost."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.request import Request

import psutil
import pytest
from sqlalchemy import func, select, text

from newsletter.consent.tables import import_newcomers
from newsletter.db.engine import reading, writing
from newsletter.imports.upload import Upload
from newsletter.imports.upload_state import UploadState
from newsletter.readers.tables import subscriber, subscription
from tests.jobs.serving import Hands, Server, serving, until
from tests.jobs.test_studio_drives import STUDIO, Visitor
from tests.schedule.clocked import LIMIT
from tests.schedule.world import SLOT, World

SHORT = {LIMIT: "3"}
# A million: FAULTS_ROWS=1000000
N_ROWS = int(os.environ.get("FAULTS_ROWS", "100000"))
# One in a hundred is broken, and one is a reader of before, whose name changes.
N_BROKEN = N_ROWS // 100
N_NEW = N_ROWS - N_BROKEN
pytestmark = pytest.mark.faults


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    made = Hands(tmp_path / "offset")
    made.turn(SLOT - timedelta(days=2))
    return made


@pytest.fixture
def world(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """Three readers on `weekly`."""
    made = World(tmp_path / "weekly", url=postgres_url, now=SLOT - timedelta(days=2))
    yield made
    made.close()


def test_an_import_outlives_its_machine(world: World, hands: Hands, tmp_path: Path) -> None:
    """Kill -9 in the middle, all calls lost three times: a worker of another machine finishes it, each once, and takes it back."""
    before = _people(world)
    with serving(world.folder, hands, tmp_path / "studio.log", words=STUDIO, **SHORT) as studio:
        visitor = Visitor(studio)
        token = _bring(visitor, _rows())

        def now() -> Upload:
            return world.parts.uploads.get(token)

        until(lambda: now().state is UploadState.LOOKED, 300)
        visitor.press(f"/readers/import/{token}", act="import")
        until(lambda: now().reached > N_ROWS // 4, 300)
        _kill_all(studio)
    left, killed = now(), time.monotonic()
    assert left.state is UploadState.IMPORTING and N_ROWS // 4 < left.reached < N_ROWS
    _lose_all(world)
    words = ("worker", "--queues", "imports")
    with serving(world.folder, hands, tmp_path / "worker.log", words=words, **SHORT) as worker:
        until(lambda: now().reached > left.reached, 120)
        went_on = time.monotonic()
        _lose_all(world)
        until(lambda: now().reached > N_ROWS * 3 // 4, 600)
        _lose_all(world)
        until(lambda: now().state is UploadState.IMPORTED, 600)
        done = time.monotonic()
        _is_there_once(world, now())
        (run,) = world.parts.imports.list_imports(most=2)
        assert run.finished_at is not None
        world.parts.imports.ask_undo(run.number)
        _lose_all(world)
        until(lambda: not world.parts.imports.list_to_undo(), 900)
        undone = time.monotonic()
        assert 0 == worker.stop()

    assert _people(world) == before
    print(
        f"\n{N_ROWS:,} rows, killed behind {left.reached:,}: went on after {went_on - killed:.1f} s, "
        f"done after {done - killed:.1f} s, taken back in {undone - done:.1f} s"
    )


def _rows() -> bytes:
    rows = (
        "nobody,x" if row % 100 == 1 else "reader0@example.com,Zoe" if row == 0 else f"new{row}@example.com,Ana"
        for row in range(N_ROWS)
    )
    return "\n".join(["email,first_name", *rows]).encode()


def _bring(visitor: Visitor, content: bytes) -> str:
    """Upload a file as a browser does; the token of its page."""
    fields = {"csrf": visitor.csrf(), "list": "weekly", "how": "agreed", "consent": "Form, 2024"}
    mark = b"--a-mark-that-no-file-has"
    parts = [
        b'%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (mark, name.encode(), value.encode())
        for name, value in fields.items()
    ]
    parts.append(
        b'%s\r\nContent-Disposition: form-data; name="file"; filename="readers.csv"\r\nContent-Type: text/csv\r\n\r\n%s\r\n'
        % (mark, content)
    )
    kind = f"multipart/form-data; boundary={mark.decode().removeprefix('--')}"
    request = Request(f"{visitor.home}/readers/import", b"".join([*parts, mark, b"--\r\n"]), {"Content-Type": kind})
    with visitor.opener.open(request, timeout=300) as page:
        (token,) = re.findall(r"/readers/import/(\w+)$", page.url)
    return str(token)


def _kill_all(server: Server) -> None:
    """Every process of the machine, also those that its processes began."""
    server.asked_to_end = True
    first = psutil.Process(server.process.pid)
    for process in (*first.children(recursive=True), first):
        process.kill()
    server.process.wait()


def _is_there_once(world: World, upload: Upload) -> None:
    found = upload.found
    assert found is not None
    report = found.report
    assert (report.rows, report.added, report.updated, report.rejected) == (N_ROWS, N_NEW - 1, 1, N_BROKEN)
    lines = [row.line for row in world.parts.uploads.list_refusals(upload.token)]
    assert lines == [row + 2 for row in range(1, N_ROWS, 100)]
    new = subscriber.c.email_key.like("new%")
    on_the_list = select(func.count()).select_from(subscription.join(subscriber)).where(new)
    with reading(world.parts.engine) as connection:
        assert connection.scalar(on_the_list) == connection.scalar(select(func.count()).where(new)) == N_NEW - 1
        ranges = connection.execute(select(import_newcomers.c["first_id", "last_id"])).all()
    assert sum(row.last_id - row.first_id + 1 for row in ranges) == N_NEW - 1


def _people(world: World) -> list[str]:
    """Everybody, and where they stand."""
    people = (
        "SELECT email, first_name, last_name, fields, list_id, status, consent, since_at FROM subscriber "
        "JOIN subscription ON subscriber_id = id ORDER BY id"
    )
    with reading(world.parts.engine) as connection:
        return [str(row) for row in connection.execute(text(people))]


def _lose_all(world: World) -> None:
    with writing(world.parts.engine) as connection:
        tables = "procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers, procrastinate_events"
        connection.execute(text(f"TRUNCATE {tables}"))
