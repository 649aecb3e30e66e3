"""Who left stays off, whatever their column is called: understood, or asked about before anything is written."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from newsletter.consent.membership_sql import Membership
from newsletter.imports.questions import ImportUnanswered
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv

from .conftest import Import, people
from .who_left import HARMLESS, WHO_LEFT
from .who_left_elsewhere import ASKED_ELSEWHERE, ELSEWHERE, HARMLESS_ELSEWHERE
from .whole_exports import WHOLE

# What nobody can know without being told: numbers and letters of a system that the columns do not name, and free words.
_ASKED = {"contact_status", "Status", "status", "Wants newsletter"}
_NOTHING = [
    "",
    "NULL",
    "null",
    "\\N",
    "None",
    "n/a",
    "-",
    "0",
    "FALSCH",
    "no",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "00.00.0000",
    "0001-01-01T00:00:00Z",
    "1970-01-01 00:00:00",
    "1900-01-00",
    "nie",
    "✗",
    "[]",
    "いいえ",
    "#N/A",
    "vacío",
]
_AGREED = ("yes", "Form on our site, 2021", "2021-02-03", "Website")
_REFUSED = [
    "no",
    "withdrawn 2023-05-01",
    "Nein",
    "revoked by phone",
    "No consent given",
    "kein Einverständnis",
    "opted out",
    "retiré",
    "не дано",
    "retirado",
    "toestemming ingetrokken",
]


def test_nobody_who_left_is_on_the_list_after_an_import_under_120_names_of_columns(
    readers: Readers, import_text: Import
) -> None:
    """An import either keeps them off and takes those who stay, or asks and takes nobody."""
    assert len(WHO_LEFT) >= 120
    leaked, lost, asked = [], [], []
    for number, (header, gone, stays) in enumerate(WHO_LEFT):
        content = f'Email,"{header}"\ngone{number}@example.com,"{gone}"\nana{number}@example.com,"{stays}"\n'
        try:
            import_text(content, list_name=f"list{number}")
        except ImportUnanswered as unanswered:
            asked.append((header, gone, unanswered.questions[0].left_side))
            continue
        on_list = {person.email for person in readers.iterate(f"list{number}")}
        leaked += [(header, gone)] if f"gone{number}@example.com" in on_list else []
        lost += [(header, stays)] if f"ana{number}@example.com" not in on_list else []
    assert leaked == []
    assert lost == []
    assert [one for one in asked if one[0] not in _ASKED] == []


def _of_one_column(number: int, header: str, first: str, second: str) -> str:
    return f'Email,"{header}"\ngone{number}@example.org,"{first}"\nana{number}@example.org,"{second}"\n'


def test_nobody_who_left_joins_under_the_names_of_other_tools_and_scripts(
    readers: Readers, import_text: Import
) -> None:
    """In one import of as many files. What nobody can know is asked, and whoever follows the hints mails none of them."""
    assert len(ELSEWHERE) >= 120
    rows = list(enumerate(ELSEWHERE))
    understood = [(number, row) for number, row in rows if row[0] not in ASKED_ELSEWHERE]

    import_text(*[_of_one_column(number, *row) for number, row in understood])

    assert set(people(readers)) == {f"ana{number}@example.org" for number, _ in understood}
    for number, row in rows:
        if row[0] not in ASKED_ELSEWHERE:
            continue
        content = _of_one_column(number, *row)
        with pytest.raises(ImportUnanswered) as asked:
            import_text(content)
        import_text(content, columns={one.left_side: one.safe for one in asked.value.questions})
        assert f"gone{number}@example.org" not in people(readers), row


def test_columns_of_other_tools_that_say_nothing_of_leaving_raise_no_question(
    readers: Readers, import_text: Import
) -> None:
    """Nor do they keep anybody off."""
    import_text(*[_of_one_column(number, *row) for number, row in enumerate(HARMLESS_ELSEWHERE)])

    assert len(people(readers)) == 2 * len(HARMLESS_ELSEWHERE)


@pytest.mark.parametrize(
    ("header", "cells"),
    [("Email digests", ("never", "weekly")), ("Estado", ("baja", "zzz")), ("Type", ("unsubscribed", "qqq"))],
)
def test_a_word_that_was_answered_is_not_asked_again(
    readers: Readers, import_text: Import, header: str, cells: tuple[str, str]
) -> None:
    """Under names that are believed only by their cells, too."""
    content = f"Email,{header}\ngone@example.com,{cells[0]}\nana@example.com,{cells[1]}\n"

    import_text(content, columns={f"{header}:{cells[1]}": "joined"})

    assert people(readers) == ["ana@example.com"]


def test_a_row_that_is_broken_hides_nobody_who_says_the_same(readers: Readers, import_text: Import) -> None:
    """What was said once by somebody who stays is not looked at again; of a row without an address nothing is learnt."""
    rows = ["Email,Status", "no address,unsubscribed", "ana@example.com,active", "gone@example.com,unsubscribed"]

    report = import_text("\n".join([*rows, "bo@example.com,active"]))

    assert people(readers) == ["ana@example.com", "bo@example.com"]
    assert (report.suppressed, report.rejected) == (1, 1)


def test_columns_that_say_nothing_of_leaving_raise_no_question(readers: Readers, import_text: Import) -> None:
    """Both people join, and what stands in the column is kept as a field."""
    for number, (header, first, second) in enumerate(HARMLESS):
        content = f'Email,"{header}"\nana{number}@example.com,"{first}"\nbo{number}@example.com,"{second}"\n'
        assert import_text(content, list_name=f"list{number}").added == 2, header
        person = readers.find_subscriber(f"ana{number}@example.com")
        assert person is not None and (person.fields or first == ""), header


@pytest.mark.parametrize(("header", "cell"), [("Status", "7"), ("Subscriber status", "zzz"), ("Opt-out", "perhaps")])
def test_what_is_not_understood_is_asked_and_the_hint_does_no_harm(
    readers: Readers, import_text: Import, header: str, cell: str
) -> None:
    """Nothing is imported; whoever follows the hint mails nobody who may have left."""
    content = f"Email,{header}\ngone@example.com,{cell}\nana@example.com,\n"
    with pytest.raises(ImportUnanswered) as asked:
        import_text(content)
    [question] = asked.value.questions
    assert readers.list_lists() == []
    assert question.email == "g…@example.com"

    import_text(content, columns={question.left_side: question.safe})

    assert people(readers) == ["ana@example.com"]


def test_whole_exports_of_25_systems_are_imported_without_a_question(readers: Readers, import_text: Import) -> None:
    """Who stays joins, and nobody else."""
    assert len(WHOLE) >= 25
    for system, content in WHOLE.items():
        import_text(content, list_name=system)
        expected = {"ana@example.com"} if "ana@example.com" in content else set()
        assert {one.email for one in readers.iterate(system)} == expected, system
        assert readers.count_active(system) == len(expected), system


@pytest.mark.parametrize(
    "row",
    [
        "gone@example.com,unsubscribed,one, two",
        "gone@example.com,one, two,unsubscribed",
        'gone@example.com,unsubscribed,"never closed',
        'gone@example.com,unsubscribed,a "quote" in the middle" of it',
        f"gone@example.com,unsubscribed,{'x' * 20_000}",
        "Gone <gone@example.com>,unsubscribed,ok,,,,,extra",
        'gone@example.com,unsubscribed,"two lines\nbo@example.com,active,x"',
    ],
)
def test_a_broken_row_that_says_gone_keeps_its_person_off(readers: Readers, import_text: Import, row: str) -> None:
    """Whatever is wrong with the rest of it, and whichever file comes first."""
    import_text("email\ngone@example.com\nana@example.com\n", f"email,status,note\n{row}\n")

    assert "gone@example.com" not in people(readers)
    assert "ana@example.com" in people(readers)


def test_another_word_in_a_row_that_says_gone_is_no_question(readers: Readers, import_text: Import) -> None:
    """What is not known does not matter where it is known that the person left."""
    import_text(
        "email,status,unsubscribed at,joined\ngone@example.com,Zzz,2020-01-01,99/99/9999\nana@example.com,active,,\n"
    )

    assert people(readers) == ["ana@example.com"]


@pytest.mark.parametrize("nothing", _NOTHING)
def test_what_programs_write_for_nothing_is_nothing(readers: Readers, import_text: Import, nothing: str) -> None:
    """In a column that is filled only for those who left."""
    import_text(f'email,unsubscribed_at\nana@example.com,"{nothing}"\ngone@example.com,2022-01-01\n')

    assert people(readers) == ["ana@example.com"]


@pytest.mark.parametrize(
    ("cell", "joins"), [*((cell, True) for cell in _AGREED), *((cell, False) for cell in _REFUSED)]
)
def test_a_consent_that_says_no_is_no_consent(readers: Readers, import_text: Import, cell: str, joins: bool) -> None:
    """Also one that was taken back."""
    import_text(f'Email,Consent\nana@example.com,"{cell}"\n')

    assert people(readers) == (["ana@example.com"] if joins else [])


def _zip(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_state_that_stands_only_in_the_name_of_a_file_is_understood(
    readers: Readers, membership: Membership, tmp_path: Path
) -> None:
    """Of a file in an archive, of a spreadsheet, of its sheet; and said in the report."""
    archive = _zip(
        tmp_path / "lists.zip",
        {
            "Active.csv": "Email,Name\nana@example.com,Ana\ngone@example.com,Gus\n",
            "Abgemeldete.csv": "Email,Name\ngone@example.com,Gus\n",
            "hard_bounces_2024-05-01.csv": "Email,Name\ndead@example.com,Di\n",
            "Désabonnés.csv": "Email,Name\nparti@example.com,Pa\n",
            "archivés.csv": "Email,Name\nold@example.com,Old\n",
        },
    )
    book = Workbook()
    assert book.active is not None
    book.active.title = "Blacklist"
    book.active.append(["Email"])
    book.active.append(["angry@example.com"])
    book.save(tmp_path / "people.xlsx")
    options = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form")

    report = import_csv(membership, [archive, tmp_path / "people.xlsx"], options)

    assert people(readers) == ["ana@example.com"]
    assert readers.find_suppression("dead@example.com") is SuppressionReason.HARD_BOUNCE
    assert readers.find_suppression("angry@example.com") is SuppressionReason.MANUAL
    assert any("Abgemeldete.csv: its name says that everybody in it left" in note for note in report.notes)


@pytest.mark.parametrize("answer", ["left", "joined", "ignore"])
def test_a_name_that_may_mean_more_is_asked_about(
    readers: Readers, membership: Membership, tmp_path: Path, answer: str
) -> None:
    """Nothing is imported until it is said who is in it."""
    path = tmp_path / "friends-unsubscribed-or-not.csv"
    path.write_text("email\nbo@example.com\n")
    other = tmp_path / "readers.csv"
    other.write_text("email\nana@example.com\n")
    options = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form")
    with pytest.raises(ImportUnanswered) as asked:
        import_csv(membership, [path, other], options)
    [question] = asked.value.questions
    assert (question.left_side, question.safe) == ("file:friends-unsubscribed-or-not.csv", "left")

    import_csv(membership, [path, other], replace(options, columns={question.left_side: answer}))

    assert ("bo@example.com" in people(readers)) == (answer == "joined")
    assert "ana@example.com" in people(readers)


def test_mailchimps_archive_is_known_in_any_language(readers: Readers, membership: Membership, tmp_path: Path) -> None:
    """By the columns that it does not translate; only subscribers join."""
    head = "Adresse e-mail,Prénom,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,"
    members = {
        "abonnés_1.csv": head + "LAST_CHANGED,LEID,EUID,NOTES,TAGS\nsam@example.com,Sam,2,,,,1,a,,\n",
        "désabonnés_1.csv": head
        + "UNSUB_TIME,UNSUB_REASON,LEID,EUID,NOTES,TAGS\nuna@example.com,Una,2,,,2020-01-01 00:00:00,SPAM,2,b,,\n",
        "nettoyés_1.csv": head + "CLEAN_TIME,LEID,EUID,NOTES,TAGS\ncle@example.com,Cle,2,,,2020-01-01 00:00:00,3,c,,\n",
        "non_abonnés_1.csv": head + "LAST_CHANGED,LEID,EUID,NOTES,TAGS\nnon@example.com,Non,2,,,,4,d,,\n",
    }
    options = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form")

    report = import_csv(membership, [_zip(tmp_path / "audience.zip", members)], options)

    assert people(readers) == ["sam@example.com"]
    assert readers.find_suppression("una@example.com") is SuppressionReason.COMPLAINT
    assert (report.suppressed, report.rejected) == (2, 1)


@pytest.mark.parametrize(
    ("header", "gone", "stays"),
    [
        ("Status", "Abgemeldet", "gold"),
        ("Status", "inactive", "gold"),
        ("Unsubscribed on", "2022-01-01", ""),
        ("Newsletter abonniert", "nein", "ja"),
    ],
)
def test_a_column_that_is_made_a_field_still_says_who_left(
    readers: Readers, import_text: Import, header: str, gone: str, stays: str
) -> None:
    """Only `ignore` silences it; words that are none of leaving are not asked about."""
    content = f"email,{header}\ngone@example.com,{gone}\nana@example.com,{stays}\n"

    import_text(content, columns={header: "level"})

    assert people(readers) == ["ana@example.com"]
    ana = readers.find_subscriber("ana@example.com")
    assert ana is not None and ana.fields == ({"level": stays} if stays else {})
    assert import_text(content, columns={header: "ignore"}, list_name="others").suppressed == 1


def test_what_databases_write_for_nothing_greets_nobody(readers: Readers, import_text: Import) -> None:
    """Not as a name, not as a field, not as a proof."""
    import_text("email,first_name,city,consent\nana@example.com,\\N,NULL,NULL\n")

    ana = readers.find_subscriber("ana@example.com")
    assert ana is not None
    assert (ana.first_name, ana.fields, ana.subscriptions[0].consent) == ("", {}, "a form")
