"""One mail handed over by the provider that is being connected, for the person who connects it to look at."""

from __future__ import annotations

import secrets

from newsletter.consent.letters.letters import note
from newsletter.consent.letters.look import LetterLook
from newsletter.consent.letters.post_office import moment_number
from newsletter.ports.provider import Provider
from newsletter.providers.kind import ProviderSetup
from newsletter.words.consignment import Consignment
from newsletter.words.gap import fill
from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Accepted

_BODY = (
    "Did it land in the inbox, and not among the spam? Open the original of this mail (Show original, View source): "
    "behind SPF, DKIM and DMARC it should say pass."
)
_FOOT = "You get this because you asked for it when you connected the sending service. Nobody else does."


def hand_over_test(provider: Provider, setup: ProviderSetup, address: str, look: LetterLook) -> None:
    """Raises NotNow with the provider's reason where it does not take the mail."""
    edition = note(
        setup.newsletter,
        subject=f"A test of {setup.newsletter.name}",
        html_body=f"<p>{_BODY}</p>",
        text_body=_BODY,
        language="en",
        look=look,
        foot=_FOOT,
    )
    now = setup.clock.now()
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
        raise NotNow(f"The test mail was not taken: {reason}", fix="Mend that, and send it again.")
