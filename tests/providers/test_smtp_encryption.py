"""Into a mail server only encrypted and logged in, and never a password in the clear or in a log."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.providers.smtp.server import Server, smtp_url
from newsletter.words.outcome import Accepted, Deferred
from tests.contracts.provider import outcomes
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.providers.parcels import SystemClock, a_consignment
from tests.providers.smtp_ways import ELSEWHERE, LOGIN, PASSWORD, smtp_at, the_outcome


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with smtp_server(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.2 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.net")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ELSEWHERE))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = Path(tmp_path_factory.mktemp("tls")) / "both.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(encoding))
    return path


@pytest.fixture
def elsewhere(tmp_path: Path, certificate: Path) -> Iterator[SmtpServer]:
    """A server that is not this machine, and offers STARTTLS."""
    with smtp_server(tmp_path, "--tls", str(certificate), host=ELSEWHERE) as running:
        yield running


# Encryption


def test_password_and_mail_go_out_only_after_starttls(elsewhere: SmtpServer, certificate: Path) -> None:
    """Before it there is a greeting and nothing else, and what the server offered in the clear is forgotten."""
    elsewhere.plan(login=["mara", PASSWORD])

    assert the_outcome(smtp_at(elsewhere.url(LOGIN), certificate=certificate)) == Accepted()

    words = [(line["words"].split(" ")[0], line["encrypted"]) for line in elsewhere.heard()]
    assert words[:4] == [("EHLO", False), ("STARTTLS", False), ("EHLO", True), ("AUTH", True)]
    assert all(encrypted for word, encrypted in words[2:])


def test_smtps_is_encrypted_from_the_first_byte(tmp_path: Path, certificate: Path) -> None:
    """As on port 465."""
    with smtp_server(tmp_path, "--tls", str(certificate), "--implicit", host=ELSEWHERE) as server:
        server.plan(login=["mara", PASSWORD])

        assert the_outcome(smtp_at(server.url(LOGIN, "smtps"), certificate=certificate)) == Accepted()
        assert all(line["encrypted"] for line in server.heard())


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail(
    tmp_path: Path, certificate: Path, scheme: str
) -> None:
    """Surely not taken, and the reason says that it was the certificate."""
    options = ("--tls", str(certificate), *(["--implicit"] if scheme == "smtps" else []))
    with smtp_server(tmp_path, *options, host=ELSEWHERE) as server:
        outcome = the_outcome(smtp_at(server.url(LOGIN, scheme)))

        assert isinstance(outcome, Deferred)
        assert outcome.backs_off
        assert "certificate" in outcome.reason
        assert {line["words"].split(" ")[0] for line in server.heard()} <= {"EHLO", "STARTTLS"}


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, certificate: Path) -> None:
    """It may be a good one, of somebody else."""
    with smtp_server(tmp_path, "--tls", str(certificate), host="127.0.0.3") as server:
        outcome = the_outcome(smtp_at(server.url(LOGIN), certificate=certificate))

        assert isinstance(outcome, Deferred)
        assert outcome.backs_off


def test_a_password_is_never_sent_in_the_clear(elsewhere: SmtpServer, certificate: Path) -> None:
    """Somebody on the way may have taken the offer of encryption out of the greeting."""
    elsewhere.plan(offers=["PIPELINING", "AUTH PLAIN LOGIN"])

    outcome = the_outcome(smtp_at(elsewhere.url(LOGIN), certificate=certificate))

    assert isinstance(outcome, Deferred)
    assert outcome.pauses
    assert "offers no encryption" in outcome.reason
    assert [line["words"].split(" ")[0] for line in elsewhere.heard()] == ["EHLO"]


def test_to_this_machine_a_password_may_go_in_the_clear(server: SmtpServer) -> None:
    """It never leaves it; a mail server on it rarely has a certificate."""
    server.plan(login=["mara", PASSWORD])

    assert the_outcome(smtp_at(server.url(LOGIN))) == Accepted()


def test_words_slipped_in_before_the_encryption_are_not_believed() -> None:
    """What follows the go-ahead in the same packet was said in the clear, whoever said it."""
    with socket.create_server((ELSEWHERE, 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.sendall(b"220 hello\r\n")
                line.recv(1000)
                line.sendall(b"250-hello\r\n250 STARTTLS\r\n")
                line.recv(1000)
                line.sendall(b"220 go\r\n250-hello\r\n250 AUTH PLAIN\r\n235 welcome\r\n")
                line.recv(1000)

        thread = threading.Thread(target=serve)
        thread.start()
        outcome = the_outcome(smtp_at(f"smtp://{LOGIN}@{ELSEWHERE}:{listener.getsockname()[1]}"))
        thread.join()

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off
    assert "before it was asked" in outcome.reason


# Logging in


@pytest.mark.parametrize("ways", ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 LOGIN", "PLAIN"])
def test_it_logs_in_by_whatever_way_is_offered(server: SmtpServer, ways: str) -> None:
    """Some servers know only the older way; some write the offer with an equals sign."""
    for offer in (f"AUTH {ways}", f"AUTH={ways}"):
        server.plan(login=["mara@example.org", "hörse @:/%"], offers=[offer])
        url = smtp_url(server.host, port=server.port, user="mara@example.org", password="hörse @:/%", encrypted=False)

        assert the_outcome(smtp_at(url)) == Accepted()


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        ("535 5.7.8 wrong", True),
        ("534 5.7.9 needs another password", True),
        ("550 no", True),
        ("454 4.7.0 the directory is away", False),
        ("421 4.7.0 too many tries", False),
    ],
)
def test_a_login_that_is_refused_pauses_and_one_that_is_put_off_waits(
    server: SmtpServer, answer: str, is_final: bool
) -> None:
    """Asking again with a wrong password locks accounts."""
    server.plan(ever={"at": "auth", "say": answer})

    outcome = the_outcome(smtp_at(server.url(LOGIN)))

    assert isinstance(outcome, Deferred)
    assert outcome.pauses == is_final
    assert bool(outcome.retry_after) != is_final
    assert not any(line["words"].startswith("MAIL") for line in server.heard())


@pytest.mark.parametrize("offers", [[], ["AUTH GSSAPI NTLM"]])
def test_no_way_to_log_in_pauses(server: SmtpServer, offers: list[str]) -> None:
    """Without logging in, mail would be refused reader by reader."""
    server.plan(offers=offers)

    outcome = the_outcome(smtp_at(server.url(LOGIN)))

    assert isinstance(outcome, Deferred)
    assert outcome.pauses


@pytest.mark.parametrize(
    "behaviour",
    [
        "accept",
        "accept-drop",
        "accept-garbage",
        "550-at-rcpt",
        "554-at-end",
        "451-at-end",
        "421-at-mail",
        "drop-in-body",
    ],
)
def test_no_log_line_and_no_outcome_holds_the_password_or_an_address(
    server: SmtpServer, caplog: pytest.LogCaptureFixture, behaviour: str
) -> None:
    """At the most talkative log level, whatever happens."""
    caplog.set_level(logging.DEBUG)
    server.plan(then=behaviour, poison={"marked-b@example.com": "550 5.1.1 <marked-b@example.com>: unknown"})
    smtp = smtp_at(server.url(LOGIN), seconds=1)

    found = outcomes(smtp, a_consignment(addresses=["marked-ada@example.com", "marked-b@example.com", "marked-c"]))

    seen = f"{caplog.text} {found} {smtp!r} {smtp.explain()}"
    assert PASSWORD not in seen
    assert "marked-" not in seen


def test_a_server_that_repeats_the_password_does_not_get_it_shown(server: SmtpServer) -> None:
    """In clear or encoded: its words go to the screen and into the ledger."""
    login = Server(server.url(LOGIN)).login
    assert login
    server.plan(ever={"at": "auth", "say": f"535 {PASSWORD} {login.plain()} {login.password()} mara is wrong"})

    outcome = the_outcome(smtp_at(server.url(LOGIN)))

    assert isinstance(outcome, Deferred)
    assert "is wrong" in outcome.reason
    assert not any(secret in outcome.reason for secret in (PASSWORD, login.plain(), login.password()))


def test_a_fault_of_our_own_is_logged_by_place_and_not_by_words(
    server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception's message may quote what it choked on; nobody is lost by it."""

    def broken(mail: bytes) -> bytes:
        if b"reader1@" in mail:
            raise RuntimeError("marked-ada@example.com")
        return mail

    smtp = SmtpProvider(server.url(), clock=SystemClock(), sign=broken)

    found = dict(outcomes(smtp, a_consignment()))

    assert all(isinstance(found[one], Deferred | Accepted) for one in (101, 102, 103))
    assert len(found) == 3
    assert isinstance(found[102], Deferred)
    assert found[102].backs_off
    assert "RuntimeError" in caplog.text
    assert "test_smtp_encryption.py:" in caplog.text
    assert "marked-" not in caplog.text
    taken = {line["delivery"] for line in server.accepted()}
    assert taken == {one for one, outcome in found.items() if isinstance(outcome, Accepted)}
