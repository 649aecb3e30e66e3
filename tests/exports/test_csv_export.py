"""Exporting: everyone on a list, and back again without a change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect
from newsletter.db.upgrade import upgrade
from newsletter.exports.csv_export import export_csv
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.wiring.schema import metadata
from newsletter.words.formulas import defuse, undefuse
from newsletter.words.mistake import Missing
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv

ACTIVE, PENDING = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING


def exported(readers: Readers, *, spreadsheet: bool = False) -> str:
    out = io.StringIO(newline="")
    export_csv(readers, "weekly", out, spreadsheet=spreadsheet)
    return out.getvalue()


@pytest.fixture
def full(readers: Readers, membership: Membership) -> Readers:
    """A list with someone of every standing and text of every kind."""
    rows = [
        ReaderRow(
            email="Ana@example.com", first_name="Ana", last_name="Ng", fields={"city": 'Bad "Ems", b\r\nx', "name": "A"}
        ),
        ReaderRow(
            email="=1+1@example.com",
            first_name="=HYPERLINK(1)",
            fields={"state": "-2+3", "zip_2": "\uff1d1"},
            tags=["vip", "a, b"],
        ),
        ReaderRow(email="gus@münchen.example", first_name="日本"),
        ReaderRow(email="left@example.com", tags=["regular"]),
        ReaderRow(email="bounced@example.com"),
    ]
    membership.join("weekly", rows, status=ACTIVE, consent='Form, "2021"')
    membership.join("weekly", [ReaderRow(email="pending@example.com")], status=PENDING, consent=None)
    membership.leave("left@example.com", list_name="weekly")
    membership.suppress("bounced@example.com", SuppressionReason.HARD_BOUNCE)
    membership.suppress("elsewhere@example.com", SuppressionReason.COMPLAINT)
    return readers


def test_an_export_is_rfc_4180_with_our_columns_around_the_fields(full: Readers) -> None:
    """CRLF ends, quotes doubled; status says who is not to be mailed."""
    text = exported(full)

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert text.startswith(
        "email,first_name,last_name,city,name,state,zip_2,tags,status,subscribed_at,consent\r\nAna@example.com,"
    )
    assert text.endswith("\r\n")
    assert [row["status"] for row in rows] == [
        "active",
        "active",
        "active",
        "ended",
        "hard_bounce",
        "pending",
        "complaint",
    ]
    assert rows[1]["tags"] == '"a, b",vip'
    assert rows[0]["city"] == 'Bad "Ems", b\r\nx'
    assert rows[0]["consent"] == 'Form, "2021"'


def test_an_export_imported_where_it_came_from_changes_nothing(
    full: Readers, membership: Membership, tmp_path: Path
) -> None:
    """Whatever the import declares: pending people are not raised by a file that calls them pending."""
    before = exported(full)
    path = tmp_path / "weekly.csv"
    path.write_text(before, newline="")

    report = import_csv(membership, [path], ImportOptions(list_name="weekly", status=ACTIVE, consent="again"))

    assert (report.added, report.updated, report.unchanged, report.suppressed, report.rejected) == (0, 0, 4, 3, 0)
    assert exported(full) == before


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Engine]:
    """Another newsletter, with nobody in it."""
    engine = connect(f"sqlite:///{tmp_path}/other.db")
    upgrade(engine, metadata)
    yield engine
    engine.dispose()


@pytest.fixture
def other(elsewhere: Engine) -> Readers:
    return Readers(elsewhere)


@pytest.mark.parametrize("spreadsheet", [False, True])
def test_an_export_imported_elsewhere_is_the_same_list(
    full: Readers, other: Readers, elsewhere: Engine, tmp_path: Path, spreadsheet: bool
) -> None:
    """Names, fields, tags, standing, times and proofs move; who must not be mailed moves as an address alone."""
    path = tmp_path / "weekly.csv"
    path.write_text(exported(full, spreadsheet=spreadsheet), newline="")

    import_csv(Membership(elsewhere), [path], ImportOptions(list_name="weekly", status=ACTIVE, consent="moved"))

    on_list = [line for line in exported(full).split("\r\n") if "bounced@" not in line and "elsewhere@" not in line]
    kept = [line for line in exported(other).split("\r\n") if "bounced@" not in line and "elsewhere@" not in line]
    assert kept == on_list
    assert other.find_suppression("bounced@example.com") is SuppressionReason.HARD_BOUNCE
    assert other.find_suppression("elsewhere@example.com") is SuppressionReason.COMPLAINT
    assert other.count_active("weekly") == full.count_active("weekly") == 3


def test_active_people_come_back_pending_unless_the_import_vouches_for_them(
    full: Readers, other: Readers, elsewhere: Engine, tmp_path: Path
) -> None:
    """ "Active" in a file proves nothing."""
    path = tmp_path / "weekly.csv"
    path.write_text(exported(full), newline="")

    import_csv(Membership(elsewhere), [path], ImportOptions(list_name="weekly"))

    assert other.count_active("weekly") == 0
    assert len(list(other.iterate("weekly", status=PENDING))) == 4


def test_the_spreadsheet_variant_defuses_every_formula(full: Readers) -> None:
    """No cell begins with a sign that a spreadsheet program would run, addresses included."""
    cells = [cell for row in csv.reader(io.StringIO(exported(full, spreadsheet=True), newline="")) for cell in row]

    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))]
    assert "'=1+1@example.com" in cells
    assert "'=HYPERLINK(1)" in cells


@given(st.text(max_size=8) | st.text(alphabet="'=+-@\t\uff1da", max_size=6))
def test_a_defused_cell_is_no_formula_and_can_be_had_back(cell: str) -> None:
    """Also where the cell looked defused before."""
    assert not defuse(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))
    assert undefuse(defuse(cell)) == cell


def test_an_empty_list_is_a_header_and_an_unknown_one_is_missing(readers: Readers, membership: Membership) -> None:
    """Nothing is written for a list that does not exist."""
    membership.add_list("weekly")
    assert exported(readers) == "email,first_name,last_name,tags,status,subscribed_at,consent\r\n"
    out = io.StringIO()
    with pytest.raises(Missing):
        export_csv(readers, "nowhere", out)
    assert out.getvalue() == ""
