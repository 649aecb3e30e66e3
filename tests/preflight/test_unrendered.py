"""An issue that can't be rendered: all that is in the way is said at once, and what else its words show."""

from __future__ import annotations

import json

from tests.preflight.desk import ICE, ISSUE, MAP, Desk


def found(desk: Desk) -> list[tuple[str, str]]:
    """Code and file of each."""
    done = desk.cli("check", "2", "--offline", "--format", "json")
    assert 1 == done.exit_code, done.output
    return [(one["code"], one["place"]["file"]) for one in json.loads(done.stdout)["findings"]]


def test_a_missing_post_hides_nothing(desk: Desk) -> None:
    """Nor do two of them, and a post that can't be read."""
    desk.spoil(ISSUE, "posts: [ice]", "posts: [ice, gone, lost]")
    desk.write("posts/lost.md", "---\ntitle: [\n---\n")
    desk.spoil(ICE, "A timetable", "TODO: a the the timetable")

    assert {
        ("does-not-render", ISSUE),
        ("does-not-render", "posts/lost.md"),
        ("placeholder", ICE),
        ("doubled-word", ICE),
        ("not-checked", ISSUE),
    } == set(found(desk))


def test_a_missing_picture_hides_nothing(desk: Desk) -> None:
    """Each is found where it is named, once."""
    (desk.directory / "images/map.png").unlink()
    desk.spoil(ICE, "A timetable", "TODO: ![A pier](images/pier.png)")

    assert sorted(
        [("missing-image", MAP), ("missing-image", ICE), ("placeholder", ICE), ("not-checked", ISSUE)]
    ) == sorted(found(desk))


def test_a_mistake_in_a_text_hides_nothing(desk: Desk) -> None:
    """A merge tag that is never closed, and a slip in another post."""
    desk.spoil(ICE, "A timetable", "A {% if town %} timetable")
    desk.spoil(MAP, "Three ships", "The the three ships")

    assert {("does-not-render", ICE), ("doubled-word", MAP), ("not-checked", ISSUE)} == set(found(desk))


def test_an_issue_that_cannot_be_read_is_refused(desk: Desk) -> None:
    """There is nothing to look at."""
    desk.spoil(ISSUE, "number: 2", "number: [")

    assert 1 == desk.cli("check", "2", "--offline").exit_code
