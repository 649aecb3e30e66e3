"""A reader's own page: what they change, take away and have forgotten, and what a forwarded mail does not allow."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.feedback.tables import event
from newsletter.imports.report import ImportOptions
from newsletter.ledger.plan import plan
from newsletter.readers.rows import ReaderRow
from newsletter.wiring.schema import metadata
from newsletter.words.erasure import RequestOf
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv
from tests.web.conftest import World
from tests.world import an_edition

ACTIVE = SubscriptionStatus.ACTIVE


@pytest.fixture
def ana(world: World) -> str:
    """Ana, confirmed, and the path of her preferences."""
    return f"/preferences/{world.token('p', world.confirm('ana@example.com'))}"


def test_names_language_and_lists_are_changed_by_the_reader(world: World, ana: str) -> None:
    """What is saved is shown, in the language that was chosen; an unchecked list is left."""
    answer = world.client.post(ana, data={"act": "save", "first_name": "Ana", "last_name": "Ng", "language": "de"})

    assert "Gespeichert" in answer.text
    person = world.parts.readers.find_subscriber("ana@example.com")
    assert person is not None
    assert (person.first_name, person.last_name, person.fields["language"]) == ("Ana", "Ng", "de")
    assert world.status("ana@example.com") == "ended"
    world.client.post(ana, data={"act": "save", "list": "weekly", "language": ""})
    assert world.status("ana@example.com") == "active"


@pytest.mark.parametrize(
    ("brought", "shown", "saved", "kept"),
    [("de-AT", "de", "de", "de"), ("de", "de", "", ""), ("sv", "", "", "sv"), ("sv", "", "en", "en")],
)
def test_a_language_that_an_import_brought_is_shown_and_not_lost_by_saving(
    pages: World, brought: str, shown: str, saved: str, kept: str
) -> None:
    """Also one that these pages do not speak: it may be what a segment asks for."""
    row = ReaderRow(email="ana@example.com", fields={"language": brought})
    pages.parts.consent.membership.join("weekly", [row], status=ACTIVE, consent="form")
    path = f"/preferences/{pages.token('p', 1)}"

    text = pages.client.get(path).text
    assert (f'<option value="{shown}" selected>' in text) is bool(shown)
    pages.client.post(path, data={"act": "save", "list": "weekly", "language": saved})

    person = pages.parts.readers.find_subscriber("ana@example.com")
    assert person is not None and person.fields.get("language", "") == kept


def test_a_closed_list_can_be_left_but_neither_seen_nor_joined(world: World, ana: str) -> None:
    """Posting its name is no key to it."""
    world.parts.consent.membership.join("donors", [ReaderRow(email="bo@example.com")], status=ACTIVE, consent="x")
    assert "donors" not in world.client.get(ana).text

    world.client.post(ana, data={"act": "save", "list": ["weekly", "donors"]})

    assert world.status("ana@example.com", "donors") is None
    bo = world.parts.readers.find_subscriber("bo@example.com")
    assert bo is not None
    path = f"/preferences/{world.token('p', bo.id)}"
    assert "donors" in world.client.get(path).text
    world.client.post(path, data={"act": "save"})
    assert world.status("bo@example.com", "donors") == "ended"


def test_looking_changes_nothing_and_neither_does_an_empty_post(world: World, ana: str) -> None:
    """Scanners click everything; only the form of the page saves."""
    for _ in range(20):
        world.client.get(ana)
    world.client.post(ana)

    assert world.status("ana@example.com") == "active"


def test_who_takes_a_break_is_left_out_of_the_next_issue_and_in_the_one_after(world: World, ana: str) -> None:
    """They stay on the list."""
    world.confirm("bo@example.com")
    assert "No issue comes before" in world.client.post(f"{ana}/pause", data={"weeks": "4"}).text
    first, _ = plan(world.parts.ledger, world.parts.clock, an_edition(1), list_name="weekly", parcel_size=10)

    world.client.post(f"{ana}/pause", data={"weeks": "0"})
    second, _ = plan(world.parts.ledger, world.parts.clock, an_edition(2), list_name="weekly", parcel_size=10)

    assert (first.planned, second.planned) == (1, 2)


def test_a_break_taken_after_the_sending_was_planned_is_kept_too(world: World, ana: str) -> None:
    """Whoever asked for it before their turn came is left out of that issue, with the reason."""
    world.confirm("bo@example.com")
    mailing, _ = plan(world.parts.ledger, world.parts.clock, an_edition(1), list_name="weekly", parcel_size=10)
    world.client.post(f"{ana}/pause", data={"weeks": "2"})

    world.parts.drain(threading.Event()).until_done(mailing, lambda *_: None)

    assert [mail["To"] for mail in world.mails() if mail["List-Id"]] == ["bo@example.com"]
    account = world.parts.ledger.accounts.find(1)
    assert account is not None and dict(account.skipped) == {"resting": 1}


def test_a_new_address_counts_once_it_is_confirmed_there(world: World, ana: str) -> None:
    """The mail goes to the new address; the old one stays until its button is pressed."""
    world.client.post(f"{world.own(1)}/address", data={"email": "new@example.org"})
    mail = world.mails()[-1]
    assert mail["To"] == "new@example.org"
    assert world.parts.readers.find_subscriber("new@example.org") is None

    world.client.post(world.link(mail, "/confirm/"))

    assert world.status("new@example.org") == "active"
    assert world.parts.readers.find_subscriber("ana@example.com") is None
    assert world.client.get(ana).status_code == 200


def test_somebody_elses_address_can_not_be_taken_and_is_not_told(world: World, ana: str) -> None:
    """The same page as for a free one, and no mail."""
    world.confirm("bo@example.com")
    n_mails = len(world.mails())

    own = world.own_link(1)
    free = world.client.post(f"{own}/address", data={"email": "free@example.org"}).text
    taken = world.client.post(f"{own}/address", data={"email": "bo@example.com"}).text

    assert free == taken
    assert [mail["To"] for mail in world.mails()[n_mails:]] == ["free@example.org"]


def test_my_data_is_all_of_it_with_the_proof_of_consent(world: World, ana: str) -> None:
    """Wording, times, address and program of the request and of the confirmation; tags, issues and departures."""
    world.parts.segments.set_tag("ana@example.com", "vip", on=True)
    plan(world.parts.ledger, world.parts.clock, an_edition(7), list_name="weekly", parcel_size=10)
    with writing(world.parts.engine) as connection:
        facts = {"kind": "clicked", "issue": 7, "delivery_id": 1, "url": "https://example.com/a"}
        times = {"happened_at": database_now(), "received_at": database_now()}
        connection.execute(insert(event).values(provider="sendgrid", event_id="e1", weight=1, **facts, **times))
    leave = f"/u/{world.token('u', 1)}"
    world.client.post(leave, data={"List-Unsubscribe": "One-Click", "from": "page"})
    world.client.post(f"{leave}/why", data={"reason": "often"})
    world.client.post(f"{leave}/undo")
    answer = world.client.post(f"{world.own(1)}/data")

    data = json.loads(answer.text)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert data["email"] == "ana@example.com"
    (consent,) = data["consents"]
    assert "By subscribing you agree" in consent["wording"]
    assert consent["ip"] and consent["agent"] and consent["confirmed_at"] and consent["confirmed_ip"]
    assert data["subscriptions"][0]["status"] == "active"
    assert data["tags"] == ["vip"]
    (departure,) = data["departures"]
    assert (departure["list"], departure["how"], departure["reason"]) == ("weekly", "page", "often")
    assert departure["left_at"].endswith("+00:00") and departure["undone_at"].endswith("+00:00")
    (told,) = data["told_by_the_provider"]
    assert (told["issue"], told["what"], told["url"]) == (7, "clicked", "https://example.com/a")
    assert data["issues"] == [{"issue": 7, "handover": "pending", "fate": "none", "opened": 0, "clicked": 1}]


def test_the_old_address_is_told_that_it_gets_no_more_and_not_where_the_mail_goes_now(world: World, ana: str) -> None:
    """Whoever reads it there can object; a mailbox that bounced is left alone."""
    world.client.post(f"{world.own(1)}/address", data={"email": "new@example.org"})
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    mail = world.mails()[-1]
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Weekly Ferries now goes to another address")
    assert "new@example.org" not in mail.as_string()
    assert len({one["Message-ID"] for one in world.mails()}) == len(world.mails())

    n_mails = len(world.mails())
    world.parts.consent.membership.suppress("new@example.org", SuppressionReason.HARD_BOUNCE)
    world.client.post(f"{world.own_link(1)}/address", data={"email": "third@example.net"})
    world.client.post(world.link(world.mails()[-1], "/confirm/"))
    assert world.status("third@example.net") == "active"
    assert [one["To"] for one in world.mails()[n_mails:]] == ["third@example.net"]


def test_an_erased_reader_is_in_no_table_and_no_import_brings_them_back(world: World, ana: str) -> None:
    """Only a keyed hash stays, whatever they came by and did; their own confirmed sign-up lifts it."""
    file = world.parts.directory / "more.csv"
    file.write_text("email,first_name,tags\nana@example.com,Anastasia,ferry\n")
    number = world.parts.imports.begin("weekly", [file.name])
    options = ImportOptions(list_name="weekly", status=ACTIVE, consent="x", run=number)
    import_csv(world.parts.consent.membership, [file], options)
    world.parts.segments.set_tag("ana@example.com", "vip", on=True)
    world.client.post(f"/u/{world.token('u', 1)}", data={"List-Unsubscribe": "One-Click"})
    with writing(world.parts.engine) as connection:
        # Told by the provider about no delivery of ours.
        told = {"provider": "sendgrid", "event_id": "e1", "kind": "bounced", "weight": 1, "email": "Ana@example.com"}
        times = {"happened_at": database_now(), "received_at": database_now()}
        connection.execute(insert(event).values(**told, **times, raw='{"email": "ana@example.com"}'))
    answer = world.client.post(f"{world.own(1)}/erase")
    assert "erased" in answer.text

    with reading(world.parts.engine) as connection:
        everything = " ".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))
        )
    assert "ana@" not in everything
    assert "Anastasia" not in everything
    assert "vip" not in everything
    assert world.client.get(ana).status_code == 404
    again = world.parts.consent.membership.join(
        "weekly", [ReaderRow(email="Ana@Example.com")], status=ACTIVE, consent="x"
    )
    assert again.erased == {"ana@example.com"}
    erased = world.parts.consent.profiles.find_erasure("ana@EXAMPLE.com")
    assert erased is not None and erased.request_of.value == "reader"

    world.confirm("ana@example.com")

    assert world.status("ana@example.com") == "active"
    erased = world.parts.consent.profiles.find_erasure("ana@example.com")
    assert erased is not None and erased.returned_at is not None


def test_an_erased_reader_is_not_readable_in_the_database_file_either(pages: World) -> None:
    """Free pages and SQLite's log are bytes on a disk as well, and the server goes on running."""
    person = pages.confirm("anastasia.quill@example.com")
    for number in range(40):
        pages.parts.segments.set_tag("anastasia.quill@example.com", f"quill-{number}", on=True)
    assert _bytes_of(pages).count(b"quill") > 40

    pages.client.post(f"{pages.own(person)}/erase")

    assert b"quill" not in _bytes_of(pages)


def _bytes_of(world: World) -> bytes:
    """All that the database keeps on the disk."""
    database = Path(world.parts.engine.url.database or "")
    return b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*") if path.is_file())


def test_who_moves_to_an_address_that_was_erased_is_back_at_their_own_word(world: World, ana: str) -> None:
    """They have just proved that it is theirs; no import may call them erased from then on."""
    world.confirm("new@example.org")
    world.parts.consent.profiles.erase("new@example.org", RequestOf.OWNER)

    world.client.post(f"{world.own(1)}/address", data={"email": "new@example.org"})
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    erased = world.parts.consent.profiles.find_erasure("new@example.org")
    assert erased is not None and erased.returned_at is not None
    rows = [ReaderRow(email="new@example.org", first_name="Nele")]
    assert world.parts.consent.membership.join("weekly", rows, status=ACTIVE, consent="x").updated == [
        "new@example.org"
    ]


def test_the_mark_of_an_erased_reader_survives_a_change_of_the_signing_key(world: World, ana: str) -> None:
    """Its key is another one, in a file of its own."""
    from newsletter.wiring import open_newsletter

    world.client.post(f"{world.own(1)}/erase")
    secrets = world.parts.directory / "var" / "secrets.env"
    secrets.write_text(f"NEWSLETTER_SECRET_KEY={'z' * 40}\n")

    other = open_newsletter(world.parts.directory)

    assert other.consent.profiles.find_erasure("ana@example.com") is not None
    other.engine.dispose()
    assert (world.parts.directory / "var" / "erase.key").stat().st_mode & 0o077 == 0


def test_links_of_one_purpose_open_no_other_page(world: World, ana: str) -> None:
    """A confirmation is no key to the preferences, nor they to leaving."""
    token = ana.removeprefix("/preferences/")

    for path in (f"/u/{token}", f"/confirm/{token}", f"/preferences/{world.token('u', 1)}"):
        assert world.client.get(path).status_code == 404
        assert world.client.post(path, data={"act": "save", "List-Unsubscribe": "One-Click"}).status_code == 404
    assert world.status("ana@example.com") == "active"
