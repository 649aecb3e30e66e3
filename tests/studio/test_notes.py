"""Notes beside the words, without scripts: left, answered, settled, mailed; suggestions; never in what readers get."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.access.sign_in import hashed
from newsletter.folder.notes.entry import EntryKind
from newsletter.words.user import Role
from tests.studio.conftest import World

POST = "posts/2026-11-20-ferries-in-winter.md"
KEY = "post:2026-11-20-ferries-in-winter"
QUOTE = "a line that only exists when the ice allows it"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def ben(world: World) -> str:
    """Somebody else who writes here; their address."""
    account = world.parts.users.add("ben@example.com", name="Ben", role=Role.EDITOR)
    world.parts.users.set_password(account.user.id, hashed(PASSWORD))
    return account.user.email


def _note(world: World, **fields: str) -> str:
    """Leave a note on the post; its id."""
    answer = world.post(
        "/issues/1/notes", act="add", file=POST, **{"field": "body", "quote": QUOTE, "note": "Is it?", **fields}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("#note-")[2]


def _page(world: World, part: str = KEY) -> str:
    return world.client.get("/studio/issues/1", params={"part": part}).text


def _words(world: World) -> str:
    return (world.parts.directory / POST).read_text()


def test_a_note_stands_in_the_margin_and_never_in_the_words(world: World) -> None:
    """With its passage, its writer, and a number in the outline; the post's file is as it was."""
    before = _words(world)
    name = _note(world, note="Is it <b>true</b>?")
    page = _page(world)

    assert f'id="note-{name}"' in page
    assert f'data-quote="{QUOTE}"' in page
    assert "Is it &lt;b&gt;true&lt;/b&gt;?" in page
    assert '1<span class="sr"> open note</span>' in page
    assert _words(world) == before


def test_a_note_is_answered_settled_and_opened_again(world: World) -> None:
    """Whatever is said stays."""
    name = _note(world)
    for act, fields in (("answer", {"note": "It is."}), ("settle", {})):
        assert world.post("/issues/1/notes", act=act, file=POST, on=name, **fields).status_code == 303
    page = _page(world)

    assert "It is." in page and "Settled by" in page and "1 settled" in page
    world.post("/issues/1/notes", act="reopen", file=POST, on=name)
    assert "Settled by" not in _page(world)


def test_a_note_whose_words_are_gone_says_so_and_stays(world: World) -> None:
    """The words around it do not hold it up."""
    _note(world)
    path = world.parts.directory / POST
    path.write_text(path.read_text().replace("the ice allows", "the frost allows"))

    assert "These words are not there any more." in _page(world)


def test_notes_on_the_subject_and_the_opening_stand_at_their_parts(world: World) -> None:
    """An issue's own file has three of the parts that one opens."""
    for field, quote in (("subject", "Boats"), ("intro", "about ice"), ("", "")):
        answer = world.post(
            "/issues/1/notes", act="add", file="issues/001.md", field=field, quote=quote, note=f"On {field}."
        )
        assert answer.status_code == 303

    assert "On subject." in _page(world, "inbox") and "On intro." not in _page(world, "inbox")
    assert "On intro." in _page(world, "opening") and "On ." in _page(world, "opening")


def test_an_accepted_suggestion_changes_the_words(world: World) -> None:
    """And nothing before that does."""
    name = _note(world, suggests="1", instead="a line that the ice decides about", note="")
    assert QUOTE in _words(world)
    answer = world.post("/issues/1/suggestions", file=POST, on=name)

    assert answer.status_code == 303, answer.text
    assert "A timetable with a line that the ice decides about:\n" in _words(world)
    assert "Accepted by" in _page(world)
    assert world.post("/issues/1/suggestions", file=POST, on=name).status_code == 409


def test_a_suggestion_for_words_that_changed_is_refused_with_both_texts(world: World) -> None:
    """Nothing is changed by luck."""
    name = _note(world, suggests="1", instead="a line of ice", note="")
    path = world.parts.directory / POST
    path.write_text(path.read_text().replace("the ice allows", "the frost allows"))
    before = _words(world)
    answer = world.post("/issues/1/suggestions", file=POST, on=name)

    assert answer.status_code == 409
    assert "a line that only exists when the frost allows it" in answer.text and "a line of ice" in answer.text
    assert _words(world) == before
    assert "Accepted by" not in _page(world)


def test_notes_that_can_not_be_read_keep_nobody_from_writing(world: World) -> None:
    """An editor of somebody's saved the file in another encoding: the page says so, and the words are there."""
    _note(world)
    path = world.parts.directory / world.parts.notes.files_of(POST)[0]
    path.write_bytes(b"\xff\xfe")
    page = _page(world)

    assert "The notes can’t be read" in page and 'data-field="body"' in page


def test_what_was_typed_comes_back_with_a_refusal(world: World) -> None:
    """A suggestion without words that it is for."""
    answer = world.post(
        "/issues/1/notes", act="add", file=POST, field="body", note="My long note.", suggests="1", instead="x"
    )

    assert answer.status_code == 400
    assert "My long note." in answer.text


def test_a_form_sent_twice_is_heard_once(world: World) -> None:
    """The network was gone before the answer came."""
    for _ in range(2):
        _note(world, id="0123456789abcdef")
    # Another note from the same form, such as after going back in the browser.
    _note(world, id="0123456789abcdef", note="And this?")

    assert [one.text for one in world.parts.notes.entries(POST)] == ["Is it?", "And this?"]


def test_one_mail_a_sitting_reaches_the_person(world: World, ben: str) -> None:
    """Two notes and an answer to nobody else: one mail, once it has been quiet for ten minutes."""
    _note(world, to=ben, note="First.")
    _note(world, to=ben, note="Second.", quote="")
    _note(world, note="For nobody in particular.")
    parts, now = world.parts, world.parts.clock.now()
    assert parts.note_post.post_due(now + timedelta(minutes=9)) == 0
    assert parts.note_post.post_due(now + timedelta(minutes=11)) == 1
    assert parts.note_post.post_due(now + timedelta(minutes=30)) == 0
    [mail] = parts.notices.list_all(waiting=True)

    assert mail.tell == (ben,)
    assert "2 notes from" in mail.subject and "on issue 1" in mail.subject
    assert f"on “{QUOTE}”:\nFirst.\n" in mail.body and "on all of it:\nSecond.\n" in mail.body
    assert "nobody in particular" not in mail.body
    links = re.findall(r"https://\S+", mail.body)
    assert len(links) == 2
    path = links[0].removeprefix("https://ferries.example.com")
    assert f'id="{path.partition("#")[2]}"' in world.client.get(path.partition("#")[0]).text


def test_an_answer_reaches_the_writer_and_nobody_hears_of_themselves(world: World, ben: str) -> None:
    """The note is the owner's, the answer Ben's."""
    name = _note(world, to=ben)
    account = world.parts.users.find_by_email(ben)
    assert account
    entry = world.parts.notes.entries(POST)[0]
    answer = type(entry)(id="b1", kind=EntryKind.ANSWER, at=entry.at, by="Ben", email=ben, note=name, text="Yes.")
    world.parts.notes.add(POST, answer)
    world.parts.note_post.note(answer, POST, 1)
    due = world.parts.note_post.untold.people_due(entry.at + timedelta(hours=1))

    assert set(due) == {ben, entry.email}
    world.parts.note_post.post_due(entry.at + timedelta(hours=1))
    told = {mail.tell[0]: mail.body for mail in world.parts.notices.list_all(waiting=True)}
    assert "Ben answers" in told[entry.email] and "Ben answers" not in told[ben]


def test_notes_are_in_nothing_that_readers_get(world: World, tmp_path: Path) -> None:
    """Neither in the mail, nor in the archive, nor in a test, nor in the words of the issue."""
    marker = "NobodyElseReadsThis"
    _note(world, note=marker, suggests="1", instead=f"{marker} instead")
    _note(world, note=marker, quote="")
    parts = world.parts
    from newsletter.compose.press import press

    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    said = [edition.to_json(), world.client.get("/").text, world.client.get("/feed.xml").text]
    shared = world.post_json("/issues/1/share", {}).json()["link"]
    said.append(world.client.get(shared.partition("8025")[2] or shared).text)
    said += [
        world.client.get(f"/{path}").text
        for path in ("notes/posts/2026-11-20-ferries-in-winter.jsonl", "images/../notes")
    ]

    assert not [one for one in said if marker in one]
    assert marker in _page(world)


def test_other_words_are_a_suggestion_though_nobody_ticked_that(world: World) -> None:
    """What somebody typed is not thrown away; without words that it is for, it comes back."""
    _note(world, instead="a line of ice", note="")
    refused = world.post("/issues/1/notes", act="add", file=POST, field="body", instead="a line of snow")

    assert [one.instead for one in world.parts.notes.entries(POST)] == ["a line of ice"]
    assert refused.status_code == 400 and "a line of snow" in refused.text


def test_too_long_a_note_on_a_suggestion_is_refused_and_not_cut(world: World) -> None:
    """Nor may the other words be without end."""
    long = "word " * 1_700
    for fields in ({"note": long, "instead": "x"}, {"note": "", "instead": long}):
        answer = world.post("/issues/1/notes", act="add", file=POST, field="body", quote=QUOTE, suggests="1", **fields)
        assert answer.status_code == 400

    assert not world.parts.notes.entries(POST)


def test_whose_account_is_gone_hears_nothing_more(world: World, ben: str) -> None:
    """Neither of what waits already, nor of what is answered later."""
    name = _note(world, to=ben, note="For Ben.")
    account = world.parts.users.find_by_email(ben)
    assert account
    world.parts.users.add("ana@example.com", name="Ana", role=Role.OWNER)
    world.parts.users.remove(account.user.id)
    _note(world, note="Of something else.")
    now = world.parts.clock.now()
    assert world.parts.note_post.post_due(now + timedelta(hours=2)) == 0
    entry = world.parts.notes.entries(POST)[0]
    answer = type(entry)(
        id="a1", kind=EntryKind.ANSWER, at=now, by="Ana", email="ana@example.com", note=name, text="Yes."
    )
    world.parts.notes.add(POST, answer)
    world.parts.note_post.note(answer, POST, 1)

    assert ben not in world.parts.note_post.untold.people_due(now + timedelta(hours=2))
