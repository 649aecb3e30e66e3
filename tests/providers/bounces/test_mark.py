"""Return addresses: one for each delivery, signed, and good under the keys that the newsletter has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config import read_config
from newsletter.providers.smtp.bounces.mark import MARK, Marked, ReturnPath
from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.wiring import SystemClock
from newsletter.words.mistake import Mistake
from tests.fakes.smtp_running import smtp_server
from tests.providers.parcels import a_consignment
from tests.running import a_folder

KEYS = {2: b"new" * 10, 1: b"old" * 10}
ATTEMPT = "00ff" * 8


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2**53))
def test_what_is_marked_is_read_again(attempt: bytes, delivery: int) -> None:
    """In upper case too, by another key of the newsletter too, and short enough for any server (RFC 5321, 4.5.3.1.1)."""
    address = ReturnPath("bounces@example.com", KEYS).address(attempt.hex(), delivery)
    local = address.partition("@")[0]
    (mark,) = MARK.findall(f"<{address.upper()}>".lower())

    assert len(local) <= 64
    assert Marked(attempt=attempt.hex(), delivery=delivery) == ReturnPath("a@example.com", KEYS).genuine(
        ["-".join(mark)]
    )


def test_a_mark_of_others_is_none_of_ours() -> None:
    """Another delivery's number, another key, no base 32 at all; and the genuine one is found behind them."""
    path = ReturnPath("bounces@example.com", KEYS)
    mine = path.address(ATTEMPT, 7).partition("+")[2].partition("@")[0]
    other = ReturnPath("bounces@example.com", {1: b"x" * 30}).address(ATTEMPT, 7).partition("+")[2].partition("@")[0]
    forged = [mine.replace("-7-", "-8-"), other, "a" * 26 + "-zz-" + "b" * 13, "no mark"]

    assert path.genuine(forged) is None
    assert Marked(attempt=ATTEMPT, delivery=7) == path.genuine([*forged, mine])
    assert path.genuine([mine]) == ReturnPath("*@example.com", dict(reversed(KEYS.items()))).genuine([mine])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bounces",
        "@example.com",
        "a b@example.com",
        "**@example.com",
        "bounces@*.example.com",
        "b" * 14 + "@example.com",
    ],
)
def test_an_address_that_can_hold_no_mark_is_refused(address: str, tmp_path: Path) -> None:
    """Where it is set, with what to write instead."""
    with pytest.raises(Mistake):
        ReturnPath(address, KEYS)
    if address:
        with pytest.raises(Mistake, match=r"no address that bounces|leaves no room"):
            read_config(a_folder(tmp_path / "weekly", database=False), {"NEWSLETTER_SMTP_BOUNCE_ADDRESS": address})


def test_each_mail_has_a_return_address_of_its_own(tmp_path: Path) -> None:
    """In the envelope alone: what readers see and answer to is as it was."""
    path = ReturnPath("*@bounces.example.com", KEYS)
    with smtp_server(tmp_path) as server:
        provider = SmtpProvider(server.url(), clock=SystemClock(), return_path=path)
        consignment = a_consignment(attempt=ATTEMPT)
        said = list(provider.hand_over(consignment))
        provider.close()
        taken, mails = server.accepted(), server.mails()

    assert [*consignment.deliveries] == sorted(one for deliveries, _ in said for one in deliveries)
    assert [path.address(ATTEMPT, one) for one in consignment.deliveries] == [one["sender"] for one in taken]
    assert not any(b"bounces.example.com" in mail for mail in mails)


def test_the_settings_make_a_source_of_events(tmp_path: Path) -> None:
    """Both of them; its silence means nothing, and nobody is believed at /webhooks/smtp."""
    folder = a_folder(tmp_path / "weekly", database=False)
    address = {"NEWSLETTER_SMTP_BOUNCE_ADDRESS": "bounces@example.com"}
    mailbox = {"NEWSLETTER_SMTP_BOUNCE_MAILBOX": "imaps://mara:secret@localhost:1/INBOX"}
    server = {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": "smtp://localhost:25"}
    for settings, tells in (({}, False), (address, False), (mailbox, False), (address | mailbox, True)):
        config = read_config(folder, server | settings)
        source = config.kind.events(config.provider_setup(SystemClock()))
        assert tells == (source is not None)
        assert not config.kind.tells
    assert "secret" not in repr(config) + repr(replace(config))
