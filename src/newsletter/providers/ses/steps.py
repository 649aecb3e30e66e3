"""Amazon SES's steps, from the keys to the first event by SNS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from newsletter.providers.kind import ProviderSetup
from newsletter.providers.ses.account import look_at_account, try_keys
from newsletter.providers.ses.client import SesAccess, SesClient
from newsletter.providers.ses.domain import forget_domain, look_at_domain, prepare_domain
from newsletter.providers.ses.topic import (
    TOPIC,
    drop_topic,
    look_at_subscription,
    look_at_topic,
    make_topic,
    subscribe,
    topic_name,
    unsubscribe,
)
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


def ses_steps(access_of: Callable[[ProviderSetup], SesAccess]) -> tuple[SetupStep, ...]:
    def asking(
        ask: Callable[[SesClient, SesClient, StepRound], Answer],
    ) -> Callable[[StepRound], Answer]:
        """`ask` is given a client of SES and one of SNS; what was connected is closed after it."""

        def asked(one: StepRound) -> Answer:
            access = access_of(one.setup)
            ses, sns = SesClient(access), SesClient(access, service="sns")
            try:
                return ask(ses, sns, one)
            finally:
                ses.close()
                sns.close()

        return asked

    return (
        SetupStep(
            name="key",
            title="What the keys may do",
            before="Asks Amazon whether the keys let us in. Nothing is changed.",
            look=asking(lambda ses, sns, one: StepLook(state=StepState.DONE, words=try_keys(ses).words)),
        ),
        SetupStep(
            name="plan",
            title="How many mails the account may send",
            before="Asks Amazon for the limits of the account. Nothing is changed.",
            look=asking(lambda ses, sns, one: look_at_account(ses, one.count_need())),
        ),
        SetupStep(
            name="domain",
            title="Your domain",
            before="Makes your domain known to SES where it is not yet. Amazon then looks for its records by itself.",
            button="Prepare the domain",
            look=asking(lambda ses, sns, one: look_at_domain(ses, own_domain(one.setup))),
            do=asking(lambda ses, sns, one: prepare_domain(ses, own_domain(one.setup))),
            undo=asking(lambda ses, sns, one: forget_domain(ses, own_domain(one.setup))),
            undo_before="SES forgets the domain, unless it already sends in its name.",
        ),
        SetupStep(
            name="webhook",
            title="Bounces and complaints",
            before="Makes an SNS topic and a configuration set at Amazon, by which SES tells what becomes of each mail. "
            "Their names are kept here.",
            button="Make the topic",
            look=asking(lambda ses, sns, one: look_at_topic(ses, dict(one.setup.settings))),
            do=asking(
                lambda ses, sns, one: make_topic(
                    ses, sns, topic_name(one.setup.newsletter.name), dict(one.setup.settings)
                )
            ),
            undo=asking(lambda ses, sns, one: drop_topic(ses, sns, _address(one), dict(one.setup.settings))),
            undo_before="SES tells the topic nothing any more, and we are taken off it. The topic itself stays.",
        ),
        SetupStep(
            name="webhook-test",
            title="Being told",
            before="Subscribes your public address to the topic. Amazon asks there at once whether that is wanted, which is "
            "answered where its signature is right; this waits up to 20 seconds for it.",
            button="Subscribe to the topic",
            look=asking(lambda ses, sns, one: look_at_subscription(sns, _address(one), _topic(one))),
            do=asking(lambda ses, sns, one: _subscribed(sns, one)),
            undo=asking(lambda ses, sns, one: unsubscribe(sns, _address(one), _topic(one))),
            undo_before="The topic does not tell us any more.",
        ),
    )


def _address(one: StepRound) -> str:
    return webhook_address(one.setup, "ses")


def _topic(one: StepRound) -> str:
    return one.setup.settings.get(TOPIC, "")


def _subscribed(sns: SesClient, one: StepRound) -> StepDone:
    if look_at_subscription(sns, _address(one), _topic(one)).state is StepState.DONE:
        return StepDone(words="The topic tells us already.")
    if one.await_event(lambda: subscribe(sns, _address(one), _topic(one))):
        return StepDone(words="Amazon asked, its signature was right, and it was confirmed.")
    raise NotNow(
        f"Amazon was asked to tell {_address(one)}, but nothing arrived there within 20 seconds.",
        fix="Was the program restarted after the topic was made, and can that address be reached from outside? Then do it again.",
    )
