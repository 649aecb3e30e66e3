"""Mails that nobody answers: bounded for a time and not for ever, seen by the owner and forgiven, and not promised on a page."""

from __future__ import annotations

import html
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, update

from newsletter.cli import main
from newsletter.consent.tables import allowance, asked_in_vain, consent_request
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.readers.rows import ReaderRow
from newsletter.words.consent import Asked
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.web.conftest import World

_DAY = 86_400
WHO = "victim@example.com"


def days_pass(world: World, days: int) -> None:
    """Every request, and what is left of the forgotten ones, becomes so much older."""
    with writing(world.parts.engine) as connection:
        past = database_now(-days * _DAY)
        connection.execute(update(consent_request).values(posted_at=past, requested_at=past))
        connection.execute(update(asked_in_vain).values(last_at=past))
        connection.execute(delete(allowance))


def ask_in_vain(world: World, times: int = 3) -> None:
    for number in range(times):
        world.subscribe_from(f"192.0.2.{number}", WHO)
        days_pass(world, 2)


def run(world: World, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["-C", str(world.parts.directory), "subscribers", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("forgotten", [False, True], ids=["remembered", "forgotten but for a hash"])
def test_an_address_that_did_not_answer_is_asked_again_after_ninety_days_once(world: World, forgotten: bool) -> None:
    """Then the ninety days begin anew: a quarter of a year is no way to bomb a mailbox, and nobody is locked out."""
    ask_in_vain(world, 5)
    assert len(world.mails()) == 3
    if forgotten:
        days_pass(world, 31)
        assert world.parts.consent.expiry.expire(valid_days=30) == 5
        assert world.parts.readers.find_subscriber(WHO) is None
    days_pass(world, 89)
    world.subscribe_from("192.0.2.8", WHO)
    assert len(world.mails()) == 3

    days_pass(world, 91)
    world.subscribe_from("192.0.2.9", WHO)
    assert len(world.mails()) == 4
    days_pass(world, 2)
    world.subscribe_from("192.0.2.10", WHO)
    assert len(world.mails()) == 4

    days_pass(world, 91)
    world.subscribe_from("192.0.2.11", WHO)
    assert world.client.post(world.link(world.mails()[-1], "/confirm/")).status_code == 200
    assert world.status(WHO) == "active"
    assert world.parts.consent.unanswered.find(WHO) is None


def test_the_owner_sees_why_no_mail_goes_and_lets_the_address_be_asked_again(pages: World) -> None:
    """Once more to who is pending, at once; what is forgiven does not count again when it is forgotten."""
    ask_in_vain(pages)
    shown = run(pages, "show", WHO)
    assert "asked to confirm 3 times and has not answered" in shown and f"subscribers reopen {WHO}" in shown
    unanswered = json.loads(run(pages, "show", WHO, "--format", "json"))["unanswered"]
    assert unanswered["mails"] == 3 and unanswered["quiet_until"] > unanswered["last_at"]
    assert f"reopen {WHO}" in run(pages, "add", WHO, "--list", "extras")
    assert len(pages.mails()) == 3

    assert "asks them once more" in run(pages, "reopen", " Victim@example.com ")
    assert len(pages.mails()) == 4
    assert pages.parts.consent.expiry.expire(valid_days=1) == 3
    found = pages.parts.consent.unanswered.find(WHO)
    assert found is not None and found.mails == 1


def test_who_is_known_by_a_hash_alone_is_let_be_asked_again_too(pages: World) -> None:
    """The next sign-up is answered; there is nobody to ask before."""
    ask_in_vain(pages)
    days_pass(pages, 31)
    pages.parts.consent.expiry.expire(valid_days=30)
    assert "has not answered" in run(pages, "show", WHO)

    assert "next sign-up with it is answered" in run(pages, "reopen", WHO)
    assert "left no mail unanswered" in run(pages, "reopen", WHO)

    pages.subscribe_from("192.0.2.77", WHO)
    assert len(pages.mails()) == 4


def test_a_reset_counts_for_the_mail_of_an_hour_ago_too(pages: World) -> None:
    """Who says on the phone that the mail never came does not wait for tomorrow."""
    pages.subscribe(WHO)
    pages.subscribe(WHO)
    assert len(pages.mails()) == 1

    run(pages, "reopen", WHO)
    assert len(pages.mails()) == 2


def test_who_must_not_be_mailed_gets_no_mail_by_a_reset(pages: World) -> None:
    """Neither does who has confirmed."""
    pages.parts.consent.membership.join(
        "weekly", [ReaderRow(email=WHO)], status=SubscriptionStatus.PENDING, consent=None
    )
    pages.parts.consent.requests.ask_pending("weekly", asked=Asked.ADD, wording="x")
    pages.parts.post_office.post_waiting()
    pages.parts.consent.membership.suppress(WHO, SuppressionReason.COMPLAINT)
    pages.confirm("ana@example.com")
    n_mails = len(pages.mails())

    run(pages, "reopen", WHO)
    assert "nothing changed" in run(pages, "reopen", "ana@example.com")

    assert len(pages.mails()) == n_mails


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_promises_a_mail_that_may_not_come(pages: World, language: str) -> None:
    """It says on what that depends and whom to write to, and the same to everybody: also to whom no mail goes."""
    pages.parts.consent.membership.suppress("gone@example.com", SuppressionReason.HARD_BOUNCE)
    ask_in_vain(pages)
    pages.confirm("ana@example.com")
    n_mails = len(pages.mails())
    form = {"list": "weekly", "lang": language}
    answers = {
        html.unescape(pages.client.post("/subscribe", data={"email": email, **form}).text)
        for email in ("gone@example.com", WHO, "ana@example.com")
    }
    (text,) = answers
    assert len(pages.mails()) == n_mails

    person = pages.parts.readers.find_subscriber("ana@example.com")
    assert person is not None
    moving = pages.client.post(
        f"{pages.own(person.id)}/address?lang={language}", data={"email": "gone@example.com"}
    ).text
    asking = pages.client.post(f"/preferences/{pages.token('p', person.id)}/own?lang={language}").text
    for said in map(html.unescape, (text, moving, asking)):
        assert "on its way" not in said and "unterwegs" not in said
        assert "If we may" in said or "Wenn wir" in said
        assert "mara@ferries.example.com" in said


def test_the_time_of_the_last_mail_is_that_of_the_newest(pages: World) -> None:
    """Also where what is forgotten is older than what is remembered."""
    ask_in_vain(pages, 1)
    with writing(pages.parts.engine) as connection:
        mark = pages.parts.erase_key.mark(WHO)
        connection.execute(asked_in_vain.insert().values(hash=mark, mails=2, last_at=database_now(-80 * _DAY)))
        newest = connection.scalar(func.max(consent_request.c.posted_at).select())

    found = pages.parts.consent.unanswered.find(WHO)

    assert found is not None and (found.mails, found.last_at) == (3, newest)
