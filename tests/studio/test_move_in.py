"""Moving in from the studio: looked at first, then done by one press, taken back; and the reminder two weeks later."""

from __future__ import annotations

import io
import re
import threading
import time
import zipfile
from collections.abc import Mapping
from datetime import timedelta

import pytest

from newsletter.imports.upload_state import UploadState
from newsletter.wiring.imports import Importer
from newsletter.wiring.letters import post_letters
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.move_in.more_samples import SENDY
from tests.move_in.samples import AUDIENCE, BUTTONDOWN, GHOST, MAILCHIMP, SUBSTACK
from tests.studio.conftest import World

MOVE_IN = "/settings/move-in"


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


EXPORT = ("export.zip", zipped(SUBSTACK))


def bring(world: World, *files: tuple[str, bytes], system: str = "substack", **fields: str) -> str:
    """The page on which the look at an export is shown, once it is over."""
    wanted = {"list": "weekly", "how": "agreed", "consent": "A form", "act": "bring", "system": system, **fields}
    answer = world.client.post(
        f"/studio{MOVE_IN}", data={"csrf": world.csrf(), **wanted}, files=[("file", one) for one in files]
    )
    assert answer.status_code == 303, answer.text
    return over(world, answer.headers["location"].removeprefix("/studio"))


def over(world: World, path: str) -> str:
    until = time.monotonic() + 20
    while not world.client.get(f"/studio{path}/progress").json()["is_over"]:
        assert time.monotonic() < until
        time.sleep(0.02)
    return path


def page_of(world: World, path: str) -> str:
    """The words of a page, without its tags."""
    text = world.client.get(f"/studio{path}").text
    return " ".join(re.sub("<[^<>]*>", " ", text.partition("<main")[2]).replace("&#39;", "'").split())


def files_in(world: World) -> set[str]:
    return {path.name for path in (world.parts.directory / "issues").glob("*.md")}


def test_each_system_says_how_its_export_is_had(world: World) -> None:
    """The way there is on the page, before any file is asked for; and the pages of readers and of the first day lead here."""
    assert "Where is it now?" in page_of(world, MOVE_IN)
    for system, words in (("ghost", "Import/Export"), ("mailchimp", "Export audience"), ("substack", "Exports")):
        assert words in page_of(world, f"{MOVE_IN}?from={system}")
    for path in ("/readers", "/readers/import", "/settings"):
        assert "/studio/settings/move-in" in world.client.get(f"/studio{path}").text


def test_what_would_come_is_shown_and_nothing_is_written(world: World) -> None:
    """Issues with numbers and pictures, people, what stays out and why, and the next number."""
    before = files_in(world)
    page = page_of(world, bring(world, EXPORT, first="10"))
    for words in (
        "3 old issues and 1 new reader would come",
        "1 is not to be mailed and never will be from here",
        "10 First crossing",
        "Your next issue would get a number after 12",
        "cdn.example.net (2)",
        "For members Not everybody could read it there",
        "Unfinished It is a draft.",
    ):
        assert words in page, words
    assert (before, None) == (files_in(world), world.parts.readers.find_subscriber("ana@example.com"))
    assert str(world.parts.directory) not in page


def test_one_press_moves_in_and_another_takes_it_back(world: World) -> None:
    """Who left stays off; an issue that was changed meanwhile stays too, and so does what people did themselves."""
    path = bring(world, EXPORT, first="10")
    world.post(path, act="import")
    over(world, path)
    assert "3 old issues and 1 new reader came" in page_of(world, path)
    assert {"010.md", "011.md", "012.md"} <= files_in(world)
    person = world.parts.readers.find_subscriber("ana@example.com")
    assert person and person.subscriptions[0].status is SubscriptionStatus.ACTIVE
    assert world.parts.readers.find_suppression("gone@example.com") is SuppressionReason.UNSUBSCRIBE
    [move] = world.parts.moves.list_done(most=5)
    assert move.remind_at and move.moved_at
    assert timedelta(days=14) == move.remind_at - move.moved_at

    changed = world.parts.directory / "issues" / "011.md"
    changed.write_text(changed.read_text().replace("The long quay", "The longest quay"))
    world.post(MOVE_IN, act="undo", move=str(move.id))
    until = time.monotonic() + 20
    while world.parts.moves.get(move.id).undone_at is None:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert {"001.md", "011.md"} == files_in(world)
    assert world.parts.readers.find_subscriber("ana@example.com") is None
    assert "taken back" in page_of(world, MOVE_IN)


@pytest.mark.walks
@pytest.mark.parametrize(
    ("system", "files", "words"),
    [
        ("ghost", [("ferries.json", GHOST.encode())], "3 old issues"),
        ("mailchimp", [("a.zip", zipped(MAILCHIMP)), ("b.zip", zipped(AUDIENCE))], "old issues and 1 new reader"),
        ("buttondown", [("export.zip", zipped(BUTTONDOWN))], "2 old issues"),
        ("sendy", [("export.zip", zipped(SENDY))], "1 old issue and 1 new reader"),
    ],
)
def test_every_system_can_be_looked_at(world: World, system: str, files: list[tuple[str, bytes]], words: str) -> None:
    """With the old address, from which links and pictures are understood."""
    page = page_of(world, bring(world, *files, system=system, url="ferries.example.org"))
    assert words in page
    assert "would come" in page


def test_what_is_missing_is_asked_and_what_was_written_stays(world: World) -> None:
    """No file, no words of consent, an address that is none: the form comes back as it was filled in."""
    data = {"csrf": world.csrf(), "act": "bring", "system": "substack", "url": "https://ferries.example.org"}
    answer = world.client.post(f"/studio{MOVE_IN}", data={**data, "list": "weekly", "how": "agreed", "first": "7"})
    assert answer.status_code == 400
    assert 'value="https://ferries.example.org"' in answer.text
    assert 'value="7"' in answer.text
    assert "without a word of when and where" in answer.text
    data = {**data, "list": "-"}
    assert "No file came" in world.client.post(f"/studio{MOVE_IN}", data=data).text
    data = {**data, "url": "::"}
    assert "The old address" in world.client.post(f"/studio{MOVE_IN}", data=data).text


def test_a_wrong_export_is_named_and_the_old_address_is_asked_for(world: World) -> None:
    """In the words of the form; nothing is written."""
    page = page_of(world, bring(world, ("people.csv", b"email\nana@example.com\n")))
    assert "That did not work" in page
    assert "posts.csv" in page
    path = bring(world, ("ferries.json", GHOST.encode()), system="ghost", list="-")
    page = page_of(world, path)
    assert "“Old address”" in page
    assert "--url" not in page
    world.post(path, act="otherwise", first="1", url="https://ferries.example.org")
    over(world, path)
    assert "3 old issues would come" in page_of(world, path)


def test_it_can_be_looked_at_otherwise(world: World) -> None:
    """Closed issues too, and other numbers, without bringing the files again."""
    path = bring(world, EXPORT, list="-")
    assert "3 old issues would come" in page_of(world, path)
    assert world.post(path, act="otherwise", first="no number").status_code == 400
    world.post(path, act="otherwise", first="20", closed="yes")
    over(world, path)
    page = page_of(world, path)
    assert "4 old issues would come" in page
    assert "20 First crossing" in page
    assert world.client.get(f"/studio/readers/import/{path.rpartition('/')[2]}").headers["location"].endswith(path)
    world.post(path, act="forget")
    assert world.client.get(f"/studio{path}").status_code == 404


def test_a_move_outlives_its_process(world: World) -> None:
    """One that ended half-way leaves the rest to the next: every issue comes once, and all of it can be taken back."""
    path = bring(world, EXPORT)
    parts, token = world.parts, path.rpartition("/")[2]
    stopped = threading.Event()
    parts.uploads.carry_out(token)
    stopped.set()
    Importer(parts, stopped).beat()
    assert parts.uploads.get(token).state is UploadState.IMPORTING
    until = time.monotonic() + 20
    # The thread that looked at the files may still be giving its lease back.
    while parts.uploads.get(token).is_at_work:
        assert time.monotonic() < until
        Importer(parts, threading.Event()).beat()
    [move] = parts.moves.list_done(most=5)
    assert sorted(one.number for one in move.found.issues) == [2, 3, 4] if move.found else False
    assert all(move.issues.values())


def test_a_person_is_asked_before_anybody_comes_who_may_have_left(world: World) -> None:
    """By a choice on the page; until it is made nothing comes."""
    people = "email,active_subscription,expiry,email_disabled,created_at,Status\nana@example.com,false,,false,2018-08-27,Sleeping\n"
    files = {**SUBSTACK, "email_list.ferries.csv": people}
    path = bring(world, ("export.zip", zipped(files)))
    page = world.client.get(f"/studio{path}").text
    assert "Did these people leave?" in page
    world.post(path, act="import")
    assert world.parts.readers.find_subscriber("ana@example.com") is None
    asked = re.findall(r'name="about-0" value="([^"]*)"', page)
    world.post(path, act="answer", **{"about-0": asked[0], "answer-0": "left"})
    over(world, path)
    assert "1 is not to be mailed" in page_of(world, path)


def test_two_weeks_later_the_owner_is_reminded_and_brings_who_left(world: World) -> None:
    """On This week and by one mail; put off, it comes again; who left by the old links is off the list."""
    path = bring(world, EXPORT)
    world.post(path, act="import")
    over(world, path)
    parts = world.parts
    [move] = parts.moves.list_done(most=5)
    assert "You moved in from Substack" not in page_of(world, "")
    post_letters(parts)
    assert not [one for one in parts.notices.list_all(waiting=True) if one.about.startswith("move:")]

    parts.moves.put_off(move.id, now=parts.clock.now() - timedelta(days=8))
    assert "You moved in from Substack" in page_of(world, "")
    for _ in range(2):
        post_letters(parts)
    [mail] = [one for one in parts.notices.list_all(waiting=True) if one.about.startswith("move:")]
    assert f"?late={move.id}" in mail.body
    world.post(MOVE_IN, act="put_off", move=str(move.id))
    assert "You moved in from Substack" not in page_of(world, "")

    assert "Who left Substack since?" in page_of(world, f"{MOVE_IN}?late={move.id}")
    data = {"csrf": world.csrf(), "act": "late", "move": str(move.id), "who": "left"}
    late = [("file", ("late.csv", b"email,created_at\nana@example.com,2018-08-27\n"))]
    answer = world.client.post(f"/studio{MOVE_IN}", data=data, files=late)
    over(world, brought := answer.headers["location"].removeprefix("/studio"))
    world.post(brought, act="import")
    over(world, brought)
    assert parts.readers.find_suppression("ana@example.com") is SuppressionReason.UNSUBSCRIBE
    world.post(MOVE_IN, act="settle", move=str(move.id))
    assert parts.moves.get(move.id).remind_at is None


def test_where_only_names_of_files_tell_the_late_ones_come_as_they_did_first(world: World) -> None:
    """Sendy's table of those who unsubscribed has no header: it goes through what knows Sendy, and settles the reminder."""
    path = bring(world, ("ferries-active.csv", b'"Ana","ana@example.com"\n'), system="sendy")
    assert "1 new reader would come" in page_of(world, path)
    world.post(path, act="import")
    over(world, path)
    [move] = world.parts.moves.list_done(most=5)
    data = {"csrf": world.csrf(), "act": "late", "move": str(move.id)}
    late = [("file", ("ferries-unsubscribed.csv", b'"Ana","ana@example.com"\n'))]
    answer = world.client.post(f"/studio{MOVE_IN}", data=data, files=late)
    over(world, brought := answer.headers["location"].removeprefix("/studio"))
    assert "1 is not to be mailed" in page_of(world, brought)
    world.post(brought, act="import")
    over(world, brought)
    assert world.parts.readers.find_suppression("ana@example.com") is SuppressionReason.UNSUBSCRIBE
    assert [None, None] == [one.remind_at for one in world.parts.moves.list_done(most=5)]
