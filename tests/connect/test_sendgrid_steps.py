"""SendGrid connected step by step: said before it is done, repeated and taken back; each refusal says what to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from newsletter.connect.desk import ConnectDesk
from newsletter.providers.steps import MailNeed, StepState
from newsletter.wiring import Parts
from newsletter.words.mistake import Missing, Mistake, NewsletterError, NotNow, Unreachable
from tests.connect.conftest import DOMAIN, kept
from tests.fakes.sendgrid_account import ALL_SCOPES, KEY, PUBLIC_KEY, SendGridAccount
from tests.fetch.name_server import NameServer

WEBHOOK = f"https://{DOMAIN}/webhooks/sendgrid"


def states(desk: ConnectDesk) -> dict[str, str]:
    return {step.name: desk.see(step.name).look.state.value for step in desk.steps}


def test_from_a_key_to_real_mail(desk: ConnectDesk, account: SendGridAccount, names: NameServer, parts: Parts) -> None:
    """Every step in the order of the page; nothing leaves before the last one."""
    begun = {"key": "done", "plan": "done", "domain": "open", "webhook": "open", "use": "open"}
    assert begun.items() <= states(desk).items()
    assert "This plan allows 40,000 a month; 39,000 are left until 2026-12-01" in desk.see("plan").look.words

    assert "Copy the records below" in desk.do("domain").words
    waiting = desk.see("domain")
    assert [one.is_live for one in waiting.records] == [False] * 4
    assert waiting.waits_for_dns
    names.zone = {one.record.name: {one.record.kind.value: [_in_zone(one.record)]} for one in waiting.records}
    account.sees_records = True
    assert "SendGrid has seen the records" in desk.do("domain").words
    ready = desk.see("domain")
    assert (ready.look.state, ready.waits_for_dns) == (StepState.DONE, False)

    assert WEBHOOK in desk.do("webhook").words
    assert f"NEWSLETTER_SENDGRID_WEBHOOK_KEY={PUBLIC_KEY}" in kept(parts)
    assert account.webhooks[0]["bounce"] and not account.webhooks[0]["open"]
    account.lists.lists["bounces"] = [{"email": "gone@example.net", "created": int(time.time()), "reason": "550"}]
    assert "1 addresses are blocked" in desk.do("suppressions").words
    assert parts.readers.find_suppression("gone@example.net")
    assert "took the mail for mara@example.net" in desk.do("test", "mara@example.net").words
    assert [mail["personalizations"][0]["to"][0]["email"] for mail in account.mails] == ["mara@example.net"]

    assert "NEWSLETTER_PROVIDER" not in kept(parts)
    desk.do("use")
    assert "NEWSLETTER_PROVIDER=sendgrid" in kept(parts)
    assert states(desk)["use"] == "done"


def _in_zone(record: Any) -> str:
    return f'"{record.value}"' if record.kind == "TXT" else f"{record.value}."


def test_every_step_may_be_done_again(desk: ConnectDesk, account: SendGridAccount, parts: Parts) -> None:
    """Nothing is made twice, and nothing is kept twice."""
    for name in ("domain", "webhook", "suppressions", "use"):
        desk.do(name)
        desk.do(name)

    assert (len(account.domains), len(account.webhooks)) == (1, 1)
    assert kept(parts).count("WEBHOOK_KEY") == 1
    assert "nobody new" in desk.do("suppressions").words


@pytest.mark.parametrize("order", [("use", "webhook", "domain"), ("webhook", "domain", "use")])
def test_steps_may_be_done_in_any_order(desk: ConnectDesk, account: SendGridAccount, order: tuple[str, ...]) -> None:
    """None waits for another."""
    for name in order:
        desk.do(name)
    assert (len(account.domains), len(account.webhooks)) == (1, 1)
    assert states(desk)["use"] == "done"


def test_each_step_is_taken_back(desk: ConnectDesk, account: SendGridAccount, parts: Parts) -> None:
    """What others may rely on is left alone, and said."""
    for name in ("domain", "webhook", "use"):
        desk.do(name)
    for name in ("use", "webhook", "domain"):
        desk.undo(name)

    assert (account.domains, account.webhooks) == ([], [])
    assert "NEWSLETTER_PROVIDER=outbox" in kept(parts)
    assert PUBLIC_KEY not in kept(parts)
    assert {"domain": "open", "webhook": "open", "use": "open"}.items() <= states(desk).items()

    account.sees_records = True
    desk.do("domain")
    desk.do("domain")
    with pytest.raises(NotNow, match="perhaps for another program too"):
        desk.undo("domain")
    with pytest.raises(Mistake):
        desk.undo("suppressions")


def test_what_broke_off_half_way_is_mended_by_doing_it_again(
    desk: ConnectDesk, account: SendGridAccount, parts: Parts
) -> None:
    """The webhook was made and not signed: nothing is kept, and it is found the next time."""
    account.refusals = {"PATCH /v3/user/webhooks/event/settings/signed": (500, "")}
    with pytest.raises(Unreachable):
        desk.do("webhook")
    assert "WEBHOOK_KEY" not in kept(parts)
    assert "not signed" in desk.see("webhook").look.words

    account.refusals = {}
    desk.do("webhook")
    assert len(account.webhooks) == 1
    assert desk.see("webhook").look.state is StepState.DONE


@pytest.mark.parametrize(
    ("refusal", "message", "fix"),
    [
        ((401, ""), "does not take the key any more", "Make a new one"),
        ((403, "access forbidden"), "The key may not look after domains", "permission Sender Authentication"),
        ((429, ""), "asked too often", "again in a minute"),
        ((400, "domain is not allowed"), "refuses to look after domains: domain is not allowed", "Nothing was changed"),
        ((503, ""), "answered 503", "again in a minute"),
    ],
)
def test_a_provider_that_refuses_says_what_to_do(
    desk: ConnectDesk, account: SendGridAccount, refusal: tuple[int, str], message: str, fix: str
) -> None:
    """A sentence each, the same by the command and on the page."""
    account.refusals = {"POST /v3/whitelabel/domains": refusal}
    with pytest.raises(NewsletterError) as told:
        desk.do("domain")

    assert message in told.value.message
    assert fix in told.value.fix
    assert KEY not in str(told.value)
    assert account.domains == []


def test_a_provider_that_does_not_answer_is_not_known(desk: ConnectDesk, account: SendGridAccount) -> None:
    """No step is called wrong by that."""
    account.hangs = {"/v3/whitelabel/domains", "/v3/user/credits"}

    assert {desk.see(name).look.state for name in ("domain", "plan")} == {StepState.UNKNOWN}
    assert "did not answer" in desk.see("plan").look.words


@pytest.mark.parametrize(
    ("readers", "left", "state", "words"),
    [
        (8_000, {}, StepState.DONE, "8,000 weekly readers are about 35,000 mails a month. This plan allows 40,000"),
        (8_000, {"total": 20_000, "remain": 9_000}, StepState.CHECK, "allows 20,000 a month"),
        (8_000, {"remain": 3_000}, StepState.CHECK, "3,000 are left"),
        (8_000, {"remain": 0}, StepState.WRONG, "No mails are left: SendGrid refuses every one until 2026-12-01"),
        (80, {"total": 100, "remain": 90, "reset_frequency": "daily"}, StepState.DONE, "allows 3,042 a month"),
    ],
)
def test_what_the_plan_allows_is_said_in_peoples_words(
    desk: ConnectDesk, account: SendGridAccount, readers: int, left: dict[str, Any], state: StepState, words: str
) -> None:
    """Held against the readers and the schedule."""
    account.credits |= left
    need = MailNeed(readers=readers, mails_a_month=round(readers * 52 / 12), rhythm="weekly")
    look = replace(desk, need=lambda: need).see("plan").look

    assert look.state is state
    assert words in look.words
    assert bool(look.fix) == (state is not StepState.DONE)


def test_what_a_key_lacks_is_named(desk: ConnectDesk, account: SendGridAccount) -> None:
    """A key that sends is kept all the same; one that does not is none."""
    account.scopes = ["mail.send", "suppression.bounces.read"]
    look = desk.see("key").look
    assert look.state is StepState.CHECK
    assert "It may not prepare your domain, set up the webhook for bounces or see how many mails are left" in look.words
    assert "Sender Authentication; Mail Settings, Event Notification; User Account" in look.fix

    account.scopes = [one for one in ALL_SCOPES if one != "mail.send"]
    assert desk.see("key").look.state is StepState.WRONG


@pytest.mark.parametrize(
    ("line", "step", "words"),
    [
        ('sender = "mara@gmail.com"', "domain", "gmail.com, which lets nobody else send in its name"),
        ("", "domain", "There is no sender yet"),
        ("", "use", "There is no sender"),
    ],
)
def test_a_sender_that_nobody_can_prepare(desk: ConnectDesk, parts: Parts, line: str, step: str, words: str) -> None:
    """Said before anybody is asked."""
    path = parts.directory / "newsletter.toml"
    path.write_text("\n".join(line if one.startswith("sender") else one for one in path.read_text().splitlines()))

    with pytest.raises(NotNow) as told:
        desk.do(step)
    assert words in told.value.message
    assert told.value.fix


def test_a_webhook_needs_an_address_that_is_reached(desk: ConnectDesk, parts: Parts) -> None:
    path = parts.directory / "newsletter.toml"
    path.write_text(path.read_text().replace('public_url = "https://ferries.example.com"', ""))

    assert "no public address" in desk.see("webhook").look.words


def test_the_webhook_is_tried(desk: ConnectDesk, account: SendGridAccount) -> None:
    """What was told in time counts; what was not says what may be the cause."""
    desk.do("webhook")
    with pytest.raises(NotNow, match="nothing arrived"):
        desk.do("webhook-test")
    assert account.tests[0]["url"] == WEBHOOK

    heard = iter([None, 1.0])
    assert "It arrived" in replace(desk, heard_at=lambda: next(heard), seconds_to_hear=5.0).do("webhook-test").words


def test_an_answer_of_the_form_is_tried_and_kept(
    desk_of: Callable[[str], ConnectDesk], account: SendGridAccount, parts: Parts
) -> None:
    """A wrong key changes nothing, an empty field keeps what is there, and a key with a line break is none."""
    secrets = parts.directory / "var" / "secrets.env"
    secrets.write_text(f"{secrets.read_text()}NEWSLETTER_SENDGRID_URL={account.url}\n")
    desk, before = desk_of("sendgrid"), kept(parts)
    with pytest.raises(NewsletterError, match="does not take this key"):
        desk.connect({"key": "SG.another"})
    with pytest.raises(Mistake):
        desk.connect({"key": f"{KEY}\nNEWSLETTER_PROVIDER=sendgrid"})
    with pytest.raises(Mistake, match="no key"):
        desk.connect({"key": ""})
    assert kept(parts) == before

    desk.connect({"key": f" {KEY} "})
    desk.connect({"key": ""})
    assert kept(parts).count(f"SENDGRID_API_KEY={KEY}\n") == 1
    assert "NEWSLETTER_PROVIDER" not in kept(parts)
    assert all(KEY not in one.value for one in desk.kind.questions(desk.setup().settings))


def test_what_is_set_outside_is_said(desk: ConnectDesk) -> None:
    """Written to the file it would count for nothing."""
    with pytest.raises(NotNow, match="set outside"):
        replace(desk, environ={**desk.environ, "NEWSLETTER_PROVIDER": "outbox"}).do("use")


def test_a_step_that_there_is_not(desk: ConnectDesk) -> None:
    with pytest.raises(Missing, match="no step"):
        desk.do("nothing")
    with pytest.raises(Mistake):
        desk.do("plan")


def test_a_secret_key_is_made_where_there_is_none(desk: ConnectDesk, parts: Parts) -> None:
    """Nobody has to think of one."""
    secrets = parts.directory / "var" / "secrets.env"
    secrets.write_text("".join(line for line in kept(parts).splitlines(True) if "SECRET_KEY" not in line))
    desk.do("use")

    made = next(line for line in kept(parts).splitlines() if line.startswith("NEWSLETTER_SECRET_KEY="))
    assert len(made.partition("=")[2]) == 64
