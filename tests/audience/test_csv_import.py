"""Importing CSV: everyone is accounted for, whatever the file looks like."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience.csv_import import import_csv
from newsletter.audience.import_report import ImportOptions, ImportReport
from newsletter.store.readers import SqlReaders
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

from .conftest import Import, assert_adds_up


def people(readers: SqlReaders) -> list[str]:
    return [person.email for person in readers.iterate("weekly")]


def reasons(report: ImportReport) -> dict[int, str]:
    return {problem.line: problem.reason for problem in report.problems}


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("email,first_name,last_name", "Ana", "Ng"),
        ("E-Mail Address;Given Name;Surname", "Ana", "Ng"),
        ("EMAIL\tFNAME\tLNAME", "Ana", "Ng"),
        ("E-Mail|Vorname|Nachname", "Ana", "Ng"),
        ("Email Address,Name,Last Name", "Ana", "Ng"),
        ('"Email","First Name","Family Name"', "Ana", "Ng"),
    ],
)
def test_columns_are_known_by_name_and_delimiters_by_the_header(
    readers: SqlReaders, import_text: Import, header: str, first: str, last: str
) -> None:
    """Comma, semicolon, tab and bar; English and German names."""
    delimiter = next(sign for sign in ";\t|," if sign in header)
    report = import_text(f"{header}\n{delimiter.join(['ana@example.com', 'Ana', 'Ng'])}\n")

    person = readers.find_subscriber("ana@example.com")
    assert report.added == 1
    assert person is not None
    assert (person.first_name, person.last_name) == (first, last)


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("Ana Ng", "Ana", "Ng"),
        ("Ana", "Ana", ""),
        ("Ludwig van  Beethoven", "Ludwig", "van Beethoven"),
        ('"Ng, Ana"', "Ng, Ana", ""),
        ("", "", ""),
    ],
)
def test_a_whole_name_is_cut_at_its_first_blank(
    readers: SqlReaders, import_text: Import, cell: str, first: str, last: str
) -> None:
    """Together they are the name again; with a comma nobody can tell the order, so it stays whole."""
    import_text(f"email,name\nana@example.com,{cell}\n")

    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert (person.first_name, person.last_name) == (first, last)


def test_all_other_columns_become_fields_usable_as_merge_tags(readers: SqlReaders, import_text: Import) -> None:
    """Lower case, ASCII, one name each, never hiding a name of ours; blank cells are no field."""
    import_text("email,ZIP Code,Größe,2nd,zip-code,,Unsubscribe URL,Blank\nana@example.com,1,2,3,4,5,6,\n")

    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert person.fields == {
        "zip_code": "1",
        "grosse": "2",
        "field_2nd": "3",
        "zip_code_2": "4",
        "column_6": "5",
        "unsubscribe_url_2": "6",
    }


def test_map_says_what_a_column_is_or_leaves_it_out(readers: SqlReaders, import_text: Import) -> None:
    """It wins over the names."""
    columns = {"kontakt": "email", "Ort": "city", "geheim": "-", "Email": "other", "Status": "level"}
    import_text("Kontakt,Ort,Geheim,Email,Status\nana@example.com,Bonn,x,y@example.com,gold\n", columns=columns)

    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert person.fields == {"city": "Bonn", "other": "y@example.com", "level": "gold"}


@pytest.mark.parametrize("columns", [{"Nowhere": "email"}, {"email": "!"}])
def test_a_map_that_fits_nothing_is_refused(import_text: Import, readers: SqlReaders, columns: dict[str, str]) -> None:
    """With the columns that there are, and nothing written."""
    with pytest.raises(Mistake, match="--map"):
        import_text("email\nana@example.com\n", columns=columns)
    assert readers.list_lists() == []


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
def test_encodings_by_mark_and_line_ends_of_every_kind(
    readers: SqlReaders, import_text: Import, content: bytes
) -> None:
    """What Excel, Windows, old and new Macs write; blank lines are nobody."""
    assert import_text(content).rows == 1
    person = readers.find_subscriber("ana@example.com")
    assert person is not None and person.first_name == "José"


def test_text_that_is_not_utf8_is_refused_whole_and_taken_once_its_encoding_is_named(
    readers: SqlReaders, import_text: Import
) -> None:
    """Even when the bad byte comes after thousands of good rows, nobody is imported before."""
    good = "".join(f"r{number}@example.com,x\n" for number in range(30_000))
    content = f"email,name\n{good}ana@example.com,José\n".encode("cp1252")

    with pytest.raises(Mistake) as refusal:
        import_text(content)
    assert "--encoding cp1252" in refusal.value.fix
    assert "José" in refusal.value.fix
    assert refusal.value.place is not None and refusal.value.place.line == 30_002
    assert readers.list_lists() == []

    assert import_text(content, encoding="cp1252").added == 30_001
    person = readers.find_subscriber("ana@example.com")
    assert person is not None and person.first_name == "José"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "blank"),
        (b"PK\x03\x04 spreadsheet", "spreadsheet"),
        (b"name,city\nAna,Bonn\n", "No column is named like an e-mail address"),
        (b"ana@example.com,Ana\nbo@example.com,Bo\n", "already a reader"),
        (b'email,"name\nana@example.com,Ana\n', "header"),
        ("email,name\nana@example.com,x\n".encode("utf-16-le"), "header"),
        (b"email," + b",".join(b"c%d" % number for number in range(400)), "columns"),
        (b"\xff\xfea", "not utf-16"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_changes_nothing(
    readers: SqlReaders, import_text: Import, content: bytes, says: str
) -> None:
    """Also when a good file was named beside it."""
    with pytest.raises(Mistake) as refusal:
        import_text(b"email\nana@example.com\n", content)
    assert says in str(refusal.value)
    assert refusal.value.fix or "columns" in says
    assert readers.list_lists() == []


def test_a_file_that_is_not_there_and_an_encoding_that_is_none(readers: SqlReaders, tmp_path: Path) -> None:
    """Sentences, no traceback; a folder is no file."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Missing, match="no file"):
            import_csv(readers, [path], ImportOptions(list_name="weekly"))
    good = tmp_path / "good.csv"
    good.write_text("email\nana@example.com\n")
    for name in ("klingon", "base64", "rot13", "x\0y", ""):
        with pytest.raises(Mistake, match="no text encoding"):
            import_csv(readers, [good], ImportOptions(list_name="weekly", encoding=name))


def test_one_address_a_line_needs_no_header(readers: SqlReaders, import_text: Import) -> None:
    """Nothing else can be meant."""
    assert import_text("ana@example.com\n\nbo@example.com\n").added == 2
    assert people(readers) == ["ana@example.com", "bo@example.com"]


def test_broken_rows_are_reported_by_line_and_the_others_imported(readers: SqlReaders, import_text: Import) -> None:
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
def test_an_unclosed_quote_swallows_nobody(readers: SqlReaders, import_text: Import, n_after: int) -> None:
    """Only the row with the quote is given up, whether the file ends soon after it or not."""
    after = "".join(f"r{number}@example.com,x\n" for number in range(n_after))
    report = import_text(f'email,name\nana@example.com,Ana\nbo@example.com,"Bo\n{after}')

    assert report.added == 1 + n_after
    assert list(reasons(report)) == [3]


def test_a_quote_that_closes_too_late_imports_nobody_by_mistake(readers: SqlReaders, import_text: Import) -> None:
    """Where the cell in between reads like another reader, the lines are named and none of them is believed."""
    report = import_text('email,name\nana@example.com,"Ana\nbo@example.com,Bo\ncy@example.com,Cy"\ndi@example.com,Di\n')

    assert people(readers) == ["di@example.com"]
    assert "3 lines" in reasons(report)[2]


def test_cells_over_several_lines_are_good_csv(readers: SqlReaders, import_text: Import) -> None:
    """Line numbers still name the lines of the file."""
    report = import_text('email,note\nana@example.com,"one\r\ntwo, ""three"""\nbad,x\n')

    person = readers.find_subscriber("ana@example.com")
    assert person is not None and person.fields["note"] == 'one\r\ntwo, "three"'
    assert list(reasons(report)) == [4]


def test_to_import_again_changes_nothing_and_news_is_updated(readers: SqlReaders, import_text: Import) -> None:
    """An interrupted import is resumed by repeating it."""
    content = "email,first_name,city\n" + "".join(f"r{number}@example.com,N,Bonn\n" for number in range(5_000))

    assert import_text(content).added == 5_000
    assert import_text(content).unchanged == 5_000
    assert import_text(content.replace("r7@example.com,N", "R7@Example.com,Neu")).updated == 1
    blank = import_text("email,first_name,city\nr7@example.com,,\n")
    assert blank.unchanged == 1
    person = readers.find_subscriber("r7@example.com")
    assert person is not None and person.first_name == "Neu"


def test_a_dry_run_counts_the_same_and_writes_nothing(readers: SqlReaders, import_text: Import) -> None:
    """People who left in the same file, duplicates and known people included."""
    import_text("email\nknown@example.com\nleft@example.com\n")
    readers.leave("left@example.com", list_name=None)
    readers.suppress("never@example.com", SuppressionReason.COMPLAINT)
    rows = "".join(f"r{number}@example.com,N,active\n" for number in range(4_100))
    content = (
        "email,first_name,status\nknown@example.com,K,active\nleft@example.com,L,active\nnever@example.com,N,active\n"
        f"twice@example.com,T,active\n{rows}bad,B,active\ntwice@example.com,T,unsubscribed\n"
        "r1@example.com,N,active\nr2@example.com,N,bounced\n"
    )
    before = (readers.list_lists(), readers.find_suppression("twice@example.com"))

    dry = import_text(content, dry_run=True)

    assert (readers.list_lists(), readers.find_suppression("twice@example.com")) == before
    assert import_text(content) == dry
    assert (dry.updated, dry.rejected, dry.suppressed) == (1, 2, 4)


def test_without_consent_people_are_pending_and_a_later_declaration_raises_them(
    readers: SqlReaders, import_text: Import
) -> None:
    """Nobody pending is counted as one to mail."""
    import_text("email\nana@example.com\n", status=SubscriptionStatus.PENDING, consent=None)
    assert readers.count_active("weekly") == 0

    assert import_text("email\nana@example.com\n").updated == 1
    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert (person.subscriptions[0].status, person.subscriptions[0].consent) == (SubscriptionStatus.ACTIVE, "a form")


def test_an_import_brings_nobody_back(readers: SqlReaders, import_text: Import) -> None:
    """Not who left the list, not who must not be mailed; each is reported."""
    import_text("email\nleft@example.com\n")
    readers.leave("left@example.com", list_name="weekly")
    readers.suppress("never@example.com", SuppressionReason.HARD_BOUNCE)

    report = import_text("email\nLEFT@example.com\nnever@example.com\nnew@example.com\n")

    assert (report.suppressed, report.added) == (2, 1)
    assert "left" in reasons(report)[2]
    assert "bounced" in reasons(report)[3]
    assert readers.count_active("weekly") == 1


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        ("email,status", "a@example.com,Unsubscribed", SuppressionReason.UNSUBSCRIBE),
        ("email,status", "a@example.com,cleaned", SuppressionReason.HARD_BOUNCE),
        ("email,status", "a@example.com,5.1.1", SuppressionReason.HARD_BOUNCE),
        ("email,status", "a@example.com,blocklisted", SuppressionReason.MANUAL),
        ("email,status", "a@example.com,spam report", SuppressionReason.COMPLAINT),
        ("email,state", "a@example.com,cancelled", SuppressionReason.UNSUBSCRIBE),
        ("email,type", "a@example.com,unsubscribed", SuppressionReason.UNSUBSCRIBE),
        ("email,UNSUB_TIME,UNSUB_REASON", "a@example.com,2020-01-01 10:00:00,SPAM", SuppressionReason.COMPLAINT),
        ("email,CLEAN_TIME", "a@example.com,2020-01-01 10:00:00", SuppressionReason.HARD_BOUNCE),
        ("email,email_disabled", "a@example.com,true", SuppressionReason.UNSUBSCRIBE),
        ("email,subscribed_to_emails", "a@example.com,false", SuppressionReason.UNSUBSCRIBE),
        ("email,status,unsubscribed_at", "a@example.com,active,2020-01-01", SuppressionReason.UNSUBSCRIBE),
    ],
)
def test_whom_a_file_calls_gone_is_never_mailed(
    readers: SqlReaders, import_text: Import, header: str, row: str, reason: SuppressionReason
) -> None:
    """Even where --active is declared for the file, and where they were active with us; the other rows join."""
    import_text("email\na@example.com\n")
    columns = header.count(",")

    report = import_text(f"{header}\n{row}\nb@example.com{',' * columns}\n")

    assert (report.suppressed, report.added) == (1, 1)
    assert readers.find_suppression("a@example.com") is reason
    assert readers.count_active("weekly") == 1


def test_in_any_order_an_unsubscribe_in_one_file_beats_a_subscription_in_another(
    readers: SqlReaders, import_text: Import
) -> None:
    """Files are imported together or one after the other."""
    subscribed, gone = "email\na@example.com\nb@example.com\n", "email,UNSUB_TIME\na@example.com,2020-01-01\n"

    import_text(subscribed, gone, list_name="one")
    import_text(gone, subscribed, list_name="two")

    assert readers.count_active("one") == readers.count_active("two") == 1


def test_a_status_that_might_mean_anything_is_not_guessed(readers: SqlReaders, import_text: Import) -> None:
    """The row is refused and the reason says how to go on; a state or type may be anything."""
    report = import_text("email,status\nana@example.com,gold\nbo@example.com,active\n")

    assert people(readers) == ["bo@example.com"]
    assert "--map" in reasons(report)[2]
    assert import_text("email,state,type\ncy@example.com,NO,paid\n").added == 1


def test_progress_runs_to_the_end_over_all_files(readers: SqlReaders, tmp_path: Path) -> None:
    """(lines read, lines in all), never backwards."""
    paths = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.csv"
        path.write_text("email\n" + "".join(f"{name}{number}@example.com\n" for number in range(5_000)))
        paths.append(path)
    steps: list[tuple[int, int]] = []

    import_csv(readers, paths, ImportOptions(list_name="weekly"), lambda done, total: steps.append((done, total)))

    assert len(steps) == 6
    assert {total for _, total in steps} == {10_002}
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == 10_002


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet='ab,;"\n\r\t @.\0|x', max_size=120),
    st.sampled_from(["email,name\n", "email;name\n", '"email","name"\n', ""]),
)
def test_no_file_ends_in_a_traceback_and_every_row_is_accounted_for(
    readers: SqlReaders, tmp_path: Path, body: str, header: str
) -> None:
    """Text made of everything that CSV trips over: a refusal in words, or a report that adds up."""
    path = tmp_path / "fuzz.csv"
    path.write_bytes((header + body).encode())
    with suppress(Mistake):
        assert_adds_up(import_csv(readers, [path], ImportOptions(list_name="weekly")))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_refused_or_accounted_for(readers: SqlReaders, tmp_path: Path, content: bytes) -> None:
    """Images, archives, noise."""
    path = tmp_path / "bytes.csv"
    path.write_bytes(content)
    with suppress(Mistake):
        assert_adds_up(import_csv(readers, [path], ImportOptions(list_name="weekly")))
