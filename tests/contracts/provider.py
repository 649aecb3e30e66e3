"""What every provider promises the ledger, whatever it does with the mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pytest

from newsletter.ports.provider import Provider
from newsletter.words.consignment import Consignment
from newsletter.words.gap import Part, fill_part
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused
from tests.providers.parcels import a_consignment, an_edition, columns

HOSTILE = (
    "Ada",
    "",
    'Zoë <b>&amp;</b> "O\'Neil"',
    "{{ first_name }}",
    "-n0x0-",
    "名前 🚢",
    "a\r\nBcc: eve@example.net",
    "%s%(x)s\\1",
)


@dataclass(frozen=True)
class Received:
    """One mail as the outside world got it."""

    attempt: str
    delivery: int
    email: str
    subject: str
    html: str
    text: str
    headers: dict[str, str]


class World(Protocol):
    """The outside of a provider: it shows what arrived there, and can be broken."""

    provider: Provider

    def received(self) -> list[Received]: ...

    def break_down(self) -> None: ...


def outcomes(provider: Provider, consignment: Consignment) -> list[tuple[int, Outcome]]:
    """Every delivery with each outcome it got."""
    return [(delivery, outcome) for deliveries, outcome in provider.hand_over(consignment) for delivery in deliveries]


class ProviderContract:
    """Collected once for each provider, in `test_providers.py`."""

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError

    def test_every_delivery_gets_exactly_one_outcome(self, world: World) -> None:
        """The ledger must neither wait for an answer that never comes nor get two that disagree."""
        parcel = a_consignment(HOSTILE)

        found = outcomes(world.provider, parcel)

        assert sorted(delivery for delivery, _ in found) == sorted(parcel.deliveries)

    def test_what_is_accepted_has_arrived_once_under_its_attempt(self, world: World) -> None:
        """An acceptance is never a hope: the mail is outside, for each reader once, with the names that events carry."""
        parcel = a_consignment(HOSTILE)

        found = dict(outcomes(world.provider, parcel))

        assert {type(outcome) for outcome in found.values()} == {Accepted}
        arrived = [(mail.attempt, mail.delivery, mail.email) for mail in world.received()]
        expected = zip([parcel.attempt] * len(parcel), parcel.deliveries, parcel.addresses, strict=True)
        assert sorted(arrived) == sorted(expected)

    def test_each_reader_gets_what_the_preview_fills(self, world: World) -> None:
        """Subject, HTML and text are those of the one way of filling, whatever a reader is called."""
        parcel = a_consignment(HOSTILE)
        given, n_readers = columns(HOSTILE), len(HOSTILE)

        list(world.provider.hand_over(parcel))

        mails = sorted(world.received(), key=lambda mail: mail.delivery)
        edition = parcel.edition
        assert [mail.subject for mail in mails] == fill_part(edition.subject, given, n_readers)
        assert [_lines(mail.html) for mail in mails] == [
            _lines(one) for one in fill_part(edition.html, given, n_readers)
        ]
        assert [_lines(mail.text) for mail in mails] == [
            _lines(one) for one in fill_part(edition.text, given, n_readers)
        ]

    def test_each_reader_can_leave_by_a_link_of_their_own(self, world: World) -> None:
        """The headers of RFC 8058 arrive per reader and unharmed, also when the address is long."""
        links = [f"<https://news.example.org/u/{row}.{'t' * 300}>" for row in range(3)]
        parcel = a_consignment(("Ada", "Ben", "Cleo"), reader_headers={"List-Unsubscribe": links})

        list(world.provider.hand_over(parcel))

        mails = sorted(world.received(), key=lambda mail: mail.delivery)
        assert [mail.headers["List-Unsubscribe"] for mail in mails] == links
        assert {mail.headers["List-Unsubscribe-Post"] for mail in mails} == {"List-Unsubscribe=One-Click"}

    def test_an_edition_without_gaps_goes_out(self, world: World) -> None:
        """Most people write newsletters that are the same for everyone."""
        edition = an_edition(subject=Part(("Ferries",)), html=Part(("<p>Ice</p>",)), text=Part(("Ice",)))
        parcel = a_consignment(("Ada", "Ben"), edition=edition)

        list(world.provider.hand_over(parcel))

        assert {mail.subject for mail in world.received()} == {"Ferries"}

    def test_an_address_that_smuggles_in_a_header_is_refused_by_itself(self, world: World) -> None:
        """One hostile subscriber must neither get a header in nor keep the others from their mail."""
        addresses = ["ada@example.com", "eve@example.com\r\nBcc: all@example.net", "cleo@example.com"]
        parcel = a_consignment(("Ada", "Eve", "Cleo"), addresses=addresses)

        found = dict(outcomes(world.provider, parcel))

        assert isinstance(found[parcel.deliveries[1]], Refused)
        assert [mail.email for mail in world.received()] == ["ada@example.com", "cleo@example.com"]

    def test_nothing_is_handed_over_past_the_deadline(self, world: World) -> None:
        """Another sender may hold the parcel by then."""
        parcel = a_consignment(seconds=-1)

        found = dict(outcomes(world.provider, parcel))

        assert {type(outcome) for outcome in found.values()} == {Deferred}
        assert world.received() == []

    def test_an_empty_parcel_makes_no_call(self, world: World) -> None:
        """There is nothing to say about nobody."""
        assert outcomes(world.provider, a_consignment(())) == []
        assert world.received() == []

    def test_a_provider_that_can_not_be_reached_is_an_outcome_and_not_an_error(self, world: World) -> None:
        """Nothing went out, so everyone is surely still to be mailed."""
        world.break_down()

        found = dict(outcomes(world.provider, a_consignment()))

        assert len(found) == 3
        assert {type(outcome) for outcome in found.values()} == {Deferred}
        assert all(
            isinstance(outcome, Deferred) and (outcome.backs_off or outcome.pauses) for outcome in found.values()
        )

    def test_it_says_where_the_mail_goes(self, world: World) -> None:
        """A person reads this sentence before pressing Send."""
        assert world.provider.explain().endswith(".")
        assert world.provider.limits.readers >= 1
        assert world.provider.limits.deadline.total_seconds() > 0


def _lines(text: str) -> Sequence[str]:
    """Mail ends its lines its own way, and its last line always."""
    return text.rstrip("\r\n").splitlines()
