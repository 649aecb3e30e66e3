"""Small parcels for the tests of providers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import Choice, Context, Default, Field, Gap, Literal, Part, fill

FIRST_NAME = Field("first_name")
LEAVE = Field("unsubscribe_url")
GREETING = Part(("Dear ", Gap(Default(FIRST_NAME, Literal("reader")), Context.TEXT), ","))


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def an_edition(**changes: Any) -> Edition:
    """An edition with gaps in every part and every context that matters to a provider."""
    parts: dict[str, Any] = {
        "issue": 42,
        "subject": Part(("Ferries, ", Gap(Default(FIRST_NAME, Literal("friend")), Context.HEADER))),
        "html": Part(
            (
                "<!doctype html><p>",
                Choice(FIRST_NAME, GREETING, Part(("Dear all,",))),
                '</p><p>Ünder the ice</p><a href="',
                Gap(LEAVE, Context.URL),
                '">leave</a> <i title="',
                Gap(FIRST_NAME, Context.ATTRIBUTE),
                '">you</i> <a href="https://example.org/?q=',
                Gap(FIRST_NAME, Context.URL_PART),
                '">q</a> <b>',
                Gap(FIRST_NAME, Context.TEXT),
                "</b>",
            )
        ),
        "text": Part(("Dear ", Gap(FIRST_NAME, Context.PLAIN), "\n\nleave: ", Gap(LEAVE, Context.PLAIN), "\n")),
        "language": "en",
        "sender_name": "The Long Way Round",
        "sender": "ana@example.org",
        "reply_to": "letters@example.org",
    }
    return Edition(**(parts | changes))


def columns(names: Sequence[str]) -> dict[str, Sequence[str]]:
    """The readers' values that `an_edition` asks for."""
    links = [f"https://news.example.org/u/1.{row}.token" for row in range(len(names))]
    return {"first_name": list(names), "unsubscribe_url": links}


def a_consignment(
    names: Sequence[str] = ("Ada", "", "Zoë <3 & co"),
    *,
    edition: Edition | None = None,
    attempt: str | None = None,
    first_delivery: int = 101,
    seconds: float = 60,
    values: Mapping[str, Sequence[str]] | None = None,
    **changes: Any,
) -> Consignment:
    """A parcel for as many readers as there are names: reader0@example.com, reader1@example.com, ..."""
    edition = edition or an_edition()
    given = columns(names) if values is None else values
    consignment: dict[str, Any] = {
        "attempt": attempt or uuid.uuid4().hex,
        "edition": edition,
        "deliveries": [first_delivery + row for row in range(len(names))],
        "addresses": [f"reader{row}@example.com" for row in range(len(names))],
        "values": [fill(hole, given, len(names)) for hole in edition.holes],
        "headers": {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Id": "<long-way.example.org>"},
        "reader_headers": {
            "List-Unsubscribe": [f"<https://news.example.org/u/1.{row}.token>" for row in range(len(names))]
        },
        "deadline_at": datetime.now(UTC) + timedelta(seconds=seconds),
    }
    return Consignment(**(consignment | changes))
