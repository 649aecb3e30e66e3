"""The findings about an issue in the folder, for `check` and for `send`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from newsletter.segments.audience import Audience
from newsletter.wiring import Parts
from newsletter.words.finding import Finding, that_stop
from newsletter.words.mistake import Mistake, NewsletterError

if TYPE_CHECKING:
    from newsletter.compose.press import Proof


def findings_of(
    parts: Parts, issue: int, *, online: bool = False, also: Collection[str] = (), is_fresh: bool = False
) -> list[Finding]:
    """See `findings_about`. An issue that can't be rendered has findings too; raises Mistake where its own file can't be read."""
    from newsletter.compose.press import press
    from newsletter.wiring.surroundings import check_unrendered_issue

    try:
        proof = press(parts.shelf, parts.config.newsletter, issue)
    except NewsletterError as stop:
        return check_unrendered_issue(parts, issue, stop)
    return findings_about(parts, proof, online=online, also=also, is_fresh=is_fresh)


def findings_about(
    parts: Parts,
    proof: Proof,
    *,
    online: bool = False,
    audience: Audience | None = None,
    also: Collection[str] = (),
    is_fresh: bool = False,
) -> list[Finding]:
    """All findings, the waived ones last. Only with `online` is anything asked of the web, only with `is_fresh` all of it.

    `audience` is who it is about to go to; without one, the issue's own lists.
    """
    from newsletter.preflight.check import check
    from newsletter.wiring.surroundings import around

    return check(proof, around(parts, proof, online=online, audience=audience, also=also, is_fresh=is_fresh))


def refuse_errors(parts: Parts, proof: Proof, *, audience: Audience, despite: bool = False) -> None:
    """Raise Mistake with the first error that `check` finds, or with `despite` the first firm one.

    The web is not asked: a slow page must not hold up a send.
    """
    errors = that_stop(findings_about(parts, proof, audience=audience), despite=despite)
    if errors:
        more = f" {len(errors) - 1} more: newsletter check {proof.issue.number}." if len(errors) > 1 else ""
        raise Mistake(
            f"{errors[0].message} {errors[0].why}{more} Nothing was sent.",
            place=errors[0].place,
            fix=errors[0].fix if errors[0].is_firm else f"{errors[0].fix} To send it as it is, add --despite-findings.",
        )
