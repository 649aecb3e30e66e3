"""Search: one field for pages, acts, posts with their quotes, issues, finds with their notes, and readers."""

from __future__ import annotations

import html
import os
import re
import threading
from pathlib import Path

import pytest

from newsletter.compose.press import press
from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.readers.rows import ReaderRow
from newsletter.web.studio.search.own_words import OwnLibrary
from newsletter.web.studio.search.text_memory import TextMemory
from newsletter.wiring import Parts
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, Origin
from newsletter.words.mistake import Mistake
from newsletter.words.prose.question import read_question
from newsletter.words.subscriber import SubscriptionStatus
from tests.studio.conftest import World

POST = "posts/2026-11-20-ferries-in-winter.md"


def _found(world: World, words: str) -> str:
    return world.client.get("/studio/search", params={"q": words}).text.partition('<div class="results">')[2]


def _text(markup: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", "", markup)).split())


def _send(parts: Parts) -> None:
    """The first issue goes to an open list."""
    row = ReaderRow(email="ana.berg@example.com", first_name="Ana", last_name="Berg")
    parts.consent.membership.join("weekly", [row], status=SubscriptionStatus.ACTIVE, consent="form")
    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    parts.ledger.planning.open_mailing(edition, list_name="weekly", parcel_size=10, start_at=None)
    parts.drain(threading.Event()).once()


def test_a_post_is_found_by_its_quote_and_linked_where_it_ran(world: World) -> None:
    """With the passage, the issue and its day, and a link to the archive once it went out."""
    before = _found(world, "When did we last have the captain's boat?")
    assert "in issue 1, not in the archive" in before and "data-link" not in before
    _send(world.parts)
    found = _found(world, "When did we last have the captain's boat?")

    assert "They wrote: “The last boat leaves when the captain can no longer see the buoy." in _text(found)
    assert f"?part=post:{POST[6:-3]}" in found
    assert re.search(r"in issue 1, \d+ \w+ \d{4}", found)
    assert 'data-link="[Ferries in winter](https://ferries.example.com/issues/1)"' in found


def test_what_was_just_written_is_found_and_what_is_gone_is_not(world: World) -> None:
    """The memory of the texts follows the files."""
    assert "Nothing here has" in _found(world, "zeppelin")
    path = world.parts.directory / "posts" / "2026-11-22-new.md"
    path.write_text("---\ntitle: Airships\n---\n\nA zeppelin.\n")
    assert "in no issue yet" in _found(world, "zeppelin")
    path.write_text("---\ntitle: Airships\n---\n\nA balloon, which is no such thing.\n")
    assert "Nothing here has" in _found(world, "zeppelin")
    path.unlink()
    assert "Nothing here has" in _found(world, "balloon")


def test_pages_acts_issues_finds_and_readers_are_found(world: World) -> None:
    """Each leads to its place."""
    _send(world.parts)
    draft = FindDraft(
        url="https://example.org/a", origin=Origin.PERSON, source="Ana", title="Ice", note="For the captain?"
    )
    collect_desk(world.parts).finds.add(draft)

    assert "/studio/readers/import" in _found(world, "csv")
    assert "/studio/issues/1/read" in _found(world, "read issue 1 through")
    assert "Boats for" in _found(world, "this week about ice")
    assert "For the captain?" in _found(world, "captain")
    assert "ana.berg@example.com" in _found(world, "ana.b")
    assert "ana.berg@example.com" in _found(world, "Berg")


@pytest.mark.parametrize("words", ["", "?", "<script>alert(1)</script>", "%", "a" * 5000, "\x00", "[x](javascript:1)"])
def test_whatever_is_looked_for_nothing_runs_and_nothing_fails(world: World, words: str) -> None:
    """It is text, and at most so much of it."""
    answer = world.client.get("/studio/search/found", params={"q": words})

    assert answer.status_code == 200
    assert "<script" not in answer.text


def test_a_note_is_found_by_its_words_and_leads_to_what_it_hangs_on(world: World) -> None:
    """With its writer; what it is about is looked through too."""
    fields = {"act": "add", "file": POST, "id": "n1", "note": "Is the buoy still green?", "part": f"post:{POST[6:-3]}"}
    answer = world.post("/issues/1/notes", **fields)
    assert answer.status_code == 303, answer.text
    found = _found(world, "green buoy")

    assert "Is the buoy still green?" in _text(found)
    assert f"/studio/issues/1?part=post:{POST[6:-3]}" in found


def test_a_file_of_notes_of_no_issue_stops_no_search(world: World) -> None:
    """Somebody put it there by hand, or by git."""
    room = world.parts.directory / "notes" / "issues"
    room.mkdir(parents=True)
    entry = NoteEntry(id="n1", kind=EntryKind.NOTE, at=world.parts.clock.now(), by="Ben", text="The green buoy.")
    (room / "drafts.jsonl").write_text(entry.line())

    assert "The green buoy." in _text(_found(world, "green buoy"))


def test_the_files_are_read_while_somebody_is_about_to_type(parts: Parts) -> None:
    """In the background, once: the first question finds what they held when the search was opened."""
    library = OwnLibrary(parts)
    library.begin()
    for thread in threading.enumerate():
        if thread.name == "library":
            thread.join(10)
    path = parts.directory / POST
    was = path.stat()
    path.write_bytes(path.read_bytes().replace(b"captain", b"skipper"))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))

    assert library.look().posts(read_question("captain"), limit=5)
    assert not OwnLibrary(parts).look().posts(read_question("captain"), limit=5)


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    """Only what is new is: that is what makes years of posts quick to look through."""
    room = tmp_path / "posts"
    room.mkdir()
    for name in ("one", "two"):
        (room / f"{name}.md").write_text(name)
    read: list[str] = []

    def note(name: str, text: str) -> str:
        read.append(text)
        if text == "bad":
            raise Mistake("It can't be read.")
        return f"{name}: {text}"

    memory = TextMemory(tmp_path, "posts", note)
    assert [("two", "two: two"), ("one", "one: one")] == list(memory.now().items())
    (room / "two.md").write_text("another")
    (room / "link.md").symlink_to(tmp_path)

    assert {"one": "one: one", "two": "two: another"} == memory.now()
    assert ["another", "one", "two"] == sorted(read)
    (room / "two.md").write_text("bad")
    assert {"one": "one: one"} == memory.now()
    room.rename(tmp_path / "elsewhere")
    room.symlink_to(tmp_path / "elsewhere")
    assert {} == memory.now()
