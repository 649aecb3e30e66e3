"""How large the mail is, what fills it, and at which post Gmail would cut it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from newsletter.compose.press import Proof
from newsletter.preflight.gap_sizes import Extent, worst_bytes
from newsletter.preflight.rules import finding
from newsletter.words.finding import Finding
from newsletter.words.gap import Choice, Part
from newsletter.words.mistake import Place

# Gmail clips the HTML of a message at about 102 KB, counted before any transfer encoding.
CLIPPED_AT = 102 * 1024
CLOSE_TO_IT = 90 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStretch:
    """A run of the HTML in bytes: a post, or what stands before and after the posts."""

    name: str
    slug: str | None
    starts_at: int
    n_bytes: int


def size_of(proof: Proof, longest: dict[str, int] | None = None) -> int:
    """The bytes of the HTML for the reader whose mail is the largest."""
    return worst_bytes(proof.rendered.edition.html, Extent(letters=longest or {}))


def stretches(proof: Proof) -> list[PostStretch]:
    """A map of what fills the mail, in the order of the mail. Merge tags count as nothing."""
    html = _constant(proof.rendered.edition.html)
    starts: list[tuple[int, str, str | None]] = [(0, "head and intro", None)]
    at = max(html.find("<body"), 0)
    for post in proof.posts.values():
        needles = (escape(post.title, quote=False), escape(post.title), post.title)
        found = next((spot for needle in needles if (spot := html.find(needle, at)) >= 0), -1)
        if found >= 0:
            # A post begins with the table row that its title stands in.
            row = html.rfind("<tr>", at, found)
            starts.append((row if row >= 0 else found, post.title, post.slug))
            at = found
    if len(starts) > 1 and (end := _end_of_posts(html, at)) > starts[-1][0]:
        starts.append((end, "outro and footer", None))
    ends = [start for start, _, _ in starts[1:]] + [len(html)]
    return [
        PostStretch(name=name, slug=slug, starts_at=len(html[:start].encode()), n_bytes=len(html[start:end].encode()))
        for (start, name, slug), end in zip(starts, ends, strict=True)
    ]


def _end_of_posts(html: str, at: int) -> int:
    """Where MJML begins the section after the last post's."""
    found = html.find("margin:0px auto;max-width:", at)
    return html.rfind("<div", at, found) if found >= 0 else -1


def findings(proof: Proof, longest: dict[str, int]) -> Iterator[Finding]:
    """Whether the HTML is near or over the clip, for the reader with the longest values."""
    n_bytes = size_of(proof, longest)
    if n_bytes < CLOSE_TO_IT:
        return
    parts = stretches(proof)
    largest = sorted((part for part in parts if part.slug), key=lambda part: -part.n_bytes)
    filling = ", ".join(f"“{part.name}” {part.n_bytes / 1024:.1f} KB" for part in largest[:5])
    cut = next((part for part in parts if part.starts_at + part.n_bytes > CLIPPED_AT), None)
    if n_bytes < CLIPPED_AT:
        yield finding(
            "nearly-clipped",
            Place(proof.issue.file, 1),
            f"The mail has {n_bytes / 1024:.0f} KB of HTML of the 102 at which Gmail cuts. Largest: {filling}.",
            "Move a post to the next issue, or shorten the longest quote.",
            on_page=f"The mail is nearly as long as Gmail shows. Largest: {filling}.",
        )
        return
    where = f"in “{cut.name}”" if cut else "at the end"
    line = proof.issue.line_of(f"sections/{cut.slug}") if cut and cut.slug else None
    yield finding(
        "clipped",
        Place(proof.issue.file, line or 1),
        f"The mail has {n_bytes / 1024:.0f} KB of HTML; Gmail cuts it at 102, {where}. Largest: {filling}.",
        "Move a post to the next issue, or shorten the longest quote.",
        on_page=f"The mail is longer than Gmail shows: it is cut {where}. Largest: {filling}.",
        post=cut.slug if cut else None,
    )


def _constant(part: Part) -> str:
    out = []
    for piece in part.pieces:
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece, Choice):
            out.append(max(_constant(piece.then), _constant(piece.otherwise), key=len))
    return "".join(out)
