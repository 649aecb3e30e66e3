"""Test mails handed over: an issue for one address, or for several at once, outside the account of who has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newsletter.ledger.pack import list_headers, lone_claim, reader_columns
from newsletter.ledger.trials.first_line import first_line, with_first_line
from newsletter.ledger.trials.trials_sql import Trials
from newsletter.ports.clock import Clock
from newsletter.ports.provider import Provider
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import fill
from newsletter.words.mistake import NotNow
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Accepted
from newsletter.words.subscriber import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedTest:
    """A test that was handed over: its number, and to whom. `refused` are addresses that were not taken, and why."""

    number: int
    addresses: Sequence[str]
    refused: Sequence[tuple[str, str]] = ()

    @property
    def said(self) -> str:
        """What came of it, in sentences."""
        missed = "".join(f" Not for {address}: {why}" for address, why in self.refused)
        return f"A test was handed over for {', '.join(self.addresses)}.{missed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tester:
    """What sends tests: by `provider`, numbered by `trials`. `new_token` mints the name of each hand-over."""

    provider: Provider
    newsletter: Newsletter
    trials: Trials
    clock: Clock
    new_token: Callable[[], str]

    def send(
        self, words: Edition, to: Sequence[tuple[str, Subscriber | None]], *, by: str, went: bool = False
    ) -> HandedTest:
        """One copy for each of these addresses, as one test with one number. `went`: others have the issue already.

        Raises NotNow where the provider takes none of them.
        """
        number = self.trials.begin(words, n_addresses=len(to), by=by)
        line = first_line(number, words.issue, at=self.clock.now(), zone=self.newsletter.zone, went=went)
        said = with_first_line(words, line)
        taken, refused = [], []
        for address, reader in to:
            try:
                send_test(self.provider, self.newsletter, said, address, reader, self.clock, self.new_token())
            except NotNow as why:
                if len(to) == 1:
                    raise
                refused.append((address, why.message))
            else:
                taken.append(address)
        if not taken:
            raise NotNow(refused[0][1], fix="Mend that and send the test again.")
        return HandedTest(number=number, addresses=taken, refused=refused)


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
