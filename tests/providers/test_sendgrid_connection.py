"""The line to SendGrid: kept and reused, replaced when stale, never slower than its deadline, and sure of what went out."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newsletter.providers.sendgrid.provider import SendGrid
from newsletter.words.gap import Part
from newsletter.words.outcome import Accepted, Deferred, Outcome, Uncertain
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.providers.parcels import SystemClock, a_consignment, an_edition


def sendgrid_at(url: str, *, seconds: float = 2, tls: ssl.SSLContext | None = None) -> SendGrid:
    return SendGrid("SG.test", clock=SystemClock(), url=url, deadline=timedelta(seconds=seconds), tls=tls)


def the_outcome(sendgrid: SendGrid, seconds: float = 60) -> Outcome:
    return next(iter(sendgrid.hand_over(a_consignment(seconds=seconds))))[1]


@contextmanager
def listener(backlog: int = 16) -> Iterator[socket.socket]:
    """A port on which something may or may not happen."""
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as server:
        yield server


def url_of(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_one_connection_carries_many_calls(server: SendGridServer) -> None:
    """Connecting anew costs more than the call, over TLS a hundred times more."""
    sendgrid = sendgrid_at(server.url)
    before = server.state()["connections"]

    answers = [the_outcome(sendgrid) for _ in range(20)]

    assert {type(outcome) for outcome in answers} == {Accepted}
    # The second is the one that asks the server here.
    assert server.state()["connections"] == before + 2


def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(server: SendGridServer) -> None:
    """A server that hangs up between two calls must not put a thousand readers in doubt."""
    server.plan("accept-hangup", "accept-hangup", "accept-hangup")
    sendgrid = sendgrid_at(server.url)
    answers = []

    for _ in range(4):
        answers.append(the_outcome(sendgrid))
        time.sleep(0.05)

    assert {type(outcome) for outcome in answers} == {Accepted}


def test_the_line_is_new_after_an_answer_was_lost(server: SendGridServer) -> None:
    """A late answer to one call must never be read as the answer to the next."""
    server.plan("accept-hang", "accept")
    sendgrid = sendgrid_at(server.url, seconds=0.3)

    assert isinstance(the_outcome(sendgrid), Uncertain)
    second = the_outcome(sendgrid)

    assert second == Accepted(server.accepted()[-1]["reference"])


def test_four_threads_have_four_lines_and_keep_them(server: SendGridServer) -> None:
    """Nothing of one call is ever shared with another."""
    sendgrid = sendgrid_at(server.url, seconds=10)
    before = server.state()["connections"]
    together = threading.Barrier(4)

    def ten(_: int) -> list[Outcome]:
        together.wait()
        return [the_outcome(sendgrid) for _ in range(10)]

    with ThreadPoolExecutor(4) as pool:
        answers = [outcome for outcomes in pool.map(ten, range(4)) for outcome in outcomes]

    assert {type(outcome) for outcome in answers} == {Accepted}
    assert len({outcome.reference for outcome in answers if isinstance(outcome, Accepted)}) == 40
    assert server.state()["connections"] == before + 5


def test_the_deadline_is_for_all_of_the_call_however_steadily_it_drips(server: SendGridServer) -> None:
    """A timeout for each read would let a dripping server hold a parcel for minutes."""
    server.plan("accept-drip")
    sendgrid = sendgrid_at(server.url, seconds=0.5)

    begun = time.monotonic()
    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Uncertain)
    assert 0.4 < time.monotonic() - begun < 1.5


def test_the_parcels_own_deadline_is_kept_when_it_is_sooner(server: SendGridServer) -> None:
    """Another sender may take the parcel after it."""
    server.plan("hang")
    sendgrid = sendgrid_at(server.url, seconds=20)

    begun = time.monotonic()
    outcome = the_outcome(sendgrid, seconds=0.5)

    assert isinstance(outcome, Uncertain)
    assert time.monotonic() - begun < 1.5


def test_a_server_that_never_reads_is_left_at_the_deadline() -> None:
    """Writing has the same deadline as reading."""
    with listener() as server:
        sendgrid = sendgrid_at(url_of(server), seconds=0.5)
        edition = an_edition(text=Part(("x" * 20_000_000,)))

        begun = time.monotonic()
        outcome = next(iter(sendgrid.hand_over(a_consignment(edition=edition))))[1]

    assert isinstance(outcome, Uncertain)
    assert time.monotonic() - begun < 1.5


def test_nobody_listening_is_surely_not_taken() -> None:
    """Connection refused: everyone goes back to the queue."""
    with listener() as server:
        url = url_of(server)

    outcome = the_outcome(sendgrid_at(url))

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off
    assert "refused" in outcome.reason


def test_a_name_that_does_not_exist_is_surely_not_taken() -> None:
    """RFC 6761 keeps `.invalid` for names that never resolve."""
    outcome = the_outcome(sendgrid_at("https://nowhere.invalid", tls=ssl.create_default_context()))

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off


def test_a_connection_that_is_never_made_is_surely_not_taken() -> None:
    """A full backlog answers nothing at all."""
    with listener(backlog=0) as server, socket.create_connection(server.getsockname()):
        begun = time.monotonic()
        outcome = the_outcome(sendgrid_at(url_of(server), seconds=0.5))

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off
    assert time.monotonic() - begun < 1.5


def test_a_server_that_does_not_speak_tls_is_surely_not_taken() -> None:
    """The key and the mail are sent only after a handshake."""
    with listener() as server:
        heard = []

        def talk() -> None:
            line, _ = server.accept()
            with line:
                heard.append(line.recv(10_000))
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        speaker = threading.Thread(target=talk)
        speaker.start()
        outcome = the_outcome(sendgrid_at(url_of(server).replace("http:", "https:")))
        speaker.join()

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off
    assert b"SG.test" not in heard[0]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = Path(tmp_path_factory.mktemp("tls")) / "both.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(encoding))
    return path


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[SendGridServer]:
    with sendgrid_server(tmp_path_factory.mktemp("secure"), "--tls", str(certificate)) as server:
        yield server


def test_over_tls_the_line_is_kept_too(tls_server: SendGridServer, certificate: Path) -> None:
    """Session tickets that arrive after the handshake must not be taken for a closed line."""
    sendgrid = sendgrid_at(tls_server.url, tls=ssl.create_default_context(cafile=str(certificate)))
    before = tls_server.state()["connections"]

    answers = [the_outcome(sendgrid) for _ in range(10)]

    assert {type(outcome) for outcome in answers} == {Accepted}
    assert tls_server.state()["connections"] == before + 2


def test_over_tls_the_deadline_is_for_all_of_the_call_too(tls_server: SendGridServer, certificate: Path) -> None:
    """TLS reads and writes in pieces of its own."""
    tls_server.plan("accept-drip")
    sendgrid = sendgrid_at(tls_server.url, seconds=0.5, tls=ssl.create_default_context(cafile=str(certificate)))

    begun = time.monotonic()
    outcome = the_outcome(sendgrid)

    assert isinstance(outcome, Uncertain)
    assert time.monotonic() - begun < 1.5


def test_a_certificate_that_nobody_vouches_for_gets_neither_key_nor_mail(tls_server: SendGridServer) -> None:
    """Surely not taken, and the reason says that it was the certificate."""
    before = tls_server.state()["calls"]

    outcome = the_outcome(sendgrid_at(tls_server.url))

    assert isinstance(outcome, Deferred)
    assert outcome.backs_off
    assert "certificate" in outcome.reason
    assert tls_server.state()["calls"] == before


def test_proxies_of_the_environment_are_ignored(server: SendGridServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key goes to SendGrid and to nobody who set a variable."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert isinstance(the_outcome(sendgrid_at(server.url)), Accepted)
