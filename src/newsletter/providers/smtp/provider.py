"""Sends through a mail server: one mail a reader, up to 50 in a parcel, each with an answer of its own."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from newsletter.ports.clock import Clock
from newsletter.ports.provider import Limits
from newsletter.providers.fault import bug_in_words
from newsletter.providers.kind import ProviderTried
from newsletter.providers.smtp.bounces.mark import ReturnPath
from newsletter.providers.smtp.line import Broken, Deadline
from newsletter.providers.smtp.parcel import Parcel, Sign
from newsletter.providers.smtp.pool import Pool
from newsletter.providers.smtp.server import Server
from newsletter.providers.smtp.session import Unwelcome
from newsletter.words.consignment import Consignment
from newsletter.words.mistake import NotNow, Unreachable
from newsletter.words.outcome import Deferred, Outcome

# A server may scan a mail before it answers for it; a client that hangs up earlier and tries again sends the mail twice
# (RFC 5321, 4.5.3.2.6).
LAST_ANSWER = timedelta(minutes=10)
# At most so many mails are under way without their outcomes being written down.
LIMITS = Limits(readers=50, last_answer=LAST_ANSWER)

_logger = logging.getLogger(__name__)


class SmtpProvider:
    """Safe to use from several threads; each parcel has a connection to itself."""

    name = "smtp"
    whole_or_nothing = False

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        sign: Sign | None = None,
        return_path: ReturnPath | None = None,
        deadline: timedelta = LIMITS.deadline,
        last_answer: timedelta = LIMITS.last_answer,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`sign` makes a signed mail of a mail; `return_path` says where each comes back to, else it is the sender; `tls` replaces the system's certificates. Raises Mistake for the address.

        No mail is begun after `deadline`; `last_answer` is how long the answer to a whole mail may take.
        """
        self._server = Server(url)
        self.limits = replace(LIMITS, deadline=deadline, last_answer=last_answer, calls=self._server.connections)
        self._clock, self._sign, self._return_path = clock, sign, return_path
        self._pool = Pool(self._server, tls=tls, monotonic=clock.monotonic)

    def __repr__(self) -> str:
        return f"SmtpProvider({self._server.shown!r})"

    def explain(self) -> str:
        signed = ", signed with DKIM" if self._sign else ""
        n = self._server.connections
        return (
            f"The mail server {self._server.shown}, on {n} connection{'' if n == 1 else 's'}{signed}: "
            "this mail goes to real people."
        )

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        """Send one parcel, mail by mail; every mail has its outcome as soon as the server has answered. Never raises."""
        if not len(consignment):
            return
        now = self._clock.now()
        budget = min(self.limits.deadline, consignment.deadline_at - now).total_seconds()
        if budget <= 0:
            yield consignment.deliveries, Deferred("The time for this parcel was over before it began.")
            return
        deadline = Deadline(budget, self._clock.monotonic)
        parcel = Parcel(
            consignment,
            pool=self._pool,
            sign=self._sign,
            return_path=self._return_path,
            date=now,
            deadline=deadline,
            last_answer=self._last_answer,
        )
        try:
            yield from parcel.outcomes()
        except Exception as error:  # noqa: BLE001 - our own bug: what is known so far must not be lost by it
            _logger.error("sending attempt %s failed: %s", consignment.attempt, bug_in_words(error))
            yield from parcel.after_a_bug(f"The parcel was broken off by a fault of our own ({type(error).__name__}).")

    def _last_answer(self) -> Deadline:
        return Deadline(self.limits.last_answer.total_seconds(), self._clock.monotonic)

    def look(self) -> ProviderTried:
        """Connect, encrypt and log in without handing anything over. Raises NotNow with the reason.

        Raises Unreachable where no mail server answered.
        """
        deadline = Deadline(self.limits.deadline.total_seconds(), self._clock.monotonic)
        try:
            session = self._pool.take(deadline)
        except Unwelcome as no:
            raise (NotNow if no.outcome.pauses else Unreachable)(str(no), fix="Nothing was changed.") from None
        try:
            reply = session.noop()
        except Broken as error:
            self._pool.drop(session)
            raise Unreachable(str(error), fix="Nothing was changed.") from None
        encrypted, known = session.line.is_encrypted, self._server.login is not None
        name, address = session.name, session.line.peer_address
        self._pool.drop(session, deadline)
        if reply.code != 250:
            raise Unreachable(f"The mail server answered {reply}.", fix="Nothing was changed.")
        way = "encrypted" if encrypted else "without encryption"
        said = f"{self._server.shown} answers, {way}, and {'takes the password' if known else 'asks for no password'}."
        return ProviderTried(words=said, server=(name, address))

    def close(self) -> None:
        """Say goodbye on every idle connection."""
        self._pool.close()
