"""Every row of the outcome table, against a real server over a real socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from newsletter.providers.sendgrid.provider import SendGrid
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain
from tests.contracts.provider import outcomes
from tests.fakes.running import SendGridServer
from tests.providers.parcels import SystemClock, a_consignment

DEADLINE = timedelta(seconds=1)


@pytest.fixture
def sendgrid(server: SendGridServer) -> SendGrid:
    return SendGrid("SG.test", clock=SystemClock(), url=server.url, deadline=DEADLINE)


def the_outcome(sendgrid: SendGrid) -> Outcome:
    """The one outcome that all three readers of a parcel got."""
    answers = list(sendgrid.hand_over(a_consignment()))
    assert [list(deliveries) for deliveries, _ in answers] == [[101, 102, 103]]
    return answers[0][1]


def test_202_is_accepted_under_the_message_id(sendgrid: SendGrid, server: SendGridServer) -> None:
    """The id is what the events of this call begin with."""
    outcome = the_outcome(sendgrid)

    assert outcome == Accepted(server.accepted()[-1]["reference"])


@pytest.mark.parametrize("reference", ["x" * 201, "a\x07b", ""])
def test_an_odd_message_id_does_not_cost_the_acceptance(
    sendgrid: SendGrid, server: SendGridServer, reference: str
) -> None:
    """It would not fit the ledger; that the mail was taken does."""
    server.plan({"do": "accept", "headers": {"X-Message-Id": reference}})

    assert the_outcome(sendgrid) == Accepted(None)


@pytest.mark.parametrize(
    "behaviour",
    [
        "accept-500",
        "accept-reset",
        "accept-close",
        "accept-half",
        "accept-cut",
        "accept-garbage",
        "accept-drip",
        "accept-hang",
    ],
)
def test_mail_that_was_taken_without_a_whole_answer_is_in_doubt(
    sendgrid: SendGrid, server: SendGridServer, behaviour: str
) -> None:
    """The mail is out, the answer is lost: to send it again would double it, to count it as sent would be a guess."""
    server.plan(behaviour)
    before = len(server.accepted())

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Uncertain)
    assert len(server.accepted()) == before + 3


@pytest.mark.parametrize(
    "behaviour",
    ["reset", "reset-early", "hang", "html", "html-202", "redirect", "200", "500", "502", "503", "504", "301"],
)
def test_an_answer_that_says_nothing_about_the_mail_is_in_doubt(
    sendgrid: SendGrid, server: SendGridServer, behaviour: str
) -> None:
    """From here these look the same as the ones whose mail was taken."""
    server.plan(behaviour)

    assert isinstance(the_outcome(sendgrid), Uncertain)


def test_a_redirect_is_not_followed(sendgrid: SendGrid, server: SendGridServer) -> None:
    """Followed, it would become a GET, answer 200 and look like success."""
    server.plan("redirect")
    before = server.state()["connections"]

    the_outcome(sendgrid)

    # One connection for the call and one for asking the server here.
    assert server.state()["connections"] <= before + 2


@pytest.mark.parametrize("status", ["401", "402", "403", "404", "405", "406", "407", "409", "415", "418", "451"])
def test_a_refusal_that_a_person_must_mend_stops_the_mailing(
    sendgrid: SendGrid, server: SendGridServer, status: str
) -> None:
    """Nobody was mailed, and asking again would only make SendGrid block the account."""
    server.plan(status)

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Deferred)
    assert outcome.pauses
    assert not outcome.halve


@pytest.mark.parametrize(
    ("status", "what_to_do"),
    [
        ("401", "Check SENDGRID_API_KEY"),
        ("403", "Verify the sender"),
        ("404", "Check NEWSLETTER_SENDGRID_URL"),
        ("451", "https://api.eu.sendgrid.com"),
    ],
)
def test_it_says_what_to_do(sendgrid: SendGrid, server: SendGridServer, status: str, what_to_do: str) -> None:
    """A paused mailing tells its owner how to go on."""
    server.plan(status)

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Deferred)
    assert what_to_do in outcome.reason


@pytest.mark.parametrize("behaviour", ["413", "413-early"])
def test_a_call_too_large_is_halved(sendgrid: SendGrid, server: SendGridServer, behaviour: str) -> None:
    """Also when the server hangs up before it has read the whole call."""
    server.plan(behaviour)
    large = a_consignment(["Ada " + "x" * 190] * 1000)

    found = dict(outcomes(sendgrid, large))

    assert all(isinstance(outcome, Deferred) and outcome.halve and not outcome.pauses for outcome in found.values())


def test_one_reader_too_large_stops_the_mailing(sendgrid: SendGrid, server: SendGridServer) -> None:
    """One can't be halved."""
    server.plan("413")

    (_, outcome) = next(iter(sendgrid.hand_over(a_consignment(("Ada",)))))

    assert isinstance(outcome, Deferred)
    assert outcome.pauses
    assert not outcome.halve


def _soon() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": "0"}, 1, 1),
        ({"Retry-After": "999999999999999999999"}, 3600, 3600),
        ({"Retry-After": format_datetime(_soon(), usegmt=True)}, 1, 30),
        ({"X-RateLimit-Reset": str(int(_soon().timestamp()))}, 1, 30),
        ({"X-RateLimit-Reset": "1030", "Date": "Thu, 01 Jan 1970 00:17:00 GMT"}, 10, 10),
        ({"Retry-After": "9", "X-RateLimit-Reset": "1"}, 9, 9),
        ({"X-RateLimit-Reset": "1"}, 10, 10),
    ],
)
def test_too_many_calls_wait_as_long_as_sendgrid_says(
    sendgrid: SendGrid, server: SendGridServer, headers: dict[str, str], least: int, most: int
) -> None:
    """By its own clock where it tells the time, never longer than an hour; a time that has passed says nothing about how long."""
    server.plan({"do": "429", "headers": headers})

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Deferred)
    assert outcome.retry_after is not None
    assert least <= outcome.retry_after.total_seconds() <= most
    assert not outcome.pauses


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}, {"X-RateLimit-Reset": "-3"}, {"Retry-After": "²"}])
def test_too_many_calls_without_a_time_wait_ten_seconds(
    sendgrid: SendGrid, server: SendGridServer, headers: dict[str, str]
) -> None:
    """A provider that only says "too fast" is left alone for a while all the same."""
    server.plan({"do": "429", "headers": headers})

    outcome = the_outcome(sendgrid)

    assert outcome == Deferred("SendGrid answered 429: status 429.", retry_after=timedelta(seconds=10))


@pytest.mark.parametrize("form", ["personalizations.{}.to.0.email", "personalizations[{}].to", "personalizations.{}"])
def test_a_reader_blamed_by_a_400_is_refused_and_the_others_go_again(
    sendgrid: SendGrid, server: SendGridServer, form: str
) -> None:
    """SendGrid rejects the whole call for one; the rest were surely not mailed."""
    errors = [
        {"message": "Does not contain a valid address.", "field": form.format(row), "help": None} for row in (2, 0)
    ]
    server.plan({"do": "400", "errors": errors})

    found = dict(outcomes(sendgrid, a_consignment()))

    assert (
        found[101]
        == found[103]
        == Refused("SendGrid answered 400: Does not contain a valid address.", named=frozenset({101, 103}))
    )
    assert isinstance(found[102], Deferred)
    assert not found[102].pauses


def test_the_one_blamed_is_found_also_after_others_were_left_out(sendgrid: SendGrid, server: SendGridServer) -> None:
    """SendGrid counts the readers it got, not those we had."""
    server.plan(poison=["poison@example.com"])
    addresses = ["nobody", "ada@example.com", "poison@example.com", "cleo@example.com"]

    found = dict(outcomes(sendgrid, a_consignment(("Ned", "Ada", "Eve", "Cleo"), addresses=addresses)))

    assert {delivery: type(outcome) for delivery, outcome in found.items()} == {
        101: Refused,
        102: Deferred,
        103: Refused,
        104: Deferred,
    }


@pytest.mark.parametrize(
    "errors",
    [
        [{"message": "Bad Request", "field": None, "help": None}],
        [{"message": "odd", "field": "personalizations", "help": None}],
        [{"message": "odd", "field": "personalizations.77.to"}],
        [{"message": "odd", "field": "personalizations.99999999999999999999.to"}],
        [{}],
        [],
        ["a string"],
        "not a list",
        [{"message": {"an": "object"}, "field": ["a list"]}],
    ],
)
def test_a_400_that_blames_nobody_we_know_leaves_it_open(
    sendgrid: SendGrid, server: SendGridServer, errors: list[Any]
) -> None:
    """Somebody in there: the sender halves the parcel to find out who."""
    server.plan({"do": "400", "errors": errors})

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Refused)
    assert outcome.named == frozenset()


@pytest.mark.parametrize("field", ["from.email", "subject", "content.0.value", "reply_to", "custom_args"])
def test_a_400_about_the_whole_call_stops_the_mailing(sendgrid: SendGrid, server: SendGridServer, field: str) -> None:
    """No reader is to blame, and twenty-four halvings would only end in a blocked account."""
    server.plan({"do": "400", "errors": [{"message": "Not right", "field": field, "help": None}]})

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Deferred)
    assert outcome.pauses


def test_an_error_shows_neither_addresses_nor_keys(sendgrid: SendGrid, server: SendGridServer) -> None:
    """What SendGrid quotes back would end up in logs and on screens."""
    message = "ada@example.com is bad; key SG.abc-DEF_1.xyz; Authorization: Bearer SG.test\x07" + "y" * 1000
    server.plan({"do": "400", "errors": [{"message": message, "field": None}]})

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Refused)
    for secret in ("ada@example.com", "SG.", "\x07"):
        assert secret not in outcome.reason
    assert len(outcome.reason) < 400


def test_a_408_was_not_taken_and_is_tried_again(sendgrid: SendGrid, server: SendGridServer) -> None:
    """The server says that it never saw the whole call."""
    server.plan("408")

    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off
