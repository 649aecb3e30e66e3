"""Signatures, verified by dkimpy, which is not ours."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.smtp.dkim import Signer, read_signer
from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.words.gap import Part
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted
from tests.contracts.provider import HOSTILE, outcomes
from tests.fakes.smtp_running import smtp_server
from tests.providers.parcels import SystemClock, a_consignment, an_edition

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SENDER = "ana@example.org"
SIGNER = Signer(KEY, selector="news2026", sender=SENDER)


def record(name: bytes, timeout: float = 5) -> bytes | None:
    """DNS, as far as a verifier asks it."""
    if name.rstrip(b".") != b"news2026._domainkey.example.org":
        return None
    public = KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def is_valid(mail: bytes) -> bool:
    valid: bool = dkim.verify(mail, dnsfunc=record)
    return valid


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[bytes]]:
    """Signed mails as a server got them, one for each hostile name, with headers long enough to be folded."""
    edition = an_edition(subject=Part(("Fähren und Eis, eine lange Überschrift, die gefaltet werden muss, " * 3,)))
    headers = {
        "List-Id": "<long-way.example.org>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": "42:weekly:newsletter:example-org",
    }
    links = [f"<https://news.example.org/u/{row}.{'t' * 300}>" for row in range(len(HOSTILE))]
    parcel = a_consignment(HOSTILE, edition=edition, headers=headers, reader_headers={"List-Unsubscribe": links})
    with smtp_server(Path(tmp_path_factory.mktemp("signed"))) as server:
        smtp = SmtpProvider(server.url(), clock=SystemClock(), sign=SIGNER.signed)
        assert {outcome for _, outcome in outcomes(smtp, parcel)} == {Accepted()}
        yield server.mails()


def test_every_mail_that_arrives_is_validly_signed(mails: list[bytes]) -> None:
    """After the wire, whatever a reader is called."""
    assert len(mails) == len(HOSTILE)
    assert all(is_valid(mail) for mail in mails)


def test_the_signature_covers_what_mailbox_providers_ask_for(mails: list[bytes]) -> None:
    """Both List-Unsubscribe headers, or one-click is not offered (RFC 8058, 4); From once more than it is there."""
    signature = str(message_from_bytes(mails[0])["DKIM-Signature"])
    tags = dict(tag.strip().split("=", 1) for tag in signature.replace("\r\n", "").split(";"))
    covered = [name.strip() for name in tags["h"].split(":")]

    assert tags["c"] == "relaxed/relaxed"
    assert tags["d"].strip() == "example.org"
    assert sorted(covered) == sorted(
        [
            "from",
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "reply-to",
            "list-id",
            "list-unsubscribe",
            "list-unsubscribe-post",
            "feedback-id",
            "mime-version",
            "content-type",
        ]
    )
    assert all(len(line) <= 78 for line in mails[0].partition(b"\r\n\r\n")[0].split(b"From:")[0].split(b"\r\n"))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: List-Unsubscribe=One-Clack"),
        (b"List-Unsubscribe: <https://news", b"List-Unsubscribe: <https://evil"),
        (b"Reply-To: letters@", b"Reply-To: letterz@"),
        (b"To: reader0@", b"To: reader9@"),
        (b"nder the ice", b"nder the sun"),
        (b"MIME-Version: 1.0\r\n", b"From: eve@example.net\r\nMIME-Version: 1.0\r\n"),
    ],
)
def test_a_changed_mail_is_noticed(mails: list[bytes], was: bytes, becomes: bytes) -> None:
    """In every header that is covered, and in the body."""
    assert was in mails[0]

    assert not is_valid(mails[0].replace(was, becomes, 1))


def test_spaces_that_servers_change_on_the_way_do_no_harm(mails: list[bytes]) -> None:
    """Which is what "relaxed" is for."""
    changed = mails[0].replace(b"\r\nMIME-Version: 1.0", b"\r\nmime-version:   1.0  ", 1) + b"\r\n\r\n"

    assert is_valid(changed)


_LINES = st.lists(st.text(alphabet=" \tab.=-", max_size=12), max_size=8)


@given(body=_LINES, value=st.text(alphabet=" \tab", max_size=20))
@settings(max_examples=150)
def test_any_body_and_any_header_verify(body: list[str], value: str) -> None:
    """Spaces, tabs and empty lines wherever they may be: the same canonical form on both sides."""
    text = "\r\n".join(body)
    mail = f"From: {SENDER}\r\nSubject: x{value}y\r\nDate: {value}\r\n\r\n{text}\r\n".encode()

    assert is_valid(SIGNER.signed(mail))


def test_a_key_is_read_from_the_file_that_openssl_makes(tmp_path: Path) -> None:
    """The documented command, in both forms that versions of it write."""
    for number, options in enumerate((["-traditional"], [])):
        path = tmp_path / f"{number}.pem"
        subprocess.run(["openssl", "genrsa", *options, "-out", str(path), "2048"], check=True, capture_output=True)

        assert b"s=news2026;" in read_signer(path, selector="news2026", sender=SENDER).signed(b"From: a@b.c\r\n\r\nx")


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't be read"),
        (b"not a key", "does not hold an RSA private key"),
        (_pem(KEY, b"locked"), "without a password"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "does not hold an RSA private key"),
    ],
)
def test_a_key_that_can_not_sign_is_refused_with_what_to_do(tmp_path: Path, content: bytes | None, words: str) -> None:
    """Before a sending begins, and without showing what is in the file."""
    path = tmp_path / "dkim.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Mistake, match=words) as refused:
        read_signer(path, selector="s1", sender=SENDER)

    assert refused.value.fix


def test_a_key_that_receivers_ignore_is_refused(tmp_path: Path) -> None:
    """Under 1,024 bits a signature is worth nothing (RFC 8301)."""
    path = tmp_path / "short.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(path), "768"], check=True, capture_output=True)

    with pytest.raises(Mistake, match=r"only 768 bits|RSA private key"):
        read_signer(path, selector="s1", sender=SENDER)


@pytest.mark.parametrize("selector", [None, "", "two words", "a;b", "-a"])
def test_a_key_needs_a_selector(tmp_path: Path, selector: str | None) -> None:
    """Without it nobody could look the public half up."""
    with pytest.raises(Mistake, match="NEWSLETTER_DKIM_SELECTOR"):
        read_signer(tmp_path / "dkim.pem", selector=selector, sender=SENDER)
