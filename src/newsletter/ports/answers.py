"""What the web answered before, kept so that checking an issue again does not ask the same again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.ports.fetcher import Fetched, NotFetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer and when it was given. Of its headers only `content-type` is kept; its body only where `has_body`."""

    reply: Fetched | NotFetched
    asked_at: datetime
    has_body: bool
