"""An angry mail is pasted: the person is found, whatever it names them by, and one page answers it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from newsletter.compose.press import press
from newsletter.db.engine import reading
from newsletter.imports.one_reader import add_reader
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import delivery
from newsletter.words.subscriber import SubscriptionStatus
from newsletter.words.token import reader_token
from tests.studio.conftest import World

ACTIVE = SubscriptionStatus.ACTIVE


def _add(world: World, email: str, first: str = "", last: str = "") -> int:
    add_reader(
        world.parts.consent.membership,
        email,
        list_name="weekly",
        first_name=first or None,
        last_name=last or None,
        status=ACTIVE,
        consent="Form on our site, 2024",
    )
    found = world.parts.readers.find_subscriber(email)
    assert found
    return found.id


@pytest.fixture
def ana(world: World) -> int:
    _add(world, "someone@example.org", "Some", "One")
    return _add(world, "ana.berg@example.com", "Ana", "Berg")


def _link(world: World, reader: int) -> str:
    key = world.parts.key
    token = reader_token(key.secret, key_id=key.id, purpose="u", subscriber=reader, mailing_list=1, issue=0)
    return f"https://ferries.example.com/u/{token}"


def _paste(world: World, mail: str) -> str:
    """Where the answer leads, or the page itself."""
    answer = world.post("/readers/mail", mail=mail)
    return answer.headers["location"] if answer.status_code == 303 else answer.text


@pytest.mark.parametrize(
    "mail",
    [
        "From: Ana Berg <ana.berg@example.com>\nSubject: STOP\n\nNever again!",
        "From: a.b@work.example.net\n\nStop it.\n\n> Leave: {broken}\n> second half",
        "From: boss@work.example.net\n\n<https://filter.example.net/?u={wrapped}&d=1>",
        "Von: Ana <ana.berg+news@example.com>\nBetreff: Schluss\n\nEs reicht.",
        "who gave you ANA.BERG@example.com ???",
    ],
    ids=["from her", "from another address", "through a filter", "a tagged address", "only words"],
)
def test_the_person_behind_a_mail_is_found(world: World, ana: int, mail: str) -> None:
    """By an address or by the link in what is quoted, broken over lines or wrapped as it may be."""
    link = _link(world, ana)
    text = mail.replace("{broken}", f"{link[:50]}=\n> {link[50:]}").replace(
        "{wrapped}", link.replace(":", "%3A").replace("/", "%2F")
    )

    found = _paste(world, text)

    assert f"/studio/readers/{ana}" in found
    assert "someone@example.org" not in found


def test_the_copy_that_a_mail_answers_is_hers(world: World, ana: int) -> None:
    """In-Reply-To has the number of her copy, whatever address she writes from."""
    edition = press(world.parts.shelf, world.parts.config.newsletter, 1).rendered.edition
    plan(world.parts.ledger, world.parts.clock, edition, list_name="weekly", parcel_size=10)
    with reading(world.parts.engine) as connection:
        hers = connection.scalar(select(delivery.c.id).where(delivery.c.subscriber_id == ana))

    found = _paste(world, f"From: x@example.net\nIn-Reply-To: <issue-1.delivery-{hers}@example.com>\n\nNo more.")

    assert found.endswith(f"/studio/readers/{ana}")


def test_a_name_is_only_a_guess(world: World, ana: int) -> None:
    """Two people called Ana Berg are both shown; nothing is decided, and a mail that names nobody says what to do."""
    other = _add(world, "other@example.com", "Ana", "Berg")

    page = _paste(world, 'From: "Ana Berg" <unknown@example.net>\n\nWho are you?')

    assert {str(ana), str(other)} == set(re.findall(r'class="who" href="/studio/readers/(\d+)"', page))
    assert "somebody called Ana Berg" in page
    nobody = world.post("/readers/mail", mail="From: x@example.net\n\nHello <script>alert(1)</script>")
    assert 404 == nobody.status_code
    assert "<script>alert" not in nobody.text
    assert "Ask them to forward the issue" in nobody.text


def test_one_page_answers_her(world: World, ana: int) -> None:
    """Since when and by which words; unsubscribed from everything by one press; the answer to copy says so."""
    page = world.client.get(f"/studio/readers/{ana}").text
    assert "Form on our site, 2024" in page
    (before,) = re.findall(r'<textarea id="answer"[^>]*>([^<]+)<', page)
    assert "Hello Ana," in before and "ana.berg@example.com" in before and "Form on our site, 2024" in before
    assert "unsubscribes you at once" in before

    world.post(f"/readers/{ana}", act="leave-all")

    (after,) = re.findall(r'<textarea id="answer"[^>]*>([^<]+)<', world.client.get(f"/studio/readers/{ana}").text)
    assert "You are unsubscribed now" in after
    person = world.parts.readers.find(ana)
    assert person and {SubscriptionStatus.ENDED} == {one.status for one in person.subscriptions}


def test_the_answer_is_in_her_language(world: World, ana: int) -> None:
    """And in the newsletter's where hers is not known or not spoken."""
    world.parts.consent.profiles.change(ana, first_name="Ana", last_name="Berg", language="de")

    page = world.client.get(f"/studio/readers/{ana}").text

    assert "Guten Tag Ana," in page


@pytest.mark.parametrize(
    "head",
    ["From: =?utf-8?b?a?= <x@example.net>", "To: " + "(" * 3_000, "From: =?utf-8?q?a=00b?= <x=00@example.net>"],
    ids=["broken encoding", "nested brackets", "a control character"],
)
def test_odd_mails_are_answered_in_a_sentence(world: World, ana: int, head: str) -> None:
    """Whatever a header holds, what else the mail says is still read."""
    assert world.post("/readers/mail", mail=f"{head}\n\nNo more.").status_code == 404
    assert f"/studio/readers/{ana}" in _paste(world, f"{head}\n\nNo more to ana.berg@example.com.")
