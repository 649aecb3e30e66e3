"""Merge tags that would come out wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from newsletter.compose.press import Proof
from newsletter.words.finding import Finding, Severity

# What every reader has, by the program's own doing.
ALWAYS_KNOWN = frozenset({"email", "first_name", "last_name", "name", "unsubscribe_url", "preferences_url"})


def findings(proof: Proof, known_fields: Collection[str]) -> Iterator[Finding]:
    """Names that no reader has a value for: they come out empty for everybody."""
    known = ALWAYS_KNOWN | set(known_fields)
    for name, place in proof.rendered.fields.items():
        if name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            yield Finding(
                code="unknown-merge-tag",
                severity=Severity.ERROR,
                place=place,
                message=f"No reader has a value called {name!r}: it comes out empty for everybody.",
                fix=f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(sorted(known))}.",
            )
