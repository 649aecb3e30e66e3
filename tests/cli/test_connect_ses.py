"""`newsletter connect ses`: what the account may do is said in people's words, and kept only if mail can go out."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.config import read_config
from newsletter.providers.ses.kind import SesKind
from newsletter.words.mistake import Mistake
from tests.fakes.ses_server import KEY, LIVE_ACCOUNT, LIVE_IDENTITY, REGION, SECRET, SesServer, ses_server
from tests.fakes.sns import TOPIC
from tests.running import a_folder, run

# The sender's, in a folder for tests.
DOMAIN = "ferries.example.com"
PENDING = {"SigningEnabled": True, "Status": "PENDING", "Tokens": ["aaa", "bbb", "ccc"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_folder(tmp_path / "weekly")


@pytest.fixture
def server() -> Iterator[SesServer]:
    with ses_server() as running:
        running.identities = {DOMAIN: LIVE_IDENTITY}
        yield running
        assert running.problems == []


def connect(folder: Path, server: SesServer, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it with the secret on standard input. Nothing it says may hold it."""
    where = ("--region", REGION, "--url", server.url, "--access-key", KEY)
    done = run(folder, "connect", "ses", *where, *words, stdin=f"{SECRET}\n".encode())
    assert SECRET not in done.stdout + done.stderr
    return done


def test_an_account_that_may_send_is_kept_and_used(folder: Path, server: SesServer) -> None:
    """What it may send is said; a test mail goes out by it."""
    done = connect(folder, server, "--configuration-set", "weekly", "--topic", TOPIC)

    assert 0 == done.returncode, done.stderr
    assert "heard of" not in done.stdout and "does not tell" not in done.stdout
    for words in (f"sends for {DOMAIN}", "50,000 mails in 24 hours", "49,000 are left", "bounces.example.org"):
        assert words in done.stdout
    assert "sandbox" not in done.stdout
    config = read_config(folder, {})
    kept = {key: value for key, value in config.provider_settings.items() if key.startswith("ses_")}
    assert "ses" == config.provider
    assert kept == {
        "ses_region": REGION,
        "ses_access_key": KEY,
        "ses_secret_key": SECRET,
        "ses_url": server.url,
        "ses_configuration_set": "weekly",
        "ses_topic": TOPIC,
    }
    sent = run(folder, "test", "1", "--to", "mara@example.net")
    assert 0 == sent.returncode, sent.stderr
    assert [["mara@example.net"]] == [call["Destination"]["ToAddresses"] for call in server.accepted]


def test_a_sandbox_is_said_in_peoples_words(folder: Path, server: SesServer) -> None:
    """It is kept, so that one can send oneself a test meanwhile."""
    server.account = {**LIVE_ACCOUNT, "ProductionAccessEnabled": False, "SendQuota": {"Max24HourSend": 200.0}}

    done = connect(folder, server)

    assert 0 == done.returncode, done.stderr
    assert "still in the sandbox" in done.stdout
    assert "production access" in done.stdout


@pytest.mark.parametrize("name", ["example.com", "ferries@ferries.example.com"])
def test_a_domain_above_the_senders_or_the_address_alone_will_do(folder: Path, server: SesServer, name: str) -> None:
    """SES sends for all that stands below a domain; and for a single address, which is said where it does not sign."""
    sender = next(line for line in (folder / "newsletter.toml").read_text().splitlines() if line.startswith("sender"))
    known = name if "@" not in name else sender.split('"')[1]
    server.identities = {known: LIVE_IDENTITY}

    done = connect(folder, server)

    assert 0 == done.returncode, done.stderr
    assert f"sends for {known}." in done.stdout


def test_what_will_not_be_heard_of_is_said(folder: Path, server: SesServer) -> None:
    """Nobody finds out in a month that no bounce ever came."""
    server.kinds = ["DELIVERY", "BOUNCE"]

    without = connect(folder, server)
    half = connect(folder, server, "--configuration-set", "weekly", "--topic", TOPIC)

    assert [0, 0] == [without.returncode, half.returncode]
    assert "will not be heard of" in without.stdout
    assert "does not tell that topic of complaints, rejects, delivery delays." in half.stdout


def test_keys_that_were_kept_give_way_to_the_machines_own(folder: Path, server: SesServer) -> None:
    """`--machine` after a key means the machine's own credentials, and not the old key."""
    assert 0 == connect(folder, server).returncode

    own = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": "another"}
    done = run(folder, "connect", "ses", "--region", REGION, "--url", server.url, "--machine", **own)

    assert 0 == done.returncode, done.stderr
    assert "ses_secret_key" not in read_config(folder, {}).provider_settings


def test_a_newsletter_without_a_sender_can_be_connected(folder: Path, server: SesServer) -> None:
    """What is set first is one's own affair."""
    toml = folder / "newsletter.toml"
    toml.write_text("".join(line for line in toml.read_text().splitlines(True) if not line.startswith("sender")))

    done = connect(folder, server)

    assert 0 == done.returncode, done.stderr
    assert "there is none yet" in done.stdout
    assert "There is no sender." in done.stdout
    assert "GetEmailIdentity" not in server.asked


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"account": {**LIVE_ACCOUNT, "SendingEnabled": False}}, ["switched off"]),
        ({"identities": {}}, [f"does not know {DOMAIN}", "under Identities"]),
        (
            {"identities": {DOMAIN: {"VerifiedForSendingStatus": False, "DkimAttributes": PENDING}}},
            ["not verified", f"aaa._domainkey.{DOMAIN} CNAME aaa.dkim.amazonses.com"],
        ),
        ({"denied": {"GetAccount"}}, ["may not ask for GetAccount", "ses:GetAccount"]),
        ({"denied": {"GetEmailIdentity"}}, ["may not ask for GetEmailIdentity"]),
    ],
)
def test_an_account_that_may_not_send_changes_nothing(
    folder: Path, server: SesServer, change: dict[str, Any], words: list[str]
) -> None:
    """Each with its reason, and with what to do."""
    before = (folder / "var" / "secrets.env").read_bytes()
    for name, value in change.items():
        setattr(server, name, value)

    done = connect(folder, server)

    assert 1 == done.returncode, done.stdout
    for one in (*words, "Nothing was changed."):
        assert one in done.stderr
    assert before == (folder / "var" / "secrets.env").read_bytes()


def test_the_doctor_says_what_will_keep_mail_from_arriving(folder: Path, server: SesServer) -> None:
    """A sandbox and a domain that is not signed for are looked at; the rest is well."""
    assert 0 == connect(folder, server).returncode
    server.account = {**LIVE_ACCOUNT, "ProductionAccessEnabled": False, "EnforcementStatus": "PROBATION"}
    server.identities = {DOMAIN: {**LIVE_IDENTITY, "DkimAttributes": PENDING}}

    done = run(folder, "doctor")

    said = " ".join(done.stdout.split())
    for words in (f"sends for {DOMAIN}", "in the sandbox", "under review", f"does not sign for {DOMAIN}"):
        assert words in said


def test_ses_that_is_not_there_changes_nothing(folder: Path, server: SesServer) -> None:
    """And the reason is said."""
    server.stop()

    done = connect(folder, server)

    assert 1 == done.returncode
    assert "could not be reached" in done.stderr
    assert "NEWSLETTER_PROVIDER" not in (folder / "var" / "secrets.env").read_text()


@pytest.mark.parametrize(
    "url",
    [
        "https://abc123.execute-api.eu-west-1.amazonaws.com",
        "https://email.eu-west-1.amazonaws.com.example.org",
        "https://u:p@email.eu-west-1.amazonaws.com",
        "https://email.eu-west-1.amazonaws.com:8443/x",
        "http://email.eu-west-1.amazonaws.com",
    ],
)
def test_the_file_of_the_newsletter_names_no_host_that_anybody_can_rent(url: str) -> None:
    """Who can change a file that git carries must not get every mail; this machine's own settings may name any."""
    (check,) = [one.check for one in SesKind.settings if one.key == "ses_url"]
    assert check is not None
    check("https://email-fips.us-east-1.amazonaws.com", True)
    with pytest.raises(Mistake):
        check(url, True)
