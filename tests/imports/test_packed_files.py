"""Spreadsheets and archives: what is in them is imported like any file, and what is made to do harm is refused."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from openpyxl import Workbook

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv

from .conftest import Import, people, reasons
from .exports import EXPORTS


def archive(**members: str | bytes) -> bytes:
    """A zip file; `__` in a name stands for a slash, `_csv` at its end for .csv."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_csv", ".csv"), content)
    return out.getvalue()


def workbook(*sheets: list[list[object]]) -> bytes:
    """A spreadsheet with these rows."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def state(readers: Readers) -> tuple[tuple[object, ...], ...]:
    """Everybody who is known, without the times that the database's clock gave."""
    known = [
        (
            one.id,
            one.email,
            one.first_name,
            one.last_name,
            str(one.fields),
            one.tags,
            one.suppressed,
            str(one.subscriptions),
        )
        for one in readers.iterate("weekly")
    ]
    return (*known, *((key, reason) for key, reason, _ in readers.iterate_suppressed("weekly")))


def test_a_spreadsheet_is_read_as_it_looks(readers: Readers, import_text: Import) -> None:
    """Numbers without a point, days as days, several lines in a cell; problems name the row."""
    rows: list[list[object]] = [
        ["E-Mail", "Name", "PLZ", "Since", "VIP", "Note"],
        ["ana@example.com", "Ana Ng", 10115.0, datetime(2021, 2, 3, tzinfo=UTC).replace(tzinfo=None), True, "a\nb"],
        [],
        ["not an address", "N"],
        ["bo@example.com", None, 1.5, date(2020, 1, 1), None, "=1+1"],
    ]
    report = import_text(workbook(rows), columns={"Since": "subscribed_at"})

    ana = readers.find_subscriber("ana@example.com")
    assert ana is not None
    assert (ana.first_name, ana.last_name) == ("Ana", "Ng")
    assert ana.fields == {"plz": "10115", "vip": "true", "note": "a\nb"}
    assert ana.subscriptions[0].since_at == datetime(2021, 2, 3, tzinfo=UTC)
    assert list(reasons(report)) == [4]
    assert import_text(workbook(rows), columns={"Since": "subscribed_at"}).unchanged == 2


def test_a_cell_with_many_lines_is_one_cell(readers: Readers, import_text: Import) -> None:
    """However much its lines look like people: in a spreadsheet no quote can be missing."""
    lines = "\n".join(f"r{number}@example.com,x" for number in range(900))
    report = import_text(workbook([["email", "note"], ["ana@example.com", lines[:9_000]], ["bo@example.com", "x"]]))

    assert people(readers) == ["ana@example.com", "bo@example.com"]
    assert not report.problems


def test_sheets_with_addresses_are_imported_and_others_named(readers: Readers, import_text: Import) -> None:
    """Who reads the report knows what was left."""
    book = workbook([["email"], ["ana@example.com"]], [["Notes"], ["hello"]], [], [["mail"], ["bo@example.com"], ["x"]])
    report = import_text(book)

    assert people(readers) == ["ana@example.com", "bo@example.com"]
    assert any("'Sheet 1'" in note for note in report.notes)
    assert "Sheet 3" in report.problems[0].file


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (workbook([]), "no sheet with people"),
        (workbook([["city"], ["Bonn"]]), "No column is named like an e-mail address"),
        (workbook([[f"c{number}" for number in range(500)]]), "columns"),
        (b"\xd0\xcf\x11\xe0 old", "old form"),
        (archive(photo="x"), "no CSV file"),
        (archive(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_csv="email"), "another kind"),
        (archive(a_csv="email\n")[:40], "damaged"),
        (archive(a_csv="x" * 30_000_000), "no export looks like that"),
        (archive(**{f"f{number}_csv": "email\n" for number in range(1_001)}), "no export looks like that"),
        (archive(**{"xl__workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "not a spreadsheet"),
        (
            archive(**{"xl__workbook.xml": f"<!--{'<a' * 9_000}--><!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}),
            "not a spreadsheet",
        ),
        (archive(**{"xl__workbook.xml": "<a/>"}), "cannot be read as a spreadsheet"),
        (archive(a_csv=""), "no CSV file"),
        (archive(a_csv=b"\xff\xfe@"), "utf-16"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_or_should_not_be_unpacked_is_refused(
    readers: Readers, import_text: Import, content: bytes, says: str
) -> None:
    """In a sentence; nobody is imported, of any of the files."""
    with pytest.raises(Mistake) as refusal:
        import_text("email\nana@example.com\n", content)
    assert says in str(refusal.value)
    assert readers.list_lists() == []


def test_a_small_spreadsheet_does_not_fill_a_disk(import_text: Import) -> None:
    """Thirty kilobytes, one long text named thousands of times: 390 MB, if it were written down."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    strings = "".join(f"<si><t>{text}</t></si>" for text in ("email", "ada@example.com", "x" * 130_000))
    rows = '<row><c t="s"><v>0</v></c></row>' + '<row><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>' * 3000
    told = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["ANY"]]))) as book,
        zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in set(book.namelist()) - {"xl/sharedStrings.xml"}:
            text = re.sub(r"<row.*</row>", rows, book.read(name).decode(), flags=re.DOTALL)
            part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
            made.writestr(name, text if "sharedStrings" in text else text.replace("</Types>", part))
        made.writestr(
            "xl/sharedStrings.xml",
            f"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{strings}</sst>",
        )
    assert len(told.getvalue()) < 50_000
    with pytest.raises(Mistake, match="fill a disk"):
        import_text(told.getvalue())


def test_spreadsheets_are_taken_apart_elsewhere(tmp_path: Path) -> None:
    """In a child with bounds of time and memory: the library for them is never loaded in our own process."""
    (tmp_path / "people.xlsx").write_bytes(workbook([["email"], ["ada@example.com"]]))
    code = (
        "import sys, pathlib\nfrom newsletter.imports.files.unpack import unpack\n"
        "[piece] = unpack(pathlib.Path('people.xlsx'), pathlib.Path('.'), [])\n"
        "print(piece.path.read_text().split(), 'openpyxl' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "['email', 'ada@example.com'] False" == run.stdout.strip(), run.stderr


def test_an_archive_that_lies_about_its_size_is_damaged(import_text: Import) -> None:
    """What it unpacks to is never more than it declares."""
    content = archive(a_csv="email\n" + "x" * 5_000_000)
    whole = (5_000_006).to_bytes(4, "little")
    assert content.count(whole) == 2
    with pytest.raises(Mistake, match="damaged"):
        import_text(content.replace(whole, (5).to_bytes(4, "little")))


def test_a_locked_archive_is_refused(import_text: Import) -> None:
    """The bit that says so is enough."""
    content = bytearray(archive(a_csv="email\nana@example.com\n"))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Mistake, match="password"):
        import_text(bytes(content))


def test_names_in_an_archive_lead_nowhere(readers: Readers, import_text: Import, tmp_path: Path) -> None:
    """Neither up, nor to the root, nor to a drive; nothing is left behind."""
    names = ["..__..__evil.csv", "__etc__evil2.csv", "C:\\evil3.csv", "a__b__\x1bevil4.csv"]
    before = set(tmp_path.parent.rglob("*evil*"))
    report = import_text(
        archive(
            **{name: f"email\nr{number}@example.com\nbad\n" for number, name in enumerate(names)}, **{"n.jpg": b"x"}
        )
    )

    assert report.added == 4
    assert set(tmp_path.parent.rglob("*evil*")) == before
    assert all(problem.file.isprintable() for problem in report.problems)
    assert any("n.jpg" in note for note in report.notes)


def test_rubbish_of_macs_is_passed_over(readers: Readers, import_text: Import) -> None:
    """Their archives hold a second file for each."""
    members = {"a_csv": "email\nana@example.com\n", "__MACOSX/._a.csv": b"\0\1", ".DS_Store": b"x"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("_csv", ".csv") if name == "a_csv" else name, content)

    assert import_text(out.getvalue()).added == 1


@pytest.mark.parametrize("zipped", [False, True], ids=["files", "archive"])
def test_mailchimps_three_files_end_in_one_state_in_every_order(tmp_path: Path, sqlite_url: str, zipped: bool) -> None:
    """Also where somebody is in two of them: not a row of the tables differs."""
    texts = {
        "subscribed": EXPORTS["mailchimp"]
        + "gone@example.com,Gus"
        + "," * 21
        + "\n"
        + "dead@example.com,I"
        + "," * 21
        + "\n",
        "unsubscribed": EXPORTS["mailchimp-unsubscribed"]
        + "dead@example.com,,,,1"
        + "," * 11
        + ",2020-01-01 00:00:00"
        + "," * 8
        + "\n",
        "cleaned": EXPORTS["mailchimp-cleaned"],
    }
    template = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    states = set()
    for number, order in enumerate(permutations(texts)):
        database = tmp_path / f"{number}.db"
        database.write_bytes(template)
        paths = [tmp_path / f"{name}.csv" for name in order]
        for path in paths:
            path.write_text(texts[path.stem])
        if zipped:
            paths = [tmp_path / f"{number}.zip"]
            with zipfile.ZipFile(paths[0], "w") as made:
                for name in order:
                    made.writestr(f"{name}_members_export.csv", texts[name])
        engine = connect(f"sqlite:///{database}")
        readers = Readers(engine)
        membership = Membership(engine)
        report = import_csv(
            membership, paths, ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="x")
        )
        assert (report.added, report.suppressed, report.rejected) == (1, 6, 0)
        states.add(state(readers))
        engine.dispose()

    [(ana, *gone)] = states
    assert ana[1] == "ana@example.com"
    assert gone == [
        ("angry@example.com", SuppressionReason.COMPLAINT),
        ("dead@example.com", SuppressionReason.UNSUBSCRIBE),
        ("gone@example.com", SuppressionReason.UNSUBSCRIBE),
    ]


def test_what_lies_beside_the_readers_in_an_archive_is_passed_over_and_said(
    readers: Readers, import_text: Import
) -> None:
    """Leaflets, pictures, archives, and the lists of who opened: each by its name; who merely opened does not join."""
    report = import_text(
        archive(
            **{
                "email_list.csv": EXPORTS["substack"],
                "README.txt": "Questions?\nhelp@example.com\n",
                "notes__hello.txt": "Ask Ana (ana@example.com) how to read this.\n",
                "posts.csv": "post_id,title\n1,Hello\n",
                "posts__1.opens.csv": "post_id,timestamp,email\n1,2024-01-01T00:00:00Z,opened@example.com\n",
                "posts__2.delivers.csv": "email\ndelivered@example.com\n",
                "old.zip": archive(a_csv="email\nbo@example.com\n"),
                "invoice.pdf": b"%PDF-1.4",
                "__MACOSX____._x.csv": b"\0",
                ".DS_Store": b"\0",
            }
        )
    )

    assert people(readers) == ["ana@example.com"]
    said = "\n".join(report.notes)
    for name in ("README.txt", "hello.txt", "posts.csv", "1.opens.csv", "2.delivers.csv", "old.zip", "invoice.pdf"):
        assert f"readers0.csv: {name} " in said
    assert "__MACOSX" in said


def test_a_list_with_addresses_under_a_name_that_is_not_known_is_not_passed_over(import_text: Import) -> None:
    """It may be the one of those who left."""
    with pytest.raises(Mistake, match="named like an e-mail address"):
        import_text(archive(a_csv="email\nana@example.com\n", b_csv="Kontakto,Urbo\nbo@example.com,Bonn\n"))


def test_whom_a_spreadsheet_hides_does_not_join(readers: Readers, import_text: Import) -> None:
    """A filter hides those who left; who left by a hidden row or sheet stays off, and every row is accounted for."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Our readers"],
        ["Email", "Name", "Unsubscribed"],
        ["ana@example.com", "Ana", None],
        ["hidden@example.com", "H", None],
        ["gone@example.com", "G", "yes"],
        ["filtered@example.com", "F", None],
    ):
        sheet.append(row)
    sheet.row_dimensions[4].hidden = True
    sheet.row_dimensions[5].hidden = True
    sheet.row_dimensions[6].hidden = True
    other = book.create_sheet("Old")
    other.sheet_state = "veryHidden"
    for old in (["Email", "Status"], ["old@example.com", ""], ["ana@example.com", "unsubscribed"]):
        other.append(old)
    out = io.BytesIO()
    book.save(out)

    report = import_text(out.getvalue())

    assert people(readers) == []
    assert {one for one, _, _ in readers.iterate_suppressed("weekly")} == {"ana@example.com", "gone@example.com"}
    said = [problem.reason for problem in report.problems]
    assert sum("row is hidden" in reason for reason in said) == 2
    assert sum("sheet is hidden" in reason for reason in said) == 1
    assert any('1 line above the header in line 2 passed over: "Our readers"' in note for note in report.notes)


def test_a_day_in_a_spreadsheet_is_a_day(readers: Readers, import_text: Import) -> None:
    """A birthday has no hour."""
    import_text(workbook([["email", "Birthday"], ["ana@example.com", datetime(1990, 5, 4)]]))  # noqa: DTZ001

    ana = readers.find_subscriber("ana@example.com")
    assert ana is not None and ana.fields == {"birthday": "1990-05-04"}


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (b"%PDF-1.4", "a PDF"),
        (b"BEGIN:VCARD", "an address book"),
        (b"<html><table>", "a web page"),
        (b"\x1f\x8b", "packed"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(import_text: Import, begin: bytes, what: str) -> None:
    """With the way to go on."""
    with pytest.raises(Mistake, match=what) as refusal:
        import_text(begin + b" ana@example.com\n")
    assert "CSV" in refusal.value.fix
