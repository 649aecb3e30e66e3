"""Tests to all of us in one press, with a first line that says which test it is."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from newsletter.ledger.trials.first_line import with_first_line
from newsletter.providers.inbox import preview_of
from newsletter.words.gap import Context, Field, Gap, Part
from newsletter.words.user import Role
from tests.running import run
from tests.studio.conftest import World
from tests.world import add_readers, an_edition


def mails(world: World) -> list[EmailMessage]:
    """The mails of issue 1."""
    folder = world.parts.directory / "var" / "outbox" / "1"
    return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]


def test_one_press_tests_to_all_of_us_and_the_first_line_says_what_it_is(world: World) -> None:
    """Users who write get it, each once; subject and preheader are those that readers get."""
    for name, role in (("ana", Role.OWNER), ("ben", Role.AUTHOR), ("vera", Role.VIEWER)):
        world.parts.users.add(f"{name}@example.com", name=name, role=role)
    plain = world.parts.issues.get_issue(1)

    for _ in range(2):
        answer = world.post("/issues/1/test", us="yes", back="send")
    assert "/issues/1/send" in answer.headers["location"]

    found = mails(world)
    assert ["ana@example.com"] * 2 + ["ben@example.com"] * 2 == sorted(str(one["To"]) for one in found)
    firsts = {str(one.get_body(("plain",)).get_content()).splitlines()[0] for one in found}  # type: ignore[union-attr]
    assert 2 == len(firsts) and all("of issue 1, " in one and one.endswith("nobody else has it") for one in firsts)
    html = str(found[0].get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert plain.preheader == preview_of(html)
    assert html.index(plain.preheader) < html.index("of issue 1, ")
    assert {"Boats for you"} == {str(one["Subject"]) for one in found}
    assert [2, 1] == [one.number for one in world.parts.ledger.trials.list_of(1)]


def test_once_the_issue_went_a_test_does_not_say_that_nobody_else_has_it(world: World) -> None:
    """It would not be true."""
    add_readers(world.parts.engine, "weekly", [1])
    run(world.parts.directory, "send", "1", "--list", "weekly", "--yes")

    world.post("/issues/1/test", to="me@example.com")

    text = str(mails(world)[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "nobody else" not in text and text.startswith("Test 1 of issue 1, ")


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [
        (('<html><body class="b"><p>Hi</p></body></html>',), '<html><body class="b">|<p>Hi</p></body></html>'),
        (('<BODY><div style="display:none;x">Pre</div><p>Hi',), '<BODY><div style="display:none;x">Pre</div>|<p>Hi'),
        (("<p>No body",), "|<p>No body"),
    ],
)
def test_the_line_stands_behind_what_inboxes_show(pieces: tuple[str, ...], wanted: str) -> None:
    """The preheader first, where there is one."""
    words = with_first_line(replace(an_edition(), html=Part(pieces)), "Test 3")
    html = str(words.html.pieces[0])
    start = html.index('<div style="font')
    end = html.index("</div>", start) + len("</div>")
    assert wanted == f"{html[:start]}|{html[end:]}"


def test_a_merge_tag_in_the_preheader_stays_before_the_line() -> None:
    """It ends in a later piece."""
    gap = Gap(Field("first_name"), Context.TEXT)
    html = Part(('<body><div style="display:none">Hello ', gap, "!</div><p>Hi</p>"))

    first, middle, last = with_first_line(replace(an_edition(), html=html), "Test 3").html.pieces

    assert ('<body><div style="display:none">Hello ', gap) == (first, middle)
    assert str(last).startswith('!</div><div style="font') and str(last).endswith("<p>Hi</p>")


def test_the_command_tests_to_us_too(world: World) -> None:
    """Or to one address; it has to be said which."""
    done = run(world.parts.directory, "test", "1", "--us")
    assert 0 == done.returncode and "Test 1 of issue 1." in done.stdout
    assert 2 == run(world.parts.directory, "test", "1").returncode
