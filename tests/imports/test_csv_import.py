"""Importing CSV: everyone is accounted for, whatever the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.consent.membership_sql import Membership
from newsletter.imports.questions import ImportUnanswered
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv

from .conftest import Import, people, reasons


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
    readers: Readers, import_text: Import, header: str, first: str, last: str
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
    readers: Readers, import_text: Import, cell: str, first: str, last: str
) -> None:
    """Together they are the name again; with a comma nobody can tell the order, so it stays whole."""
    import_text(f"email,name\nana@example.com,{cell}\n")

    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert (person.first_name, person.last_name) == (first, last)


def test_all_other_columns_become_fields_usable_as_merge_tags(readers: Readers, import_text: Import) -> None:
    """Lower case, without accents, one name each, never hiding a name of ours; blank cells are no field."""
    import_text("email,ZIP Code,Größe,2nd,zip-code,★,Unsubscribe URL,Blank\nana@example.com,1,2,3,4,5,6,\n")

    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert person.fields == {
        "zip_code": "1",
        "grosse": "2",
        "field_2nd": "3",
        "zip_code_2": "4",
        "black_star": "5",
        "unsubscribe_url_2": "6",
    }


def test_map_says_what_a_column_is_or_leaves_it_out(readers: Readers, import_text: Import) -> None:
    """It wins over the names."""
    columns = {"kontakt": "email", "Ort": "city", "geheim": "-", "Email": "other", "Status": "level"}
    import_text("Kontakt,Ort,Geheim,Email,Status\nana@example.com,Bonn,x,y@example.com,gold\n", columns=columns)

    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert person.fields == {"city": "Bonn", "other": "y@example.com", "level": "gold"}


@pytest.mark.parametrize("columns", [{"Nowhere": "email"}, {"email": "!"}])
def test_a_map_that_fits_nothing_is_refused(import_text: Import, readers: Readers, columns: dict[str, str]) -> None:
    """With the columns that there are, and nothing written."""
    with pytest.raises(Mistake, match="--map"):
        import_text("email\nana@example.com\n", columns=columns)
    assert readers.list_lists() == []


def test_to_import_again_changes_nothing_and_news_is_updated(readers: Readers, import_text: Import) -> None:
    """An interrupted import is resumed by repeating it."""
    content = "email,first_name,city\n" + "".join(f"r{number}@example.com,N,Bonn\n" for number in range(5_000))

    assert import_text(content).added == 5_000
    assert import_text(content).unchanged == 5_000
    assert import_text(content.replace("r7@example.com,N", "R7@Example.com,Neu")).updated == 1
    blank = import_text("email,first_name,city\nr7@example.com,,\n")
    assert blank.unchanged == 1
    person = readers.find_subscriber("r7@example.com")
    assert person is not None and person.first_name == "Neu"


def test_a_dry_run_counts_the_same_and_writes_nothing(
    readers: Readers, membership: Membership, import_text: Import
) -> None:
    """People who left in the same file, duplicates and known people included."""
    import_text("email\nknown@example.com\nleft@example.com\n")
    membership.leave("left@example.com", list_name=None)
    membership.suppress("never@example.com", SuppressionReason.COMPLAINT)
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
    assert (dry.updated, dry.rejected, dry.suppressed) == (1, 2, 6)


def test_without_consent_people_are_pending_and_a_later_declaration_raises_them(
    readers: Readers, import_text: Import
) -> None:
    """Nobody pending is counted as one to mail."""
    import_text("email\nana@example.com\n", status=SubscriptionStatus.PENDING, consent=None)
    assert readers.count_active("weekly") == 0

    assert import_text("email\nana@example.com\n").updated == 1
    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert (person.subscriptions[0].status, person.subscriptions[0].consent) == (SubscriptionStatus.ACTIVE, "a form")


def test_an_import_brings_nobody_back(readers: Readers, membership: Membership, import_text: Import) -> None:
    """Not who left the list, not who must not be mailed; each is reported."""
    import_text("email\nleft@example.com\n")
    membership.leave("left@example.com", list_name="weekly")
    membership.suppress("never@example.com", SuppressionReason.HARD_BOUNCE)

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
    readers: Readers, import_text: Import, header: str, row: str, reason: SuppressionReason
) -> None:
    """Even where --active is declared for the file, and where they were active with us; the other rows join."""
    import_text("email\na@example.com\n")
    columns = header.count(",")

    report = import_text(f"{header}\n{row}\nb@example.com{',' * columns}\n")

    assert (report.suppressed, report.added) == (1, 1)
    assert readers.find_suppression("a@example.com") is reason
    assert readers.count_active("weekly") == 1


def test_in_any_order_an_unsubscribe_in_one_file_beats_a_subscription_in_another(
    readers: Readers, import_text: Import
) -> None:
    """Files are imported together or one after the other."""
    subscribed, gone = "email\na@example.com\nb@example.com\n", "email,UNSUB_TIME\na@example.com,2020-01-01\n"

    import_text(subscribed, gone, list_name="one")
    import_text(gone, subscribed, list_name="two")

    assert readers.count_active("one") == readers.count_active("two") == 1


def test_a_status_that_might_mean_anything_is_asked_about(readers: Readers, import_text: Import) -> None:
    """Nothing is imported; a state or type may be anything."""
    content = "email,status\nana@example.com,gold\nbo@example.com,active\n"
    with pytest.raises(ImportUnanswered, match="--map status:gold=left"):
        import_text(content)
    assert readers.list_lists() == []

    assert import_text(content, columns={"status:gold": "joined"}).added == 2
    assert people(readers) == ["ana@example.com", "bo@example.com"]
    assert import_text("email,state,type\ncy@example.com,NO,paid\n").added == 1


def test_progress_runs_to_the_end_over_all_files(membership: Membership, tmp_path: Path) -> None:
    """(lines read, lines in all), never backwards."""
    paths = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.csv"
        path.write_text("email\n" + "".join(f"{name}{number}@example.com\n" for number in range(5_000)))
        paths.append(path)
    steps: list[tuple[int, int]] = []

    import_csv(membership, paths, ImportOptions(list_name="weekly"), lambda done, total: steps.append((done, total)))

    assert len(steps) == 6 and steps[0][0] > 0
    assert {total for _, total in steps} == {10_002}
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == 10_002
