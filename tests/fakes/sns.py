"""A topic of SNS with a certificate of its own: signs what SES tells as Amazon documents it, and serves its pages."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from newsletter.ports.fetcher import MAX_BYTES, Fetched, NotFetched, WhyNot

TOPIC = "arn:aws:sns:eu-west-1:123456789012:weekly"
HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
CONFIRM = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37"
_numbers = count(1)


class Amazon:
    """The pages of SNS, as a `Fetcher`: what was asked, and answers by address. What is not there is not reached."""

    def __init__(self, pages: Mapping[str, Fetched]) -> None:
        self.pages = dict(pages)
        self.asked: list[str] = []

    def fetch(
        self, url: str, *, limit: int = MAX_BYTES, cut: bool = False, also: Mapping[str, str] | None = None
    ) -> Fetched:
        self.asked.append(url)
        if url not in self.pages:
            raise NotFetched(WhyNot.UNREACHABLE, "nobody is there")
        return self.pages[url]


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(*, since_days: int = -1, until_days: int = 300, of: rsa.RSAPrivateKey | None = None) -> bytes:
    """In PEM, valid from and to so many days from now."""
    name, own, now = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")]),
        of or key(),
        datetime.now(UTC),
    )
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key())
    built = built.serial_number(1).not_valid_before(now + timedelta(days=since_days))
    signed = built.not_valid_after(now + timedelta(days=until_days)).sign(own, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def amazon() -> Amazon:
    pages = {CERTIFICATE: certificate(), CONFIRM: b"<ConfirmSubscriptionResponse/>"}
    return Amazon({url: Fetched(url=url, status=200, body=body) for url, body in pages.items()})


def message(said: object, *, version: str = "2", signer: rsa.RSAPrivateKey | None = None, **changes: Any) -> bytes:
    """A signed message, as it is posted. `changes` are made before it is signed."""
    envelope: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": f"22b80b92-fdea-4c2c-8f9d-{next(_numbers):012}",
        "TopicArn": TOPIC,
        "Message": said if isinstance(said, str) else json.dumps(said),
        "Timestamp": "2026-11-26T09:00:05.123Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
        **changes,
    }
    return json.dumps(signed(envelope, signer=signer)).encode()


def confirmation(**changes: Any) -> bytes:
    """The first message to a new subscriber."""
    asked = {"Type": "SubscriptionConfirmation", "Token": "2336412f37", "SubscribeURL": CONFIRM}
    return message("You have chosen to subscribe to the topic.", **{**asked, **changes})


def signed(envelope: dict[str, Any], *, signer: rsa.RSAPrivateKey | None = None) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html"""
    if envelope["Type"] == "Notification":
        names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    else:
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    words = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope).encode()
    digest = hashes.SHA1() if envelope["SignatureVersion"] == "1" else hashes.SHA256()
    proof = (signer or key()).sign(words, padding.PKCS1v15(), digest)
    return {**envelope, "Signature": base64.b64encode(proof).decode()}


def told(kind: str, *, attempt: str = "ab" * 16, delivery: int = 101, **details: Any) -> dict[str, Any]:
    """One event of SES about the mail of one delivery, as its event publishing writes it."""
    part = kind[:1].lower() + kind[1:]
    return {
        "eventType": kind,
        "mail": {
            "timestamp": "2026-11-26T09:00:00.000Z",
            "messageId": f"0102019-{delivery}",
            "source": "ana@example.org",
            "destination": [f"reader{delivery}@example.com"],
            "headersTruncated": False,
            "tags": {
                "nl_attempt": [attempt],
                "nl_delivery": [str(delivery)],
                "ses:configuration-set": ["weekly"],
            },
        },
        part: {"timestamp": "2026-11-26T09:00:05.000Z", **details},
    }
