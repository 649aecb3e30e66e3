"""DKIM (RFC 6376): whether a selector leads to a key that is there, in use, and long enough."""

from __future__ import annotations

import base64
import binascii
import re

from newsletter.ports.resolver import DnsAnswer, Lookup, RecordType, Resolver
from newsletter.words.verdict import Verdict, failed, passed, unknown, warned

SHORTEST_BITS = 1024
GOOD_BITS = 2048
# No selector of anybody: where it has a key, a wildcard answers for every name.
_NOBODYS = "no-such-selector"


def check_dkim(domain: str, selector: str, resolver: Resolver, *, should_lead_to: str | None = None) -> Verdict:
    """Judge one selector. `should_lead_to` is the provider's domain that its CNAME must end in."""
    name = f"{selector}._domainkey.{domain}"
    about = f"DKIM {selector}"
    answer = resolver.ask(name, RecordType.TXT)
    if (verdict := unusable(about, name, answer)) is not None:
        return verdict
    if should_lead_to and not any(alias.endswith(f".{should_lead_to}") for alias in answer.aliases):
        where = f"leads to {answer.aliases[-1]}" if answer.aliases else "has no CNAME record"
        return failed(
            about, f"{name} {where}, not to {should_lead_to}.", "Copy the CNAME record from the provider's page."
        )
    keys = [text for text in answer.records if tags_of(text).get("p") is not None]
    if not keys:
        return _without_key(about, name, answer)
    if len(keys) > 1:
        return failed(about, f"{name} has {len(keys)} keys; receivers may take any of them.", "Keep one.")
    if resolver.ask(f"{_NOBODYS}._domainkey.{domain}", RecordType.TXT).records == answer.records:
        return unknown(about, f"{name}: a wildcard answers for every name, so this tells nothing.")
    return _judged(about, name, tags_of(keys[0]))


def _without_key(about: str, name: str, answer: DnsAnswer) -> Verdict:
    if answer.aliases:
        return failed(
            about, f"{name} leads to {answer.aliases[-1]}, where no key is.", "Verify the domain at the provider again."
        )
    return failed(about, f"{name} has no key.", "Add the record that your provider or mail server shows.")


def _judged(about: str, name: str, tags: dict[str, str]) -> Verdict:
    if tags.get("v", "DKIM1") != "DKIM1":
        return failed(about, f"{name} is not a DKIM1 record.", "Begin it with v=DKIM1.")
    if not tags["p"]:
        return failed(about, f"The key at {name} was withdrawn (p is empty).", "Publish the key in use.")
    if tags.get("k", "rsa").lower() == "ed25519":
        return warned(
            about, f"{name} is an Ed25519 key, which several large receivers can't read.", "Sign with RSA as well."
        )
    try:
        bits = rsa_bits(base64.b64decode("".join(tags["p"].split()), validate=True))
    except (ValueError, binascii.Error):
        return failed(about, f"The key at {name} can't be read.", "Copy it again, whole.")
    if bits < SHORTEST_BITS:
        return failed(about, f"The key at {name} has {bits} bits; receivers ignore it.", f"Use {GOOD_BITS} bits.")
    if "y" in tags.get("t", "").split(":"):
        return warned(about, f"{name} says that it is only a test (t=y).", "Take t=y out.")
    if bits < GOOD_BITS:
        return warned(about, f"The key at {name} has {bits} bits.", f"Use {GOOD_BITS} bits.")
    return passed(about, f"{name} holds a key of {bits} bits.")


def unusable(about: str, name: str, answer: DnsAnswer) -> Verdict | None:
    """The verdict on an answer that says nothing about a record; None for one that does."""
    if answer.found is Lookup.UNKNOWN:
        return unknown(about, f"{name}: {answer.reason}.")
    if answer.found is Lookup.LOOP:
        return failed(about, f"{name} is an alias that leads back to itself.", "Mend the CNAME record.")
    return None


def tags_of(record: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record by their lower-case names (RFC 6376 3.2)."""
    found = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals and re.fullmatch(r"[A-Za-z]\w*", name.strip()):
            found[name.strip().lower()] = value.strip()
    return found


def rsa_bits(key: bytes) -> int:
    """The length of an RSA key in DER, as SubjectPublicKeyInfo or bare (RFC 8017 A.1.1). Raises ValueError."""
    body = _inside(key, 0x30)[0]
    if body[:1] == b"\x30":
        # SubjectPublicKeyInfo: an algorithm, then the key in a bit string whose first byte counts unused bits.
        _, rest = _inside(body, 0x30)
        bit_string, _ = _inside(rest, 0x03)
        body = _inside(bit_string[1:], 0x30)[0]
    modulus, _ = _inside(body, 0x02)
    return int.from_bytes(modulus, "big").bit_length()


def _inside(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first element, which must be of this tag, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError("not the element that was expected")
    length, at = data[1], 2
    if length & 0x80:
        n_bytes = length & 0x7F
        length, at = int.from_bytes(data[2 : 2 + n_bytes], "big"), 2 + n_bytes
    if len(data) < at + length:
        raise ValueError("cut short")
    return data[at : at + length], data[at + length :]
