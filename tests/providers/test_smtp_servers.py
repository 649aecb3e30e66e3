"""Mail servers as they are: old ones, slow ones, and such as let in two of us and no more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.words.outcome import Accepted, Deferred
from tests.contracts.provider import outcomes
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.ledger.parts import a_drain, send, states
from tests.providers.parcels import SystemClock, a_consignment
from tests.providers.smtp_ways import LOGIN, smtp_at, the_outcome
from tests.world import add_readers


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with smtp_server(Path(tmp_path_factory.mktemp("smtp"))) as server:
        yield server


@pytest.fixture
def server(running_server: SmtpServer) -> SmtpServer:
    running_server.forget()
    return running_server


def said(server: SmtpServer, since: int) -> list[str]:
    return [line["words"].partition(" ")[0] for line in server.heard()[since:]]


@pytest.mark.parametrize("answer", ["500 what?", "502 5.5.1 not here", "504 no"])
def test_a_server_that_knows_helo_alone_is_greeted_so(server: SmtpServer, answer: str) -> None:
    """It offers nothing, and takes mail all the same."""
    server.plan(ever={"at": "ehlo", "say": answer})
    since = len(server.heard())

    assert the_outcome(smtp_at(server.url())) == Accepted()
    assert said(server, since)[:3] == ["EHLO", "HELO", "MAIL"]


def test_a_server_that_refuses_our_greeting_is_not_asked_twice(server: SmtpServer) -> None:
    """It knows EHLO, and does not want us."""
    server.plan(ever={"at": "ehlo", "say": "550 5.7.1 blocked"})
    outcome = the_outcome(smtp_at(server.url()))

    assert isinstance(outcome, Deferred)
    assert outcome.pauses
    assert "HELO" not in {line["words"].partition(" ")[0] for line in server.heard()[-1:]}


@pytest.mark.parametrize("asks", ["", "first", "again"])
@pytest.mark.parametrize("ways", ["PLAIN LOGIN", "PLAIN", "LOGIN"])
def test_a_password_is_told_in_one_step_or_in_two(server: SmtpServer, asks: str, ways: str) -> None:
    """Some servers want to ask before they are told; some know one way and some the other."""
    user, password = LOGIN.split(":")
    server.plan(login=[user, password], asks=asks, offers=["PIPELINING", f"AUTH {ways}"])

    assert the_outcome(smtp_at(server.url(LOGIN))) == Accepted()


def test_a_way_that_is_offered_and_not_known_gives_way_to_the_other(server: SmtpServer) -> None:
    """A wrong password is asked about once: a second try may lock the account."""
    user, password = LOGIN.split(":")
    server.plan(login=[user, "another"], asks="first", offers=["AUTH PLAIN LOGIN"])
    since = len(server.heard())
    outcome = the_outcome(smtp_at(f"smtp://{user}:{password}@{server.host}:{server.port}"))

    assert isinstance(outcome, Deferred)
    assert outcome.pauses
    assert said(server, since).count("AUTH") == 2


def test_an_answer_that_takes_longer_than_the_batch_is_waited_for(server: SmtpServer) -> None:
    """A server that scans each mail: it is taken, and known to be, and nobody is in doubt; the others have their turn later."""
    server.plan(then={"at": "end", "seconds": 0.6})
    smtp = SmtpProvider(
        server.url(), clock=SystemClock(), deadline=timedelta(seconds=0.4), last_answer=timedelta(seconds=5)
    )

    found = [outcome for _, outcome in sorted(outcomes(smtp, a_consignment()), key=lambda pair: pair[0])]

    assert found[0] == Accepted()
    assert [type(outcome) for outcome in found[1:]] == [Deferred] * 2
    assert all(not outcome.backs_off for outcome in found[1:] if isinstance(outcome, Deferred))


def test_a_real_provider_waits_ten_minutes_for_the_answer_to_a_mail() -> None:
    """RFC 5321, 4.5.3.2.6; the lease of the try is as long."""
    assert SmtpProvider("smtp://localhost", clock=SystemClock()).limits.last_answer == timedelta(minutes=10)


def test_where_two_connections_are_all_four_batches_share_them(server: SmtpServer) -> None:
    """Nobody waits half a minute because a third one was not let in."""
    server.plan(most_connections=2)
    smtp = smtp_at(server.url(), seconds=10)
    parcels = [a_consignment(first_delivery=10 * number) for number in range(1, 17)]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda parcel: outcomes(smtp, parcel), parcels))

    assert {outcome for parcel in found for _, outcome in parcel} == {Accepted()}


def test_a_whole_sending_over_two_connections_is_done_in_seconds(
    engine: Engine, tmp_path: Path, server: SmtpServer
) -> None:
    """Six hundred readers, and a server that hangs up on the third connection."""
    add_readers(engine, "weekly", range(600))
    server.plan(most_connections=2)
    smtp = smtp_at(server.url(), seconds=10)
    begun = time.monotonic()
    send(a_drain(engine, tmp_path, smtp), size=50)
    smtp.close()

    assert states(engine) == {"accepted": 600}
    assert time.monotonic() - begun < 20


def test_a_server_that_lets_in_nobody_is_left_alone(server: SmtpServer) -> None:
    """All four are told so, and none takes it for a matter of the other three."""
    server.plan(ever={"at": "connect", "say": "421 4.3.2 not now"})
    smtp = smtp_at(server.url())
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: the_outcome(smtp), range(4)))

    assert all(isinstance(outcome, Deferred) and outcome.retry_after for outcome in found)
    server.plan()
    parcels = [a_consignment(first_delivery=10 * number) for number in range(1, 9)]
    since = len(server.heard())
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda parcel: outcomes(smtp, parcel), parcels))
    assert len({line["connection"] for line in server.heard()[since:]}) > 1
