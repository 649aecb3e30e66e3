"""A list of readers in a real SQLite file, and a short way to write CSV and import it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.readers.readers_sql import Readers
from newsletter.words.subscriber import SubscriptionStatus
from tests.importing import import_csv

Import = Callable[..., ImportReport]


@pytest.fixture
def readers(sqlite_url: str) -> Iterator[Readers]:
    engine = connect(sqlite_url)
    yield Readers(engine)
    engine.dispose()


@pytest.fixture
def membership(sqlite_url: str) -> Iterator[Membership]:
    engine = connect(sqlite_url)
    yield Membership(engine)
    engine.dispose()


@pytest.fixture
def import_text(membership: Membership, tmp_path: Path) -> Import:
    """Import text or bytes as a file; people become active on "weekly" unless asked otherwise."""

    def run(*contents: str | bytes, **options: Any) -> ImportReport:
        paths = []
        for number, content in enumerate(contents):
            path = tmp_path / f"readers{number}.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        chosen = {"list_name": "weekly", "status": SubscriptionStatus.ACTIVE, "consent": "a form", **options}
        report = import_csv(membership, paths, ImportOptions(**chosen))
        assert_adds_up(report)
        return report

    return run


def assert_adds_up(report: ImportReport) -> None:
    """Nobody is lost: every row is counted once, and each that put nobody on the list has its reason."""
    counted = report.added + report.updated + report.unchanged + report.suppressed + report.rejected
    assert report.rows == counted
    assert len(report.problems) == report.suppressed + report.rejected


def people(readers: Readers) -> list[str]:
    return [person.email for person in readers.iterate("weekly")]


def reasons(report: ImportReport) -> dict[int, str]:
    return {problem.line: problem.reason for problem in report.problems}
