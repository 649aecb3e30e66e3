"""What SES tells of a mail by way of SNS, translated into our events."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import orjson

from newsletter.ports.clock import Clock
from newsletter.ports.events import Unheard, Unreadable, Unverified
from newsletter.providers.ses.client import SesClient
from newsletter.providers.ses.sns import SnsTopic
from newsletter.providers.ses.suppression import pull_suppressed
from newsletter.providers.ses.tags import ATTEMPT, DELIVERY
from newsletter.words.event import Event, EventKind
from newsletter.words.subscriber import SuppressionReason

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_LONGEST = {"attempt": 100, "email": 320, "reason": 1_000, "url": 2_000, "raw": 10_000, "reference": 200}
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
# What a mailbox provider sends back that is not a reader's complaint: about signatures, a virus, or that it is no spam.
_NO_COMPLAINT = frozenset({"not-spam", "auth-failure", "virus"})
# SES keeps such addresses on a list, and hands nothing over to them.
_ON_A_LIST = frozenset({"Suppressed", "OnAccountSuppressionList"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What an event says beside whose mail it is about. `part` is where its details stand in the message."""

    kind: EventKind
    part: str
    is_soft: bool = False
    suppresses: SuppressionReason | None = None


class SesEvents:
    """SES's events, as an SNS topic delivers them; and its list of addresses, when asked."""

    name = "ses"
    whole_or_nothing = False
    asks_first = True
    has_more = False

    def __init__(self, topic: SnsTopic | None, clock: Clock, asking: Callable[[], SesClient] | None) -> None:
        """Without a topic every message is refused; without `asking` the list is not read."""
        self._topic, self._clock, self._asking = topic, clock, asking

    def verify_and_parse(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """As in `EventSource`. Raises NotFetched as well, where Amazon could not be asked: the message comes again."""
        if self._topic is None:
            raise Unverified("no topic is set to prove it with")
        said = self._topic.opened(body)
        return () if said is None else parse(said, self._clock.now())

    def pull(self, since_at: datetime) -> Sequence[Event]:
        """The addresses that the account's suppression list has taken up since then. Raises Unheard."""
        if self._asking is None:
            raise Unheard("no region is set to ask in")
        return pull_suppressed(self._asking(), since_at)

    def taken(self) -> None:
        """The list stays as it is: the next pull begins where this one ended."""


def parse(said: str, now: datetime) -> Sequence[Event]:
    """The events in what SES said, one a reader: usually a single one.

    Raises Unreadable where it is JSON without a meaning. The words with which SES tries a topic are nothing to keep.
    """
    try:
        found: Json = orjson.loads(said)
    except orjson.JSONDecodeError:
        return ()
    if not isinstance(found, dict):
        raise Unreadable("the message is not an event of SES")
    mail = found.get("mail")
    if not isinstance(mail, dict):
        # Such as the word that a topic was chosen for notifications.
        return ()
    told = _told(found)
    details = found.get(told.part)
    details = details if isinstance(details, dict) else {}
    return [_event(found, mail, details, told, person, now) for person in _people(mail, details)]


def _told(found: dict[str, Json]) -> _Told:
    name = _text(found, "eventType") or _text(found, "notificationType")
    details = found.get(name[:1].lower() + name[1:])
    details = details if isinstance(details, dict) else {}
    match name:
        case "Bounce":
            return _bounce(details)
        case "Complaint":
            return _complaint(details)
        case "Reject":
            # It found a virus in the mail: the address is as good as before.
            return _Told(kind=EventKind.DROPPED, part="reject")
        case _:
            kind, part = _PLAIN.get(name, (EventKind.UNKNOWN, ""))
            return _Told(kind=kind, part=part)


_PLAIN = {
    "Send": (EventKind.PROCESSED, "send"),
    "Delivery": (EventKind.DELIVERED, "delivery"),
    "DeliveryDelay": (EventKind.DEFERRED, "deliveryDelay"),
    "Open": (EventKind.OPENED, "open"),
    "Click": (EventKind.CLICKED, "click"),
}


def _bounce(details: dict[str, Json]) -> _Told:
    """Permanent is for good; Transient and Undetermined are for now.

    A status of 5.7 says that a mail server does not want this mail or its sender (RFC 3463, 3.8), which SES calls permanent
    too: the address is as good as before.
    """
    if _text(details, "bounceSubType") in _ON_A_LIST:
        return _Told(kind=EventKind.DROPPED, part="bounce", suppresses=SuppressionReason.HARD_BOUNCE)
    blocked = [_text(one, "status").startswith("5.7") for one in _rows(details.get("bouncedRecipients"))]
    is_soft = _text(details, "bounceType") != "Permanent" or (bool(blocked) and all(blocked))
    hard = None if is_soft else SuppressionReason.HARD_BOUNCE
    return _Told(kind=EventKind.BOUNCED, part="bounce", is_soft=is_soft, suppresses=hard)


def _complaint(details: dict[str, Json]) -> _Told:
    if _text(details, "complaintFeedbackType") in _NO_COMPLAINT:
        return _Told(kind=EventKind.UNKNOWN, part="complaint")
    if _text(details, "complaintSubType") in _ON_A_LIST:
        return _Told(kind=EventKind.DROPPED, part="complaint", suppresses=SuppressionReason.COMPLAINT)
    return _Told(kind=EventKind.COMPLAINED, part="complaint", suppresses=SuppressionReason.COMPLAINT)


def _people(mail: dict[str, Json], details: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Those it is about. Ours are mails to one reader: whatever address a mail server names, it was that reader's mail."""
    named = [
        *_rows(details.get("bouncedRecipients")),
        *_rows(details.get("complainedRecipients")),
        *_rows(details.get("delayedRecipients")),
    ]
    destination = mail.get("destination")
    to = [one for one in destination if isinstance(one, str)] if isinstance(destination, list) else []
    if len(to) == 1:
        yield {**(named[0] if named else {}), "emailAddress": to[0]}
    elif named:
        yield from named
    else:
        for one in to:
            yield {"emailAddress": one}


def _event(
    found: dict[str, Json],
    mail: dict[str, Json],
    details: dict[str, Json],
    told: _Told,
    person: dict[str, Json],
    now: datetime,
) -> Event:
    tags = mail.get("tags")
    tags = tags if isinstance(tags, dict) else {}
    email, reference = _text(person, "emailAddress"), _text(mail, "messageId")
    at = _instant(_text(details, "timestamp") or _text(mail, "timestamp"), now)
    url = _text(details, "link")[: _LONGEST["url"]] if told.kind is EventKind.CLICKED else ""
    name = _text(found, "eventType") or _text(found, "notificationType")
    return Event(
        id=_id(name, reference, email, at.isoformat(), url),
        kind=told.kind,
        at=at,
        email=email if len(email) <= _LONGEST["email"] else "",
        attempt=_tag(tags, ATTEMPT)[: _LONGEST["attempt"]] or None,
        delivery=_number(_tag(tags, DELIVERY)),
        reference=reference[: _LONGEST["reference"]] or None,
        is_soft=told.is_soft,
        suppresses=told.suppresses,
        reason=_without(email, _reason(details, person))[: _LONGEST["reason"]],
        url=url,
        raw=_without(email, _raw(found)) if told.kind is EventKind.UNKNOWN else None,
    )


def _reason(details: dict[str, Json], person: dict[str, Json]) -> str:
    """The mail server's own words where they are given, else what SES calls it."""
    words = _text(person, "diagnosticCode") or _text(details, "smtpResponse") or _text(details, "reason")
    names = ("bounceType", "bounceSubType", "delayType", "complaintFeedbackType", "complaintSubType")
    return words or " ".join(filter(None, (_text(details, name) for name in names)))


def _id(*parts: str) -> str:
    """The same for the same happening, whether a configuration set, the domain or both tell of it; without an address."""
    return "ses:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _tag(tags: dict[str, Json], name: str) -> str:
    values = tags.get(name)
    return values[0] if isinstance(values, list) and values and isinstance(values[0], str) else ""


def _rows(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(one: dict[str, Json], name: str) -> str:
    """A value as text that a database can hold; "" where it is missing or of another kind."""
    value = one.get(name)
    return _UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else ""


def _without(email: str, text: str) -> str:
    """Mail servers repeat the address in their words; the address of an erased person must not stay in a reason."""
    return re.sub(re.escape(email), "(address)", text, flags=re.IGNORECASE) if email else text


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else None


def _instant(value: str, now: datetime) -> datetime:
    """A time of ISO 8601; the present for anything else."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return now
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _raw(found: dict[str, Json]) -> str:
    return _UNWRITABLE.sub("\ufffd", orjson.dumps(found).decode())[: _LONGEST["raw"]]
