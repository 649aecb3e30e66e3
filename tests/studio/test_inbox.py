"""The inbox, which shows the mails of practice and tests as a mail program would."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.providers.inbox import Inbox, preview_of
from newsletter.words.mistake import Missing
from tests.running import run
from tests.studio.conftest import World
from tests.world import add_readers


def test_the_inbox_shows_what_was_sent_as_a_mail_program_would(world: World) -> None:
    """List, reading pane, the mail in a frame that can do nothing, its text beside it; linked from every page."""
    add_readers(world.parts.engine, "weekly", range(30))
    assert "No mail yet" in world.client.get("/studio/inbox").text
    world.post("/issues/1/test", to="me@example.com")
    run(world.parts.directory, "send", "1", "--list", "weekly", "--yes")

    page = world.client.get("/studio/inbox").text
    assert "31 mails" in page and "me@example.com" in page and "Boats for Reader 0" in page
    assert "Three ferries and a timetable." in page
    assert "/studio/inbox" in world.client.get("/studio").text
    more = world.client.get("/studio/inbox", params={"box": "1", "after": "25.eml"}).text
    assert "reader29@example.com" in more and "reader3@example.com" not in more
    opened = world.client.get("/studio/inbox", params={"box": "1", "mail": "7.eml"}).text
    assert "reader6@example.com" in opened and 'src="/studio/inbox/1/7.eml"' in opened and "As text" in opened
    frame = world.client.get("/studio/inbox/1/7.eml")
    assert "this week is about ice" in frame.text and frame.headers["content-security-policy"].startswith("sandbox")


@pytest.mark.parametrize("name", ["../../newsletter.toml", "7.txt", ".7.eml", "x.eml", "99.eml", "7/../8.eml"])
def test_nothing_but_mails_is_read(tmp_path: Path, name: str) -> None:
    """However the name is written."""
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "7.txt").write_text("no mail")
    with pytest.raises(Missing):
        Inbox(tmp_path).read(1, name)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<head><title>No</title><style>p{}</style></head><body><p>One</p><p>two</p>", "One two"),
        ("<body><div>Pre\u034f\u200c\u034f</div>Later", "Pre"),
        ("<body>" + "word " * 100, " ".join(["word"] * 28) + " …"),
        ("", ""),
    ],
)
def test_what_an_inbox_shows_behind_the_subject(html: str, said: str) -> None:
    """The first words, up to the filling that hides the rest."""
    assert said == preview_of(html)
