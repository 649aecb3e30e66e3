"""SendGrid's steps, from the key to the first signed event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from newsletter.providers.kind import ProviderSetup
from newsletter.providers.sendgrid.api import SendGridApi
from newsletter.providers.sendgrid.domain import forget_domain, look_at_domain, prepare_domain
from newsletter.providers.sendgrid.plan import look_at_plan
from newsletter.providers.sendgrid.scopes import look_at_key
from newsletter.providers.sendgrid.webhook import KEY, drop_webhook, look_at_webhook, make_webhook, try_webhook
from newsletter.providers.steps import (
    SetupStep,
    StepDone,
    StepLook,
    StepRound,
    StepState,
    own_domain,
    webhook_address,
)
from newsletter.words.mistake import NotNow

Answer = TypeVar("Answer")


def sendgrid_steps(
    api_of: Callable[[ProviderSetup], SendGridApi], url_of: Callable[[ProviderSetup], str]
) -> tuple[SetupStep, ...]:
    """`api_of` asks with the key of a setup, `url_of` says where."""

    def asking(ask: Callable[[SendGridApi, StepRound], Answer]) -> Callable[[StepRound], Answer]:
        return lambda one: ask(api_of(one.setup), one)

    return (
        SetupStep(
            name="key",
            title="What the key may do",
            before="Asks SendGrid what the key may do. Nothing is changed.",
            look=lambda one: look_at_key(
                one.setup.settings.get("sendgrid_api_key", ""), url=url_of(one.setup), clock=one.setup.clock
            ),
        ),
        SetupStep(
            name="plan",
            title="How many mails the plan allows",
            before="Asks SendGrid how many mails are left. Nothing is changed.",
            look=asking(lambda api, one: look_at_plan(api, one.count_need())),
        ),
        SetupStep(
            name="domain",
            title="Your domain",
            before="Makes your domain known to SendGrid where it is not yet, or asks it to look at the records once more.",
            button="Prepare the domain",
            look=asking(lambda api, one: look_at_domain(api, own_domain(one.setup))),
            do=asking(lambda api, one: prepare_domain(api, own_domain(one.setup))),
            undo=asking(lambda api, one: forget_domain(api, own_domain(one.setup))),
            undo_before="SendGrid forgets the domain, unless it already sends in its name.",
        ),
        SetupStep(
            name="webhook",
            title="Bounces and complaints",
            before="Makes a webhook at SendGrid that tells your public address, signed, what becomes of each mail. "
            "The key that proves it is kept here.",
            button="Set up the webhook",
            look=asking(_webhook),
            do=asking(lambda api, one: make_webhook(api, _address(one), one.setup.tracking)),
            undo=asking(lambda api, one: drop_webhook(api, _address(one))),
            undo_before="SendGrid's webhook to your public address is taken away.",
        ),
        SetupStep(
            name="webhook-test",
            title="A bounce on trial",
            before="Asks SendGrid to tell us of made-up mails, and waits up to 20 seconds for them.",
            button="Try the webhook",
            look=lambda one: StepLook(state=StepState.UNKNOWN, words="Tried only when you ask for it."),
            do=asking(_tried),
        ),
    )


def _address(one: StepRound) -> str:
    return webhook_address(one.setup, "sendgrid")


def _webhook(api: SendGridApi, one: StepRound) -> StepLook:
    return look_at_webhook(api, _address(one), one.setup.settings.get(KEY, ""))


def _tried(api: SendGridApi, one: StepRound) -> StepDone:
    if one.await_event(lambda: try_webhook(api, _address(one))):
        return StepDone(words="It arrived, and its signature is right.")
    raise NotNow(
        f"SendGrid says that it told {_address(one)}, but nothing arrived within 20 seconds.",
        fix="Was the program restarted after the webhook was set up, and can that address be reached from outside?",
    )
