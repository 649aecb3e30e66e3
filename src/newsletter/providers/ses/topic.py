"""The SNS topic by which SES tells us of bounces: made, joined to SES, subscribed to, and taken away again."""

from __future__ import annotations

import re
from typing import Any

from newsletter.providers.ses.client import SesClient
from newsletter.providers.ses.questions import ask_ses, ask_unless
from newsletter.providers.steps import StepDone, StepLook, StepState
from newsletter.words.mistake import NotNow

TOPIC, CONFIGURATION_SET = "ses_topic", "ses_configuration_set"
_DESTINATION = "newsletter"
_KINDS = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY"]
_THERE_ALREADY, _NOT_THERE = "AlreadyExistsException", "NotFoundException"
_MOST_PAGES = 20


def topic_name(newsletter: str) -> str:
    """Of the newsletter's name what a topic's name may hold."""
    plain = re.sub("[^a-z0-9]+", "-", newsletter.lower()).strip("-")[:60]
    return f"newsletter-{plain}" if plain else "newsletter"


def look_at_topic(ses: SesClient, settings: dict[str, str]) -> StepLook:
    name, topic = settings.get(CONFIGURATION_SET), settings.get(TOPIC)
    if not name or not topic:
        return StepLook(state=StepState.OPEN, words="SES does not tell us of bounces and complaints yet.")
    answer = ask_ses(ses, "get_configuration_set_event_destinations", ConfigurationSetName=name)
    told = {
        kind
        for one in answer.get("EventDestinations") or ()
        if one.get("Enabled") and (one.get("SnsDestination") or {}).get("TopicArn") == topic
        for kind in one.get("MatchingEventTypes") or ()
    }
    missing = [kind.lower().replace("_", " ") for kind in _KINDS if kind not in told and kind != "SEND"]
    if missing:
        return StepLook(state=StepState.OPEN, words=f"SES does not tell the topic of: {', '.join(missing)}.")
    return StepLook(
        state=StepState.DONE, words=f"SES tells the topic {topic.rpartition(':')[2]} what becomes of each mail."
    )


def make_topic(ses: SesClient, sns: SesClient, name: str, settings: dict[str, str]) -> StepDone:
    """Each part is found where it is there already, so that doing it again goes on where it broke off."""
    topic = settings.get(TOPIC) or str(ask_ses(sns, "create_topic", Name=name)["TopicArn"])
    group = settings.get(CONFIGURATION_SET) or name
    ask_unless(ses, _THERE_ALREADY, "create_configuration_set", ConfigurationSetName=group)
    wanted = {"Enabled": True, "MatchingEventTypes": _KINDS, "SnsDestination": {"TopicArn": topic}}
    values: dict[str, Any] = {
        "ConfigurationSetName": group,
        "EventDestinationName": _DESTINATION,
        "EventDestination": wanted,
    }
    if ask_unless(ses, _THERE_ALREADY, "create_configuration_set_event_destination", **values) is None:
        ask_ses(ses, "update_configuration_set_event_destination", **values)
    return StepDone(
        words=f"SES will tell the topic {name} what becomes of each mail. Restart the program, and then subscribe to it.",
        keeps={TOPIC: topic, CONFIGURATION_SET: group},
    )


def drop_topic(ses: SesClient, sns: SesClient, url: str, settings: dict[str, str]) -> StepDone:
    """The topic itself stays: others may have subscribed to it."""
    unsubscribe(sns, url, settings.get(TOPIC, ""))
    if group := settings.get(CONFIGURATION_SET):
        ask_unless(
            ses,
            _NOT_THERE,
            "delete_configuration_set_event_destination",
            ConfigurationSetName=group,
            EventDestinationName=_DESTINATION,
        )
    return StepDone(
        words="SES tells us nothing any more. Bounces are still asked for twice an hour.",
        keeps={TOPIC: "", CONFIGURATION_SET: ""},
    )


def look_at_subscription(sns: SesClient, url: str, topic: str) -> StepLook:
    if not topic:
        return StepLook(state=StepState.OPEN, words="There is no topic to subscribe to yet.")
    found = _subscriptions(sns, topic, url)
    if any(one.startswith("arn:") for one in found):
        return StepLook(state=StepState.DONE, words=f"The topic tells {url}.")
    if found:
        return StepLook(
            state=StepState.OPEN,
            words="Amazon asked whether we want to be told, and has no answer yet.",
            fix="Was the program restarted after the topic was made, and can its address be reached from outside? Then do it again.",
        )
    return StepLook(state=StepState.OPEN, words="Nobody is subscribed to the topic yet.")


def subscribe(sns: SesClient, url: str, topic: str) -> None:
    """Amazon then asks at `url`, and the webhook confirms it where the signature is right."""
    if not topic:
        raise NotNow("There is no topic to subscribe to yet.", fix="Make it first.")
    ask_ses(sns, "subscribe", TopicArn=topic, Protocol="https", Endpoint=url, ReturnSubscriptionArn=True)


def unsubscribe(sns: SesClient, url: str, topic: str) -> StepDone:
    for one in _subscriptions(sns, topic, url) if topic else ():
        if one.startswith("arn:"):
            ask_ses(sns, "unsubscribe", SubscriptionArn=one)
    return StepDone(words="The topic does not tell us any more.")


def _subscriptions(sns: SesClient, topic: str, url: str) -> list[str]:
    """The names of those that lead to us: `PendingConfirmation` until one is confirmed."""
    found: list[str] = []
    following: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = ask_ses(sns, "list_subscriptions_by_topic", TopicArn=topic, **following)
        found += [str(one["SubscriptionArn"]) for one in page.get("Subscriptions") or () if one.get("Endpoint") == url]
        if not page.get("NextToken"):
            break
        following = {"NextToken": page["NextToken"]}
    return found
