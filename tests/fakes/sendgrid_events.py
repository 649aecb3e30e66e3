"""The event messages of a stand-in SendGrid, in the documented form: what became of the mails that it took."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Happening = dict[str, Any]

# What a reader's mail comes to: the events of it, as the provider names them, with what only that kind has.
COURSES: dict[str, list[Happening]] = {
    "silent": [],
    "processed": [{"event": "processed"}],
    "delivered": [{"event": "processed"}, {"event": "delivered", "response": "250 OK"}],
    "deferred": [{"event": "processed"}, {"event": "deferred", "response": "400 try again later", "attempt": "5"}],
    "late": [
        {"event": "processed"},
        {"event": "deferred", "response": "421 too many", "attempt": "1"},
        {"event": "delivered", "response": "250 OK"},
    ],
    "bounce": [
        {"event": "processed"},
        {
            "event": "bounce",
            "type": "bounce",
            "status": "5.1.1",
            "reason": "550 5.1.1 no such user",
            "bounce_classification": "Invalid Address",
        },
    ],
    "blocked": [
        {"event": "processed"},
        {"event": "bounce", "type": "blocked", "status": "4.2.2", "reason": "452 4.2.2 mailbox full"},
    ],
    "bounce-after": [
        {"event": "processed"},
        {"event": "delivered", "response": "250 OK"},
        {"event": "bounce", "type": "bounce", "status": "5.0.0", "reason": "550 gone"},
    ],
    "dropped": [{"event": "dropped", "reason": "Bounced Address", "status": "5.0.0"}],
    "spamreport": [
        {"event": "processed"},
        {"event": "delivered", "response": "250 OK"},
        {"event": "spamreport"},
    ],
    "unsubscribe": [
        {"event": "processed"},
        {"event": "delivered", "response": "250 OK"},
        {"event": "unsubscribe"},
    ],
    "read": [
        {"event": "processed"},
        {"event": "delivered", "response": "250 OK"},
        {"event": "open", "sg_machine_open": True, "useragent": "Image proxy", "ip": "192.0.2.9"},
        {"event": "open", "useragent": "Mail program", "ip": "192.0.2.7"},
        {
            "event": "click",
            "url": "https://example.org/ferries",
            "url_offset": {"index": 0, "type": "html"},
            "ip": "192.0.2.7",
        },
    ],
}


@dataclass(frozen=True)
class Telling:
    """How much is told, how often and in what order. `courses` are weights of `COURSES`; `of` decides for an address.

    Each event is told `copies` times; a share of `lost` never is. `at_once` is how many go into one message.
    """

    courses: dict[str, float] = field(default_factory=lambda: {"delivered": 1.0})
    of: dict[str, str] = field(default_factory=dict)
    copies: int = 1
    shuffled: bool = False
    lost: float = 0.0
    at_once: int = 500
    seed: int = 0


def events_of(taken: dict[str, Any], telling: Telling) -> list[Happening]:
    """The events of one reader's mail; `taken` is a line of what the provider wrote down: attempt, delivery, email."""
    draw = random.Random(f"{telling.seed}:{taken['reference']}:{taken['delivery']}")
    course = telling.of.get(taken["email"]) or draw.choices(list(telling.courses), list(telling.courses.values()))[0]
    message = f"{taken['reference']}.recvd-7d9f-{draw.randrange(1 << 24):x}-1"
    return [
        {
            "email": taken["email"],
            "timestamp": int(taken["at"]) + number,
            "smtp-id": f"<{taken['reference']}@ismtpd-{draw.randrange(999)}>",
            "sg_event_id": _event_id(taken, number),
            "sg_message_id": f"{message}.{number}",
            "nl_attempt": taken["attempt"],
            "nl_delivery": str(taken["delivery"]),
            **taken.get("beside", {}),
            **what,
        }
        for number, what in enumerate(COURSES[course])
    ]


def told(taken: Sequence[dict[str, Any]], telling: Telling) -> Iterator[bytes]:
    """The bodies of the messages about these mails."""
    draw = random.Random(telling.seed)
    events = [event for line in taken for event in events_of(line, telling) if draw.random() >= telling.lost]
    events = [event for event in events for _ in range(telling.copies)]
    if telling.shuffled:
        draw.shuffle(events)
    for first in range(0, len(events), telling.at_once):
        yield as_body(events[first : first + telling.at_once])


def all_told(taken: Sequence[dict[str, Any]], telling: Telling) -> list[Happening]:
    """The events in them, as the provider says them."""
    return [event for body in told(taken, telling) for event in json.loads(body)]


def as_body(events: Sequence[Happening]) -> bytes:
    """A message with these events; the spacing is the provider's own, and signed as it is."""
    return json.dumps(events, indent=1).replace("},\n", "},\r\n").encode()


def _event_id(taken: dict[str, Any], number: int) -> str:
    mark = f"{taken['reference']}:{taken['delivery']}:{number}".encode()
    return hashlib.sha256(mark).hexdigest()[:32]
