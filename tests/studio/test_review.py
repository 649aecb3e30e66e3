"""Links for guests, asking for approval, and who is in which part."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import Engine, update
from starlette.testclient import TestClient

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.review.presence_sql import Presence
from newsletter.review.tables import open_part
from newsletter.schedule.tell import tell_all, with_line
from newsletter.wiring.clocks import desk_of
from newsletter.words.user import Role, User
from tests.studio.conftest import HERE, World

POST = "posts/2026-11-20-ferries-in-winter.md"
SLUG = "2026-11-20-ferries-in-winter"
QUOTE = "a line that only exists when the ice allows it"
OTHER = "posts/2026-11-21-the-other.md"


@pytest.fixture
def guest(world: World) -> Iterator[TestClient]:
    """A browser far away that has no account."""
    with TestClient(world.client.app, base_url=HERE, client=("198.51.100.7", 40_000), follow_redirects=False) as client:
        yield client


def _link(world: World, post: str = "", name: str = "Mara") -> str:
    """The path of a new link."""
    assert world.post("/issues/1/review", act="link", post=post, guest=name).status_code == 303
    page = world.client.get("/studio/issues/1/review").text
    found = re.findall(r'value="https?://[^/"]+(/studio/review/[^"]+)"', page)
    return html.unescape(found[0])


def _csrf(page: str) -> str:
    found = re.search('<meta name="csrf" content="([0-9a-f]+)">', page)
    assert found
    return found[1]


def _say(guest: TestClient, link: str, **fields: str) -> int:
    data = {"csrf": _csrf(guest.get(link).text), "act": "add", "file": POST, "field": "body", "name": "Mara", **fields}
    return guest.post(link, data=data).status_code


def _another_post(world: World) -> None:
    directory = world.parts.directory
    (directory / OTHER).write_text("---\ntitle: The other\n---\n\nOf the other post.\n")
    issue = directory / "issues" / "001.md"
    issue.write_text(issue.read_text().replace(f"[{SLUG}]", f"[{SLUG}, 2026-11-21-the-other]"))


def test_a_guest_reads_the_issue_and_leaves_a_note(world: World, guest: TestClient) -> None:
    """Without an account: the note stands beside the words, the owner hears of it, and an answer comes back to the page."""
    link = _link(world)
    page = guest.get(link)
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "Ferries in winter" in page.text and "The last boat leaves" in page.text and "Until Thursday." in page.text
    assert _say(guest, link, quote=QUOTE, note="Not since 2019.") == 303
    margin = world.client.get("/studio/issues/1", params={"part": f"post:{SLUG}"}).text
    assert "Not since 2019." in margin and "<b>Mara</b> (guest)" in margin
    [note] = world.parts.notes.entries(POST)
    world.post("/issues/1/notes", act="answer", file=POST, on=note.id, note="Thank you.")
    assert "Thank you." in guest.get(link).text
    # The link was made by the person at the machine, whose address is the one that answers readers.
    assert "mara@ferries.example.com" in world.parts.note_post.untold.people_due(note.at + timedelta(hours=2))


def test_a_link_to_a_post_shows_that_post_alone(world: World, guest: TestClient) -> None:
    """Neither the issue, nor the other posts, nor notes of others; and nothing else can be noted on."""
    _another_post(world)
    world.post("/issues/1/notes", act="add", file=POST, field="body", quote=QUOTE, note="Between us.")
    link = _link(world, post=SLUG)
    page = guest.get(link).text

    assert "Ferries in winter" in page
    assert not [
        one for one in ("Of the other post", "The other", "about ice", "Until Thursday", "Between us") if one in page
    ]
    for file in (OTHER, "issues/001.md", "var/secrets.env"):
        assert _say(guest, link, file=file, note="I was here.") == 404
    assert guest.get("/studio/issues/1").status_code == 303


def test_what_came_by_one_link_is_not_shown_by_another(world: World, guest: TestClient) -> None:
    """Two guest authors do not read each other's notes, nor answer them."""
    one, other = _link(world, name="Mara"), _link(world, name="Ole")
    _say(guest, one, note="For the editors only.")
    [note] = world.parts.notes.entries(POST)

    assert "For the editors only." in guest.get(one).text
    assert "For the editors only." not in guest.get(other).text
    assert _say(guest, other, act="answer", on=note.id, note="I see you.") == 404


def test_a_guest_settles_their_own_note_and_no_other(world: World, guest: TestClient) -> None:
    """Once it was answered to their liking; a note that came by another link is none of theirs."""
    one, other = _link(world), _link(world, name="Noor")
    _say(guest, one, quote=QUOTE, note="Not since 2019.")
    note = world.parts.notes.entries(POST)[0]
    world.post("/issues/1/notes", act="answer", file=POST, on=note.id, note="Thank you.")
    assert _say(guest, other, act="settle", on=note.id) == 404
    assert "Settle<" in guest.get(one).text
    assert _say(guest, one, act="settle", on=note.id) == 303
    page = guest.get(one).text
    margin = world.client.get("/studio/issues/1", params={"part": f"post:{SLUG}"}).text

    assert "settled" in page and "Settle<" not in page
    assert "Settled by Mara" in margin


def test_a_link_ends_when_it_is_withdrawn_and_after_two_weeks(world: World, guest: TestClient) -> None:
    """Nothing can be read or noted by it any more."""
    link = _link(world)
    csrf = _csrf(guest.get(link).text)
    [row] = world.parts.review_links.list_good(1, world.parts.clock.now())
    assert not row.is_good(row.made_at + timedelta(days=14))
    world.post("/issues/1/review", act="withdraw", link=str(row.id))

    assert guest.get(link).status_code == 404
    data = {"csrf": csrf, "act": "add", "file": POST, "field": "body", "name": "Mara", "note": "Late."}
    assert guest.post(link, data=data).status_code == 404
    assert not world.parts.notes.entries(POST)


def test_the_links_of_somebody_whose_account_is_taken_away_open_nothing(world: World) -> None:
    """The guest was theirs to invite; those of others stay."""
    links, now = world.parts.review_links, world.parts.clock.now()
    account = world.parts.users.add("ben@example.com", name="Ben", role=Role.EDITOR)
    of_ben = links.make(1, "", guest="Mara", by=account.user, now=now)
    of_ana = links.make(1, "", guest="Noor", by=replace(account.user, email="ana@example.com"), now=now)

    assert world.post("/settings/users", act="remove", user=str(account.user.id)).status_code == 303

    assert [one.id for one in links.list_good(1, now)] == [of_ana.id] != [of_ben.id]


def test_a_link_is_not_to_be_guessed_or_changed(world: World, guest: TestClient) -> None:
    """A changed letter opens nothing, and a link to share is none to note on."""
    link = _link(world)
    shared = world.post_json("/issues/1/share", {}).json()["link"].rpartition("/")[2]
    at = len(link) - 10
    for changed in (
        f"{link[:at]}{'A' if link[at] != 'A' else 'B'}{link[at + 1 :]}",
        f"/studio/review/{shared}",
        "/studio/review/x",
    ):
        assert guest.get(changed).status_code == 404


def test_a_guest_is_told_nothing_of_a_broken_file(world: World, guest: TestClient) -> None:
    """Neither its name nor a command: that is for editors."""
    link, issue = _link(world), _link(world, post=SLUG)
    (world.parts.directory / POST).write_text("---\ntitle: [\n---\n")
    (world.parts.directory / "issues" / "001.md").write_text("---\nnumber: x\n---\n")
    for path in (link, issue):
        answer = guest.get(path)

        assert answer.status_code == 404
        assert "posts/" not in answer.text and "newsletter posts" not in answer.text


def test_reading_changes_nothing(world: World, guest: TestClient) -> None:
    """GET leaves every file as it was."""
    link = _link(world)
    before = {path: path.read_bytes() for path in world.parts.directory.glob("*/*.md")}
    guest.get(link)

    assert before == {path: path.read_bytes() for path in world.parts.directory.glob("*/*.md")}
    assert not (world.parts.directory / "notes").exists()


def test_a_note_needs_a_name_and_comes_back_with_the_refusal(world: World, guest: TestClient) -> None:
    """What was typed is not lost."""
    link = _link(world)
    data = {"csrf": _csrf(guest.get(link).text), "act": "add", "file": POST, "field": "body", "note": "My words."}
    answer = guest.post(link, data={**data, "name": " "})

    assert answer.status_code == 400
    assert "My words." in answer.text


def test_many_notes_in_a_short_time_are_held_off(world: World, guest: TestClient) -> None:
    """Nobody who got hold of a link can fill the folder."""
    link = _link(world)
    csrf = _csrf(guest.get(link).text)
    data = {"csrf": csrf, "act": "add", "file": POST, "field": "body", "name": "M"}
    codes = [guest.post(link, data={**data, "note": f"{n}"}).status_code for n in range(42)]

    assert codes[:40] == [303] * 40 and codes[40:] == [409, 409]


def test_hostile_words_are_text_to_everybody(world: World, guest: TestClient) -> None:
    """A guest's note in the margin, and a post on the guest's page."""
    path = world.parts.directory / POST
    path.write_text(
        path.read_text() + "\n<script>alert(1)</script> ![x](javascript:alert(2)) [y](javascript:alert(3))\n"
    )
    link = _link(world, name="<script>alert(4)</script>")
    _say(guest, link, note="<script>alert(5)</script>", name="<b>M</b>")
    pages = [
        guest.get(link).text,
        world.client.get("/studio/issues/1").text,
        world.client.get("/studio/issues/1/review").text,
    ]

    assert not [
        page
        for page in pages
        if "<script>alert" in page or 'href="javascript' in page or "<b>M</b>" in page.replace("<b>&lt;", "")
    ]


def test_ben_is_asked_to_approve_with_what_changed_since(world: World) -> None:
    """The first mail shows the issue; the second says what changed; the link leads to the page where he approves."""
    account = world.parts.users.add("ben@example.com", name="Ben", role=Role.EDITOR)
    ask = {"act": "ask", "person": str(account.user.id), "note": "Is the subject right?"}
    assert world.post("/issues/1/review", **ask).status_code == 303
    path = world.parts.directory / POST
    path.write_text(path.read_text().replace("the ice allows it", "the frost lets it"))
    world.post("/issues/1/review", **ask)
    world.post("/issues/1/review", **ask)
    first, second = world.parts.notices.list_all(waiting=True)

    assert first.tell == ("ben@example.com",) and first.subject == "To approve: Boats for you"
    assert "Approve it: https://ferries.example.com/studio/issues/1/send" in first.body
    assert "Is the subject right?" in first.body and "You have not seen it before." in first.body
    assert "+ A timetable with a line that only exists when the frost lets it:" in second.body
    assert "− A timetable with a line that only exists when the ice allows it:" in second.body
    assert tell_all(desk_of(world.parts)) == 2
    mails = [
        message_from_bytes(one.read_bytes(), policy=policy.default) for one in world.parts.directory.rglob("*.eml")
    ]
    pages = [one.get_body(("html",)).get_content() for one in mails]
    assert any("frost lets it" in one and "Approve it</a>" in one and "The last boat leaves" in one for one in pages)


def test_the_link_to_approve_leads_there_whatever_the_person_is_called() -> None:
    """A name may hold the signs by which a line is cut up."""
    page = with_line("<body></body>", "Ada B.: chief asks you to approve this issue. Approve it: https://example.com/1")
    assert '<a href="https://example.com/1" style="color:#a3150d">Approve it</a>' in page
    assert "Ada B.: chief asks you to approve this issue. " in page


def test_nobody_is_shown_to_themselves(world: World) -> None:
    """The page says where it is, and hears where the others are."""
    answer = world.post_json("/issues/1/here", {"part": f"post:{SLUG}", "file": POST})

    assert answer.json() == {"present": {}, "notes": world.parts.notes.version(POST)}
    assert 'class="here"' not in world.client.get("/studio/issues/1").text


def test_who_is_in_which_part_is_told_to_the_others(engine: Engine) -> None:
    """By another process as well, until nothing was heard of their page for half a minute."""
    ben = User(id=7, name="Ben", email="ben@example.com", role=Role.EDITOR)
    ana = User(id=8, name="Ana", email="ana@example.com", role=Role.OWNER)
    present = Presence(engine)
    Presence(engine).note(ben, 1, "opening")

    assert present.others(ana, 1) == {"opening": ["Ben"]}
    assert present.others(ben, 1) == present.others(ana, 2) == {}
    present.note(ben, 1, "closing")
    assert present.others(ana, 1) == {"closing": ["Ben"]}
    with writing(engine) as connection:
        connection.execute(update(open_part).values(seen_at=database_now(-31)))
    assert present.others(ana, 1) == {}
    present.note(ben, 1, "closing")
    assert present.others(ana, 1) == {"closing": ["Ben"]}


def test_notes_of_another_database_are_not_shown_by_a_link_of_the_same_number(world: World, guest: TestClient) -> None:
    """Two who write by git each count their links from one."""
    link = _link(world)
    _say(guest, link, note="Mine.")
    [note] = world.parts.notes.entries(POST)
    world.parts.notes.add(POST, replace(note, id="b1", guest="1", text="By a link of the other one."))
    page = guest.get(link).text

    assert "Mine." in page
    assert "By a link of the other one." not in page


def test_a_mail_says_that_a_guest_is_one(world: World, guest: TestClient) -> None:
    """Guests choose their names, and one may take that of an editor."""
    link = _link(world)
    _say(guest, link, note="Send it now.", name="Ben")
    world.parts.note_post.post_due(world.parts.clock.now() + timedelta(hours=2))
    [mail] = world.parts.notices.list_all(waiting=True)

    assert "from Ben (guest) on issue 1" in mail.subject
    assert "Ben (guest) on" in mail.body
