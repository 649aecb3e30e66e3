"""Which words of an issue go, what is wrong with them, and how they differ from those that somebody saw before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.ledger.sample import sample
from newsletter.schedule.approval import Version, version_that_goes
from newsletter.web.studio.studio import Studio
from newsletter.wiring.clocks import desk_of
from newsletter.words.difference import DiffLine
from newsletter.words.edition import Edition
from newsletter.words.mistake import NewsletterError
from newsletter.words.slot import Approval


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval, and how the words differ from it today."""

    approval: Approval
    is_changed: bool
    lines: list[DiffLine]


@dataclass(frozen=True, slots=True)
class Tested:
    """The last test of an issue, and what would go that is not in it; `lines` is empty where it was these very words."""

    at: datetime
    number: int
    lines: list[DiffLine]


def find_version(studio: Studio, number: int) -> tuple[Version | None, NewsletterError | None]:
    """What would go now, and what is wrong with the folder."""
    try:
        version = version_that_goes(desk_of(studio.parts), number)
    except NewsletterError as error:
        return None, error
    return version, version.problem


def subject_of(studio: Studio, edition: Edition) -> str:
    return sample(edition, studio.newsletter, studio.parts.key, None, list_id=0, date=studio.now()).subject


def approval_of(studio: Studio, version: Version) -> Approved | None:
    if version.approval is None:
        return None
    lines = studio.changes(version.edition, version.proof.rendered.edition) if version.proof else []
    return Approved(version.approval, version.is_edited, lines)


def tested_of(studio: Studio, version: Version) -> Tested | None:
    """None where the issue was never sent as a test."""
    edition = version.edition
    tests = studio.parts.ledger.trials.list_of(edition.issue)
    if not tests:
        return None
    same = next((one for one in tests if one.digest == edition.digest), None)
    last = same or tests[0]
    lines = [] if same else studio.changes(studio.parts.ledger.mailings.get_edition(last.digest), edition)
    return Tested(last.at, last.number, lines)


def is_tested(studio: Studio, edition: Edition) -> bool:
    """Whether exactly these words were sent as a test."""
    return any(one.digest == edition.digest for one in studio.parts.ledger.trials.list_of(edition.issue))


def moved_since(studio: Studio, seen: str, version: Version | None) -> list[DiffLine] | None:
    """What changed since the look at `seen`; None where nothing did, empty where its words are no longer remembered."""
    shown = (version.edition, *([version.proof.rendered.edition] if version.proof else [])) if version else ()
    if not seen or seen in {edition.digest for edition in shown}:
        return None
    before = studio.looks.find(seen)
    return studio.changes(before, shown[-1]) if before and shown else []
