"""How large the mail is: Gmail cuts what is longer, and the way to unsubscribe with it."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.compose.press import Proof
from newsletter.words.finding import Finding, Severity
from newsletter.words.mistake import Place

# Gmail clips the HTML of a message at about 102 KB, counted before any transfer encoding.
CLIPPED_AT = 102 * 1024
CLOSE_TO_IT = 90 * 1024


def findings(proof: Proof) -> Iterator[Finding]:
    """Whether the HTML is near or over the clip. Gaps count as nothing: a name or two does not decide it."""
    n_bytes = sum(len(piece.encode()) for piece in proof.rendered.edition.html.pieces if isinstance(piece, str))
    if n_bytes < CLOSE_TO_IT:
        return
    over = n_bytes >= CLIPPED_AT
    yield Finding(
        code="clipped" if over else "nearly-clipped",
        severity=Severity.ERROR if over else Severity.WARNING,
        place=Place(proof.issue.file, 1),
        message=f"The mail has {n_bytes // 1024} KB of HTML; Gmail cuts it at 102, the unsubscribe link with it.",
        fix="Move a post to the next issue, or shorten the longest quote.",
    )
