"""Sends one parcel to a mail server: mail by mail, each with an outcome of its own, until the time is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from newsletter.providers.messages import messages
from newsletter.providers.smtp.bounces.mark import ReturnPath
from newsletter.providers.smtp.line import Broken, Deadline, MailLost
from newsletter.providers.smtp.outcomes import MailVerdict, Scope, Stage, alike, later_for_all, too_large, verdict
from newsletter.providers.smtp.pool import Pool
from newsletter.providers.smtp.reply import Reply
from newsletter.providers.smtp.session import OutgoingMail, SmtpSession, Unwelcome
from newsletter.words.consignment import Consignment
from newsletter.words.message import addr_spec, header
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain
from newsletter.words.refusal import IN_A_CALL

ATTEMPT_HEADER = "X-Newsletter-Attempt"
# RFC 5321, 4.5.3.1.
_LONGEST_LOCAL_PART, _LONGEST_ADDRESS = 64, 254
# After so many refusals at the start of a batch that don't name the reader, readers are not the cause.
_PATTERN = 3
# No mail is begun in this last part of the time: its answer would come too late, and it would be in doubt.
_TOO_LATE = 0.2
# Nor with less time left than the slowest mail so far took, and half as much again.
_SLOWER = 1.5

# Written down one by one, the outcomes of a fast server would cost more than the mails.
_TELL_EVERY_SECONDS = 0.1

_ONE_AFTER_THE_OTHER = Deferred("The mail server refused several before them, one after the other.")
_OUT_OF_TIME = Deferred("The time for this parcel was over before their turn came.")

Answer = tuple[Sequence[int], Outcome]
Sign = Callable[[bytes], bytes]


class Parcel:
    """What is left of one consignment, and what is known of the rest."""

    def __init__(
        self,
        consignment: Consignment,
        *,
        pool: Pool,
        sign: Sign | None,
        return_path: ReturnPath | None,
        date: datetime,
        deadline: Deadline,
        last_answer: Callable[[], Deadline],
    ) -> None:
        """`last_answer` begins the wait for the answer to a whole mail."""
        self._return_path = return_path
        self._pool, self._deadline, self._last_answer = pool, deadline, last_answer
        self._notes = consignment.notes
        self._too_late = deadline.remains() * _TOO_LATE
        self._open = dict.fromkeys(consignment.deliveries)
        self._answers: list[tuple[list[int], Outcome]] = []
        self._told_at = deadline.remains()
        self._held: list[tuple[int, Refused]] = []
        self._refused_in_a_row = self._later_in_a_row = 0
        self._letters = self._written(consignment, sign, date)
        self._queue: deque[OutgoingMail] = deque()
        self._session: SmtpSession | None = None
        self._in_flight: int | None = None
        self._progress = False

    def outcomes(self) -> Iterator[Answer]:
        """The outcomes as they come, those of a tenth of a second together.

        Each delivery is named once, whatever the server does.
        """
        self._notes.promise()
        try:
            while letter := self._waiting(1):
                if self._is_time_to_tell():
                    yield from self._told()
                self._step(letter)
            self._release_held()
            if self._session:
                self._pool.give_back(self._session)
                self._session = None
        except Mistake as mistake:
            self._end(Deferred(f"This issue can't be written as a mail: {mistake.message}", pauses=True))
        finally:
            self._drop()
        yield from self._told()

    def after_a_bug(self, reason: str) -> Iterator[Answer]:
        """The outcomes that `outcomes` did not get to."""
        if self._in_flight is not None and self._in_flight in self._open:
            self._say(self._in_flight, Uncertain(reason))
        self._end(Deferred(reason, backs_off=True))
        yield from self._told()

    def _written(self, consignment: Consignment, sign: Sign | None, date: datetime) -> Iterator[OutgoingMail]:
        """Write each mail when it is needed; a delivery that can't be written is refused instead. Raises Mistake."""
        sender, back = addr_spec(consignment.edition.sender), self._return_path
        head = header(ATTEMPT_HEADER, consignment.attempt).encode("ascii")
        written = messages(consignment, date)
        for (delivery, message), address in zip(written, consignment.addresses, strict=True):
            if isinstance(message, str):
                self._say(delivery, Refused(message, frozenset({delivery}), is_ours=True))
                continue
            recipient = addr_spec(address)
            if len(recipient) > _LONGEST_ADDRESS or recipient.rindex("@") > _LONGEST_LOCAL_PART:
                why = "The address is longer than mail allows."
                self._say(delivery, Refused(why, frozenset({delivery}), is_ours=True))
                continue
            content = head + message
            yield OutgoingMail(
                delivery=delivery,
                sender=back.address(consignment.attempt, delivery) if back else sender,
                recipient=recipient,
                content=sign(content) if sign else content,
            )

    def _step(self, letter: OutgoingMail) -> None:
        """Try to hand over one mail. Afterwards it is answered for, or to be tried again on a new connection."""
        try:
            if self._session is None:
                self._session = self._pool.take(self._deadline)
            elif self._deadline.remains() <= 0:
                # The answer to the previous mail took that long.
                return self._end(_OUT_OF_TIME)
            self._hand_over(self._session, letter)
        except Unwelcome as no:
            self._end(no.outcome)
        except MailLost as error:
            self._say(letter.delivery, Uncertain(f"The answer to this mail was lost: {error}."))
            self._end(Deferred("The connection was lost before their turn came."))
        except Broken as error:
            self._in_flight = None
            self._begin_anew(Deferred(f"The connection broke before the mail was taken: {error}.", backs_off=True))

    def _hand_over(self, session: SmtpSession, letter: OutgoingMail) -> None:
        if session.largest and len(letter.content) > session.largest:
            self._end(too_large(len(letter.content), session.largest))
        elif refused := session.refusal(letter):
            self._judge(letter, *refused)
        elif self._deadline.remains() < self._too_late:
            self._end(_OUT_OF_TIME)
        else:
            following = self._waiting(2)
            self._notes.begun(letter.delivery)
            self._in_flight = letter.delivery
            begun = self._deadline.remains()
            reply = session.deliver(letter, following, self._last_answer)
            self._too_late = max(self._too_late, _SLOWER * (begun - self._deadline.remains()))
            self._judge(letter, Stage.END, reply)

    def _judge(self, letter: OutgoingMail, stage: Stage, reply: Reply) -> None:
        found = verdict(stage, reply, letter.delivery)
        if reply.code == 421 and stage is not Stage.END and isinstance(found.outcome, Deferred):
            # The server may take only so many mails on one connection.
            self._begin_anew(found.outcome)
        elif found.scope is Scope.EVERYONE and isinstance(found.outcome, Deferred):
            if found.outcome.about_reader:
                self._say(letter.delivery, found.outcome)
            self._end(replace(found.outcome, about_reader=False))
        elif found.scope is Scope.EVERYONE:
            self._say(letter.delivery, found.outcome)
            self._end(Deferred("The conversation with the mail server went astray before their turn came."))
        else:
            self._settle(letter, found)

    def _settle(self, letter: OutgoingMail, found: MailVerdict) -> None:
        """Settle this mail; the next may follow, unless refusals begin to look alike."""
        self._queue.popleft()
        if self._session:
            self._session.served += 1
        if isinstance(found.outcome, Accepted):
            self._progress = True
            self._refused_in_a_row = self._later_in_a_row = 0
            # In their order: an acceptance makes the refusals before it final, and not those after it.
            self._release_held()
        if found.scope is Scope.PATTERN and isinstance(found.outcome, Refused):
            self._held.append((letter.delivery, found.outcome))
        else:
            self._say(letter.delivery, found.outcome)
        if isinstance(found.outcome, Refused):
            self._after_a_refusal(found.outcome)
        elif found.scope is Scope.PATTERN and isinstance(found.outcome, Deferred):
            self._later_in_a_row += 1
            if self._later_in_a_row >= IN_A_CALL:
                self._end(later_for_all(found.outcome.reason))

    def _after_a_refusal(self, last: Refused) -> None:
        self._refused_in_a_row += 1
        if not self._progress and len(self._held) >= _PATTERN:
            self._held.clear()
            self._end(alike(last.reason))
        elif self._refused_in_a_row >= IN_A_CALL:
            self._end(_ONE_AFTER_THE_OTHER)

    def _begin_anew(self, otherwise: Deferred) -> None:
        """Begin again on a new connection.

        A kept one may end at any time; if a new one never worked, something is wrong.
        """
        if self._session and self._session.served and self._deadline.remains() > self._too_late:
            self._drop()
        else:
            self._end(otherwise)

    def _end(self, outcome: Deferred) -> None:
        """End the parcel for all that are left.

        Where time runs out after some were served, the server is not at fault.
        """
        self._release_held()
        is_late = self._progress and self._deadline.remains() <= 0
        if self._open:
            self._answers.append(([*self._open], _OUT_OF_TIME if is_late else outcome))
        self._open.clear()
        self._queue.clear()
        self._letters = iter(())
        self._drop()

    def _waiting(self, number: int) -> OutgoingMail | None:
        """The first or second of the mails that are not settled."""
        while len(self._queue) < number:
            letter = next(self._letters, None)
            if letter is None:
                return None
            self._queue.append(letter)
        return self._queue[number - 1]

    def _release_held(self) -> None:
        for delivery, refused in self._held:
            self._say(delivery, refused)
        self._held.clear()

    def _say(self, delivery: int, outcome: Outcome) -> None:
        del self._open[delivery]
        self._notes.answered(delivery, outcome)
        last = self._answers[-1] if self._answers else None
        if last and last[1] == outcome:
            last[0].append(delivery)
        else:
            self._answers.append(([delivery], outcome))

    def _is_time_to_tell(self) -> bool:
        return bool(self._answers) and self._told_at - self._deadline.remains() >= _TELL_EVERY_SECONDS

    def _told(self) -> Iterator[Answer]:
        while self._answers:
            yield self._answers.pop(0)
        self._told_at = self._deadline.remains()

    def _drop(self) -> None:
        if self._session:
            self._pool.drop(self._session)
            self._session = None
