"""The findings about an issue in the folder, for `check` and for `send`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.words.finding import Severity
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    from newsletter.compose.press import Proof
    from newsletter.wiring import Parts
    from newsletter.words.finding import Finding


def findings_of(parts: Parts, issue: int) -> list[Finding]:
    from newsletter.compose.press import press

    return findings_about(parts, press(parts.shelf, parts.config.newsletter, issue))


def findings_about(parts: Parts, proof: Proof) -> list[Finding]:
    from newsletter.preflight.check import check

    return check(proof, known_fields=parts.readers.known_fields())


def refuse_errors(parts: Parts, proof: Proof) -> None:
    """Raise Mistake with the first error that `check` finds."""
    errors = [one for one in findings_about(parts, proof) if one.severity is Severity.ERROR]
    if errors:
        more = f" {len(errors) - 1} more: newsletter check {proof.issue.number}." if len(errors) > 1 else ""
        raise Mistake(
            f"{errors[0].message}{more} Nothing was sent.",
            place=errors[0].place,
            fix=f"{errors[0].fix} To send it as it is, add --despite-findings.",
        )
