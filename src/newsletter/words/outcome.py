"""What a provider answered to one hand-over. Never "sent": accepted is the most that anyone can know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took responsibility for it. `reference` is its name for the call, where it gives one."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Deferred:
    """Surely not taken; may be handed over again, not before `retry_after` has passed.

    `pauses` says that asking again will not help until a person acts (wrong key, over quota, sender not verified).
    `halve` says that the parcel was too large for the provider.
    `backs_off` says that the provider could not be reached: the mailing pauses after several of these in a row.
    `about_reader` says that it was said of this very reader: a reader who hears nothing else for days is refused in
    the end. `looked_at` says that the provider refused the call for others in it, and had nothing to say against
    these.
    """

    reason: str
    retry_after: timedelta | None = None
    pauses: bool = False
    halve: bool = False
    backs_off: bool = False
    about_reader: bool = False
    looked_at: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Surely not taken, and asking again is no use for what was in it.

    `named` are the deliveries the provider blamed. Empty for several readers means: somebody in here, find out who.
    `is_ours` says that no provider was asked: no mail can be written to that reader.
    """

    reason: str
    named: frozenset[int] = frozenset()
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody can know from here: the answer was lost, late, garbled or an error after the bytes went out."""

    reason: str


Outcome = Accepted | Deferred | Refused | Uncertain
