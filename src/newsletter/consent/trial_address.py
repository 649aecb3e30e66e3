"""The addresses that a test mail may go to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from newsletter.consent.do_not_mail import REASONS
from newsletter.readers.address import check_address
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, address_key
from newsletter.words.user import Role, User


def whom_to_test(readers: Readers, address: str, *, people: Collection[str] | None) -> tuple[str, Subscriber | None]:
    """The address as it is kept, and its subscriber if it has one, where a test may go there.

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


def addresses_of_us(users: Iterable[User], *, more: Iterable[str], otherwise: Sequence[str | None]) -> list[str]:
    """Those who make the newsletter, for a test to all of them: users who write in it, and `more` addresses of the settings.

    Each mailbox once. Where there is nobody of either, the first of `otherwise` that is set.
    """
    found = [*(user.email for user in users if user.role.may(Role.AUTHOR)), *more]
    found = found or [one for one in otherwise if one][:1]
    return list({address_key(one): one for one in reversed(found)}.values())[::-1]
