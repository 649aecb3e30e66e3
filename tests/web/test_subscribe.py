"""From the form to the list: only who confirms is mailed, and nobody learns who is known here."""

from __future__ import annotations

import pytest

from newsletter.ports.readers import ReaderRow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.web.conftest import World

ACTIVE = SubscriptionStatus.ACTIVE


def test_a_reader_is_on_the_list_once_they_confirm_and_not_before(world: World) -> None:
    """Form, mail, page with a button, button: pending until the last of these."""
    assert world.subscribe("ana@example.com", first_name="Ana") == 200
    assert world.status("ana@example.com") == "pending"
    mail = world.mails()[-1]
    assert mail["To"] == "ana@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    link = world.link(mail, "/confirm/")

    for _ in range(3):
        assert world.client.get(link).status_code == 200
    assert world.status("ana@example.com") == "pending"

    assert world.client.post(link).status_code == 200
    assert world.status("ana@example.com") == "active"
    person = world.parts.readers.find_subscriber("ana@example.com")
    assert person is not None and person.first_name == "Ana"
    assert "one click" in (person.subscriptions[0].consent or "")


def test_a_used_link_says_so_and_does_not_bring_back_who_left_since(world: World) -> None:
    """The second press is harmless, and an old mail is no way back."""
    world.subscribe("ana@example.com")
    link = world.link(world.mails()[-1], "/confirm/")
    world.client.post(link)
    assert "confirmed before" in world.client.post(link).text
    world.parts.readers.leave("ana@example.com", list_name=None)

    world.client.post(link)

    assert world.status("ana@example.com") == "ended"


def test_the_page_is_the_same_for_new_known_and_never_mailed_addresses(world: World) -> None:
    """Who asks learns nothing about anybody; the mail tells the one whose address it is."""
    world.parts.readers.join("weekly", [ReaderRow(email="known@example.com")], status=ACTIVE, consent="form")
    world.parts.readers.suppress("gone@example.com", SuppressionReason.COMPLAINT)
    answers = {
        (answer.status_code, answer.text)
        for email in ("new@example.com", "known@example.com", "gone@example.com")
        for answer in [world.client.post("/subscribe", data={"email": email, "list": "weekly"})]
    }

    assert len(answers) == 1
    mailed = {mail["To"]: mail["Subject"] for mail in world.mails()}
    assert set(mailed) == {"new@example.com", "known@example.com"}
    assert "already" in mailed["known@example.com"]
    assert "Confirm" in mailed["new@example.com"]


def test_an_unsubscribed_reader_comes_back_by_their_own_confirmation_only(world: World) -> None:
    """Their own word lifts what their own word did."""
    world.parts.readers.suppress("ana@example.com", SuppressionReason.UNSUBSCRIBE)
    world.subscribe("ana@example.com")
    assert world.parts.readers.find_suppression("ana@example.com") is SuppressionReason.UNSUBSCRIBE

    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert world.status("ana@example.com") == "active"
    assert world.parts.readers.find_suppression("ana@example.com") is None


def test_a_complaint_between_mail_and_click_wins(world: World) -> None:
    """The link is good, the person must not be mailed: nothing happens, and the page says so."""
    world.subscribe("ana@example.com")
    world.parts.readers.suppress("ana@example.com", SuppressionReason.COMPLAINT)

    answer = world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert "can&#39;t be done" in answer.text
    assert world.status("ana@example.com") == "pending"


def test_a_thousand_posts_with_one_address_make_one_mail(world: World) -> None:
    """Bombing somebody with our mail does not work, whatever network the posts come from."""
    for number in range(1_000):
        world.client.post(
            "/subscribe",
            data={"email": "victim@example.com", "list": "weekly"},
            headers={"x-real-ip": f"192.0.2.{number % 250}"},
        )

    assert len(world.mails()) == 1


def test_many_addresses_from_one_network_are_held_off(world: World) -> None:
    """Hasty posts, as programs make them, end after five an hour."""
    codes = [world.subscribe(f"r{number}@example.com") for number in range(30)]

    assert codes == [200] * 5 + [429] * 25
    assert len(world.mails()) == 5


def test_nothing_that_a_visitor_types_stands_in_the_mail(world: World) -> None:
    """A name is the easiest place for an advertisement; it is kept, and shown to nobody before it is confirmed."""
    world.subscribe("ana@example.com", first_name="Win http://evil.example now", lang="Win", website_url="http://evil")

    mail = world.mails()[-1]

    assert "evil" not in mail.as_string()
    assert "Win" not in mail.as_string()
    person = world.parts.readers.find_subscriber("ana@example.com")
    assert person is not None and person.first_name == ""


def test_who_fills_in_the_hidden_field_is_told_what_everyone_is_told_and_gets_nothing(world: World) -> None:
    """Only a program sees that field."""
    honest = world.client.post("/subscribe", data={"email": "a@example.com", "list": "weekly"}).text
    answer = world.client.post("/subscribe", data={"email": "b@example.com", "list": "weekly", "website": "http://x"})

    assert answer.text == honest
    assert [mail["To"] for mail in world.mails()] == ["a@example.com"]
    assert world.parts.readers.find_subscriber("b@example.com") is None


def test_a_closed_list_is_neither_shown_nor_joined_by_its_name(world: World) -> None:
    """Only the first list is open unless the owner opens another."""
    world.parts.readers.add_list("donors")
    assert "donors" not in world.client.get("/subscribe").text

    world.client.post("/subscribe", data={"email": "ana@example.com", "list": ["donors", "weekly"]})
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert world.status("ana@example.com", "donors") is None
    assert world.status("ana@example.com", "weekly") == "active"


def test_of_several_open_lists_the_chosen_ones_are_joined(world: World) -> None:
    """One mail and one click for all of them."""
    for name in ("daily", "monthly"):
        world.parts.readers.add_list(name)
        world.parts.profiles.set_page(name, is_open=True, title=f"The {name}")
    assert "The daily" in world.client.get("/subscribe").text

    world.client.post("/subscribe", data={"email": "ana@example.com", "list": ["daily", "weekly"]})
    assert "The daily" in world.mails()[-1].as_string()
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert [world.status("ana@example.com", name) for name in ("daily", "weekly", "monthly")] == [
        "active",
        "active",
        None,
    ]


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a b@example.com", "zoë@example.com", "a@example.com\r\nBcc: evil@example.com"]
)
def test_an_address_that_cannot_be_mailed_is_refused_with_the_reason(world: World, email: str) -> None:
    """The form comes back with the sentence and what was typed, escaped."""
    answer = world.client.post("/subscribe", data={"email": email, "list": "weekly"})

    assert answer.status_code == 422
    assert "can&#39;t be used" in answer.text
    assert world.mails() == []


def test_what_was_typed_comes_back_as_text(world: World) -> None:
    """The field of the form is no place to put a script."""
    answer = world.client.post("/subscribe", data={"email": '"><script>alert(1)</script>', "list": "weekly"})

    assert "<script" not in answer.text


def test_far_more_sign_ups_than_confirmations_pause_the_form_and_tell_the_owner_once(world: World) -> None:
    """From many networks at once, too; the owner's own import does not count."""
    world.parts.readers.join(
        "weekly",
        [ReaderRow(email=f"i{number}@example.com") for number in range(600)],
        status=SubscriptionStatus.PENDING,
        consent=None,
    )
    from newsletter.ports.consents import NewRequest
    from newsletter.words.consent import Asked

    world.parts.consents.ask_pending("weekly", asked=Asked.IMPORT, wording="an import")
    world.parts.post_office.post_waiting()
    n_imported = len(world.mails())
    assert n_imported == 600
    assert world.subscribe("before@example.com") == 200
    for number in range(500):
        world.parts.consents.ask(NewRequest(email=f"x{number}@example.com", asked=Asked.FORM, lists=[1]))

    assert world.subscribe("last@example.com") == 200
    assert [world.subscribe(f"later{number}@example.com") for number in range(3)] == [503] * 3

    told = [mail for mail in world.mails() if "paused" in mail["Subject"]]
    assert [mail["To"] for mail in told] == ["mara@ferries.example.com"]


def test_a_german_reader_is_spoken_to_in_german(world: World) -> None:
    """The page, the mail and the button, by what the browser asks for."""
    page = world.client.get("/subscribe", headers={"accept-language": "fr;q=0.9, de-AT;q=0.8, en;q=0.1"})
    assert '<html lang="de">' in page.text

    world.subscribe("ana@example.com", lang="de")

    assert "bestätigen" in world.mails()[-1]["Subject"]


def test_who_never_confirms_is_forgotten_after_the_link_has_expired(world: World) -> None:
    """A sign-up by a stranger leaves nothing behind."""
    from sqlalchemy import update

    from newsletter.store.consent_tables import consent_request
    from newsletter.store.engine import writing
    from newsletter.store.types import database_now

    world.subscribe("ana@example.com")
    world.confirm("bo@example.com")
    link = world.link(world.mails()[0], "/confirm/")
    with writing(world.parts.engine) as connection:
        connection.execute(update(consent_request).values(requested_at=database_now(-31 * 86_400)))

    assert world.client.post(link).status_code == 404
    assert world.parts.consents.expire(valid_days=30) == 1

    assert world.parts.readers.find_subscriber("ana@example.com") is None
    assert world.status("bo@example.com") == "active"
