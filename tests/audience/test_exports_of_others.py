"""The exports of other systems, where they are at hand: imported as a careful person would, or refused in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsletter.audience.csv_import import import_csv
from newsletter.audience.import_report import ImportOptions
from newsletter.store.readers import SqlReaders
from newsletter.words.mistake import NewsletterError
from newsletter.words.subscriber import SubscriptionStatus

from .conftest import assert_adds_up

_SHARED = os.environ.get("NEWSLETTER_SHARED")
_EXPORTS = sorted((Path(_SHARED) / "data" / "exports").glob("*")) if _SHARED else []
_FILES = [path for path in _EXPORTS if path.suffix in {".csv", ".txt"}]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_each_file_is_imported_whole_or_refused_in_words(readers: SqlReaders, path: Path) -> None:
    """Nobody is lost without a reason, nobody who left is mailed, and a second time changes nothing."""
    options = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form")
    try:
        report = import_csv(readers, [path], options)
    except NewsletterError:
        assert readers.list_lists() == []
        return
    assert_adds_up(report)
    assert readers.count_active("weekly") == sum(
        person.suppressed is None for person in readers.iterate("weekly", status=SubscriptionStatus.ACTIVE)
    )
    for gone in ("gone@", "gone1@", "gone2@", "dead1@", "off@", "muted@", "blocked@"):
        person = readers.find_subscriber(f"{gone}example.com")
        if "medium" not in path.name:
            assert person is None or person.suppressed
    again = import_csv(readers, [path], options)
    assert (again.added, again.updated) == (0, 0)
    assert (again.rows, again.rejected) == (report.rows, report.rejected)
