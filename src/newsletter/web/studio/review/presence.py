"""Remembers who is in which part of an issue: open pages say so every few seconds, and nothing of it is kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.words.user import User

# A page that was not heard of for so long is closed, or its machine asleep.
GONE_AFTER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SeenUser:
    """A user in a part of an issue; `at` on the monotonic clock."""

    name: str
    part: str
    at: float


class Presence:
    """The people whose pages this process serves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[int, int], SeenUser] = {}

    def note(self, user: User, issue: int, part: str, *, at: float) -> None:
        with self._lock:
            self._seen[user.id, issue] = SeenUser(user.name, part, at)
            self._seen = {key: one for key, one in self._seen.items() if one.at > at - GONE_AFTER_SECONDS}

    def others(self, user: User, issue: int, *, now: float) -> Mapping[str, Sequence[str]]:
        """The names of everybody else by the part that they are in."""
        found: dict[str, list[str]] = {}
        with self._lock:
            for (user_id, number), one in self._seen.items():
                if number == issue and user_id != user.id and one.at > now - GONE_AFTER_SECONDS:
                    found.setdefault(one.part, []).append(one.name)
        return found
