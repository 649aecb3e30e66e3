"""Check: hold an issue and what became of it against what readers would trip over."""

from __future__ import annotations

from collections.abc import Collection

from newsletter.compose.press import Proof
from newsletter.preflight import content, gaps, links, size
from newsletter.words.finding import Finding, Severity


def check(proof: Proof, *, known_fields: Collection[str]) -> list[Finding]:
    """All findings, errors first, in the order of the files. `known_fields` are the names that readers have values for."""
    findings = [
        *content.findings(proof),
        *gaps.findings(proof, known_fields),
        *links.findings(proof),
        *size.findings(proof),
    ]
    worst_first = list(Severity)
    return sorted(findings, key=lambda found: (worst_first.index(found.severity), found.place.file, found.place.line or 0))
