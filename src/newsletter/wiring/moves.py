"""Gathers what moving in from another system works with, and writes the owner's reminders about it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from newsletter.move_in.carry_out import MoveDesk
    from newsletter.move_in.move import Here
    from newsletter.wiring import Parts


def move_desk(parts: Parts) -> MoveDesk:
    from newsletter.move_in.carry_out import MoveDesk

    return MoveDesk(
        moves=parts.moves,
        issues=parts.issues,
        album=parts.images,
        here=lambda: here(parts),
        zone=ZoneInfo(parts.config.newsletter.zone),
        now=parts.clock.now,
    )


def here(parts: Parts) -> Here:
    """The newsletter that moves in, as it stands."""
    from newsletter.move_in.move import Here

    return Here(
        issues=parts.issues.list_issues(),
        taken=parts.ledger.accounts.list_issues_sent(),
        public_url=parts.config.newsletter.public_url.rstrip("/"),
    )


def remind_of_leavers(parts: Parts) -> None:
    """Mail the owner, once for each time, that people may have unsubscribed at the old system since."""
    from newsletter.move_in.reminder import letter

    newsletter = parts.config.newsletter
    parts.moves.remind(
        lambda move: letter(move, newsletter, tell=parts.owners, now=parts.clock.now()), now=parts.clock.now()
    )
