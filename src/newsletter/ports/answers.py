"""What the web answered before, kept so that nobody is asked the same again every time that an issue is checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.ports.fetcher import Fetched, NotFetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer and when it was given. Of its headers only `content-type` is kept; its body only where `has_body`."""

    reply: Fetched | NotFetched
    asked_at: datetime
    has_body: bool


class AnswerMemory(Protocol):
    """Forgetting is never wrong: both methods do what they can and never raise."""

    def recall(self, urls: Collection[str]) -> Mapping[str, Remembered]:
        """What is known of these addresses, however old."""
        ...

    def remember(self, answers: Mapping[str, Remembered]) -> None:
        """Keep these in the place of older ones; where room is short, the oldest go."""
        ...
