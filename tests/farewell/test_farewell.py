"""During a farewell nothing is sent, approved or subscribed to, and what readers have links to goes on answering."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.farewell.moves_file import read_moves
from newsletter.imports.report import ImportOptions
from newsletter.web.app import build
from newsletter.wiring import open_newsletter
from newsletter.words.mistake import Missing, Mistake, NotNow
from newsletter.words.token import reader_token
from tests.running import run
from tests.web.conftest import World, a_world

NEW = "https://new.example.org"
_TO = {"/issues/1": f"{NEW}/boats/", "/feed.xml": f"{NEW}/rss/"}


@pytest.fixture
def left(tmp_path: Path) -> Iterator[World]:
    """A newsletter that has said farewell; ana@example.com reads it, and di@example.com has not pressed the button yet."""
    for world in a_world(tmp_path / "weekly"):
        world.confirm("ana@example.com")
        world.subscribe("di@example.com")
        world.parts.farewell_desk.begin(world.parts.farewell_desk.in_a_year(), _TO)
        yield world


def _link(world: World, email: str, purpose: str) -> str:
    person, key = world.parts.readers.find_subscriber(email), world.parts.key
    assert person is not None
    return reader_token(key.secret, key_id=key.id, purpose=purpose, subscriber=person.id, mailing_list=1, issue=1)


def test_a_reader_leaves_by_one_click_as_ever(left: World) -> None:
    """The link of any mail that went."""
    answer = left.client.post(f"/u/{_link(left, 'ana@example.com', 'u')}", data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert "ended" == left.status("ana@example.com")


def test_old_addresses_lead_to_the_new_ones(left: World) -> None:
    """For good, so that search engines follow; what was not named stays here."""
    moved = [left.client.get(path) for path in _TO]

    assert [(301, address) for address in _TO.values()] == [(one.status_code, one.headers["location"]) for one in moved]
    assert left.client.get("/issues/2").status_code == 404
    page = left.client.get("/").text
    assert "not mailed from here any more" in page and "next issue by mail" not in page
    assert 'href="/subscribe"' not in page


def test_nobody_comes_onto_a_list(left: World) -> None:
    """By the form, by a button that was mailed before, or by their own page."""
    before, confirm = left.mails(), left.link(left.mails()[-1], "/confirm/")
    for answer in (left.client.get("/subscribe"), left.client.get(confirm), left.client.post(confirm)):
        assert answer.status_code == 200 and "nobody can subscribe" in answer.text
    left.subscribe("new@example.com")
    preferences = f"/preferences/{_link(left, 'ana@example.com', 'p')}"
    left.client.post(preferences, data={"act": "save"})
    assert "ended" == left.status("ana@example.com"), "they may leave there"
    left.client.post(preferences, data={"act": "save", "list": "weekly"})

    assert "ended" == left.status("ana@example.com")
    assert left.status("new@example.com") is None
    assert left.status("di@example.com") in (None, "pending")
    assert len(before) == len(left.mails())


def test_a_reader_who_asks_for_their_data_is_told_whom_to_write_to(left: World) -> None:
    """The link would come by mail, which does not go."""
    answer = left.client.post(f"/preferences/{_link(left, 'ana@example.com', 'p')}/own")

    assert "write to mara@ferries.example.com" in answer.text
    assert 200 == left.client.get(left.own_link(1)).status_code, "a link that they have opens their page"


def test_nothing_is_sent_or_approved(left: World, tmp_path: Path) -> None:
    """By a command or by the schedule; it says why, and how it ends."""
    folder, n_mails = left.parts.directory, len(left.mails())
    with (folder / "var" / "secrets.env").open("a") as secrets:
        secrets.write("SENDGRID_API_KEY=SG.x\n")
    for words in (
        ("send", "1", "--list", "weekly", "--now", "--yes", "--despite-findings"),
        ("test", "1", "--to", "me@example.com"),
        ("schedule", "approve", "1", "--despite-findings"),
        ("subscribers", "ask"),
        ("connect", "sendgrid", "--do", "test", "--to", "me@example.com"),
        ("tick",),
    ):
        done = run(folder, *words)
        assert (1, True) == (done.returncode, "said farewell" in done.stderr), words
    assert n_mails == len(left.mails())
    assert 0 == run(folder, "farewell", "end").returncode
    assert 0 == run(folder, "send", "1", "--list", "weekly", "--now", "--yes", "--despite-findings").returncode


def test_the_sender_stops_in_the_middle_of_its_life(left: World) -> None:
    """A process that began before the farewell asks again before each round."""
    import threading

    left.parts.farewells.end()
    drain = left.parts.drain(threading.Event())
    drain.once()
    left.parts.farewell_desk.begin(left.parts.farewell_desk.in_a_year(), {})

    with pytest.raises(NotNow, match="said farewell"):
        drain.once()


def test_no_key_of_a_service_is_needed(left: World) -> None:
    """What answers does so although nothing could be sent."""
    token = _link(left, "ana@example.com", "u")
    toml = left.parts.directory / "newsletter.toml"
    toml.write_text(f'{toml.read_text()}provider = "sendgrid"\n')
    parts = open_newsletter(left.parts.directory)
    with TestClient(build(parts), base_url="https://ferries.example.com", follow_redirects=False) as client:
        assert 200 == client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}).status_code
        assert 301 == client.get("/issues/1").status_code
    parts.engine.dispose()

    assert "ended" == left.status("ana@example.com")
    assert '"redirects": 2' in run(left.parts.directory, "farewell", "show", "--format", "json").stdout


def test_a_farewell_waits_for_what_is_under_way(tmp_path: Path) -> None:
    """Its readers would be left half served."""
    for world in a_world(tmp_path / "weekly"):
        world.confirm("ana@example.com")
        at = "2099-01-01T09:00"
        assert (
            0
            == run(
                world.parts.directory, "send", "1", "--list", "weekly", "--at", at, "--yes", "--despite-findings"
            ).returncode
        )
        with pytest.raises(NotNow, match="issue 1 is not over"):
            world.parts.farewell_desk.begin(world.parts.farewell_desk.in_a_year(), {})
        assert not world.parts.farewells.lasts()


def test_what_leads_in_a_circle_or_into_the_past_is_refused(left: World) -> None:
    """And leaves the farewell as it was."""
    day = left.parts.farewell_desk.in_a_year()
    with pytest.raises(Mistake, match="circle"):
        left.parts.farewell_desk.begin(day, {"/issues/1": "https://ferries.example.com/issues/1"})
    with pytest.raises(Mistake, match="not to come"):
        left.parts.farewell_desk.begin(day - timedelta(days=400), {})

    lasts = left.parts.farewells.find()
    assert lasts is not None and (day, len(_TO)) == (lasts.until, lasts.n_moved)


def test_the_front_page_leads_on_and_what_never_would_is_refused(left: World) -> None:
    """What is counted as an old address that leads elsewhere does."""
    desk = left.parts.farewell_desk
    pages = {"/": f"{NEW}/", "/subscribe": f"{NEW}/join"}
    desk.begin(desk.in_a_year(), pages)
    assert list(pages.values()) == [left.client.get(path).headers["location"] for path in pages]

    for path in ("/images/boat.png", "/issues/", "/issues/1/before/1", "/about", "/u/test"):
        with pytest.raises(Mistake, match="no page that can lead elsewhere"):
            desk.begin(desk.in_a_year(), {path: f"{NEW}/x"})
    assert left.client.get("/").headers["location"] == pages["/"]


def test_another_day_or_table_takes_the_place_of_the_one_before(left: World) -> None:
    """The day on which it began stays."""
    before = left.parts.farewells.find()
    left.parts.farewell_desk.begin(
        left.parts.farewell_desk.in_a_year() + timedelta(days=30), {"/issues/1": f"{NEW}/other/"}
    )
    now = left.parts.farewells.find()

    assert before is not None and now is not None
    assert (before.begun_at, 1) == (now.begun_at, now.n_moved)
    assert left.client.get("/feed.xml").status_code == 200
    left.parts.farewell_desk.begin(left.parts.farewell_desk.in_a_year(), None)
    assert left.client.get("/issues/1").headers["location"] == f"{NEW}/other/", "another day alone leaves the table"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n/x,https://x.example.org/\n", "no columns"),
        ("old,new\nissues/1,https://x.example.org/\n", "no path"),
        ("old,new\n//evil.example/,https://x.example.org/\n", "no path"),
        ("old,new\n/x,javascript:alert(1)\n", "no address"),
        ("old,new\n/x\n", "no address"),
        ('old,new\n/x,"https://x\n', "can't be read"),
    ],
)
def test_a_table_that_leads_nowhere_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Nothing of it counts."""
    (tmp_path / "redirects.csv").write_text(text)
    with pytest.raises(Mistake, match=said):
        read_moves(tmp_path / "redirects.csv")


def test_a_table_that_is_not_there_is_missed(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(Missing, match="no file"):
        read_moves(tmp_path / "gone.csv")


def test_it_is_the_same_on_either_database(world: World) -> None:
    """Begun, asked for, changed and ended; its addresses go with it."""
    farewells, day = world.parts.farewells, world.parts.farewell_desk.in_a_year()
    world.parts.farewell_desk.begin(day, {f"/issues/{n}": f"{NEW}/{n}/" for n in range(1, 1_201)})
    world.parts.farewell_desk.begin(day + timedelta(days=1), None)

    lasts = farewells.find()
    assert lasts is not None and (day + timedelta(days=1), 1_200) == (lasts.until, lasts.n_moved)
    assert f"{NEW}/7/" == farewells.find_new_address("/issues/7")
    assert farewells.end() and not farewells.end()
    assert farewells.find() is None and farewells.find_new_address("/issues/7") is None


def test_nobody_new_is_put_on_a_list_by_hand(left: World) -> None:
    """An import may: it brings those who left meanwhile."""
    done = run(left.parts.directory, "subscribers", "add", "new@example.com", "--list", "weekly")

    assert (1, True) == (done.returncode, "said farewell" in done.stderr)
    assert left.status("new@example.com") is None


def test_those_who_left_elsewhere_are_brought_by_cron_as_well(left: World) -> None:
    """A tick sends nothing and says so, and does all else: it hears of bounces, imports, and makes the backup."""
    file = BytesIO(b"email,status\nana@example.com,unsubscribed\n")
    token = left.parts.uploads.keep([("late.csv", file)], ImportOptions(list_name="weekly"))
    assert left.parts.uploads.get(token).is_at_work

    done = run(left.parts.directory, "tick")

    assert (1, True) == (done.returncode, "said farewell" in done.stderr)
    assert not left.parts.uploads.get(token).is_at_work
