"""Pictures that one machine has mailed and another one is asked for, whose folder does not hold them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import delete, func, select
from starlette.testclient import TestClient

from newsletter.archive.tables import picture_slice
from newsletter.compose.press import press
from newsletter.db.engine import reading, writing
from newsletter.db.lease import Lease
from newsletter.ledger.plan import plan
from newsletter.web.app import build
from newsletter.wiring import Parts
from newsletter.wiring.pictures import make_pictures, share_mailed
from tests.schedule.world import World


@pytest.fixture
def here(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """The machine that writes and sends; its issue shows a picture of more than one slice."""
    made = World(tmp_path / "here", url=postgres_url)
    (made.folder / "images").mkdir(exist_ok=True)
    Image.effect_noise((900, 700), 90).save(made.folder / "images" / "pier.png")
    (post,) = (made.folder / "posts").glob("*.md")
    post.write_text(post.read_text() + "\n![A pier](images/pier.png)\n")
    yield made
    made.close()


@pytest.fixture
def there(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """Another machine on the same database: it has the settings, and neither the words nor the pictures."""
    made = World(tmp_path / "there", url=postgres_url, n_readers=0)
    for file in [*(made.folder / "posts").glob("*"), *(made.folder / "issues").glob("*")]:
        file.unlink()
    yield made
    made.close()


def _plan(world: World) -> str:
    """The name of the picture that the mail points to."""
    edition = press(world.parts.shelf, world.parts.config.newsletter, 1).rendered.edition
    plan(world.parts.ledger, world.clock, edition, list_name="weekly", parcel_size=1)
    (name,) = {Path(name).name for name in (world.folder / "var" / "images").glob("*.png")}
    assert f"/images/{name}" in edition.to_json()
    return name


def _ask(parts: Parts, name: str) -> tuple[int, bytes]:
    answer = TestClient(build(parts)).get(f"/images/{name}")
    return answer.status_code, answer.content


def _n_slices(world: World) -> int:
    with reading(world.parts.engine) as connection:
        return connection.scalar(select(func.count()).select_from(picture_slice)) or 0


def test_another_machine_answers_for_what_was_mailed(here: World, there: World) -> None:
    """Byte by byte, again when the database is not asked any more, and nothing that was never published."""
    name = _plan(here)
    mailed = (here.folder / "var" / "images" / name).read_bytes()
    assert (_n_slices(here), mailed[:4]) == (len(mailed) // (256 * 1024) + 1, b"\x89PNG")
    assert _ask(there.parts, name) == (200, mailed)
    with writing(there.parts.engine) as connection:
        connection.execute(delete(picture_slice))
    assert _ask(there.parts, name) == (200, mailed)
    assert _ask(there.parts, f"{'0' * 32}.png")[0] == 404


def test_two_processes_keep_it_once(here: World) -> None:
    """Each asks before it writes, and the second finds it."""
    _plan(here)
    before = _n_slices(here)
    other = here.opened()
    press(other.shelf, other.config.newsletter, 1)
    assert _n_slices(here) == before > 1


def test_what_was_mailed_before_is_shared_as_well(here: World, there: World) -> None:
    """After an upgrade, or a move from SQLite, the machine that has it keeps it for all; one that has it not changes nothing."""
    name = _plan(here)
    with writing(here.parts.engine) as connection:
        connection.execute(delete(picture_slice))
    assert share_mailed(there.parts) == 1
    assert _ask(there.parts, name)[0] == 404
    assert share_mailed(here.opened()) == 0
    assert _ask(there.parts, name)[0] == 200


def test_a_picture_that_nobody_used_is_not_kept(here: World, there: World) -> None:
    """Made ready with the whole folder, by one process at a time, it stays in that folder."""
    with Lease(there.parts.engine, "pictures").try_hold():
        make_pictures(here.parts, threading.Event())
    assert not (here.folder / "var" / "images").exists()
    make_pictures(here.parts, threading.Event())
    assert list((here.folder / "var" / "images").glob("*.png"))
    assert _n_slices(here) == 0


def test_on_an_sqlite_file_the_folder_is_enough(tmp_path: Path) -> None:
    """One machine: the database does not hold pictures twice."""
    alone = World(tmp_path / "alone", n_readers=1)
    assert alone.parts.shared_pictures is None and alone.parts.images.keep is None
    alone.close()
