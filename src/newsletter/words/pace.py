"""Pace: how many readers may be handed over in an hour, and on the first days of a sender that nobody knows yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# A day of warming up begins with its first mail, so that each day's readers get theirs at the same hour.
WARM_UP_DAY = timedelta(hours=24)
# From 200 readers these many days of doubling come to over a million.
WARM_UP_DAYS = 14
# Mailbox providers forget a sender of whom they have heard nothing for about a month.
FORGOTTEN_AFTER = timedelta(days=30)

# Batches small enough that an hour's readers go out in a dozen of them, or a day's in five; not smaller than this.
_BATCHES_AN_HOUR, _BATCHES_A_DAY, _SMALLEST = 12, 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`per_hour` readers at most; `warm_up` on the first day of sending, and on each further one twice as many.

    None is no limit. Only days on which mail goes out count: a weekly newsletter warms up by its own days.
    """

    per_hour: int | None = None
    warm_up: int | None = None

    @property
    def is_limited(self) -> bool:
        return self.per_hour is not None or self.warm_up is not None

    def seconds(self, n_readers: int) -> float:
        """The gap from a call with so many readers to the next one."""
        return n_readers * 3600 / self.per_hour if self.per_hour else 0.0

    def readers_on(self, day: int) -> int | None:
        """How many may be handed over on the day of sending with this number, from 1 on; None is any number."""
        if self.warm_up is None or day > WARM_UP_DAYS:
            return None
        return int(self.warm_up * 2 ** (day - 1))

    def parcel_size(self, most: int) -> int:
        """Readers in one call, where `most` is what could be: a call that takes an hour's readers at once is no pace."""
        sizes = [most]
        if self.per_hour is not None:
            sizes.append(max(self.per_hour // _BATCHES_AN_HOUR, _SMALLEST))
        if self.warm_up is not None:
            sizes.append(max(self.warm_up // _BATCHES_A_DAY, _SMALLEST))
        return min(sizes)

    def __str__(self) -> str:
        """For people: "at most 5,000 readers an hour, and 200 on the first day of sending, twice as many on each further one"."""
        said = [f"at most {self.per_hour:,} readers an hour"] if self.per_hour is not None else []
        if self.warm_up is not None:
            said.append(f"{self.warm_up:,} on the first day of sending, twice as many on each further one")
        return ", and ".join(said)


NO_LIMIT = Pace()
