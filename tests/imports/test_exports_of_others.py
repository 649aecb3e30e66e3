"""The exports of other systems, where they are at hand: imported as a careful person would, or refused in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect, reading
from newsletter.db.metadata import metadata
from newsletter.imports.imports_sql import Imports
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import NewsletterError
from newsletter.words.subscriber import SubscriptionStatus
from tests.importing import import_csv

from .conftest import assert_adds_up

pytestmark = pytest.mark.official
_SHARED = os.environ.get("NEWSLETTER_SHARED")
_FILES = sorted((Path(_SHARED) / "data" / "exports").glob("*")) if _SHARED else []
# (rows, added, not to be mailed, rejected), or what the refusal says.
_EXPECTED: dict[str, tuple[int, int, int, int] | str] = {
    "buttondown_subscribers.UNVERIFIED.csv": (2, 1, 1, 0),
    "curated_subscribers.csv": (1, 1, 0, 0),
    "ghost_members.csv": (3, 2, 1, 0),
    "kit_subscribers.UNVERIFIED.csv": (2, 1, 1, 0),
    "listmonk_subscribers.csv": (3, 1, 2, 0),
    "mailchimp_cleaned.csv": (1, 0, 1, 0),
    "mailchimp_subscribed.csv": (3, 3, 0, 0),
    "mailchimp_unsubscribed.csv": (2, 0, 2, 0),
    "medium_members.txt": (3, 3, 0, 0),
    "nasty_addresses.csv": (27, 10, 0, 17),
    "nasty_bom_crlf_semicolon.csv": (2, 1, 0, 1),
    "nasty_cp1252.csv": "--encoding cp1252",
    "nasty_duplicates.csv": (6, 2, 3, 1),
    "nasty_empty.csv": "is empty",
    "nasty_formula.csv": (7, 6, 0, 1),
    "nasty_header_only.csv": (0, 0, 0, 0),
    "nasty_latin1.csv": "--encoding cp1252",
    "nasty_long_field.csv": (2, 1, 0, 1),
    "nasty_no_header.csv": "already a reader",
    "nasty_nul.csv": (2, 1, 0, 1),
    "nasty_quoted_newlines.csv": (2, 2, 0, 0),
    "nasty_utf16le_bom.csv": (2, 2, 0, 0),
    "sendgrid_contacts.csv": (1, 1, 0, 0),
    "sendgrid_import_template.csv": (1, 1, 0, 0),
    "substack_email_list_old.csv": (2, 1, 1, 0),
    "substack_paid_subscribers.csv": (2, 2, 0, 0),
}


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_each_file_is_imported_whole_or_refused_in_words(sqlite_url: str, path: Path) -> None:
    """Nobody is lost without a reason, nobody who left is mailed, a second time changes nothing, undo leaves nothing."""
    engine = connect(sqlite_url)
    readers, imports = Readers(engine), Imports(engine)
    membership = Membership(engine)
    options = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form", run=1)
    expected = _EXPECTED[path.name]
    if isinstance(expected, str):
        with pytest.raises(NewsletterError) as refusal:
            import_csv(membership, [path], options)
        assert expected in str(refusal.value)
        assert readers.list_lists() == []
        return
    assert imports.begin("weekly", [path.name]) == 1

    report = import_csv(membership, [path], options)

    assert_adds_up(report)
    assert (report.rows, report.added, report.suppressed, report.rejected) == expected
    for gone in ("gone@", "gone1@", "gone2@", "dead1@", "off@", "muted@", "blocked@"):
        if "medium" not in path.name:
            assert readers.find_subscriber(f"{gone}example.com") is None
    again = import_csv(membership, [path], options)
    assert (again.added, again.updated, again.rows) == (0, 0, report.rows)
    imports.undo(1)
    with reading(engine) as connection:
        left = {name: connection.execute(table.select()).all() for name, table in metadata.tables.items()}
    assert [name for name, rows in left.items() if rows] == ["import_run"]
    engine.dispose()


@pytest.mark.parametrize("name", ["nasty_cp1252.csv", "nasty_latin1.csv"])
def test_a_file_in_an_old_encoding_is_imported_once_it_is_named(
    readers: Readers, membership: Membership, name: str
) -> None:
    """By the one who can read it."""
    [path] = [path for path in _FILES if path.name == name]

    report = import_csv(membership, [path], ImportOptions(list_name="weekly", encoding="cp1252"))

    assert report.added == 2
    ana = readers.find_subscriber("ana@example.com")
    assert ana is not None
    assert f"{ana.first_name} {ana.last_name}" in {"O’Neil – “Ana” €5", "José Müller"}
