"""Imports of the studio in real processes: calls are lost, the process is killed, and the next one goes on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.imports.report import ImportOptions
from newsletter.imports.upload import Upload
from newsletter.imports.upload_state import UploadState
from newsletter.readers.tables import subscriber
from newsletter.words.subscriber import SubscriptionStatus
from tests.jobs.serving import Hands, serving, until
from tests.schedule.clocked import LIMIT
from tests.schedule.world import SLOT, World

SHORT = {LIMIT: "2"}
N_ROWS, N_JOINING = 60_000, 600
WISH = ImportOptions(list_name="imported", status=SubscriptionStatus.ACTIVE, consent="a form")


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    made = Hands(tmp_path / "offset")
    made.turn(SLOT - timedelta(days=2))
    return made


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    made = World(tmp_path / "weekly", url=database_url, now=SLOT - timedelta(days=2), n_readers=0)
    yield made
    made.close()


@pytest.mark.faults
def test_calls_are_lost_and_the_process_is_killed_in_the_middle(world: World, hands: Hands, tmp_path: Path) -> None:
    """Everything that Procrastinate wrote is deleted before and meanwhile; then kill -9: another process finishes, each row once."""
    rows = (f"new{row}@example.com,Ana" if row % 100 == 0 else "nobody,x" for row in range(N_ROWS))
    token = world.parts.uploads.keep([("readers.csv", io.BytesIO("\n".join(["email,name", *rows]).encode()))], WISH)

    def now() -> Upload:
        return world.parts.uploads.get(token)

    _lose_all(world)
    with serving(world.folder, hands, tmp_path / "first.log", words=("serve", "--port", "0"), **SHORT) as first:
        until(lambda: now().state is UploadState.LOOKED)
        world.parts.uploads.carry_out(token)
        _lose_all(world)
        until(lambda: now().reached)
        first.kill()
    left = now()
    assert left.state is UploadState.IMPORTING and 0 < left.reached < N_ROWS
    _lose_all(world)
    with serving(world.folder, hands, tmp_path / "second.log", words=("serve", "--port", "0"), **SHORT) as second:
        until(lambda: now().state is UploadState.IMPORTED)
        assert 0 == second.stop()

    found = now().found
    assert found is not None
    assert (N_ROWS, N_JOINING, N_ROWS - N_JOINING) == (found.report.rows, found.report.added, found.report.rejected)
    lines = [row.line for row in world.parts.uploads.list_refusals(token)]
    assert len(lines) == len(set(lines)) == found.report.rejected
    with reading(world.parts.engine) as connection:
        assert N_JOINING == connection.scalar(select(func.count()).where(subscriber.c.email_key.like("new%")))


def _lose_all(world: World) -> None:
    if is_sqlite(world.parts.engine):
        return
    with writing(world.parts.engine) as connection:
        connection.execute(text("TRUNCATE procrastinate_jobs CASCADE"))
