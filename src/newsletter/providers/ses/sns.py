"""The envelope in which SNS delivers what SES tells: proved by its signature, and the subscription confirmed."""

from __future__ import annotations

import base64
import binascii
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from newsletter.ports.clock import Clock
from newsletter.ports.events import Unverified
from newsletter.ports.fetcher import Fetched, Fetcher, NotFetched, WhyNot

log = logging.getLogger(__name__)

# https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
_SIGNED_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": _SIGNED_NOTIFICATION,
    "SubscriptionConfirmation": _SIGNED_CONFIRMATION,
    "UnsubscribeConfirmation": _SIGNED_CONFIRMATION,
}
# Version 1 is what a topic uses unless its owner chooses version 2.
_DIGESTS: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]{1,30}):\d{12}:[A-Za-z0-9_-]{1,256}")
_DOMAINS = ("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu")
_CERTIFICATE = re.compile(r"SimpleNotificationService-[0-9A-Za-z]{1,100}\.pem")
_LARGEST = 20_000
# Certificates change once in a while, and old ones sign for some time beside new ones.
_MOST_CERTIFICATES = 8
# Anybody may post, naming certificates that are not there: each name would be asked for.
_FETCHES_IN_A_MINUTE = 6

Envelope: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Certificate:
    key: rsa.RSAPublicKey
    certificate: x509.Certificate


class SnsTopic:
    """One topic whose messages are believed. Its certificates are fetched once and kept while this lives."""

    def __init__(self, topic: str, *, fetcher: Callable[[], Fetcher], clock: Clock) -> None:
        """`topic` is checked already; `fetcher` is asked for when the first message comes."""
        self._topic, self._fetcher, self._clock = topic, fetcher, clock
        match = TOPIC.fullmatch(topic)
        assert match
        self._begins = tuple(f"https://sns.{match[1]}.{domain}/" for domain in _DOMAINS)
        self._lock = threading.Lock()
        self._certificates: dict[str, _Certificate] = {}
        self._fetched_at: list[float] = []

    def opened(self, body: bytes) -> str | None:
        """What a message of the topic says; None where it says nothing about a mail.

        A subscription is confirmed by that. Raises Unverified; NotFetched where a certificate or the confirmation can't
        be asked for: SNS comes again later.
        """
        envelope = _envelope(body)
        self._verify(envelope)
        match envelope["Type"]:
            case "Notification":
                return _text(envelope, "Message")
            case "SubscriptionConfirmation":
                self._confirm(_text(envelope, "SubscribeURL"))
            case _:
                log.warning("SNS says that the subscription to %s has ended: events are no longer heard", self._topic)
        return None

    def _verify(self, envelope: Envelope) -> None:
        names = _SIGNED.get(_text(envelope, "Type"))
        digest = _DIGESTS.get(_text(envelope, "SignatureVersion"))
        if names is None or digest is None:
            raise Unverified("it is no signed message of SNS")
        if _text(envelope, "TopicArn") != self._topic:
            raise Unverified("it comes from another topic than the one that is set")
        try:
            signature = base64.b64decode(_text(envelope, "Signature"), validate=True)
        except (binascii.Error, ValueError):
            raise Unverified("its signature can't be read") from None
        signer = self._certificate(_text(envelope, "SigningCertURL"))
        now = self._clock.now()
        if not signer.certificate.not_valid_before_utc <= now <= signer.certificate.not_valid_after_utc:
            raise Unverified("its certificate is not valid today")
        try:
            signer.key.verify(signature, _signed_words(envelope, names), padding.PKCS1v15(), digest())
        except InvalidSignature:
            raise Unverified("its signature is not that of Amazon") from None

    def _certificate(self, url: str) -> _Certificate:
        """Raises Unverified for an address that is not Amazon's for this region, NotFetched where there is no answer."""
        if not _CERTIFICATE.fullmatch(self._behind_host(url)):
            raise Unverified("its certificate would lie elsewhere than at SNS")
        with self._lock:
            found = self._certificates.get(url)
            if found is None:
                self._check_pace()
                found = _read_certificate(self._get(url).body)
                while len(self._certificates) >= _MOST_CERTIFICATES:
                    self._certificates.pop(next(iter(self._certificates)))
                self._certificates[url] = found
            return found

    def _confirm(self, url: str) -> None:
        """Follow the link that SNS sent, which begins the subscription. Raises Unverified and NotFetched."""
        behind = self._behind_host(url)
        if not behind.startswith("?") or parse_qs(behind[1:]).get("TopicArn") != [self._topic]:
            raise Unverified("its confirmation would lie elsewhere than at SNS")
        self._get(url)
        log.info("the subscription to %s is confirmed: events are heard from now on", self._topic)

    def _behind_host(self, url: str) -> str:
        """What follows SNS's own name in the topic's region; "" for an address anywhere else."""
        begins = next((begin for begin in self._begins if url.startswith(begin)), None)
        return url.removeprefix(begins) if begins and url.isprintable() and " " not in url else ""

    def _get(self, url: str) -> Fetched:
        answer = self._fetcher().fetch(url, limit=_LARGEST)
        if answer.redirects or answer.status != 200:
            raise NotFetched(WhyNot.BROKEN, f"SNS answered {answer.status}")
        return answer

    def _check_pace(self) -> None:
        now = self._clock.monotonic()
        self._fetched_at = [at for at in self._fetched_at if now - at < 60.0]
        if len(self._fetched_at) >= _FETCHES_IN_A_MINUTE:
            raise NotFetched(WhyNot.TOO_SLOW, "too many certificates were named within a minute")
        self._fetched_at.append(now)


def _envelope(body: bytes) -> Envelope:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unverified("it is not JSON, so it is not signed") from None
    if not isinstance(found, dict):
        raise Unverified("it is no message of SNS")
    return found


def _signed_words(envelope: Envelope, names: tuple[str, ...]) -> bytes:
    """Each name and value on a line of its own; a subject only where there is one."""
    given = [name for name in names if isinstance(envelope.get(name), str)]
    return "".join(f"{name}\n{envelope[name]}\n" for name in given).encode("utf-8", "surrogatepass")


def _read_certificate(pem: bytes) -> _Certificate:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise NotFetched(WhyNot.BROKEN, "what SNS answered is no certificate") from None
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise Unverified("its certificate holds a key of another kind")
    return _Certificate(key, certificate)


def _text(envelope: Envelope, name: str) -> str:
    value = envelope.get(name)
    return value if isinstance(value, str) else ""
