"""Check: hold an issue and what became of it against what readers would trip over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from newsletter.compose.press import Manuscript, Proof
from newsletter.preflight import complaints as reported
from newsletter.preflight import content, gaps, images, left_over, links, quotes, repeats, spam
from newsletter.preflight.around import Around
from newsletter.preflight.author_text import AuthorText, readings_of
from newsletter.preflight.mail import access, both_parts, clients, headers, size
from newsletter.preflight.mail.finished import filled
from newsletter.preflight.sponsors import without_mends
from newsletter.preflight.waivers import idle, waived
from newsletter.preflight.web import answers
from newsletter.preflight.web.questions import as_readers_fetch, ask_about
from newsletter.preflight.wording import dates, house_style, inbox, names, placeholders, slips
from newsletter.words.finding import Finding, Severity


def check(proof: Proof, around: Around) -> list[Finding]:
    """All findings: errors first, in the order of the files; what its author waived comes last.

    Nothing is asked of the web without `around.fetcher`; a note says so.
    """
    readings = readings_of(proof)
    written = links.links_of(proof, readings)
    pictures = images.pictures_of(proof, readings)
    mail = filled(proof, around.newsletter)
    fetched = as_readers_fetch(pictures, mail.tree, around)
    told, unasked = ask_about(proof, around, written, fetched)
    replies = told.replies
    longest = dict(around.longest)
    found = [
        *written_findings(
            proof, readings, language=around.newsletter.language, now=around.now, style=around.house_style
        ),
        *both_parts.findings(proof, mail, around),
        *spam.findings(proof, mail, readings),
        *gaps.findings(proof, around),
        *links.findings(written, replies),
        *answers.findings([link for link in written if not link.is_picture], told),
        *answers.findings(fetched, told),
        *repeats.findings(proof, written, around.shelf, answers.moved_to(replies)),
        *quotes.findings(proof, readings, replies, around.also),
        *images.findings(proof, pictures, mail, around),
        *access.findings(proof, readings, mail, around.template),
        *clients.findings(proof, mail, around.template),
        *headers.findings(proof, around),
        *size.findings(proof, longest),
        *reported.findings(proof, around),
        *unasked,
    ]
    beside = idle(found, proof.issue, also=around.also, is_online=around.fetcher is not None)
    return in_order([*waived(without_mends(found, proof, readings), proof.issue), *beside])


def written_findings(
    manuscript: Manuscript,
    readings: Sequence[AuthorText],
    *,
    language: str,
    now: datetime | None,
    style: str = "",
) -> Iterator[Finding]:
    """What the words show by themselves, before anything is made of them."""
    yield from content.findings(manuscript, readings)
    yield from placeholders.findings(manuscript, readings)
    yield from inbox.findings(manuscript)
    yield from left_over.findings(manuscript, readings)
    yield from slips.findings(manuscript, readings, language)
    yield from dates.findings(manuscript, readings, now.date() if now else None)
    yield from names.findings(manuscript, readings, language)
    yield from house_style.findings(manuscript, readings, style)


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Each once: errors first, in the order of the files; what its author waived comes last."""
    worst_first = list(Severity)
    unique = list(dict.fromkeys(found))
    return sorted(
        unique,
        key=lambda one: (
            one.waived is not None,
            worst_first.index(one.severity),
            one.place.file,
            one.place.line or 0,
            one.place.column or 0,
        ),
    )
