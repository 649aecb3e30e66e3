"""Editors whose presses reach one process or another: one commit for each sitting, whoever makes it."""

from __future__ import annotations

import threading

from sqlalchemy import Engine

from newsletter.review.sittings_sql import OpenSittings
from newsletter.web.studio.sittings import Sittings
from newsletter.wiring import open_newsletter
from newsletter.words.user import Role, User
from tests.git.repositories import ISSUE, POST, Clone
from tests.studio.test_sittings import clone

__all__ = ["clone"]

ANA = User(id=1, name="Ana Costa", email="ana@example.com", role=Role.EDITOR)
BEN = User(id=2, name="Ben", email="ben@example.com", role=Role.AUTHOR)


def test_two_processes_make_one_commit_of_a_sitting(clone: Clone) -> None:
    """And before a sync one process commits, in the right name, what another one was told of."""
    one, other = (Sittings(open_newsletter(clone.directory), threading.Event()) for _ in range(2))
    clone.change("about ice", "about snow")
    clone.change("only exists", "just exists", POST)
    one.note(ANA, ISSUE)
    other.note(ANA, POST)

    other.end_all()
    one.end_all()

    assert clone.git("log", "-1", "--format=%an|%s") == "Ana Costa|Edited in the studio: issues/001.md and 1 more"
    assert clone.git("status", "--short") == ""


def test_each_sitting_is_taken_by_one(engine: Engine) -> None:
    """With those who are in the same files; what is changed again begins another sitting."""
    one, other = OpenSittings(engine), OpenSittings(engine)
    one.note(ANA, ["a", "b"])
    other.note(BEN, ["b"])
    assert one.writers() == other.writers() == {"a": {1: "Ana Costa"}, "b": {1: "Ana Costa", 2: "Ben"}}
    assert one.take(quiet_seconds=60) == []
    first, second = other.take(quiet_seconds=0)
    assert (first.user, first.files, first.others) == (ANA, ["a", "b"], [BEN])
    assert (second.user, second.files, second.others) == (BEN, ["b"], [ANA])
    assert one.take(quiet_seconds=0) == [] == list(one.writers())
    one.note(BEN, ["b"])
    assert [sitting.others for sitting in other.take(quiet_seconds=0)] == [[]]
