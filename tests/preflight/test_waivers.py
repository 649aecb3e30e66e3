"""Findings that an author accepts: everywhere or in one place, with a reason; and waivers that fit nothing."""

from __future__ import annotations

import json
import re

import pytest

from newsletter.words.finding import Finding
from tests.preflight.desk import ICE, ISSUE, MAP, Desk


def waive(desk: Desk, *lines: str) -> None:
    """Write waivers into the issue."""
    desk.spoil(ISSUE, "lists: [weekly]\n", "lists: [weekly]\nwaive:\n" + "".join(f"  {line}\n" for line in lines))


def states(found: list[Finding], code: str) -> list[tuple[str, str | None]]:
    """Where each finding of a code stands, and why it is accepted."""
    return [(one.place.file, one.waived) for one in found if one.code == code]


def test_a_waived_finding_is_listed_and_counts_no_more(own_desk: Desk) -> None:
    """With its reason, in text and JSON; CI is not bothered with it, and a sending goes on."""
    own_desk.spoil(ICE, "A timetable", "TODO say why. A timetable")
    assert 1 == own_desk.cli("check", "2", "--offline").exit_code
    waive(own_desk, "placeholder: it is the captain's word")
    done = own_desk.cli("check", "2", "--offline", "--format", "json")
    found = [one for one in json.loads(done.stdout)["findings"] if one["code"] == "placeholder"]

    assert 0 == done.exit_code
    assert ["it is the captain's word"] == [one["waived"] for one in found]
    assert "Because: it is the captain's word" in own_desk.cli("check", "2", "--offline").stdout
    assert "placeholder" not in own_desk.cli("check", "2", "--offline", "--format", "github").stdout
    assert 0 == own_desk.cli("send", "2", "--list", "weekly", "--yes").exit_code


@pytest.mark.parametrize("where", ["ice", "posts/ice.md", "posts/ice.md:8"])
def test_a_waiver_of_one_place_leaves_the_others(desk: Desk, where: str) -> None:
    """A post by its name or its file, or one line of it."""
    for file, word in ((ICE, "A timetable"), (MAP, "Three ships")):
        desk.spoil(file, word, f"TODO {word}")
    waive(desk, f"placeholder {where}: it is his word")

    assert [(MAP, None), (ICE, "it is his word")] == states(desk.findings(online=False), "placeholder")


def test_a_waiver_of_an_address_is_for_every_spelling_of_it(desk: Desk) -> None:
    """As long as it is one page."""
    desk.spoil(ICE, "/crossings)", "/gone?utm_source=x)")
    desk.spoil(ISSUE, "/letters)", "/gone2)")
    waive(desk, f"dead-link {desk.url('/gone', 'slow.example.net')}: it comes back on Thursday")

    assert [(ISSUE, None), (ICE, "it comes back on Thursday")] == states(desk.findings(), "dead-link")


def test_the_nearer_reason_is_the_one_that_is_given(desk: Desk) -> None:
    """Where a waiver of the place and one of the code fit both."""
    for file, word in ((ICE, "A timetable"), (MAP, "Three ships")):
        desk.spoil(file, word, f"TODO {word}")
    waive(desk, "placeholder: all of them", "placeholder ice: this one")

    found = desk.findings(online=False)
    assert {(ICE, "this one"), (MAP, "all of them")} == set(states(found, "placeholder"))
    assert [] == states(found, "idle-waiver")


def test_a_waiver_that_fits_nothing_is_a_finding(desk: Desk) -> None:
    """At its line; a post that is nearly called so is named."""
    desk.spoil(ICE, "A timetable", "TODO A timetable")
    waive(desk, "placeholder icee: his word", "vague-link: all of them")
    found = {one.place.line: one for one in desk.findings(online=False) if one.code == "idle-waiver"}

    assert {desk.line_of(ISSUE, "  placeholder"), desk.line_of(ISSUE, "  vague-link")} == set(found)
    assert "Did you mean ice?" in {one.fix for one in found.values()}
    assert [(ICE, None)] == states(desk.findings(online=False), "placeholder")


def test_what_was_not_looked_at_is_not_held_against_a_waiver(desk: Desk) -> None:
    """Offline nobody knows whether the link is dead, and readers come and go."""
    waive(desk, "dead-link: it moves", "empty-merge-tag: he knows", "long-quote: it is short", "unreachable-link: slow")

    assert [] == states(desk.findings(online=False), "idle-waiver")
    assert ["There is no dead-link in this issue."] == [one.message for one in desk.findings() if one.counts]


@pytest.mark.parametrize("wrong", ["waive:\n  http-link:\n", "waive: [http-link]\n", "waive: yes\n"])
def test_a_waiver_without_a_reason_is_refused(desk: Desk, wrong: str) -> None:
    """At its line, with an example."""
    desk.spoil(ISSUE, "lists: [weekly]\n", f"lists: [weekly]\n{wrong}")
    done = desk.cli("check", "2", "--offline")

    assert 1 == done.exit_code
    assert re.match(rf"newsletter: {ISSUE}:[67]", done.stderr), done.stderr
    assert "waive" in done.stderr
