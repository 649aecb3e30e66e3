"""Amazon SES connected step by step: domain, topic and subscription are made, found again, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from newsletter.connect.desk import ConnectDesk
from newsletter.providers.steps import MailNeed, StepState
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake, NewsletterError, NotNow
from tests.connect.conftest import DOMAIN, kept
from tests.fakes.ses_server import KEY, LIVE_ACCOUNT, LIVE_IDENTITY, REGION, SECRET, SesServer, ses_server
from tests.fakes.sns_server import SnsServer, sns_server

URL = f"https://{DOMAIN}/webhooks/ses"


@pytest.fixture
def amazon() -> Iterator[SesServer]:
    with ses_server() as running:
        running.identities = {}
        yield running
        assert running.problems == []


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Iterator[SnsServer]:
    with sns_server() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", running.url)
        yield running
        assert running.problems == []


@pytest.fixture
def desk(desk_of: Callable[[str], ConnectDesk], parts: Parts, amazon: SesServer, topics: SnsServer) -> ConnectDesk:
    secrets = parts.directory / "var" / "secrets.env"
    secrets.write_text(f"{secrets.read_text()}NEWSLETTER_SES_URL={amazon.url}\n")
    desk = desk_of("ses")
    desk.connect({"region": REGION, "access_key": KEY, "secret": SECRET})
    return desk


def test_from_keys_to_a_confirmed_subscription(
    desk: ConnectDesk, amazon: SesServer, topics: SnsServer, parts: Parts
) -> None:
    """The keys are kept before the domain is known; what is made is kept, and is what the webhook believes."""
    assert "does not know" in desk.see("domain").look.words
    desk.do("domain")
    seen = desk.see("domain")
    assert seen.records[0].record.name == f"aaa._domainkey.{DOMAIN}"
    assert "SES waits for the records" in seen.look.words
    amazon.identities[DOMAIN] = LIVE_IDENTITY
    assert desk.see("domain").look.state is StepState.DONE

    for _ in range(2):
        desk.do("webhook")
    assert desk.see("webhook").look.state is StepState.DONE
    assert (topics.topics, amazon.groups) == (["newsletter-weekly-ferries"], {"newsletter-weekly-ferries"})
    assert "NEWSLETTER_SES_TOPIC=arn:aws:sns:eu-west-1:123456789012:newsletter-weekly-ferries" in kept(parts)

    with pytest.raises(NotNow, match="nothing arrived"):
        desk.do("webhook-test")
    assert "has no answer yet" in desk.see("webhook-test").look.words
    assert topics.subscriptions == {"PendingConfirmation": URL}
    topics.subscriptions = {"arn:aws:sns:eu-west-1:123456789012:newsletter-weekly-ferries:1": URL}
    assert "already" in desk.do("webhook-test").words
    desk.do("test", "mara@example.net")
    assert len(amazon.accepted) == 1


@pytest.mark.walks
def test_each_step_is_taken_back(desk: ConnectDesk, amazon: SesServer, topics: SnsServer, parts: Parts) -> None:
    """A domain that SES sends for is left alone."""
    for name in ("domain", "webhook"):
        desk.do(name)
    topics.subscriptions = {
        "arn:aws:sns:eu-west-1:123456789012:weekly:1": URL,
        "arn:of:others:1": "https://example.org",
    }
    for name in ("webhook", "domain", "webhook"):
        desk.undo(name)

    assert (amazon.identities, amazon.destinations) == ({}, {})
    assert topics.subscriptions == {"arn:of:others:1": "https://example.org"}
    assert "NEWSLETTER_SES_TOPIC=\n" in kept(parts)
    amazon.identities[DOMAIN] = LIVE_IDENTITY
    with pytest.raises(NotNow, match="another program"):
        desk.undo("domain")


@pytest.mark.parametrize(
    ("denied", "step", "message", "permission"),
    [
        ("CreateEmailIdentity", "domain", "may not ask for CreateEmailIdentity", "ses:CreateEmailIdentity"),
        ("CreateTopic", "webhook", "may not ask for CreateTopic", "sns:CreateTopic"),
    ],
)
def test_a_permission_that_is_missing_is_named(
    desk: ConnectDesk, amazon: SesServer, topics: SnsServer, denied: str, step: str, message: str, permission: str
) -> None:
    amazon.denied = topics.denied = {denied}
    with pytest.raises(NewsletterError) as told:
        desk.do(step)
    assert message in told.value.message
    assert permission in told.value.fix


def test_a_step_says_that_amazon_can_not_be_reached(desk: ConnectDesk, parts: Parts) -> None:
    """The network is away: looking fails in a sentence at each step, and pressing changes nothing."""
    secrets = parts.directory / "var" / "secrets.env"
    secrets.write_text(f"{secrets.read_text()}NEWSLETTER_SES_URL=http://127.0.0.1:9\n")
    assert desk.see("domain").look.state is StepState.UNKNOWN
    for name in ("domain", "webhook"):
        with pytest.raises(NewsletterError):
            desk.do(name)


def test_what_the_account_may_send_is_held_against_the_readers(desk: ConnectDesk, amazon: SesServer) -> None:
    """A day's mails that are fewer than one issue takes, the sandbox, and an account that was stopped."""
    need = MailNeed(readers=80_000, mails_a_month=350_000, rhythm="weekly")
    look = replace(desk, need=lambda: need).see("plan").look
    assert "80,000 weekly readers are about 350,000 mails a month. It takes 50,000 mails in 24 hours" in look.words
    assert "higher sending quota" in look.fix
    amazon.account = {**LIVE_ACCOUNT, "ProductionAccessEnabled": False}
    assert "sandbox" in desk.see("plan").look.words
    amazon.account = {**LIVE_ACCOUNT, "SendingEnabled": False}
    assert desk.see("plan").look.state is StepState.WRONG


def test_the_form_keeps_a_secret_for_its_own_key_only(desk: ConnectDesk, parts: Parts) -> None:
    """Another key needs its own; the machine's own role needs none."""
    settings = desk.setup().settings
    assert desk.kind.answers({"region": REGION, "access_key": KEY, "secret": ""}, settings)["ses_secret_key"] == SECRET
    with pytest.raises(Mistake, match="one is missing"):
        desk.kind.answers({"region": REGION, "access_key": "AKIAANOTHER", "secret": ""}, settings)
    assert desk.kind.answers({"region": REGION, "machine": "yes"}, settings)["ses_access_key"] == ""
    assert all(SECRET not in one.value for one in desk.kind.questions(settings))
