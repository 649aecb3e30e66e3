"""The way into a mail server: encrypted, logged in, kept, and never a password in the clear or in a log."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newsletter.providers.smtp import SmtpProvider
from newsletter.providers.smtp.server import Server, smtp_url
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.outcome import Accepted, Deferred, Outcome, Uncertain
from tests.contracts.provider import outcomes
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.providers.parcels import SystemClock, a_consignment

# On this machine as well, but not called so: the provider treats it as a server far away.
ELSEWHERE = "127.0.0.2"
PASSWORD = "very-secret-horse"
LOGIN = f"mara:{PASSWORD}"


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


def smtp_at(url: str, *, certificate: Path | None = None, seconds: float = 3) -> SmtpProvider:
    tls = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    return SmtpProvider(url, clock=SystemClock(), deadline=timedelta(seconds=seconds), tls=tls)


def the_outcome(smtp: SmtpProvider) -> Outcome:
    """The one outcome that all three readers of a parcel got."""
    (one,) = {outcome for _, outcome in outcomes(smtp, a_consignment())}
    return one


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
    assert "test_smtp_connection.py:" in caplog.text
    assert "marked-" not in caplog.text
    taken = {line["delivery"] for line in server.accepted()}
    assert taken == {one for one, outcome in found.items() if isinstance(outcome, Accepted)}


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

    said = smtp_at(server.url(LOGIN)).check()

    assert "takes the password" in said
    assert PASSWORD not in said
    assert server.accepted() == []
    assert [line["words"].split(" ")[0] for line in server.heard()] == ["EHLO", "AUTH", "NOOP", "QUIT"]


def test_a_check_that_fails_says_why(server: SmtpServer) -> None:
    """In the words that a sending would pause with."""
    server.plan(login=["mara", "another"])

    with pytest.raises(NotNow, match="does not take the password"):
        smtp_at(server.url(LOGIN)).check()


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
