"""Sends through SendGrid: up to 1,000 readers a call, taken whole or not at all."""

from __future__ import annotations

import logging
import ssl
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import orjson

from newsletter.ports.clock import Clock
from newsletter.providers.fault import bug_in_words
from newsletter.providers.sendgrid.body import mail_body, mint
from newsletter.providers.sendgrid.client import Client, Host, Key, connect
from newsletter.providers.sendgrid.outcomes import Outcomes, outcomes
from newsletter.providers.sendgrid.own_links import without_own_links_followed
from newsletter.providers.sendgrid.transport import AnswerLost, Deadline, Unreached
from newsletter.providers.sendgrid.validate import LIMITS, checked
from newsletter.words.consignment import Consignment
from newsletter.words.outcome import Deferred, Outcome, Refused, Uncertain
from newsletter.words.tracking import Tracking

# Documented as "less than 30 MB", without saying which megabytes.
MAX_BODY_BYTES = 30_000_000

_logger = logging.getLogger(__name__)


class SendGrid:
    """Safe to use from several threads; each keeps a connection of its own."""

    name = "sendgrid"
    whole_or_nothing = True

    def __init__(
        self,
        key: str,
        *,
        clock: Clock,
        url: str,
        deadline: timedelta = LIMITS.deadline,
        tls: ssl.SSLContext | None = None,
        tracking: Tracking = Tracking.NONE,
    ) -> None:
        """`tls` replaces the system's certificates. Raises Mistake for a key or an address that can't be right."""
        self.limits = replace(LIMITS, deadline=deadline)
        self._key, self._host, self._clock = Key(key), Host(url), clock
        self._tls = tls
        self._tracking = tracking
        self._lock = threading.Lock()
        self._threads = threading.local()
        self._clients: weakref.WeakSet[Client] = weakref.WeakSet()

    def __repr__(self) -> str:
        return f"SendGrid(url={self._host.url!r})"

    def explain(self) -> str:
        return f"SendGrid at {self._host.header}, up to {self.limits.readers:,} readers a call: this mail goes to real people."

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        """Post one parcel, without the readers that SendGrid would refuse the whole call for. Never raises."""
        if not len(consignment):
            return
        try:
            sendable, refused, body = _prepared(consignment, self._tracking)
        except Exception as error:  # noqa: BLE001 - our own bug: nothing has gone out, and the mailing must come to a stop
            _logger.error("preparing attempt %s failed: %s", consignment.attempt, bug_in_words(error))
            reason = f"The call could not be prepared ({type(error).__name__})."
            yield consignment.deliveries, Deferred(reason, backs_off=True)
            return
        for delivery, reason in refused:
            yield (delivery,), Refused(reason, named=frozenset({delivery}), is_ours=True)
        if isinstance(body, Deferred):
            yield sendable.deliveries, body
        elif len(sendable):
            yield from self._posted(sendable, body)

    def close(self) -> None:
        """Close every thread's connection. Only when no call is in flight."""
        for client in list(self._clients):
            client.close()

    def _posted(self, consignment: Consignment, body: bytes) -> Outcomes:
        """What came of the call; it ends when the parcel's time is over, if not before."""
        everyone = consignment.deliveries
        now = self._clock.now()
        budget = min(self.limits.deadline, consignment.deadline_at - now).total_seconds()
        if budget <= 0:
            return [(everyone, Deferred("The time for this call was over before it began."))]
        try:
            answer = self._client().post(body, Deadline(budget, self._clock.monotonic))
            _logger.debug("attempt %s: %d readers, answer %d", consignment.attempt, len(everyone), answer.status)
            return outcomes(answer, everyone, self._clock.now())
        except Unreached as error:
            return [(everyone, Deferred(f"{self._host.name} could not be reached: {error}.", backs_off=True))]
        except AnswerLost as error:
            return [(everyone, Uncertain(f"The answer of {self._host.name} was lost: {error}."))]
        except Exception as error:  # noqa: BLE001 - our own bug, and nobody knows how far the call got
            _logger.error("posting attempt %s failed: %s", consignment.attempt, bug_in_words(error))
            return [(everyone, Uncertain(f"The call was broken off by a fault of our own ({type(error).__name__})."))]

    def _client(self) -> Client:
        client: Client | None = getattr(self._threads, "client", None)
        if client is None:
            client = self._threads.client = connect(self._host, self._key, self._context, self._clock.monotonic)
            self._clients.add(client)
        return client

    def _context(self) -> ssl.SSLContext:
        # Reading the system's certificates takes 0.15 s here: once, and not before the first call.
        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
            return self._tls


def _prepared(
    consignment: Consignment, tracking: Tracking
) -> tuple[Consignment, Sequence[tuple[int, str]], bytes | Deferred]:
    """The readers that may be in the call, those that may not and why, and its body or why there can't be a call."""
    if "Auto-Submitted" in consignment.headers:
        # A confirmation or a notice to the owner (RFC 3834): its links are keys, and it is not an issue.
        tracking = Tracking.NONE
    if tracking.is_on:
        consignment = without_own_links_followed(consignment)
    tokens = mint(consignment)
    check = checked(consignment, tokens)
    if check.problem:
        return consignment, (), check.problem
    body = orjson.dumps(mail_body(check.consignment, tokens, tracking))
    if len(body) < MAX_BODY_BYTES:
        return check.consignment, check.refused, body
    if len(check.consignment) > 1:
        too_large = Deferred("The call would be larger than the 30 MB that SendGrid takes.", halve=True)
    else:
        too_large = Deferred("The issue is larger than the 30 MB that SendGrid takes.", pauses=True)
    return check.consignment, check.refused, too_large
