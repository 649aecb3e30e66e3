"""Trial: an issue handed over for one address, outside the ledger."""

from __future__ import annotations

from collections.abc import Collection

from newsletter.audience.address import check_address
from newsletter.audience.do_not_mail import REASONS
from newsletter.ports.clock import Clock
from newsletter.ports.provider import Provider
from newsletter.ports.readers import Readers
from newsletter.sending.pack import list_headers, lone_claim, reader_columns
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import fill
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Accepted
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, address_key


def whom_to_test(readers: Readers, address: str, *, people: Collection[str] | None) -> tuple[str, Subscriber | None]:
    """The address as it is kept, and the subscriber whose it is, where a test may go there.

    It never goes to the do-not-mail list. `people` are the addresses of those who make the newsletter: a test goes to
    them and to subscribers who have confirmed; None lets it go to anybody else as well. Raises Mistake, NotNow.
    """
    address = check_address(address)
    reader, reason = readers.find_subscriber(address), readers.find_suppression(address)
    if reason is not None:
        raise NotNow(
            f"{address} is on the do-not-mail list: {REASONS[reason]}. A test is a mail like any other.",
            fix="Send the test to another address.",
        )
    has_confirmed = reader is not None and any(one.status is SubscriptionStatus.ACTIVE for one in reader.subscriptions)
    if people is None or has_confirmed or address_key(address) in {address_key(one) for one in people}:
        return address, reader
    raise Mistake(
        f"{address} is nobody's who makes this newsletter, and no subscriber's who has confirmed.",
        fix="Send the test to yourself or a colleague with an account; an editor may send it elsewhere.",
    )


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
    deadline_at = clock.now() + provider.limits.deadline
    claim = lone_claim(reader, address, token=token, deadline_at=deadline_at)
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
        deadline_at=deadline_at,
    )
    for _, outcome in provider.hand_over(consignment):
        if not isinstance(outcome, Accepted):
            raise NotNow(f"The test was not taken: {outcome.reason}", fix="Mend that and send the test again.")
