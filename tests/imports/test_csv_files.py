"""Files as they come: encodings, line ends, broken rows, noise; nobody is lost without a reason."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.consent.membership_sql import Membership
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Missing, Mistake
from tests.importing import import_csv

from .conftest import Import, assert_adds_up, people, reasons


@pytest.mark.parametrize(
    "content",
    [
        "email,name\nana@example.com,José\n".encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + "email,name\nana@example.com,José\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "email,name\nana@example.com,José\n".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "email,name\nana@example.com,José\n".encode("utf-32-le"),
        "email,name\r\nana@example.com,José".encode(),
        "email,name\rana@example.com,José\r".encode(),
        "sep=;\nemail;name\nana@example.com;José\n".encode(),
        "\n\n  \nemail,name\n\nana@example.com,José\n\n".encode(),
    ],
)
def test_encodings_by_mark_and_line_ends_of_every_kind(readers: Readers, import_text: Import, content: bytes) -> None:
    """What Excel, Windows, old and new Macs write; blank lines are nobody."""
    assert import_text(content).rows == 1
    person = readers.find_subscriber("ana@example.com")
    assert person is not None and person.first_name == "José"


def test_text_that_is_not_utf8_is_refused_whole_and_taken_once_its_encoding_is_named(
    readers: Readers, import_text: Import
) -> None:
    """Even when the bad byte comes after thousands of good rows, nobody is imported before."""
    good = "".join(f"r{number}@example.com,x\n" for number in range(6_000))
    content = f"email,name\n{good}ana@example.com,José\n".encode("cp1252")

    with pytest.raises(Mistake) as refusal:
        import_text(content)
    assert "--encoding cp1252" in refusal.value.fix
    assert "José" in refusal.value.fix
    assert refusal.value.place is not None and refusal.value.place.line == 6_002
    assert readers.list_lists() == []

    assert import_text(content, encoding="cp1252").added == 6_001
    person = readers.find_subscriber("ana@example.com")
    assert person is not None and person.first_name == "José"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "blank"),
        (b"PK\x03\x04 spreadsheet", "damaged archive"),
        (b"name,city\nAna,Bonn\n", "No column is named like an e-mail address"),
        (b"ana@example.com,Ana\nbo@example.com,Bo\n", "already a reader"),
        (b'email,"name\nana@example.com,Ana\n', "header"),
        ("email,name\nana@example.com,x\n".encode("utf-16-le"), "--encoding utf-16-le"),
        ("email,name\nana@example.com,Zoë\n".encode("utf-16-be"), "--encoding utf-16-be"),
        (b"email\n\0\0\0\xff\xfe\n", "does not look like text"),
        (b"email," + b",".join(b"c%d" % number for number in range(400)), "columns"),
        (b"\xff\xfea", "not utf-16"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_changes_nothing(
    readers: Readers, import_text: Import, content: bytes, says: str
) -> None:
    """Also when a good file was named beside it."""
    with pytest.raises(Mistake) as refusal:
        import_text(b"email\nana@example.com\n", content)
    assert says in str(refusal.value)
    assert refusal.value.fix or "columns" in says
    assert readers.list_lists() == []


def test_a_file_that_is_not_there_and_an_encoding_that_is_none(membership: Membership, tmp_path: Path) -> None:
    """Sentences, no traceback; a folder is no file."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Missing, match="no file"):
            import_csv(membership, [path], ImportOptions(list_name="weekly"))
    good = tmp_path / "good.csv"
    good.write_text("email\nana@example.com\n")
    for name in ("klingon", "base64", "rot13", "x\0y", ""):
        with pytest.raises(Mistake, match="no text encoding"):
            import_csv(membership, [good], ImportOptions(list_name="weekly", encoding=name))


def test_one_address_a_line_needs_no_header(readers: Readers, import_text: Import) -> None:
    """Nothing else can be meant."""
    assert import_text("ana@example.com\n\nbo@example.com\n").added == 2
    assert people(readers) == ["ana@example.com", "bo@example.com"]


def test_broken_rows_are_reported_by_line_and_the_others_imported(readers: Readers, import_text: Import) -> None:
    """A bad row costs nobody but itself, and its reason says what is wrong."""
    report = import_text(
        "email,name,note\n"
        "ana@example.com,Ana,x\n"
        "not an address,N,x\n"
        ",Empty,x\n"
        "nul@example.com,A\0na,x\n"
        "long@example.com,Lo," + "x" * 200_000 + "\n"
        "ten@example.com,Ten," + "x" * 10_001 + "\n"
        "shift@example.com,Ng, Ana,x\n"
        'middle@example.com,"A"na,x\n'
        "short@example.com\n"
        "trailing@example.com,T,x,,,\n"
        "ANA@example.com,Again,x\n"
        "jörg@example.com,J,x\n"
        "line@example.com," + "x," * 600_000 + "\n"
        "bo@example.com,Bo,x\n"
    )

    assert people(readers) == ["ana@example.com", "short@example.com", "trailing@example.com", "bo@example.com"]
    said = reasons(report)
    assert sorted(said) == [3, 4, 5, 6, 7, 8, 9, 12, 13, 14]
    assert "no e-mail address" in said[4]
    assert "NUL" in said[5]
    assert "131,072" in said[6]
    assert "10,001" in said[7]
    assert "4 cells" in said[8]
    assert "quote" in said[9]
    assert "line 2" in said[12]
    assert "before the @" in said[13]
    assert "longer than 1,000,000" in said[14]


@pytest.mark.parametrize("n_after", [1, 3, 700, 9_000])
def test_an_unclosed_quote_swallows_nobody(readers: Readers, import_text: Import, n_after: int) -> None:
    """Only the row with the quote is given up, whether the file ends soon after it or not."""
    after = "".join(f"r{number}@example.com,x\n" for number in range(n_after))
    report = import_text(f'email,name\nana@example.com,Ana\nbo@example.com,"Bo\n{after}')

    assert report.added == 1 + n_after
    assert list(reasons(report)) == [3]


def test_a_quote_that_closes_too_late_imports_nobody_by_mistake(readers: Readers, import_text: Import) -> None:
    """Where the cell in between reads like another reader, the lines are named and none of them is believed."""
    report = import_text('email,name\nana@example.com,"Ana\nbo@example.com,Bo\ncy@example.com,Cy"\ndi@example.com,Di\n')

    assert people(readers) == ["di@example.com"]
    assert "3 lines" in reasons(report)[2]


def test_cells_over_several_lines_are_good_csv(readers: Readers, import_text: Import) -> None:
    """Line numbers still name the lines of the file."""
    report = import_text('email,note\nana@example.com,"one\r\ntwo, ""three"""\nbad,x\n')

    person = readers.find_subscriber("ana@example.com")
    assert person is not None and person.fields["note"] == 'one\r\ntwo, "three"'
    assert list(reasons(report)) == [4]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet='ab,;"\n\r\t @.\0|x', max_size=120),
    st.sampled_from(["email,name\n", "email;name\n", '"email","name"\n', ""]),
)
def test_no_file_ends_in_a_traceback_and_every_row_is_accounted_for(
    membership: Membership, tmp_path: Path, body: str, header: str
) -> None:
    """Text made of everything that CSV trips over: a refusal in words, or a report that adds up."""
    path = tmp_path / "fuzz.csv"
    path.write_bytes((header + body).encode())
    with suppress(Mistake):
        assert_adds_up(import_csv(membership, [path], ImportOptions(list_name="weekly")))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_refused_or_accounted_for(membership: Membership, tmp_path: Path, content: bytes) -> None:
    """Images, archives, noise."""
    path = tmp_path / "bytes.csv"
    path.write_bytes(content)
    with suppress(Mistake):
        assert_adds_up(import_csv(membership, [path], ImportOptions(list_name="weekly")))
