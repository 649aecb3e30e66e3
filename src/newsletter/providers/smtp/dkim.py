"""Signs a mail so that receivers know who sent it and that nobody changed it (DKIM, RFC 6376 and 8301)."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from newsletter.words.message import domain_of
from newsletter.words.mistake import Mistake

# RFC 8058 wants both List-Unsubscribe headers covered, mailbox providers the Feedback-ID.
SIGNED = (
    *(b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"list-id", b"list-unsubscribe"),
    *(b"list-unsubscribe-post", b"feedback-id", b"mime-version", b"content-type"),
)
_SHORTEST_KEY = 1024
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
_SPACES = re.compile(rb"[ \t]+")
_FOLDED = re.compile(rb"\r\n(?=[ \t])")


class Signer:
    """An RSA key and its name. The public half is in DNS at `SELECTOR._domainkey.DOMAIN`. Safe for several threads."""

    def __init__(self, key: rsa.RSAPrivateKey, *, selector: str, sender: str) -> None:
        """`sender` is the address the mail comes from: signed for any other domain, DMARC would not count it."""
        self._key = key
        self._tags = f"v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d={domain_of(sender)}; s={selector};\r\n".encode(
            "ascii"
        )

    def signed(self, mail: bytes) -> bytes:
        """The mail with its signature in front. `mail` has CRLF line ends."""
        head, _, body = mail.partition(b"\r\n\r\n")
        names, fields = _signed_fields(head)
        digest = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest())
        unsigned = b"DKIM-Signature: %s h=%s;\r\n bh=%s;\r\n b=" % (self._tags, b":\r\n ".join(names), digest)
        last = _relaxed_field(_FOLDED.sub(b"", unsigned))
        signature = self._key.sign(b"".join([*fields, last]), padding.PKCS1v15(), hashes.SHA256())
        return unsigned + _folded(base64.b64encode(signature)) + b"\r\n" + mail


def read_signer(path: Path, *, selector: str | None, sender: str) -> Signer:
    """The signer for an RSA key in a PEM file. Raises Mistake that names the setting to mend."""
    if not selector or not _SELECTOR.fullmatch(selector):
        raise Mistake(
            "There is a DKIM key, but NEWSLETTER_DKIM_SELECTOR does not say under which name it stands in DNS.",
            fix="Set it to the word before ._domainkey, such as: news2026",
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise Mistake(
            f"The DKIM key {path} can't be read: {error.strerror}.",
            fix="Check NEWSLETTER_DKIM_KEY, the path of the key's file.",
        ) from None
    except (ValueError, TypeError):
        raise _not_a_key(path) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _not_a_key(path)
    if key.key_size < _SHORTEST_KEY:
        raise Mistake(
            f"The DKIM key in {path} has only {key.key_size} bits, and receivers ignore such signatures.",
            fix=f"Make one: openssl genrsa -out {path} 2048, and put its public half into DNS.",
        )
    return Signer(key, selector=selector, sender=sender)


def public_record(path: Path) -> str:
    """The public half of the key in a file, as its record in DNS holds it (RFC 6376, 3.6.1). Raises Mistake."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise _not_a_key(path) from None
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def _not_a_key(path: Path) -> Mistake:
    return Mistake(
        f"{path} does not hold an RSA private key without a password, in the PEM form.",
        fix=f"Make one: openssl genrsa -out {path} 2048, and put its public half into DNS.",
    )


def _signed_fields(head: bytes) -> tuple[list[bytes], list[bytes]]:
    """The names for the h= tag and the fields as they are hashed, in one order."""
    found: dict[bytes, bytes] = {}
    for field in _FOLDED.sub(b"", head).split(b"\r\n"):
        name = field.partition(b":")[0].strip().lower()
        if name in SIGNED:
            found[name] = field
    names = [name for name in SIGNED if name in found]
    # Named once more than it occurs: a second From added on the way then breaks the signature (RFC 6376, 8.15).
    return [*names, b"from"], [_relaxed_field(found[name]) + b"\r\n" for name in names]


def _relaxed_field(field: bytes) -> bytes:
    """RFC 6376, 3.4.2, of a field that is unfolded already."""
    name, _, value = field.partition(b":")
    return name.strip().lower() + b":" + _SPACES.sub(b" ", value).strip(b" \t")


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376, 3.4.4. Plain replacements: over a whole mail they are many times faster than an expression."""
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", b"\r\n").rstrip(b" ")
    end = body.rstrip(b"\r\n")
    return end + b"\r\n" if end else b""


def _folded(text: bytes) -> bytes:
    return b"\r\n ".join(text[at : at + 72] for at in range(0, len(text), 72))
