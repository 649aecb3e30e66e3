"""The checks of `make live`, against the stand-in: each runs, holds where the provider is as we assume, and fails where not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.fakes.running import SendGridServer, sendgrid_server
from tests.fakes.signing import Signer
from tests.live.__main__ import main
from tests.live.account import Account, Refusal, from_environment
from tests.live.all import ASSUMPTIONS
from tests.live.assumption import Assumption
from tests.live.hook import Hook
from tests.live.mailbox import Mailbox
from tests.live.own_mailbox import PASSWORD, USER, own_mailbox

ROOT = Path(__file__).parents[2]
TO = "ana@example.com"
_HURRY = 3_000.0
_SIGNER = Signer()
_BY_NAME = {one.name: one for one in ASSUMPTIONS}

# Other ways in which the provider may turn out to be: for each assumption at least one that contradicts it.
_OTHERWISE: list[tuple[str, dict[str, dict[str, Any]], str]] = [
    ("substitution bytes", {"batches": {"substitution_bytes": 5_000}}, "10,000 bytes: 400"),
    ("rate limit", {"batches": {"limits": {}}}, "reset nothing"),
    (
        "rate limit",
        {"batches": {"limits": {"X-RateLimit-Limit": "9", "X-RateLimit-Remaining": "8", "X-RateLimit-Reset": "30"}}},
        "s from now",
    ),
    ("unknown batch", {"batches": {"refuses_unknown": False}}, "made: 200"),
    ("own List-Unsubscribe", {"postman": {"adds_unsubscribe": True}}, "came 2 times"),
    ("headers merge", {"postman": {"merges_headers": False}}, "X-Newsletter-Call is missing"),
    ("raw values", {"postman": {"escapes": True}}, "with HTML escapes"),
    ("no nesting", {"postman": {"nests": True}}, "stands 2 and 2 times"),
    ("log names the try", {"told": {"names_tries": False}}, "does not show the try"),
    (
        "processed at once",
        {"told": {"processed_at_once": False}, "batches": {"hurry": 1.0}},
        "before its time: nothing",
    ),
    ("repeated message", {"teller": {"repeats": False}}, "told 1 times"),
    ("repeated message", {"teller": {"garbles_again": True}}, "not believed"),
    ("cancel before the mail", {"batches": {"cancels_what_comes_later": False}}, "the mail arrived"),
    ("slot of a cancelled batch", {"batches": {"frees_slots": False}}, "still among"),
    ("ten slots", {"batches": {"slots": 4}}, "4 more could be"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SendGridServer, Mailbox, Hook]]:
    """A stand-in that delivers into a mailbox and tells what it did to a webhook."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "mailbox").mkdir()
    hook = Hook(0, _SIGNER.public)
    with (
        sendgrid_server(folder, "--mailbox", str(folder / "mailbox"), "--key", "SG.live") as server,
        own_mailbox(folder / "mailbox") as port,
    ):
        yield server, Mailbox(f"imap://{quote(USER)}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}"), hook
    hook.close()


@pytest.fixture
def provider(running: tuple[SendGridServer, Mailbox, Hook]) -> SendGridServer:
    """It behaves as we assume the real one to; nothing is cancelled yet."""
    server, _, hook = running
    server.plan()
    server.guess(
        batches={
            "hurry": 1 / _HURRY,
            "substitution_bytes": 10_000,
            "limits": None,
            "refuses_unknown": True,
            "cancels_what_comes_later": True,
            "frees_slots": True,
            "slots": 10,
            "status": {},
        },
        postman={"escapes": False, "nests": False, "merges_headers": True, "adds_unsubscribe": False},
        told={"names_tries": True, "processed_at_once": True},
        teller={"repeats": True, "signs_anew": True, "garbles_again": False},
    )
    server.tell(f"http://127.0.0.1:{hook.port}/", _SIGNER.pem)
    return server


@pytest.fixture
def account(running: tuple[SendGridServer, Mailbox, Hook], provider: SendGridServer) -> Account:
    """An account with everything, whose owner is in a hurry."""
    _, mailbox, hook = running

    def sleep(seconds: float) -> None:
        time.sleep(seconds / _HURRY)

    return Account(key="SG.live", to=TO, sender=TO, url=provider.url, mailbox=mailbox, hook=hook, sleep=sleep)


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda one: one.name)
def test_each_check_holds_where_the_provider_is_as_we_assume(
    assumption: Assumption, account: Account, provider: SendGridServer
) -> None:
    """It runs to its end, and sends no more mails than it says, to nobody but the own address."""
    before = len(provider.accepted())

    finding = assumption.check(account)

    assert finding.holds, finding.seen
    taken = provider.accepted()[before:]
    assert {TO} >= {line["email"] for line in taken}
    # Those that look at another check's mail count it there.
    assert len(taken) <= max(assumption.mails, 1)


@pytest.mark.parametrize(("name", "guess", "seen"), _OTHERWISE, ids=[f"{name}: {seen}" for name, _, seen in _OTHERWISE])
def test_each_check_fails_where_the_provider_is_otherwise(
    name: str, guess: dict[str, dict[str, Any]], seen: str, account: Account, provider: SendGridServer
) -> None:
    """And says what it saw."""
    provider.guess(**guess)

    finding = _BY_NAME[name].check(account)

    assert not finding.holds
    assert seen in finding.seen


def test_every_assumption_can_fail() -> None:
    """None is without a provider that contradicts it."""
    assert set(_BY_NAME) == {name for name, _, _ in _OTHERWISE}


@pytest.mark.parametrize("assumption", [one for one in ASSUMPTIONS if one.mails], ids=lambda one: one.name)
def test_a_mail_that_is_refused_is_said(assumption: Assumption, account: Account, provider: SendGridServer) -> None:
    """A sender that is not verified must not look like an assumption that holds."""
    provider.plan(then="403")

    finding = assumption.check(account)

    assert not finding.holds
    assert "403" in finding.seen


def test_a_message_may_also_come_with_its_first_signature(account: Account, provider: SendGridServer) -> None:
    """Both are well; which of the two it is, is what the check is for."""
    assert "signed anew" in _BY_NAME["repeated message"].check(account).seen
    provider.guess(teller={"signs_anew": False})

    assert "signature of the first" in _BY_NAME["repeated message"].check(account).seen


def test_nothing_is_tried_without_a_key_and_an_address() -> None:
    """A sentence says what is missing; a mailbox without encryption is refused as well."""
    with pytest.raises(Refusal, match=r"SENDGRID_API_KEY is not set.*NEWSLETTER_LIVE_TO is not set"):
        from_environment({})
    with pytest.raises(Refusal, match="NEWSLETTER_LIVE_TO is not set"):
        from_environment({"SENDGRID_API_KEY": "SG.live"})
    with pytest.raises(ValueError, match="imaps://"):
        Mailbox("imap://ana:secret@mail.example.com")


def test_make_live_without_settings_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """It says what to set, and where that is explained."""
    assert 2 == main({"NEWSLETTER_LIVE_TO": TO})

    said = capsys.readouterr()
    assert "" == said.out
    assert "SENDGRID_API_KEY is not set" in said.err and "docs/live.md" in said.err
    assert 1 == len(said.err.splitlines())


def test_make_live_says_before_what_it_will_send(provider: SendGridServer) -> None:
    """To whom, how many at most, and what is not tried. With a wrong key nothing holds, and nothing goes out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSLETTER_", "SENDGRID_"))}
    wrong_key = {"SENDGRID_API_KEY": "SG.wrong", "NEWSLETTER_LIVE_TO": TO, "NEWSLETTER_SENDGRID_URL": provider.url}
    before = len(provider.accepted())

    tried = subprocess.run(
        [sys.executable, "-m", "tests.live"],
        cwd=ROOT,
        env=kept | wrong_key,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == tried.returncode
    assert tried.stdout.startswith(f"At most 2 mails go to {TO}")
    assert "Not tried, for want of mailbox: A batch that was cancelled first" in tried.stdout
    assert "DOES NOT HOLD: 10,000 bytes: 401" in tried.stdout
    assert before == len(provider.accepted())


def test_the_page_names_every_assumption() -> None:
    """docs/live.md has a row for each, with what rests on it and how many mails it costs, and the sum of them."""
    page = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    for one in ASSUMPTIONS:
        needs = ", ".join(sorted(one.needs)) or "-"
        assert f"| {one.name}: {one.claim} | {one.rests} | {one.mails or '-'} | {needs} |" in page
    assert 6 == sum(one.mails for one in ASSUMPTIONS) and "At most six mails" in page
