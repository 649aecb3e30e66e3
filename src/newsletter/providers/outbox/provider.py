"""The outbox: practice mail, one `.eml` file for each delivery, and nothing leaves this machine."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.ports.clock import Clock
from newsletter.ports.provider import Limits, Trace
from newsletter.providers.messages import messages
from newsletter.providers.outbox.files import AttemptClosed, Staging, settled
from newsletter.words.consignment import Consignment
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

LIMITS = Limits(readers=50, deadline=timedelta(seconds=10))
# Trying again will not help before somebody has made room or corrected the permissions.
_NEEDS_A_PERSON = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG})


class Outbox:
    """Writes `DIR/<issue>/<delivery>.eml`. Can be asked afterwards: a mail is on disk, or it never was."""

    name = "outbox"
    whole_or_nothing = False

    def __init__(
        self, directory: Path, *, clock: Clock, parcel_size: int = LIMITS.readers, practice_delay: float = 0.0
    ) -> None:
        """`practice_delay` spreads so many seconds over each parcel, so that one can watch, or interrupt, a sending."""
        self.limits = replace(LIMITS, readers=parcel_size)
        self._directory, self._clock, self._delay = directory, clock, practice_delay

    def explain(self) -> str:
        return f"Practice: every mail becomes a file in {self._directory}, and nothing leaves this machine."

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        """Write one parcel. What has appeared is accepted, even when the disk is full half-way."""
        staging = Staging(self._directory, consignment.attempt)
        issue = self._directory / str(consignment.edition.issue)
        refused: dict[int, str] = {}
        appeared: list[int] = []
        why = Deferred("The time for this parcel was over.")
        try:
            staging.open()
            refused = _write(consignment, staging, self._clock.now())
            issue.mkdir(exist_ok=True)
            for delivery in self._in_time(consignment, refused):
                staging.publish(delivery, issue)
                appeared.append(delivery)
        except AttemptClosed:
            why = Deferred("This try was looked up and closed before it had come so far.")
        except OSError as error:
            why = _disk_trouble(error)
        except Mistake as mistake:
            why = Deferred(f"This issue can't be written as a mail: {mistake.message}", pauses=True)
        except Exception as error:  # noqa: BLE001 - our own bug: what has not appeared never will
            why = Deferred(f"The mail could not be written ({type(error).__name__}).", backs_off=True)
        finally:
            staging.clear()
        yield from _outcomes(consignment, issue, appeared, refused, why)

    def find(self, attempt: str, deliveries: Sequence[int]) -> dict[int, Trace]:
        """Look on the disk, after making sure that this attempt can write nothing more."""
        staging = Staging(self._directory, attempt)
        staging.close()
        return {delivery: Trace.FOUND if staging.holds(delivery) else Trace.ABSENT for delivery in deliveries}

    def _in_time(self, consignment: Consignment, refused: Mapping[int, str]) -> Iterator[int]:
        """The deliveries to publish, one after the other, until the time is over."""
        end = min(consignment.deadline_at, self._clock.now() + self.limits.deadline)
        pause = self._delay / max(len(consignment), 1)
        for delivery in consignment.deliveries:
            if delivery not in refused:
                if pause:
                    time.sleep(pause)
                if self._clock.now() >= end:
                    return
                yield delivery


def _write(consignment: Consignment, staging: Staging, date: datetime) -> dict[int, str]:
    """Put the mails where nobody sees them yet. Returns which can't be written as a mail, and why."""
    refused: dict[int, str] = {}
    for delivery, message in messages(consignment, date):
        if isinstance(message, bytes):
            staging.write(delivery, message)
        else:
            refused[delivery] = message
    return refused


def _outcomes(
    consignment: Consignment, issue: Path, appeared: Sequence[int], refused: Mapping[int, str], why: Deferred
) -> Iterator[tuple[Sequence[int], Outcome]]:
    for delivery, reason in refused.items():
        yield (delivery,), Refused(reason, named=frozenset({delivery}), is_ours=True)
    if appeared:
        try:
            settled(issue)
        except OSError as error:
            yield appeared, Uncertain(f"The mails were written, but the disk did not confirm it: {error.strerror}.")
        else:
            yield appeared, Accepted()
    done = refused.keys() | set(appeared)
    if rest := [delivery for delivery in consignment.deliveries if delivery not in done]:
        yield rest, why


def _disk_trouble(error: OSError) -> Deferred:
    reason = f"The outbox could not be written: {error.strerror or type(error).__name__}."
    if error.errno in _NEEDS_A_PERSON:
        return Deferred(f"{reason} Make room, or let this program write there, and resume.", pauses=True)
    return Deferred(reason, backs_off=True)
