"""One mail handed over by the provider that is being connected, for the person who connects it to look at."""

from __future__ import annotations

from newsletter.consent.letters.hand_over import hand_over_one
from newsletter.consent.letters.letters import note
from newsletter.consent.letters.look import LetterLook
from newsletter.ports.provider import Provider
from newsletter.providers.kind import ProviderSetup

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
    hand_over_one(provider, edition, address, now=setup.clock.now())
