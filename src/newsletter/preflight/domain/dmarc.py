"""DMARC (RFC 9989): the policy for a domain, found by walking up its tree, and whether it can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.ports.resolver import RecordType, Resolver
from newsletter.preflight.domain.dkim import tags_of, unusable
from newsletter.words.verdict import Verdict, failed, passed, warned

_ABOUT = "DMARC"
_POLICIES = frozenset({"none", "quarantine", "reject"})
# RFC 9989 4.10: of longer names the walk goes on with the last seven labels.
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Policy:
    """The record that holds for a domain. `domain` is where it stands, `strict_spf` wants the very same domain."""

    domain: str
    tags: dict[str, str]

    @property
    def strict_spf(self) -> bool:
        return self.tags.get("aspf", "r").lower() == "s"


def check_dmarc(domain: str, resolver: Resolver) -> tuple[Verdict, Policy | None]:
    """The verdict, and the policy where there is one to read."""
    for name in _walk(domain):
        answer = resolver.ask(f"_dmarc.{name}", RecordType.TXT)
        if (verdict := unusable(_ABOUT, f"_dmarc.{name}", answer)) is not None:
            return verdict, None
        found = [text for text in answer.records if re.match(r"v\s*=\s*DMARC1\s*(?:;|$)", text)]
        if len(found) > 1:
            return failed(
                _ABOUT, f"_dmarc.{name} has {len(found)} records; receivers then use none.", "Keep one."
            ), None
        if found:
            policy = Policy(name, tags_of(found[0]))
            return _judged(domain, policy), policy
    fix = f'Add a TXT record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:you@{domain}".'
    return failed(_ABOUT, f"{domain} has no DMARC record, which Google, Yahoo and Microsoft ask for.", fix), None


def _walk(domain: str) -> list[str]:
    """The domain, then each one above it but the last label alone."""
    labels = domain.lower().rstrip(".").split(".")
    names = [".".join(labels)]
    labels = labels[1:] if len(labels) < _MOST_LABELS else labels[-(_MOST_LABELS - 1) :]
    while len(labels) > 1:
        names.append(".".join(labels))
        labels = labels[1:]
    return names


def _judged(domain: str, policy: Policy) -> Verdict:
    where = f"_dmarc.{policy.domain}"
    tag = "p" if policy.domain == domain.lower() else "sp" if "sp" in policy.tags else "p"
    word = policy.tags.get(tag, "").lower()
    if word not in _POLICIES:
        problem = f"says {tag}={word}" if word else "has no p"
        return failed(_ABOUT, f"{where} {problem}, which is no policy.", "Write p=none, p=quarantine or p=reject.")
    if "pct" in policy.tags and policy.tags["pct"] != "100":
        return warned(
            _ABOUT, f"{where} says pct={policy.tags['pct']}, which receivers no longer obey.", "Take pct out."
        )
    if word == "none":
        return passed(_ABOUT, f"{where} says p=none: enough to send, and it stops nobody from using your name.")
    return passed(_ABOUT, f"{where} says {tag}={word}.")
