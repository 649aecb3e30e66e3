"""What SendGrid reports by its event webhook: verified, and translated into our events."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.ports.clock import Clock
from newsletter.ports.events import Unheard, Unreadable, Unverified
from newsletter.providers.sendgrid.api import SendGridApi
from newsletter.providers.sendgrid.body import ATTEMPT, DELIVERY, TRACKING
from newsletter.providers.sendgrid.lists import pull_lists
from newsletter.words.event import Event, EventKind
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SuppressionReason
from newsletter.words.tracking import Tracking

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

# A message is repeated for 24 hours until it is taken, and it is not documented whether it is signed again. A replay
# does no harm either way: each event counts once.
OLDEST = timedelta(hours=48)
_AHEAD = timedelta(hours=1)

_Json: TypeAlias = "dict[str, _Json] | list[_Json] | str | int | float | bool | None"

_KINDS = {
    "processed": EventKind.PROCESSED,
    "deferred": EventKind.DEFERRED,
    "delivered": EventKind.DELIVERED,
    "dropped": EventKind.DROPPED,
    "bounce": EventKind.BOUNCED,
    "spamreport": EventKind.COMPLAINED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
}
# SendGrid drops a mail to an address that it keeps on one of its own lists, and says on which.
_DROPPED_FOR = {
    "bounced address": SuppressionReason.HARD_BOUNCE,
    "spam reporting address": SuppressionReason.COMPLAINT,
    "unsubscribed address": SuppressionReason.UNSUBSCRIBE,
    "invalid": SuppressionReason.INVALID,
}
_PROMISED = {one.value: one for one in Tracking}
_LONGEST = {"id": 100, "attempt": 100, "email": 320, "reason": 1_000, "url": 2_000, "raw": 10_000}
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class SendGridEvents:
    """SendGrid's events, verified. `keys` are as SendGrid shows them, one or several in a row."""

    name = "sendgrid"
    whole_or_nothing = True
    asks_first = False
    has_more = False

    def __init__(self, keys: str, clock: Clock, asking: Callable[[], SendGridApi] | None = None) -> None:
        """Raises Mistake for something that is not a key. Several, separated by blanks or commas, count while one replaces the other."""
        self._keys = [_public_key(one) for one in re.split(r"[\s,]+", keys.strip()) if one]
        self._clock, self._asking = clock, asking

    def pull(self, since_at: datetime) -> Sequence[Event]:
        """What SendGrid's own lists say. Raises Unheard."""
        if self._asking is None:
            raise Unheard("no key is set to ask with")
        return pull_lists(self._asking(), self._clock, since_at)

    def taken(self) -> None:
        """SendGrid's lists are as they were, and told again; a repetition counts once."""

    def verify_and_parse(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        known = {name.lower(): value for name, value in headers.items()}
        self._verify(known.get(SIGNATURE, ""), known.get(TIMESTAMP, ""), body)
        return parse(body, self._clock.now())

    def _verify(self, signature: str, timestamp: str, body: bytes) -> None:
        """Raises Unverified. What is signed is the timestamp and the body as it came, byte for byte."""
        if not self._keys:
            raise Unverified("no key is set to prove it with")
        if not signature or not timestamp:
            raise Unverified("it is not signed")
        try:
            proof = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            raise Unverified("its signature can't be read") from None
        if not any(_is_signed(key, proof, timestamp.encode("latin-1", "replace") + body) for key in self._keys):
            raise Unverified("its signature is not that of a key that is set here")
        self._check_age(timestamp)

    def _check_age(self, timestamp: str) -> None:
        if not re.fullmatch(r"\d{1,11}", timestamp):
            raise Unverified("its timestamp can't be read")
        age = self._clock.now() - datetime.fromtimestamp(int(timestamp), UTC)
        if age > OLDEST:
            raise Unverified(f"it was signed more than {OLDEST.total_seconds() / 3600:.0f} hours ago")
        if age < -_AHEAD:
            raise Unverified("it was signed in the future; look at this machine's clock")


def _public_key(text: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Mistake(
            "NEWSLETTER_SENDGRID_WEBHOOK_KEY is not a verification key of SendGrid's event webhook.",
            fix="Copy the key that SendGrid shows beside the webhook's signature setting; it begins with MFkw.",
        )
    return key


def _is_signed(key: ec.EllipticCurvePublicKey, proof: bytes, content: bytes) -> bool:
    try:
        key.verify(proof, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def parse(body: bytes, now: datetime) -> Sequence[Event]:
    """The events of a message that was proved. One that makes no sense does not cost the others: it is kept as UNKNOWN.

    Raises Unreadable where the body is not a list in JSON.
    """
    try:
        found: _Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = _read_leniently(body)
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise Unreadable("the body is not a list of events")
    return [_event(one, now) for one in found]


def _read_leniently(body: bytes) -> _Json:
    """Read JSON that the strict reader refuses: half a character in a subject or a link must not cost a batch."""
    try:
        found: _Json = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Unreadable("the body is not JSON") from None
    return found


def _event(one: _Json, now: datetime) -> Event:
    if not isinstance(one, dict):
        return Event(id=_digest(one), kind=EventKind.UNKNOWN, at=now, raw=_raw(one))
    kind = _KINDS.get(_text(one, "event").lower(), EventKind.UNKNOWN)
    is_soft = kind is EventKind.BOUNCED and _is_soft(one)
    attempt = _text(one, ATTEMPT)
    return Event(
        id=_id(one),
        kind=kind,
        at=_instant(one.get("timestamp"), now),
        email=_text(one, "email") if len(_text(one, "email")) <= _LONGEST["email"] else "",
        attempt=attempt[: _LONGEST["attempt"]] or None,
        delivery=_number(one.get(DELIVERY)),
        reference=_text(one, "sg_message_id").partition(".")[0] or None,
        is_soft=is_soft,
        by_machine=one.get("sg_machine_open") is True,
        suppresses=_suppresses(one, kind, is_soft=is_soft, is_ours=bool(attempt)),
        reason=_without(_text(one, "email"), _text(one, "reason") or _text(one, "response"))[: _LONGEST["reason"]],
        url=_text(one, "url")[: _LONGEST["url"]],
        promised=_PROMISED.get(_text(one, TRACKING)),
        raw=_without(_text(one, "email"), _raw(one)) if kind is EventKind.UNKNOWN else None,
    )


def _is_soft(one: dict[str, _Json]) -> bool:
    """`blocked` is for now; a bounce without a type is judged by its status (RFC 3463: 4 is for now, 5 for good)."""
    kind = _text(one, "type").lower()
    return kind == "blocked" or (not kind and _text(one, "status").startswith("4"))


def _suppresses(one: dict[str, _Json], kind: EventKind, *, is_soft: bool, is_ours: bool) -> SuppressionReason | None:
    match kind:
        case EventKind.BOUNCED:
            return None if is_soft else SuppressionReason.HARD_BOUNCE
        case EventKind.COMPLAINED:
            return SuppressionReason.COMPLAINT
        case EventKind.UNSUBSCRIBED if is_ours or _text(one, "event").lower() == "unsubscribe":
            # A group may belong to other mail of the same account.
            return SuppressionReason.UNSUBSCRIBE
        case EventKind.DROPPED:
            return _DROPPED_FOR.get(_text(one, "reason").strip().lower())
        case _:
            return None


def _id(one: dict[str, _Json]) -> str:
    told = _text(one, "sg_event_id")
    return told if 0 < len(told) <= _LONGEST["id"] else _digest(one)


def _digest(one: _Json) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()


def _text(one: dict[str, _Json], name: str) -> str:
    """A value as text that a database can hold; "" where it is missing or of another kind."""
    value = one.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _UNWRITABLE.sub("\ufffd", str(value))


def _without(email: str, text: str) -> str:
    """Mail servers repeat the address in their words; the address of an erased person must not stay in a reason."""
    if not email or ("@" in email and "@" not in text):
        return text
    return re.sub(re.escape(email), "(address)", text, flags=re.IGNORECASE)


def _number(value: _Json) -> int | None:
    if isinstance(value, str | int) and re.fullmatch(r"\d{1,18}", str(value)):
        return int(value)
    return None


def _instant(value: _Json, now: datetime) -> datetime:
    """Unix seconds, or milliseconds as some kinds have them; now, where it is neither."""
    number = _number(value) or 0
    seconds = number / 1_000 if number > 100_000_000_000 else number
    try:
        return datetime.fromtimestamp(seconds, UTC) if number else now
    except (ValueError, OverflowError, OSError):
        return now


def _raw(one: _Json) -> str:
    return _UNWRITABLE.sub("\ufffd", json.dumps(one, ensure_ascii=True))[: _LONGEST["raw"]]
