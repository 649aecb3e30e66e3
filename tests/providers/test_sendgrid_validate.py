"""One reader that SendGrid would refuse a call for must not cost the others their mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.providers.sendgrid.body import mint
from newsletter.providers.sendgrid.provider import SendGrid
from newsletter.words.gap import Context, Field, Gap, Part
from newsletter.words.outcome import Accepted, Deferred, Refused
from tests.contracts.provider import outcomes
from tests.fakes.running import SendGridServer
from tests.providers.parcels import SystemClock, a_consignment, an_edition


@pytest.fixture
def sendgrid(server: SendGridServer) -> SendGrid:
    return SendGrid("SG.test", clock=SystemClock(), url=server.url, deadline=timedelta(seconds=5))


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "",
        "a@b@example.com",
        "ada@example.com, eve@example.com",
        "ada@example.com\nBcc: eve@example.com",
        "Ada <ada@example.com>",
        "zoë@example.com",
        f"{'a' * 320}@example.com",
        "ada@exam ple.com",
        "ada\ud800@example.com",
    ],
)
def test_an_address_that_sendgrid_does_not_take_is_refused_by_itself(sendgrid: SendGrid, address: str) -> None:
    """It is named, the others go, and no call is wasted on finding out."""
    parcel = a_consignment(("Ada", "Ben", "Cleo"), addresses=["ada@example.com", address, "cleo@example.com"])

    found = dict(outcomes(sendgrid, parcel))

    assert [type(found[delivery]) for delivery in parcel.deliveries] == [Accepted, Refused, Accepted]
    assert found[102].named == {102}  # type: ignore[union-attr]


def test_a_reader_whose_domain_has_an_umlaut_gets_the_mail(sendgrid: SendGrid, server: SendGridServer) -> None:
    """The domain is spelled as the network spells it; only the part before the @ has to be ASCII."""
    parcel = a_consignment(("Ada",), addresses=["ada@bücher.example"])

    assert isinstance(dict(outcomes(sendgrid, parcel))[101], Accepted)
    assert server.accepted()[-1]["email"] == "ada@xn--bcher-kva.example"


def test_two_spellings_of_one_address_are_mailed_once(sendgrid: SendGrid, server: SendGridServer) -> None:
    """SendGrid refuses a whole call for a repeated address, and the person behind it wants one copy."""
    parcel = a_consignment(("Ada", "Ada"), addresses=["ada@example.com", "ADA@Example.com"])

    found = dict(outcomes(sendgrid, parcel))

    assert [type(found[delivery]) for delivery in parcel.deliveries] == [Accepted, Refused]
    assert [line["email"] for line in server.accepted() if line["attempt"] == parcel.attempt] == ["ada@example.com"]


def test_a_reader_with_more_values_than_sendgrid_takes_is_refused_by_themselves(sendgrid: SendGrid) -> None:
    """10,000 bytes a reader, counted as JSON writes them and with the tokens."""
    holes = tuple(Gap(Field(f"field{number}"), Context.TEXT) for number in range(20))
    edition = an_edition(html=Part(holes), subject=Part(("hi",)), text=Part(("hello",)))
    tokens = mint(a_consignment(("Ada",), edition=edition, values={}))
    room = 10_000 - 1 - sum(len(token) + 6 for token in tokens.values()) - 19 * 400
    columns = [["ü" * (room // 2), "ü" * (room // 2) + "uuu"], *[["ü" * 200] * 2 for _ in range(19)]]
    parcel = a_consignment(("Ada", "Ben"), edition=edition, values={})
    parcel = replace(parcel, values=columns)

    found = dict(outcomes(sendgrid, parcel))

    assert [type(found[delivery]) for delivery in parcel.deliveries] == [Accepted, Refused]
    assert "bytes" in found[102].reason  # type: ignore[union-attr]


def test_a_control_character_in_a_readers_header_is_refused_by_itself(sendgrid: SendGrid) -> None:
    """A line break in a header would be a header of the attacker's choice."""
    links = ["<https://example.org/1>", "<https://example.org/2>\r\nBcc: <eve@example.net>"]
    parcel = a_consignment(("Ada", "Eve"), reader_headers={"List-Unsubscribe": links})

    found = dict(outcomes(sendgrid, parcel))

    assert [type(found[delivery]) for delivery in parcel.deliveries] == [Accepted, Refused]


def test_a_reader_who_would_get_an_empty_subject_is_refused_by_themselves(sendgrid: SendGrid) -> None:
    """A subject that is nothing but a gap needs a default."""
    edition = an_edition(subject=Part((Gap(Field("first_name"), Context.HEADER),)))
    parcel = a_consignment(("Ada", ""), edition=edition)

    found = dict(outcomes(sendgrid, parcel))

    assert [type(found[delivery]) for delivery in parcel.deliveries] == [Accepted, Refused]


def test_when_nobody_is_left_no_call_is_made(sendgrid: SendGrid, server: SendGridServer) -> None:
    """SendGrid answers an empty list of readers with an error that names nobody."""
    before = server.state()["calls"]

    found = dict(outcomes(sendgrid, a_consignment(("Ada",), addresses=["nobody"])))

    assert isinstance(found[101], Refused)
    assert server.state()["calls"] == before


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"subject": Part((" ",))}, "subject"),
        ({"subject": Part(("two\nlines",))}, "subject"),
        ({"text": Part(("",))}, "plain text"),
        ({"html": Part(("\n",))}, "HTML"),
        ({"sender": "ana"}, "sender"),
        ({"reply_to": "not an address"}, "reply-to"),
        ({"sender_name": "Ana\r\nBcc: eve@example.net"}, "name"),
    ],
)
def test_what_is_wrong_with_the_issue_stops_the_mailing_and_blames_no_reader(
    sendgrid: SendGrid, server: SendGridServer, changes: dict[str, object], word: str
) -> None:
    """Everyone is still to be mailed once a person has mended it; no call is made until then."""
    before = server.state()["calls"]

    found = outcomes(sendgrid, a_consignment(edition=an_edition(**changes)))

    assert {delivery for delivery, _ in found} == {101, 102, 103}
    assert all(isinstance(outcome, Deferred) and outcome.pauses and word in outcome.reason for _, outcome in found)
    assert server.state()["calls"] == before


@pytest.mark.parametrize("name", ["Subject", "reply-to", "DKIM-Signature", "List Id", "X-Sg-Id", "Ünder", "", "X:Y"])
def test_a_header_that_sendgrid_keeps_for_itself_stops_the_mailing(sendgrid: SendGrid, name: str) -> None:
    """It would refuse every call for it."""
    found = dict(outcomes(sendgrid, a_consignment(headers={name: "value"})))

    assert all(isinstance(outcome, Deferred) and outcome.pauses for outcome in found.values())


def test_more_readers_than_a_call_takes_are_halved(sendgrid: SendGrid, server: SendGridServer) -> None:
    """A parcel cut for another provider is cut again rather than refused."""
    before = server.state()["calls"]

    found = dict(outcomes(sendgrid, a_consignment(["Ada"] * 1001)))

    assert all(isinstance(outcome, Deferred) and outcome.halve for outcome in found.values())
    assert server.state()["calls"] == before


def test_an_issue_too_large_for_any_call_stops_the_mailing(sendgrid: SendGrid) -> None:
    """Halving would never end: 30 MB are too much for one reader as well."""
    edition = an_edition(text=Part(("x" * 30_000_000,)))

    several = dict(outcomes(sendgrid, a_consignment(edition=edition)))
    alone = dict(outcomes(sendgrid, a_consignment(("Ada",), edition=edition)))

    assert all(isinstance(outcome, Deferred) and outcome.halve for outcome in several.values())
    assert all(isinstance(outcome, Deferred) and outcome.pauses for outcome in alone.values())
