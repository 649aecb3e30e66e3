"""Asking people who do not open it whether they still want it: who says yes stays, who is silent goes, and undo."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, insert, select, update

from newsletter.cli import main
from newsletter.consent.ask_again_sql import AskingAgain, AskingRun
from newsletter.consent.tables import asking_again as runs
from newsletter.consent.tables import consent_request
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.feedback.tables import event
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import delivery, mailing
from newsletter.readers.rows import ReaderRow
from newsletter.readers.tables import subscription
from newsletter.wiring.letters import sweep
from newsletter.words.event import EventKind
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.web.conftest import World
from tests.world import an_edition

ACTIVE = SubscriptionStatus.ACTIVE
_ONE_CLICK = {"List-Unsubscribe": "One-Click"}
_SILENT = "not engaged"


def readers(world: World, *names: str) -> None:
    rows = [ReaderRow(email=f"{name}@example.com") for name in names]
    world.parts.consent.membership.join("weekly", rows, status=ACTIVE, consent="form")
    with writing(world.parts.engine) as connection:
        connection.execute(update(subscription).values(since_at=database_now(-400 * 86_400)))


def issues_went_out(world: World, first: int, last: int) -> None:
    """As if they had gone out for real: the sending of one, copied under other numbers."""
    plan(world.parts.ledger, world.parts.clock, an_edition(first), list_name="weekly", parcel_size=10)
    with writing(world.parts.engine) as connection:
        of_first = mailing.c.issue == first
        connection.execute(update(mailing).where(of_first).values(status=MailingStatus.FINISHED, is_practice=False))
        row = dict(connection.execute(select(mailing).where(of_first)).one()._mapping)
        del row["id"]
        others = [{**row, "issue": issue} for issue in range(first + 1, last + 1)]
        if others:
            connection.execute(insert(mailing), others)
        now = database_now()
        # Of one copy: what is only counted says nothing of who reads.
        copy = connection.scalar(select(func.min(delivery.c.id)).where(delivery.c.issue == first))
        told = {"provider": "x", "kind": EventKind.OPENED, "weight": 1, "by_machine": True, "delivery_id": copy}
        for issue in range(first, last + 1):
            one = insert(event).values(**told, event_id=f"o{issue}", issue=issue, happened_at=now, received_at=now)
            connection.execute(one)
    world.parts.segments.refresh()


def days_pass(world: World, days: int) -> None:
    """For what was asked; the readers were there before."""
    past = database_now(-days * 86_400)
    with writing(world.parts.engine) as connection:
        connection.execute(update(runs).values(asked_at=past))
        connection.execute(update(consent_request).values(requested_at=past))
        connection.execute(
            update(consent_request).where(consent_request.c.posted_at.is_not(None)).values(posted_at=past)
        )


def ask(world: World, days: int = 14) -> tuple[AskingAgain, int]:
    asking = world.parts.consent.asking_again
    number = asking.ask("weekly", _SILENT, days=days, wording="still?")
    world.parts.post_office.post_waiting()
    return asking, number


def only(asking: AskingAgain) -> AskingRun:
    (found,) = asking.list_runs()
    return found


def test_who_says_yes_stays_and_who_is_silent_for_so_many_days_is_taken_off(world: World) -> None:
    """Not a day sooner; the mail has the button of mail programs, too."""
    readers(world, "ana", "bo", "cy")
    issues_went_out(world, 1, 12)
    asking, _ = ask(world)
    mails = {mail["To"]: mail for mail in world.mails()}
    assert set(mails) == {"ana@example.com", "bo@example.com", "cy@example.com"}
    assert mails["ana@example.com"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "within 14 days" in mails["ana@example.com"].as_string()

    link = world.link(mails["ana@example.com"], "/confirm/")
    assert "Yes, keep it coming" in world.client.get(link).text
    assert "as before" in world.client.post(link).text
    days_pass(world, 13)
    sweep(world.parts)
    assert (only(asking).waiting, only(asking).stayed, only(asking).ended) == (2, 1, 0)
    days_pass(world, 15)
    sweep(world.parts)

    assert [world.status(f"{name}@example.com") for name in ("ana", "bo", "cy")] == ["active", "ended", "ended"]
    assert (only(asking).asked, only(asking).waiting, only(asking).stayed, only(asking).ended) == (3, 0, 1, 2)


def test_the_mail_that_asks_again_has_a_link_to_leave_in_both_its_parts(pages: World) -> None:
    """It goes to many at once: whoever wants out must not have to wait for the days to pass."""
    readers(pages, "ana")
    issues_went_out(pages, 1, 12)
    ask(pages)
    (mail,) = pages.mails()
    link = pages.link(mail, "/u/")
    html = mail.get_body(("html",))
    assert html is not None and f'{link}"' in html.get_content()
    assert mail["List-Unsubscribe"] == f"<https://ferries.example.com{link}>"

    assert "You have left" in pages.client.post(link, data={"List-Unsubscribe": "One-Click", "from": "page"}).text


def test_a_late_yes_lifts_what_silence_ended_and_nothing_else(world: World) -> None:
    """Who left by themselves meanwhile stays away, whatever an old mail is clicked for."""
    readers(world, "ana", "bo")
    issues_went_out(world, 1, 12)
    ask(world)
    links = {mail["To"]: world.link(mail, "/confirm/") for mail in world.mails()}
    days_pass(world, 20)
    sweep(world.parts)
    bo = world.parts.readers.find_subscriber("bo@example.com")
    assert bo is not None and world.status("bo@example.com") == "ended"
    world.client.post(f"/u/{world.token('u', bo.id)}", data=_ONE_CLICK)

    assert "as before" in world.client.post(links["ana@example.com"]).text
    assert "can&#39;t be done" in world.client.post(links["bo@example.com"]).text

    assert (world.status("ana@example.com"), world.status("bo@example.com")) == ("active", "ended")


def test_taking_it_back_brings_back_whom_it_ended_but_nobody_who_left_or_must_not_be_mailed(world: World) -> None:
    """And nobody else is mailed or ended for it."""
    readers(world, "ana", "bo", "cy", "di")
    issues_went_out(world, 1, 12)
    asking, number = ask(world)
    days_pass(world, 20)
    sweep(world.parts)
    people = {name: world.parts.readers.find_subscriber(f"{name}@example.com") for name in ("ana", "bo", "cy")}
    assert people["bo"] is not None
    world.client.post(f"/u/{world.token('u', people['bo'].id)}", data=_ONE_CLICK)
    world.parts.consent.membership.suppress("cy@example.com", SuppressionReason.COMPLAINT)

    assert asking.undo(number) == 2
    assert asking.undo(number) == 0
    sweep(world.parts)

    assert [world.status(f"{name}@example.com") for name in ("ana", "bo", "cy", "di")] == [
        "active",
        "ended",
        "ended",
        "active",
    ]
    assert only(asking).undone_at is not None
    with pytest.raises(Missing):
        asking.undo(99)


def test_what_was_not_posted_yet_is_withdrawn_with_it(world: World) -> None:
    """Taken back before the mails are out: none goes."""
    readers(world, "ana")
    issues_went_out(world, 1, 12)
    asking = world.parts.consent.asking_again
    asking.undo(asking.ask("weekly", _SILENT, days=14, wording="still?"))

    assert world.parts.post_office.post_waiting() == 0
    assert world.mails() == []


def test_who_begins_a_break_before_the_mail_is_posted_is_not_asked(world: World) -> None:
    """And so is not ended for silence."""
    readers(world, "ana", "bo")
    issues_went_out(world, 1, 12)
    asking = world.parts.consent.asking_again
    asking.ask("weekly", _SILENT, days=14, wording="still?")
    bo = world.parts.readers.find_subscriber("bo@example.com")
    assert bo
    world.parts.consent.profiles.rest(bo.id, world.parts.clock.now() + timedelta(days=30))
    world.parts.post_office.post_waiting()
    days_pass(world, 20)
    sweep(world.parts)

    assert [mail["To"] for mail in world.mails()] == ["ana@example.com"]
    assert (world.status("ana@example.com"), world.status("bo@example.com")) == ("ended", "active")


def test_nobody_is_asked_before_twelve_issues_twice_in_a_year_or_in_a_break(world: World) -> None:
    """Nor those whom nothing may be mailed to, nor those who joined lately."""
    readers(world, "ana", "bo", "cy")
    issues_went_out(world, 1, 11)
    asking = world.parts.consent.asking_again
    with pytest.raises(NotNow, match="of 11 issues"):
        asking.ask("weekly", _SILENT, days=14, wording="still?")
    issues_went_out(world, 12, 12)
    world.parts.consent.membership.suppress("bo@example.com", SuppressionReason.HARD_BOUNCE)
    cy = world.parts.readers.find_subscriber("cy@example.com")
    assert cy is not None
    world.parts.consent.profiles.rest(cy.id, world.parts.clock.now() + timedelta(days=5))
    new = [ReaderRow(email="new@example.com")]
    world.parts.consent.membership.join("weekly", new, status=ACTIVE, consent="form")

    assert asking.count("weekly", _SILENT) == 1
    ask(world)
    assert [mail["To"] for mail in world.mails()] == ["ana@example.com"]
    assert asking.count("weekly", _SILENT) == 0
    days_pass(world, 364)
    assert asking.count("weekly", _SILENT) == 0


def test_silence_does_not_end_whoever_signed_up_anew_meanwhile_or_was_never_mailed(world: World) -> None:
    """Only a mail that went can be left unanswered."""
    readers(world, "ana", "bo")
    issues_went_out(world, 1, 12)
    asking, _ = ask(world)
    with writing(world.parts.engine) as connection:
        connection.execute(
            update(consent_request).where(consent_request.c.email == "bo@example.com").values(mail="none")
        )
        ana = consent_request.c.email == "ana@example.com"
        connection.execute(update(consent_request).where(ana).values(requested_at=database_now(-500 * 86_400)))
        connection.execute(update(consent_request).where(ana).values(posted_at=database_now(-20 * 86_400)))

    sweep(world.parts)

    assert (world.status("ana@example.com"), world.status("bo@example.com")) == ("active", "active")
    assert only(asking).ended == 0


def test_the_command_counts_asks_shows_and_takes_back(pages: World) -> None:
    """With numbers that a script may read."""
    readers(pages, "ana", "bo")

    def call(*words: str) -> Result:
        whole = ["-C", str(pages.parts.directory), "subscribers", "ask-again", *words]
        return CliRunner().invoke(main, whole, env={"NEWSLETTER_DATABASE_URL": pages.parts.config.database_url})

    refused = call("--list", "weekly")
    assert refused.exit_code == 1 and "Fewer than 12" in refused.stderr
    issues_went_out(pages, 1, 12)
    assert call("--list", "weekly", "--dry-run").stdout.startswith("2 readers of weekly would be asked")

    asked = call("--list", "weekly", "--yes").stdout
    assert "asking 1" in asked and "2 mails were handed over" in asked
    shown = json.loads(call("--format", "json").stdout)
    assert [(one["asked"], one["waiting"]) for one in shown["askings"]] == [(2, 2)]
    assert "taken back" in call("--undo", "1").stdout
    assert "taken back on" in call().stdout
