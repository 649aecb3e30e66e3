"""The connection to a mail server: kept, replaced, asked whether all is well, and where its address leads."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.providers.smtp.server import Server, smtp_url
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.outcome import Accepted, Deferred, Uncertain
from tests.contracts.provider import outcomes
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.providers.parcels import SystemClock, a_consignment
from tests.providers.smtp_ways import ELSEWHERE, LOGIN, PASSWORD, smtp_at, the_outcome


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with smtp_server(tmp_path) as running:
        yield running


# The connection


def test_one_connection_carries_many_parcels(server: SmtpServer) -> None:
    """Connecting anew costs more than a mail, over TLS many times more."""
    smtp = smtp_at(server.url())

    assert [the_outcome(smtp) for _ in range(10)] == [Accepted()] * 10
    assert {line["connection"] for line in server.heard()} == {1}


def test_each_thread_has_a_connection_to_itself_and_there_are_no_more_than_threads(server: SmtpServer) -> None:
    """Four parcels at once share nothing; the connections serve the parcels after them."""
    smtp = smtp_at(server.url())
    parcels = [a_consignment(first_delivery=10 * number) for number in range(1, 25)]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda parcel: outcomes(smtp, parcel), parcels))

    assert all(outcome == Accepted() for parcel in found for _, outcome in parcel)
    taken = sorted((line["attempt"], line["delivery"]) for line in server.accepted())
    assert taken == sorted((parcel.attempt, delivery) for parcel in parcels for delivery in parcel.deliveries)
    assert len({line["connection"] for line in server.heard()}) <= 4


def test_the_number_of_connections_is_set_in_the_address() -> None:
    """Servers differ in how many they take at once."""
    assert SmtpProvider("smtp://localhost?connections=2", clock=SystemClock()).limits.calls == 2
    assert SmtpProvider("smtp://localhost", clock=SystemClock()).limits.calls == 4


def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(server: SmtpServer) -> None:
    """A server that hangs up between two parcels must not cost a try."""
    server.plan({"at": "end", "then_hangs_up": True}, {"at": "end", "then_hangs_up": True})
    smtp = smtp_at(server.url())
    one = ("Ada",)
    found = []

    for _ in range(3):
        found += [outcome for _, outcome in outcomes(smtp, a_consignment(one))]
        time.sleep(0.05)

    assert found == [Accepted()] * 3


def test_after_a_lost_answer_the_conversation_begins_anew(server: SmtpServer) -> None:
    """A late answer to one mail must never be read as the answer to the next."""
    server.plan({"at": "end", "seconds": 1.0})
    smtp = smtp_at(server.url(), seconds=0.5)

    first = [outcome for _, outcome in outcomes(smtp, a_consignment(("Ada",)))]
    second = [outcome for _, outcome in outcomes(smtp, a_consignment(("Ada",)))]

    assert isinstance(first[0], Uncertain)
    assert second == [Accepted()]


def test_it_says_goodbye(server: SmtpServer) -> None:
    """As a polite client does, at the latest when the program ends."""
    smtp = smtp_at(server.url())
    the_outcome(smtp)

    smtp.close()

    assert server.heard()[-1]["words"] == "QUIT"


def test_a_name_that_does_not_exist_backs_off() -> None:
    """Nothing went out."""
    outcome = the_outcome(smtp_at("smtp://nowhere.invalid"))

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off


def test_a_server_that_does_not_answer_is_left_at_the_deadline() -> None:
    """A full backlog looks like a firewall that swallows everything."""
    with socket.create_server((ELSEWHERE, 0), backlog=1) as listener:
        smtp = smtp_at(f"smtp://{ELSEWHERE}:{listener.getsockname()[1]}", seconds=0.5)
        begun = time.monotonic()

        outcome = the_outcome(smtp)

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off
    assert time.monotonic() - begun < 2


# Asking whether all is well


def test_a_check_hands_nothing_over_and_says_how_it_went(server: SmtpServer) -> None:
    """It connects, logs in, and asks for a sign of life."""
    server.plan(login=["mara", PASSWORD])

    said = smtp_at(server.url(LOGIN)).look().words

    assert "takes the password" in said
    assert PASSWORD not in said
    assert server.accepted() == []
    assert [line["words"].split(" ")[0] for line in server.heard()] == ["EHLO", "AUTH", "NOOP", "QUIT"]


def test_a_check_that_fails_says_why(server: SmtpServer) -> None:
    """In the words that a sending would pause with."""
    server.plan(login=["mara", "another"])

    with pytest.raises(NotNow, match="does not take the password"):
        smtp_at(server.url(LOGIN)).look()


# The address


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("smtp://mail.example.org", "mail.example.org:587"),
        ("smtps://mail.example.org", "mail.example.org:465"),
        ("smtp://mail.example.org:2525/", "mail.example.org:2525"),
        ("smtp://[2001:db8::1]:25", "[2001:db8::1]:25"),
        ("smtp://bücher.example", "xn--bcher-kva.example:587"),
    ],
)
def test_an_address_has_the_port_that_is_usual(url: str, shown: str) -> None:
    """587 begins in the clear, 465 does not."""
    assert Server(url).shown == shown


@pytest.mark.parametrize(
    "url",
    [
        *("", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://:25", "smtp://mail.example.org:99999"),
        *(f"smtp://{LOGIN}@mail.example.org/path", f"smtp://{LOGIN}@mail.example.org?tls=no", f"smtp://{LOGIN}@a b"),
        *(f"smtp://{LOGIN}@h?connections=0", f"smtp://{LOGIN}@h?connections=x", "smtp://mara@mail.example.org"),
        *("smtp://:secret@mail.example.org", f"smtp://{LOGIN}@mail.example.org#there", "smtp://a%00b:c@h"),
    ],
)
def test_an_address_that_can_not_be_right_is_refused_without_repeating_it(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(Mistake) as refused:
        SmtpProvider(url, clock=SystemClock())

    assert "NEWSLETTER_SMTP_URL" in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_any_password_fits_into_an_address() -> None:
    """`connect` writes it; the provider reads the same."""
    password = "a@b:c/d?e#f%g ü☂+&="
    server = Server(smtp_url("2001:db8::1", port=None, user="me@example.org", password=password, encrypted=True))

    assert server.login
    assert server.login.hidden_in(password) == "..."
    assert server.shown == "[2001:db8::1]:465"
    assert PASSWORD not in repr(Server(f"smtp://{LOGIN}@localhost").login)
