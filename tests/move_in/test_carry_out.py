"""A move in the background that is stopped anywhere goes on where it was, and all of it can be taken back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from newsletter.db.lease import Lease
from newsletter.imports.carry_out import carry_out
from newsletter.imports.file_import import ImportLeft
from newsletter.imports.report import ImportOptions
from newsletter.imports.upload_state import UploadState
from newsletter.move_in.carry_out import take_back
from newsletter.move_in.moves_sql import note_move
from newsletter.move_in.record import MoveWish
from newsletter.wiring import Parts, open_newsletter
from newsletter.wiring.imports import import_desk, work_of
from newsletter.wiring.moves import move_desk
from newsletter.words.subscriber import SubscriptionStatus
from tests.imports.exports import EXPORTS
from tests.move_in.samples import a_ghost_post
from tests.running import a_folder

N_ISSUES = 12
POSTS = [
    a_ghost_post(f"p{n:02}", f"Title {n}", f"<p>Words {n}.</p>", published_at=f"2020-01-{n + 1:02}T08:00:00Z")
    for n in range(N_ISSUES)
]


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    (parts.directory / "issues" / "001.md").unlink()
    yield parts
    parts.engine.dispose()


def bring(parts: Parts) -> str:
    people = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form", source="ghost")
    files = [("ghost.json", json.dumps({"db": [{"data": {"posts": POSTS}}]})), ("members.csv", EXPORTS["ghost"])]
    note = partial(note_move, system="ghost", wish=MoveWish(people=people), now=parts.clock.now())
    return parts.uploads.keep([(name, io.BytesIO(text.encode())) for name, text in files], people, note=note)


def work(parts: Parts, token: str, *, looks: int = 10_000) -> bool:
    """A process that works on it until it was asked so many times whether it goes on. Whether it came to the end."""
    left = iter(range(looks))
    found = parts.uploads.get(token)
    lease = Lease(parts.engine, f"upload {found.number}")
    with lease.try_hold():
        try:
            carry_out(
                import_desk(parts),
                found,
                lease,
                goes_on=lambda: next(left, None) is not None,
                work=work_of(parts, found),
            )
        except ImportLeft:
            return False
    return True


def files(parts: Parts) -> set[str]:
    return {path.name for path in (parts.directory / "issues").glob("*.md")}


@pytest.mark.parametrize("looks", [3, N_ISSUES + 3, N_ISSUES + 8])
def test_a_move_that_is_left_anywhere_is_finished_by_the_next_process(parts: Parts, looks: int) -> None:
    """Each issue comes once, each reader once; the account is that of the whole, and taken back nothing is left."""
    token = bring(parts)
    assert work(parts, token)
    parts.uploads.carry_out(token)
    assert not work(parts, token, looks=looks)
    assert parts.uploads.get(token).state is UploadState.IMPORTING
    assert work(parts, token)

    [move] = parts.moves.list_done(most=2)
    assert move.found
    assert (N_ISSUES, 0) == (len(move.found.issues), move.found.n_known)
    assert [f"Title {n}" for n in range(N_ISSUES)] == [one.subject for one in parts.issues.list_issues()]
    assert all(move.issues.values())
    assert parts.readers.find_subscriber("ana@example.com")

    edited = parts.directory / "issues" / "002.md"
    edited.write_text(edited.read_text().replace("Words 1", "Other words"))
    take_back(move_desk(parts), import_desk(parts), move, goes_on=lambda: True)
    assert {"002.md"} == files(parts)
    assert parts.readers.find_subscriber("ana@example.com") is None
    assert parts.moves.get(move.id).undone_at


def test_a_move_that_was_stopped_by_hand_keeps_what_came(parts: Parts) -> None:
    """Stopped between two issues, nothing more is written; what is there belongs to the move."""
    token = bring(parts)
    work(parts, token)
    parts.uploads.carry_out(token)
    assert not work(parts, token, looks=N_ISSUES + 8)
    parts.uploads.stop(token)
    assert parts.uploads.get(token).state is UploadState.STOPPED
    move = parts.moves.find_of(parts.uploads.get(token).number)
    assert move
    there = files(parts)
    assert 0 < len(there) < N_ISSUES
    assert len(there) == sum(bool(digest) for digest in move.issues.values())
