"""Trial: an issue handed over for one address, outside the ledger."""

from __future__ import annotations

from newsletter.ledger.pack import list_headers, lone_claim, reader_columns
from newsletter.ports.clock import Clock
from newsletter.ports.provider import Provider
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import fill
from newsletter.words.mistake import NotNow
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Accepted
from newsletter.words.subscriber import Subscriber


def send_test(
    provider: Provider,
    newsletter: Newsletter,
    edition: Edition,
    address: str,
    reader: Subscriber | None,
    clock: Clock,
    token: str,
) -> None:
    """Hand over one copy, with the reader's own values where the address is a subscriber's.

    Its unsubscribe link is a stand-in: a test mail must not end anybody's subscription. Raises NotNow where the
    provider does not take it.
    """
    claim = lone_claim(reader, address, token=token)
    columns = reader_columns(claim, edition)
    stand_in = f"{newsletter.public_url}/u/test"
    columns["unsubscribe_url"] = columns["preferences_url"] = [stand_in]
    consignment = Consignment(
        attempt=token,
        edition=edition,
        deliveries=[0],
        addresses=[address],
        values=[fill(hole, columns, 1) for hole in edition.holes],
        headers=list_headers(newsletter, edition.issue, "test"),
        reader_headers={"List-Unsubscribe": [f"<{stand_in}>"]},
        deadline_at=clock.now() + provider.limits.deadline,
    )
    for _, outcome in provider.hand_over(consignment):
        if not isinstance(outcome, Accepted):
            raise NotNow(f"The test was not taken: {outcome.reason}", fix="Mend that and send the test again.")
