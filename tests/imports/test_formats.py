"""Exports of other systems, by their columns or by name: who joins with what, and who is never mailed."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from newsletter.cli.readers.imports import import_
from newsletter.consent.membership_sql import Membership
from newsletter.imports.columns.formats import BY_NAME, FORMATS
from newsletter.imports.questions import ImportUnanswered
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv

from .conftest import Import, people, reasons
from .exports import EXPORTS

LEFT, BOUNCED = SuppressionReason.UNSUBSCRIBE, SuppressionReason.HARD_BOUNCE
_NG = ("Ana", "Ng")
# System: (names of ana@example.com, her fields, her tags, since when, those who are gone)
_EXPECTED: dict[str, tuple[tuple[str, str], dict[str, str], set[str], str, dict[str, SuppressionReason]]] = {
    "mailchimp": (
        _NG,
        {"company": 'Acme, "Inc."', "timezone": "Europe/Berlin", "cc": "DE", "region": "BE", "notes": "one\ntwo"},
        {"editors", "beta, testers"},
        "2021-04-21T11:18:03",
        {},
    ),
    "ghost": (
        _NG,
        {"note": "Early", "complimentary_plan": "false", "stripe_customer_id": "cus_1", "tiers": "Gold"},
        {"vip", "press"},
        "2024-01-02T03:04:05",
        {"gone": LEFT, "deleted": LEFT},
    ),
    "listmonk": (
        _NG,
        {"city": "Bonn", "n": "3", "on": "true", "deep": "[1]", "status_2": "x"},
        set(),
        "2024-01-01T21:34:05.678901",
        {"blocked": SuppressionReason.MANUAL, "gone": LEFT},
    ),
    "buttondown": (("", ""), {"a": "1", "source": "organic"}, {"vip"}, "2024-01-02T03:04:05", {"gone": LEFT}),
    "beehiiv": (_NG, {"tier": "free"}, set(), "2024-01-02T03:04:05", {"gone": LEFT}),
    "kit": (("Ana", ""), {}, {"creators", "vip"}, "2025-03-03T00:00:00", {"gone": LEFT}),
    "substack": (
        ("", ""),
        {
            "active_subscription": "true",
            "expiry": "2026-07-06T16:20:44.000Z",
            "plan": "monthly",
            "first_payment_at": "2020-01-01T00:00:00.000Z",
        },
        set(),
        "2018-08-27T15:06:27.713000",
        {"gone": LEFT},
    ),
    "curated": (("", ""), {"utm_source": "web"}, set(), "2021-02-04T07:55:20", {}),
    "sendgrid": (_NG, {"city": "Bonn", "colour": "blue"}, set(), "2024-01-02T03:04:05", {}),
}


@pytest.mark.parametrize("named", [False, True], ids=["by columns", "by name"])
@pytest.mark.parametrize("name", _EXPECTED)
def test_exports_are_read_as_their_system_means_them(
    readers: Readers, import_text: Import, name: str, named: bool
) -> None:
    """Names, custom fields, tags and dates; and who is gone there is gone here. A second time changes nothing."""
    names, fields, tags, since, gone = _EXPECTED[name]
    source = name if named else None

    report = import_text(EXPORTS[name], source=source)

    ana = next(person for person in readers.iterate("weekly") if person.email == "ana@example.com")
    assert (ana.first_name, ana.last_name) == names
    assert ana.fields == fields
    assert set(ana.tags) == tags
    assert ana.subscriptions[0].since_at.isoformat() == f"{since}+00:00"
    assert {key.partition("@")[0]: reason for key, reason, _ in readers.iterate_suppressed("weekly")} == gone
    assert any(BY_NAME[name].title in note for note in report.notes)
    again = import_text(EXPORTS[name], source=source)
    assert (again.added, again.updated, again.rows) == (0, 0, report.rows)


@pytest.mark.parametrize("name", ["buttondown", "beehiiv", "kit"])
def test_who_has_not_confirmed_there_is_pending_here(readers: Readers, import_text: Import, name: str) -> None:
    """Whatever is declared for the whole file."""
    import_text(EXPORTS[name])

    person = readers.find_subscriber("new@example.com")
    assert person is not None and person.subscriptions[0].status is SubscriptionStatus.PENDING
    assert readers.count_active("weekly") == 1


def test_a_status_that_the_system_does_not_have_is_asked_about(readers: Readers, import_text: Import) -> None:
    """Nothing is imported, and to follow the hint brings nobody in who may have left."""
    content = EXPORTS["buttondown"] + "odd@example.com,hibernating,2024-01-02T03:04:05Z,,,{},,4,import,sub_4\n"
    with pytest.raises(ImportUnanswered) as asked:
        import_text(content)
    [question] = asked.value.questions
    assert (question.column, question.word, question.line) == ("type", "hibernating", 5)
    assert readers.list_lists() == []

    import_text(content, columns={question.left_side: question.safe})

    assert readers.find_suppression("odd@example.com") is LEFT
    assert "ana@example.com" in people(readers)


def test_mailchimps_proof_is_kept_beside_what_was_declared(readers: Readers, import_text: Import) -> None:
    """When and from where they signed up and confirmed."""
    import_text(EXPORTS["mailchimp"], consent="Our form")

    person = readers.find_subscriber("ana@example.com")
    assert person is not None
    assert person.subscriptions[0].consent == (
        "Our form. Mailchimp: signed up 2021-04-21 11:16:57, signed up from 198.51.100.7, confirmed 2021-04-21 11:18:03, "
        "confirmed from 198.51.100.7"
    )


@pytest.mark.parametrize("name", ["nonsubscribed_members_export_1.csv", "archived_members_export_1.csv"])
def test_people_who_never_agreed_are_in_no_list_though_their_columns_look_alike(
    membership: Membership, tmp_path: Path, name: str
) -> None:
    """Mailchimp exports them into a file that only its name tells apart."""
    path = tmp_path / name
    path.write_text(EXPORTS["mailchimp"])

    report = import_csv(membership, [path], ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE))

    assert (report.added, report.rejected) == (0, 1)
    assert "Mailchimp calls this person" in report.problems[0].reason


def test_medium_writes_one_address_a_line(readers: Readers, import_text: Import) -> None:
    """Nothing more is known about them."""
    assert import_text(EXPORTS["medium"], source="medium").added == 2
    assert people(readers) == ["ana@example.com", "bo@example.com"]


def test_sendgrids_bounces_are_never_mailed_and_a_full_mailbox_is_no_reason(
    readers: Readers, import_text: Import
) -> None:
    """Also one without a status; nobody of them joins, whatever is declared."""
    report = import_text(EXPORTS["sendgrid-bounces"])

    assert (report.added, report.suppressed, report.rejected) == (0, 2, 1)
    assert "put off for a time" in reasons(report)[4]
    assert {reason for _, reason, _ in readers.iterate_suppressed("weekly")} == {BOUNCED}


_UNDELIVERED = (
    "status,reason,email,created\n"
    "5.7.1,550 5.7.1 our IP is on a blocklist,listed@example.com,1700000000\n"
    ",421 try again later,later@example.com,1700000000\n"
    "550,550 over quota,full@example.com,1700000000\n"
    "4.7.0,451 unknown user for now,now@example.com,1700000000\n"
    "550,550 mailbox does not exist,dead@example.com,1700000000\n"
    "5.0.0,bounced,bounced@example.com,1700000000\n"
)


@pytest.mark.parametrize(
    ("source", "bounced"),
    [
        (None, {"dead", "bounced"}),
        ("sendgrid-bounces", {"listed", "full", "dead", "bounced"}),
        ("sendgrid-blocks", set()),
    ],
)
def test_sendgrids_blocks_are_no_bounces(
    readers: Readers, import_text: Import, source: str | None, bounced: set[str]
) -> None:
    """The columns are the same: where nobody says which list it is, each row says whether it passes. Nobody joins."""
    report = import_text(_UNDELIVERED, source=source)

    assert report.added == 0
    assert {key for key, _, _ in readers.iterate_suppressed("weekly")} == {f"{name}@example.com" for name in bounced}
    assert report.rejected == 6 - len(bounced)


@pytest.mark.parametrize(("name", "n_bounced"), [("suppression_blocks.csv", 0), ("suppression_bounces.csv", 4)])
def test_the_name_of_sendgrids_list_says_what_it_is(
    readers: Readers, membership: Membership, tmp_path: Path, name: str, n_bounced: int
) -> None:
    """As SendGrid names its files; a mailbox that is full for now is no bounce in either."""
    (tmp_path / name).write_text(_UNDELIVERED)
    import_csv(membership, [tmp_path / name], ImportOptions(list_name="weekly"))

    assert len(list(readers.iterate_suppressed("weekly"))) == n_bounced


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("sendgrid-unsubscribes", LEFT),
        ("sendgrid-spam-reports", SuppressionReason.COMPLAINT),
        ("sendgrid-invalid", SuppressionReason.INVALID),
        ("do-not-mail", SuppressionReason.MANUAL),
    ],
)
def test_a_list_of_people_who_are_gone_is_not_taken_for_readers(
    readers: Readers, import_text: Import, source: str, reason: SuppressionReason
) -> None:
    """Its columns fit both, so it is asked; named, everyone in it is never mailed."""
    content = "email,created\ngone@example.com,1700000000\n"
    with pytest.raises(Mistake) as refusal:
        import_text(content)
    assert source == "do-not-mail" or source in refusal.value.fix
    assert readers.list_lists() == []

    import_text(content, source=source)

    assert readers.find_suppression("gone@example.com") is reason
    assert people(readers) == []
    assert import_text("email,created\nbo@example.com,x\n", source="csv").added == 1


def test_a_name_that_does_not_fit_the_columns_is_refused(readers: Readers, import_text: Import) -> None:
    """With the name that does."""
    with pytest.raises(Mistake) as refusal:
        import_text(EXPORTS["ghost"], source="mailchimp")
    assert "--from ghost" in refusal.value.fix
    assert readers.list_lists() == []


def test_columns_of_any_file_can_be_tags_dates_and_attributes(readers: Readers, import_text: Import) -> None:
    """By --map."""
    columns = {"Gruppen": "tags", "Seit": "subscribed_at", "Mehr": "attributes"}
    import_text('email,Gruppen,Seit,Mehr\nana@example.com,A;B,2020-02-01,"{""x"": ""1""}"\n', columns=columns)

    [ana] = readers.iterate("weekly")
    assert (ana.tags, ana.fields) == (("a", "b"), {"x": "1"})
    assert ana.subscriptions[0].since_at.isoformat() == "2020-02-01T00:00:00+00:00"


def test_dates_that_cannot_be_read_are_counted_in_a_note(readers: Readers, import_text: Import) -> None:
    """They are no reason to lose a reader; the one who imports has to know that they are lost."""
    rows = ("2021-12-31", "31/12/2021", "0001-01-01 00:00:00", "")
    text = "email,subscribed at\n" + "".join(f"r{number}@example.com,{date}\n" for number, date in enumerate(rows))

    report = import_text(text)

    assert report.added == 4
    [note] = [note for note in report.notes if "2 dates of joining cannot be read" in note]
    assert "2021-12-31" in note
    since = {person.email: person.subscriptions[0].since_at for person in readers.iterate("weekly")}
    assert since["r0@example.com"].year == 2021


def test_a_map_needs_to_fit_one_of_several_files(readers: Readers, import_text: Import) -> None:
    """Each file may have its own columns."""
    assert import_text("email,Ort\na@example.com,Bonn\n", "email\nb@example.com\n", columns={"Ort": "city"}).added == 2
    with pytest.raises(Mistake, match="--map"):
        import_text("email\na@example.com\n", "email\nb@example.com\n", columns={"Ort": "city"})


@pytest.mark.parametrize(
    "cell", ['"[""' + "x" * 101 + '""]"', '"' + ",".join(f"t{number}" for number in range(201)) + '"']
)
def test_tags_that_cannot_be_kept_refuse_their_row(import_text: Import, cell: str) -> None:
    """With the number that is too high."""
    report = import_text(f"email,tags\nana@example.com,{cell}\n")

    assert "at most" in reasons(report)[2]


def test_a_nul_in_attributes_refuses_its_row(import_text: Import) -> None:
    """JSON can spell what no database takes."""
    report = import_text('email,name,attributes\nana@example.com,A,"{""x"": ""\\u0000""}"\n')

    assert "NUL" in reasons(report)[2]


def test_the_command_offers_every_format_that_there_is() -> None:
    """And no other."""
    [source] = [one for one in import_.params if one.name == "source"]

    assert isinstance(source.type, click.Choice)
    assert [one.name for one in FORMATS] == list(source.type.choices)
