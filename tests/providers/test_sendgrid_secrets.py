"""The key and the readers' addresses stay out of everything that people and logs get to see."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.providers.sendgrid.client import Key
from newsletter.providers.sendgrid.provider import SendGrid
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted, Deferred
from tests.contracts.provider import outcomes
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.providers.parcels import SystemClock, a_consignment

KEY = "SG.very-secret-key.0123456789"


def sendgrid_at(url: str) -> SendGrid:
    return SendGrid(KEY, clock=SystemClock(), url=url, deadline=timedelta(seconds=0.3))


@pytest.mark.parametrize(
    "behaviour",
    ["accept", "400", "400-named", "401", "403", "500", "hang", "reset", "accept-garbage", "html", "accept-half"],
)
def test_no_log_line_and_no_outcome_holds_the_key_or_an_address(
    server: SendGridServer, caplog: pytest.LogCaptureFixture, behaviour: str
) -> None:
    """At the most talkative log level, whatever happens to the call."""
    caplog.set_level(logging.DEBUG)
    server.plan(behaviour)
    sendgrid = sendgrid_at(server.url)

    found = outcomes(sendgrid, a_consignment(addresses=["marked-ada@example.com", "marked-b@example.com", "marked-c"]))

    seen = f"{caplog.text} {found} {sendgrid!r} {sendgrid.explain()}"
    assert KEY not in seen
    assert "very-secret" not in seen
    assert "marked-" not in seen


def test_a_fault_of_our_own_is_logged_by_place_and_not_by_words(
    server: SendGridServer, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception's message may quote what it choked on."""
    askew = a_consignment(("Ada",), addresses=["marked-ada@example.com", "marked-b@example.com"])

    found = dict(outcomes(sendgrid_at(server.url), askew))

    assert isinstance(found[101], Deferred)
    assert found[101].backs_off
    assert "ValueError" in caplog.text
    assert "body.py:" in caplog.text
    assert "marked-" not in caplog.text


@pytest.mark.parametrize("key", ["", "SG.with space", "SG.line\nbreak", "SG.ünder", "SG.tab\t", "SG.nul\x00"])
def test_a_key_that_can_not_be_right_is_refused_without_being_shown(key: str) -> None:
    """Before any call, and with what to do about it."""
    with pytest.raises(Mistake) as caught:
        SendGrid(key, clock=SystemClock(), url="https://api.sendgrid.com")

    shown = "".join(traceback.format_exception(caught.value))
    assert "SENDGRID_API_KEY" in shown
    assert not key or key not in shown


def test_a_key_shows_itself_to_nobody_who_prints_it() -> None:
    """Debuggers and f-strings included."""
    key = Key(KEY)

    assert "secret" not in f"{key} {key!r} {[key]}"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.sendgrid.example",
        "ftp://api.sendgrid.example",
        "api.sendgrid.com",
        "",
        "https://",
        "https://host:port",
        "https://api.sendgrid.example/v3/mail/send",
        "https://api.sendgrid.example?x=1",
        "http://127.0.0.1.example.org",
        "https://user:pass@api.sendgrid.example",
        "https://api.sendgrid.example\r\nX: y",
        "https://[::1",
        "https://host name",
    ],
)
def test_an_address_that_can_not_be_right_is_refused_before_the_key_goes_there(url: str) -> None:
    """Plain http is for a server on this machine only."""
    with pytest.raises(Mistake, match="NEWSLETTER_SENDGRID_URL"):
        SendGrid(KEY, clock=SystemClock(), url=url)


@pytest.mark.parametrize(
    "url", ["https://api.sendgrid.com", "https://api.eu.sendgrid.com/", "http://localhost:4010", "http://[::1]:4010"]
)
def test_an_address_that_is_right_is_named_when_asked(url: str) -> None:
    """The owner sees where the mail goes before it does."""
    assert (
        url.removeprefix("https://").removeprefix("http://").rstrip("/")
        in SendGrid(KEY, clock=SystemClock(), url=url).explain()
    )


def test_the_key_is_carried_and_a_wrong_one_stops_the_mailing(tmp_path: Path) -> None:
    """The other tests would pass with any key; this server knows the right one."""
    with sendgrid_server(tmp_path, "--key", KEY) as server:
        right = dict(outcomes(SendGrid(KEY, clock=SystemClock(), url=server.url), a_consignment(("Ada",))))
        wrong = dict(outcomes(SendGrid(KEY + "x", clock=SystemClock(), url=server.url), a_consignment(("Ada",))))

    assert isinstance(right[101], Accepted)
    assert isinstance(wrong[101], Deferred)
    assert wrong[101].pauses
