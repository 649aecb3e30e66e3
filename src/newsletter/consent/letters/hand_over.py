"""One mail of our own handed over at once, for somebody who waits for it."""

from __future__ import annotations

import secrets
from datetime import datetime

from newsletter.consent.letters.post_office import moment_number
from newsletter.ports.provider import Provider
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import fill
from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Accepted


def hand_over_one(provider: Provider, edition: Edition, address: str, *, now: datetime) -> None:
    """Raises NotNow with the provider's reason where it does not take the mail."""
    consignment = Consignment(
        attempt=secrets.token_hex(16),
        edition=edition,
        deliveries=[moment_number(now)],
        addresses=[address],
        values=[fill(hole, {}, 1) for hole in edition.holes],
        headers={"Auto-Submitted": "auto-generated"},
        reader_headers={},
        deadline_at=now + provider.limits.deadline,
    )
    outcomes = [outcome for _, outcome in provider.hand_over(consignment)]
    refused = next((one for one in outcomes if not isinstance(one, Accepted)), None)
    if refused is not None or not outcomes:
        reason = refused.reason if refused is not None else "It gave no answer."
        raise NotNow(f"The mail was not taken: {reason}", fix="Mend that, and send it again.")
