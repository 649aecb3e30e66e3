"""A parcel for five readers, what became of each, and steps of a mail server that says no."""

from __future__ import annotations

from typing import Any

from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.words.outcome import Accepted, Outcome
from tests.contracts.provider import outcomes
from tests.fakes.smtp_running import SmtpServer
from tests.providers.parcels import a_consignment

FIVE = ("Ada", "Ben", "Cleo", "Dan", "Eve")
DELIVERIES = [101, 102, 103, 104, 105]
SECONDS = 1.0
ACCEPTED = Accepted()


def told(smtp: SmtpProvider, **changes: Any) -> list[Outcome]:
    """The outcomes of five readers, in their order; each has exactly one."""
    found = outcomes(smtp, a_consignment(changes.pop("names", FIVE), **changes))
    assert len(found) == len(dict(found))
    return [outcome for _, outcome in sorted(found, key=lambda pair: pair[0])]


def emails(server: SmtpServer, before: int) -> list[str]:
    return [line["email"] for line in server.accepted()[before:]]


def at(stage: str, say: str, **more: Any) -> dict[str, Any]:
    """A step that answers no, so that nothing was taken."""
    return {"at": stage, "say": say, "takes": False, **more}
