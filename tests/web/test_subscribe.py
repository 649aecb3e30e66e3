"""From the form to the list: only who confirms is mailed, and nobody learns who is known here."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from newsletter.readers.rows import ReaderRow
from newsletter.words.consent import Asked
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
    world.parts.consent.membership.leave("ana@example.com", list_name=None)

    world.client.post(link)

    assert world.status("ana@example.com") == "ended"


def test_the_page_is_the_same_for_new_known_and_never_mailed_addresses(world: World) -> None:
    """Who asks learns nothing about anybody; the mail tells the one whose address it is."""
    world.parts.consent.membership.join("weekly", [ReaderRow(email="known@example.com")], status=ACTIVE, consent="form")
    world.parts.consent.membership.suppress("gone@example.com", SuppressionReason.COMPLAINT)
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
    world.parts.consent.membership.suppress("ana@example.com", SuppressionReason.UNSUBSCRIBE)
    world.subscribe("ana@example.com")
    assert world.parts.readers.find_suppression("ana@example.com") is SuppressionReason.UNSUBSCRIBE

    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert world.status("ana@example.com") == "active"
    assert world.parts.readers.find_suppression("ana@example.com") is None


def test_a_complaint_between_mail_and_click_wins(world: World) -> None:
    """The link is good, the person must not be mailed: nothing happens, and the page says so."""
    world.subscribe("ana@example.com")
    world.parts.consent.membership.suppress("ana@example.com", SuppressionReason.COMPLAINT)

    answer = world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert "can&#39;t be done" in answer.text
    assert world.status("ana@example.com") == "pending"


def test_many_addresses_from_one_network_are_held_off(pages: World) -> None:
    """Hasty posts, as programs make them, end after five an hour."""
    codes = [pages.subscribe(f"r{number}@example.com") for number in range(30)]

    assert codes == [200] * 5 + [429] * 25
    assert len(pages.mails()) == 5


def test_nothing_that_a_visitor_types_stands_in_the_mail(pages: World) -> None:
    """A name is the easiest place for an advertisement; it is kept, and shown to nobody before it is confirmed."""
    pages.subscribe("ana@example.com", first_name="Win http://evil.example now", lang="Win", website_url="http://evil")

    mail = pages.mails()[-1]

    assert "evil" not in mail.as_string()
    assert "Win" not in mail.as_string()
    person = pages.parts.readers.find_subscriber("ana@example.com")
    assert person is not None and person.first_name == ""


def test_who_fills_in_the_hidden_field_is_told_what_everyone_is_told_and_gets_nothing(pages: World) -> None:
    """Only a program sees that field."""
    honest = pages.client.post("/subscribe", data={"email": "a@example.com", "list": "weekly"}).text
    answer = pages.client.post("/subscribe", data={"email": "b@example.com", "list": "weekly", "website": "http://x"})

    assert answer.text == honest
    assert [mail["To"] for mail in pages.mails()] == ["a@example.com"]
    assert pages.parts.readers.find_subscriber("b@example.com") is None


def test_a_closed_list_is_neither_shown_nor_joined_by_its_name(world: World) -> None:
    """Only the first list is open unless the owner opens another."""
    world.parts.consent.membership.add_list("donors")
    assert "donors" not in world.client.get("/subscribe").text

    world.client.post("/subscribe", data={"email": "ana@example.com", "list": ["donors", "weekly"]})
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert world.status("ana@example.com", "donors") is None
    assert world.status("ana@example.com", "weekly") == "active"


def test_of_several_open_lists_the_chosen_ones_are_joined(world: World) -> None:
    """One mail and one click for all of them."""
    for name in ("daily", "monthly"):
        world.parts.consent.membership.add_list(name)
        world.parts.consent.profiles.set_page(name, is_open=True, title=f"The {name}")
    assert "The daily" in world.client.get("/subscribe").text

    world.client.post("/subscribe", data={"email": "ana@example.com", "list": ["daily", "weekly"]})
    assert "The daily" in world.mails()[-1].as_string()
    asked = world.client.get(world.link(world.mails()[-1], "/confirm/")).text
    assert "You are about to get The daily and Weekly Ferries at" in asked
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert [world.status("ana@example.com", name) for name in ("daily", "weekly", "monthly")] == [
        "active",
        "active",
        None,
    ]


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a b@example.com", "zoë@example.com", "a@example.com\r\nBcc: evil@example.com"]
)
def test_an_address_that_cannot_be_mailed_is_refused_with_the_reason(pages: World, email: str) -> None:
    """The form comes back with the sentence and what was typed, escaped."""
    answer = pages.client.post("/subscribe", data={"email": email, "list": "weekly"})

    assert answer.status_code == 422
    assert "can&#39;t be used" in answer.text
    assert pages.mails() == []


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("", "Geben Sie Ihre E-Mail-Adresse ein"),
        ("a@b", "name@example.com"),
        ("a\u200b@example.com", "das man nicht sieht"),
        ("zoë@example.com", "außerhalb von a-z"),
        ("a@examрle.com", "zweier Alphabete"),
    ],
)
def test_the_reason_is_given_in_the_readers_language_and_the_name_stays_typed(
    pages: World, email: str, reason: str
) -> None:
    """Whoever mistypes an address does not have to type the rest again."""
    answer = pages.client.post("/subscribe", data={"email": email, "first_name": "Zoë", "list": "weekly", "lang": "de"})

    assert answer.status_code == 422
    assert reason in html.unescape(answer.text)
    assert "cannot" not in answer.text
    assert 'value="Zoë"' in answer.text


def test_what_was_typed_comes_back_as_text(pages: World) -> None:
    """The field of the form is no place to put a script."""
    answer = pages.client.post("/subscribe", data={"email": '"><script>alert(1)</script>', "list": "weekly"})

    assert "<script" not in answer.text


def test_a_german_reader_is_spoken_to_in_german(pages: World) -> None:
    """The page, the mail and the button, by what the browser asks for."""
    page = pages.client.get("/subscribe", headers={"accept-language": "sv;q=0.9, de-AT;q=0.8, en;q=0.1"})
    assert '<html lang="de">' in page.text

    pages.subscribe("ana@example.com", lang="de")

    assert "bestätigen" in pages.mails()[-1]["Subject"]


def test_who_asked_in_german_confirms_in_german_whatever_their_browser_speaks(pages: World) -> None:
    """A form on a German page says `lang`; the page behind the mail's link goes on in that language."""
    pages.subscribe("ana@example.com", lang="de")
    link = pages.link(pages.mails()[-1], "/confirm/")
    english = {"accept-language": "en-GB"}

    assert "Bestätigen Sie Ihr Abonnement" in pages.client.get(link, headers=english).text
    assert "Sie stehen auf der Liste" in pages.client.post(link, headers=english).text


def test_whom_the_owner_brings_is_asked_in_their_own_language(pages: World) -> None:
    """The field `language` of an import counts, and where there is none the newsletter's own."""
    rows = [ReaderRow(email="ana@example.com", fields={"language": "de-AT"}), ReaderRow(email="bo@example.com")]
    pages.parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.PENDING, consent=None)

    pages.parts.consent.requests.ask_pending("weekly", asked=Asked.IMPORT, wording="x")
    pages.parts.post_office.post_waiting()

    subjects = {mail["To"]: mail["Subject"] for mail in pages.mails()}
    assert subjects == {
        "ana@example.com": "Bitte bestätigen: Weekly Ferries",
        "bo@example.com": "Confirm that you want Weekly Ferries",
    }


def test_the_form_for_other_sites_works_from_there(pages: World) -> None:
    """As docs/readers.md gives it: a post from a foreign page, without our signed time, no cookie and no referrer."""
    page = (Path(__file__).parents[2] / "docs" / "readers.md").read_text()
    form = page[page.index("<form") : page.index("</form>")]
    assert 'action="https://news.example.com/subscribe"' in form
    assert set(re.findall(r'name="(\w+)"', form)) == {"email", "list"}

    answer = pages.client.post(
        "/subscribe",
        data={"email": "ana@example.com", "list": "weekly"},
        headers={"origin": "https://blog.example.org", "sec-fetch-site": "cross-site", "referer": ""},
    )

    assert answer.status_code == 200
    assert pages.status("ana@example.com") == "pending"


def test_who_left_before_they_answered_the_owners_question_is_told_that_nothing_came_of_it(pages: World) -> None:
    """Only a sign-up of their own brings them back."""
    rows = [ReaderRow(email="ana@example.com")]
    pages.parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.PENDING, consent=None)
    pages.parts.consent.requests.ask_pending("weekly", asked=Asked.ADD, wording="x")
    pages.parts.post_office.post_waiting()
    pages.parts.consent.membership.leave("ana@example.com", list_name=None)

    answer = pages.client.post(pages.link(pages.mails()[-1], "/confirm/"))

    assert "can&#39;t be done" in answer.text
    assert pages.status("ana@example.com") == "ended"


def test_with_several_lists_the_words_agreed_to_are_those_that_stood_on_the_page(pages: World) -> None:
    """The proof says what the reader saw, and which lists they chose."""
    pages.parts.consent.membership.add_list("daily")
    pages.parts.consent.profiles.set_page("daily", title="The daily", is_open=True)
    shown = html.unescape(pages.client.get("/subscribe").text)

    pages.client.post("/subscribe", data={"email": "ana@example.com", "list": "daily"})

    (record,) = pages.parts.consent.requests.records_of("ana@example.com", None)
    assert record.wording in shown
    assert record.lists == ("daily",)
