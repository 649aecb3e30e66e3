"""What SendGrid's answers mean for the readers in the call: each answer is either definite or in doubt."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from newsletter.providers.sendgrid.transport import HttpAnswer
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

Outcomes = list[tuple[Sequence[int], Outcome]]

_LONGEST_WAIT = timedelta(hours=1)
# For "too fast" without a time to wait: asking again at once would only be too fast again.
_USUAL_WAIT = timedelta(seconds=10)

_NAMED = re.compile(r"personalizations(?:\.|\[)(\d+)")
# A 400 about one of these concerns the whole call: looking for a guilty reader by halving would only burn calls.
_SHARED = re.compile(
    "(?:from|subject|content|reply_to|reply_to_list|headers|custom_args|categories|tracking_settings|mail_settings|asm|ip_pool_name)(?:[.\\[]|$)"
)
_ADDRESS = re.compile(r"(?<![^\s<>()\"',;:])[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")
_KEY = re.compile(r"\bSG\.[\w.-]+|(?i:bearer)\s+\S+")

_CHECK_KEY = (
    "Check SENDGRID_API_KEY and that the key may send mail; SendGrid also answers so when the credits are used up."
)
_CHECK_SENDER = (
    "Verify the sender or its domain at SendGrid. After many bad requests SendGrid blocks for a while: then wait."
)
_CHECK_ADDRESS = "Check NEWSLETTER_SENDGRID_URL: it does not seem to lead to SendGrid."
_CHECK_REGION = (
    "The account belongs to another region. Set NEWSLETTER_SENDGRID_URL to https://api.eu.sendgrid.com or back."
)


@dataclass(frozen=True, slots=True)
class _Complaint:
    """One of the errors in an answer; SendGrid gives no machine-readable code, only the field it tripped over."""

    message: str
    field: str


def outcomes(answer: HttpAnswer, deliveries: Sequence[int], now: datetime) -> Outcomes:
    """Which readers are accepted, refused, deferred or in doubt after this answer; together they are exactly `deliveries`."""
    if answer.status == 400:
        return _refusal(answer, deliveries)
    return [(deliveries, _of_all(answer, len(deliveries), now))]


def _of_all(answer: HttpAnswer, n_readers: int, now: datetime) -> Outcome:
    said = _said(answer)
    match answer.status:
        case 202:
            return _acceptance(answer)
        case 401:
            return Deferred(f"{said} {_CHECK_KEY}", pauses=True)
        case 403:
            return Deferred(f"{said} {_CHECK_SENDER}", pauses=True)
        case 408:
            return Deferred(said, backs_off=True)
        case 413 if n_readers > 1:
            return Deferred(said, halve=True)
        case 413:
            return Deferred(f"{said} The issue is too large even for one reader.", pauses=True)
        case 429:
            return Deferred(said, retry_after=_wait(answer.headers, now) or _USUAL_WAIT)
        case 451:
            return Deferred(f"{said} {_CHECK_REGION}", pauses=True)
        case 404 | 405 | 406 | 407 | 415:
            return Deferred(f"{said} {_CHECK_ADDRESS}", pauses=True)
        case status if 400 <= status < 500:
            # Documented as never accepted, but we know no remedy.
            return Deferred(said, pauses=True)
        case status if 200 <= status < 300:
            # 200 is the sandbox's answer, which we never ask for: not SendGrid, or not the send.
            return Uncertain(f"{said} Only 202 says that the mail was taken.")
        case status if 300 <= status < 400:
            return Uncertain(f"{said} Redirects are not followed. {_CHECK_ADDRESS}")
        case _:
            return Uncertain(f"{said} The mail may have been taken before that went wrong.")


def _acceptance(answer: HttpAnswer) -> Outcome:
    given = answer.headers.get("x-message-id", "")
    # It goes into the ledger: a reference that can't be stored must not cost us the fact of the acceptance.
    reference = given if given.isprintable() and 0 < len(given) <= 200 else None
    if answer.whole and (reference or not answer.body):
        return Accepted(reference)
    return Uncertain("The answer said 202, but not in the words that SendGrid uses.")


def _refusal(answer: HttpAnswer, deliveries: Sequence[int]) -> Outcomes:
    """A 400 rejects the whole call.

    Refuse the readers that it names, or blame the call, or let halving find the cause.
    """
    said = _said(answer)
    complaints = _complaints(answer)
    rows = {int(match[1]) for complaint in complaints if (match := _NAMED.match(complaint.field))}
    named = [delivery for row, delivery in enumerate(deliveries) if row in rows]
    if named:
        rest = [delivery for row, delivery in enumerate(deliveries) if row not in rows]
        found: Outcomes = [(named, Refused(said, named=frozenset(named)))]
        return (
            [*found, (rest, Deferred("Not taken because of another reader in the same call.", looked_at=True))]
            if rest
            else found
        )
    if any(_SHARED.match(complaint.field) for complaint in complaints):
        return [(deliveries, Deferred(f"{said} This concerns the issue or the sender, not a reader.", pauses=True))]
    return [(deliveries, Refused(said))]


def _complaints(answer: HttpAnswer) -> list[_Complaint]:
    try:
        errors = json.loads(answer.body)["errors"]
        return [_Complaint(str(error.get("message") or ""), str(error.get("field") or "")) for error in errors]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []


def _said(answer: HttpAnswer) -> str:
    """The answer as a sentence: no reader's address and no key may reach a log or a screen by way of an error."""
    messages = " ".join(dict.fromkeys(complaint.message for complaint in _complaints(answer) if complaint.message))
    clean = _KEY.sub("...", _ADDRESS.sub("an address", "".join(c if c.isprintable() else " " for c in messages)))
    if not clean.strip():
        return f"SendGrid answered {answer.status}."
    text = clean.strip()[:300]
    return f"SendGrid answered {answer.status}: {text if text.endswith('.') else text + '.'}"


def _wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long SendGrid asks to be left alone, by its own clock where it says so. None where it does not say."""
    if after := headers.get("retry-after"):
        if after.strip().isdecimal():
            return _bounded(float(after))
        if at := _moment(after):
            return _until(at.timestamp(), headers, now)
    reset = (headers.get("x-ratelimit-reset") or "").strip()
    return _until(float(reset), headers, now) if reset.isdecimal() else None


def _until(moment: float, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """From now to that time; None where it has passed, which says nothing about how long."""
    seconds = moment - (_moment(headers.get("date")) or now).timestamp()
    return _bounded(seconds) if seconds > 0 else None


def _bounded(seconds: float) -> timedelta:
    return min(timedelta(seconds=min(max(seconds, 1.0), 86_400.0)), _LONGEST_WAIT)


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
