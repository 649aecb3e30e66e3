"""Whether what SES tells of a mail reaches us: the event destinations of a configuration set."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.providers.ses.client import SesClient
from newsletter.providers.ses.questions import ask_ses

_WANTED = {
    "DELIVERY": "deliveries",
    "BOUNCE": "bounces",
    "COMPLAINT": "complaints",
    "REJECT": "rejects",
    "DELIVERY_DELAY": "delivery delays",
}


def event_warnings(client: SesClient, configuration_set: str, topic: str) -> Iterator[tuple[str, str]]:
    """What will not be heard of, and what to do; nothing where all is well. Raises NotNow and Unreachable."""
    if not configuration_set or not topic:
        yield (
            "Bounces and complaints will not be heard of: no configuration set with an SNS topic is named.",
            "docs/ses.md says how to make them, under Bounces and complaints. Mail goes out all the same.",
        )
        return
    answer = ask_ses(client, "get_configuration_set_event_destinations", ConfigurationSetName=configuration_set)
    told = {
        kind
        for one in answer.get("EventDestinations") or ()
        if one.get("Enabled") and (one.get("SnsDestination") or {}).get("TopicArn") == topic
        for kind in one.get("MatchingEventTypes") or ()
    }
    if missing := [name for kind, name in _WANTED.items() if kind not in told]:
        yield (
            f"The configuration set {configuration_set} does not tell that topic of {', '.join(missing)}.",
            "Add them in the SES console: Configuration sets, Event destinations, Amazon SNS.",
        )
