"""`newsletter subscribers show`: what became of a person, told to an owner and to a script."""

from __future__ import annotations

import json
import re
from pathlib import Path

from newsletter.wiring import open_newsletter
from newsletter.words.consent import Left
from newsletter.words.erasure import RequestOf

from .test_readers import Run, folder, run

__all__ = ["folder", "run"]

_WHEN = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"


def test_show_says_how_and_why_a_person_left_and_that_it_was_undone(run: Run, folder: Path) -> None:
    """Each time, with the day."""
    run("subscribers", "add", "ana@example.com", "--list", "weekly", "--active", "--consent", "Asked by mail")
    parts = open_newsletter(folder)
    parts.consent.departures.leave(1, [1], issue=4, how=Left.ONE_CLICK)
    parts.consent.departures.say_why(1, 1, "often")
    parts.consent.departures.undo_leaving(1, 1, within_days=7)
    parts.consent.departures.leave(1, [1], issue=5, how=Left.PAGE)
    parts.engine.dispose()

    said = run("subscribers", "show", "ana@example.com").output
    told = json.loads(run("subscribers", "show", "ana@example.com", "--format", "json").stdout)["departures"]

    assert re.search(rf"left weekly {_WHEN} \(one-click, reason often\), undone {_WHEN}\n", said)
    assert re.search(rf"left weekly {_WHEN} \(page\)\n", said)
    assert [(one["list"], one["issue"], one["how"], bool(one["undone_at"])) for one in told] == [
        ("weekly", 4, "one_click", True),
        ("weekly", 5, "page", False),
    ]


def test_show_says_when_and_at_whose_request_a_person_was_erased(run: Run, folder: Path) -> None:
    """The only things that are still known about them."""
    for name in ("ana", "bo"):
        run("subscribers", "add", f"{name}@example.com", "--list", "weekly", "--first-name", name.title())
    parts = open_newsletter(folder)
    parts.consent.profiles.erase("ana@example.com", RequestOf.READER)
    parts.engine.dispose()
    assert "Not reached from here: backups" in run("subscribers", "erase", "bo@example.com", "--yes").output

    for name, whose in (("ana", "their own request"), ("bo", "the owner's request")):
        said = run("subscribers", "show", f"{name}@example.com").stdout
        assert re.fullmatch(rf"{name}@example.com\n  erased on {_WHEN} at {whose}\n", said)
    told = json.loads(run("subscribers", "show", "bo@example.com", "--format", "json").stdout)
    assert (told["first_name"], told["erased"]["request_of"], told["erased"]["returned_at"]) == ("", "owner", None)
