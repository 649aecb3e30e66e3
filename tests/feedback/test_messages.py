"""SendGrid's messages: proved byte for byte, and put into words without losing one."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from newsletter.ports.events import Unreadable, Unverified
from newsletter.providers.sendgrid.events import SendGridEvents, parse
from newsletter.words.event import EventKind
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.sendgrid_events import COURSES, Telling, as_body, events_of
from tests.fakes.signing import SIGNATURE, TIMESTAMP, Signer
from tests.world import WEEKLY

NOW = datetime(2026, 12, 3, 12, tzinfo=UTC)


class Stopped:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None: ...


SIGNER, OTHER = Signer(), Signer()
TAKEN = {"attempt": "a" * 32, "delivery": 7, "email": "ana@example.com", "at": 1_780_000_000.5, "reference": "ref7"}
BODY = as_body(events_of(TAKEN, Telling(of={"ana@example.com": "read"})))


def headers(body: bytes = BODY, *, signer: Signer = SIGNER, age: timedelta = timedelta()) -> dict[str, str]:
    """Good headers for a body."""
    return signer.headers(body, at=(NOW - age).timestamp())


@pytest.fixture
def source() -> SendGridEvents:
    """A listener that knows one key."""
    return SendGridEvents(SIGNER.public, Stopped())


def test_a_signed_message_is_read(source: SendGridEvents) -> None:
    """The marks that travelled with the mail come back, and machines are told from people."""
    events = source.verify_and_parse(headers(), BODY)

    kinds = [EventKind.PROCESSED, EventKind.DELIVERED, EventKind.OPENED, EventKind.OPENED, EventKind.CLICKED]
    assert kinds == [event.kind for event in events]
    assert {("a" * 32, 7, "ref7", "ana@example.com")} == {
        (event.attempt, event.delivery, event.reference, event.email) for event in events
    }
    assert [False, False, True, False, False] == [event.by_machine for event in events]
    assert "https://example.org/ferries" == events[-1].url
    assert datetime.fromtimestamp(1_780_000_000, UTC) == events[0].at
    assert 5 == len({event.id for event in events})


def test_the_stand_in_signs_as_the_official_verifier_wants_it() -> None:
    """The provider's own package finds the stand-in's signature good, and a changed body's bad."""
    signed, judge = headers(), EventWebhook(SIGNER.public)

    assert judge.verify_signature(BODY.decode(), signed[SIGNATURE], signed[TIMESTAMP])
    assert not judge.verify_signature(BODY.decode() + " ", signed[SIGNATURE], signed[TIMESTAMP])


def test_case_of_header_names_does_not_matter(source: SendGridEvents) -> None:
    """Servers hand headers over in lower case, or as they came."""
    assert source.verify_and_parse({name.upper(): value for name, value in headers().items()}, BODY)
    assert source.verify_and_parse({name.lower(): value for name, value in headers().items()}, BODY)


@pytest.mark.parametrize("place", [0, 1, len(BODY) // 2, len(BODY) - 1])
def test_a_changed_byte_is_refused(source: SendGridEvents, place: int) -> None:
    """Any byte of the body, wherever it stands."""
    changed = bytearray(BODY)
    changed[place] ^= 1

    with pytest.raises(Unverified):
        source.verify_and_parse(headers(), bytes(changed))


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_signature_or_timestamp_is_refused(place: int, mask: int) -> None:
    """Whatever a forger does to the two headers, it ends in the one refusal and nothing else."""
    good = headers()
    for name in (SIGNATURE, TIMESTAMP):
        text = bytearray(good[name].encode())
        text[place % len(text)] ^= mask
        with pytest.raises(Unverified):
            SendGridEvents(SIGNER.public, Stopped()).verify_and_parse({**good, name: text.decode("latin-1")}, BODY)


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ({}, "not signed"),
        ({SIGNATURE: headers()[SIGNATURE]}, "not signed"),
        ({TIMESTAMP: headers()[TIMESTAMP]}, "not signed"),
        (headers() | {SIGNATURE: "no base64"}, "can't be read"),
        (headers() | {SIGNATURE: "aGVsbG8="}, "not that of a key"),
        (headers(signer=OTHER), "not that of a key"),
        (headers(BODY + b" "), "not that of a key"),
        (headers(age=timedelta(hours=49)), "48 hours"),
        (headers(age=timedelta(hours=-2)), "in the future"),
        (headers(age=timedelta(days=400)), "48 hours"),
    ],
)
def test_what_is_not_proved_is_refused_and_says_why(source: SendGridEvents, spoilt: dict[str, str], why: str) -> None:
    """Missing headers, another's key, another's body, an old or a future timestamp; no address in the reason."""
    with pytest.raises(Unverified, match=why) as refusal:
        source.verify_and_parse(spoilt, BODY)

    assert "@" not in str(refusal.value)


def test_a_message_that_was_repeated_for_a_day_is_taken(source: SendGridEvents) -> None:
    """Nobody says that repetitions are signed anew, so the window is wider than they last."""
    assert source.verify_and_parse(headers(age=timedelta(hours=25)), BODY)


def test_during_a_change_of_keys_both_count() -> None:
    """Two keys, parted by a comma or a blank, in either order."""
    for keys in (f"{OTHER.public},{SIGNER.public}", f"{SIGNER.public} \n{OTHER.public}"):
        source = SendGridEvents(keys, Stopped())
        assert source.verify_and_parse(headers(), BODY)
        assert source.verify_and_parse(headers(signer=OTHER), BODY)


def test_without_a_key_nothing_is_taken() -> None:
    """An unsigned message is refused where no key is set, too: anybody could have sent it."""
    with pytest.raises(Unverified, match="no key is set"):
        SendGridEvents("", Stopped()).verify_and_parse(headers(), BODY)


@pytest.mark.parametrize("key", ["SG.secret", "aGVsbG8=", "MFkwEwYHKoZIzj0CAQ"])
def test_a_key_that_is_none_is_refused_at_once(key: str) -> None:
    """At the start, with what to do, and without repeating what was given."""
    with pytest.raises(Mistake) as refusal:
        SendGridEvents(key, Stopped())

    assert key not in str(refusal.value)


@pytest.mark.parametrize(
    ("course", "kind", "is_soft", "suppresses"),
    [
        ("bounce", EventKind.BOUNCED, False, SuppressionReason.HARD_BOUNCE),
        ("blocked", EventKind.BOUNCED, True, None),
        ("dropped", EventKind.DROPPED, False, SuppressionReason.HARD_BOUNCE),
        ("spamreport", EventKind.COMPLAINED, False, SuppressionReason.COMPLAINT),
        ("unsubscribe", EventKind.UNSUBSCRIBED, False, SuppressionReason.UNSUBSCRIBE),
        ("deferred", EventKind.DEFERRED, False, None),
    ],
)
def test_what_an_event_means_for_the_address(
    course: str, kind: EventKind, is_soft: bool, suppresses: SuppressionReason | None
) -> None:
    """Only what is for good keeps an address from being mailed: `blocked` is temporary."""
    event = parse(as_body(events_of(TAKEN, Telling(of={"ana@example.com": course}))), NOW)[-1]

    assert (kind, is_soft, suppresses) == (event.kind, event.is_soft, event.suppresses)


@pytest.mark.parametrize(
    ("item", "kind", "suppresses"),
    [
        ({"event": "bounce", "status": "5.1.1"}, EventKind.BOUNCED, SuppressionReason.HARD_BOUNCE),
        ({"event": "bounce", "status": "4.2.2"}, EventKind.BOUNCED, None),
        ({"event": "Processed", "timestamp": "123456789"}, EventKind.PROCESSED, None),
        ({"event": "dropped", "reason": "Spam Content"}, EventKind.DROPPED, None),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, EventKind.DROPPED, SuppressionReason.UNSUBSCRIBE),
        ({"event": "group_unsubscribe", "nl_attempt": "x"}, EventKind.UNSUBSCRIBED, SuppressionReason.UNSUBSCRIBE),
        ({"event": "group_unsubscribe"}, EventKind.UNSUBSCRIBED, None),
        ({"event": "group_resubscribe"}, EventKind.UNKNOWN, None),
        ({"event": "account_status_change", "type": "suspended"}, EventKind.UNKNOWN, None),
        ({}, EventKind.UNKNOWN, None),
    ],
)
def test_kinds_and_dialects(item: dict[str, Any], kind: EventKind, suppresses: SuppressionReason | None) -> None:
    """Old forms without a type, other spellings, groups that are not ours, kinds that nobody told us of."""
    event = parse(json.dumps([item]).encode(), NOW)[0]

    assert (kind, suppresses) == (event.kind, event.suppresses)
    assert (event.raw is not None) == (kind is EventKind.UNKNOWN)


def test_nonsense_does_not_cost_the_rest_of_a_message() -> None:
    """What is no event is kept as it came, and the good one beside it counts."""
    body = b"""[null, 7, "x", [], {"event": {"a": 1}, "timestamp": [], "email": 5, "sg_event_id": true},
        {"event": "open", "timestamp": 1591726752372, "email": "a@example.com", "sg_event_id": "good",
         "url": "\\ud83d", "reason": "nul \\u0000 here", "nl_delivery": "12x"},
        {"event": "delivered", "timestamp": 1e400, "nl_delivery": 99999999999999999999}]"""

    events = parse(body, NOW)

    assert [EventKind.UNKNOWN] * 5 == [event.kind for event in events[:5]]
    assert (EventKind.OPENED, "good", 2020) == (events[5].kind, events[5].id, events[5].at.year)
    assert ("\ufffd", "nul \ufffd here", None) == (events[5].url, events[5].reason, events[5].delivery)
    assert (NOW, None) == (events[6].at, events[6].delivery)
    assert 7 == len({event.id for event in events})


def test_an_address_in_a_mail_servers_words_is_not_kept() -> None:
    """Nor in an event of a kind that nobody knows: who asks to be forgotten must not live on in a reason."""
    items = [
        {"event": "bounce", "email": "Ana@example.com", "reason": "550 <ana@EXAMPLE.com>: unknown"},
        {"event": "surprise", "email": "ana@example.com", "about": "ana@example.com"},
    ]
    bounced, unknown = parse(json.dumps(items).encode(), NOW)

    assert "550 <(address)>: unknown" == bounced.reason
    assert "ana@" not in (unknown.raw or "")
    assert "ana@example.com" == unknown.email


@pytest.mark.parametrize("body", [b"", b"hello", b'"text"', b"7", b"[" * 100_000, b"\xff\xfe"])
def test_a_body_that_is_no_list_is_refused(body: bytes) -> None:
    """It was signed, but nothing can be made of it."""
    with pytest.raises(Unreadable):
        parse(body, NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_NAMES = ["event", "type", "timestamp", "email", "sg_event_id", "sg_message_id", "nl_attempt", "nl_delivery", "reason"]


@given(st.lists(st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=9), max_size=4))
def test_any_json_is_survived(items: list[dict[str, Any]]) -> None:
    """Whatever stands where, there is an event for each, with values that a database can hold."""
    events = parse(json.dumps(items).encode(), NOW)

    assert len(items) == len(events)
    for event in events:
        texts = (event.id, event.email, event.attempt or "", event.reason, event.url, event.raw or "")
        assert 0 < len(event.id) <= 100
        assert not any("\x00" in text for text in texts)
        assert all(text.encode() is not None for text in texts)


def test_a_refusal_is_logged_without_addresses(
    source: SendGridEvents, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """One line says that and why a message was refused; whose mail it was about is not in it."""
    from newsletter.feedback.feedback import Feedback

    feedback = Feedback(
        log=None,  # type: ignore[arg-type]
        alarms=None,  # type: ignore[arg-type]
        clock=Stopped(),
        telling=(),
        newsletter=WEEKLY,
        owners=list,
    )
    with caplog.at_level(logging.DEBUG), pytest.raises(Unverified):
        feedback.read(source, headers(signer=OTHER), BODY)

    assert "refused" in caplog.text
    assert "ana" not in caplog.text
    assert "@" not in caplog.text


# The stand-in's own form, held against the provider's samples


def _official() -> list[dict[str, Any]]:
    path = Path(os.environ.get("NEWSLETTER_SHARED") or "", "data", "sendgrid-events-official.json")
    return json.loads(path.read_text()) if os.environ.get("NEWSLETTER_SHARED") and path.exists() else []


@pytest.mark.official
def test_the_official_samples_are_understood() -> None:
    """All of them have a kind but the one that we have no word for; blocks are soft, bounces hard."""
    samples = _official()
    events = parse(json.dumps(samples).encode(), NOW)

    unknown = [one["event"] for one, event in zip(samples, events, strict=True) if event.kind is EventKind.UNKNOWN]
    assert {"group_resubscribe"} == set(unknown)
    for one, event in zip(samples, events, strict=True):
        if one["event"] == "bounce":
            assert (one.get("type") == "blocked") == event.is_soft
        assert one["email"] == event.email


@pytest.mark.official
def test_the_stand_in_says_nothing_that_the_samples_do_not_know() -> None:
    """Each event of the stand-in has the fields that every sample of its kind with an id has, and no kind of its own."""
    ours = {what["event"] for course in COURSES.values() for what in course}
    official: dict[str, list[set[str]]] = {}
    for one in _official():
        if "smtp-id" in one and "marketing_campaign_id" not in one:
            official.setdefault(one["event"], []).append(set(one) - {"category"})

    assert ours <= set(official)
    for course in COURSES:
        for event in events_of(TAKEN, Telling(of={"ana@example.com": course})):
            needed = set.intersection(*official[event["event"]]) - {"useragent", "ip"}
            assert needed <= set(event), event["event"]
