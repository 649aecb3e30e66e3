"""Check: hold an issue and what became of it against what readers would trip over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from newsletter.compose.press import Proof
from newsletter.ports.fetcher import NotFetched, WhyNot
from newsletter.preflight import (
    access,
    answers,
    both_parts,
    clients,
    content,
    gaps,
    headers,
    images,
    links,
    quotes,
    seen,
    size,
    spam,
)
from newsletter.preflight.around import Around
from newsletter.preflight.asking import Replies, ask
from newsletter.preflight.mail import filled
from newsletter.preflight.page_tree import Element
from newsletter.preflight.reading import Link, readings_of
from newsletter.preflight.rules import RULES, finding
from newsletter.words.finding import Finding, Severity
from newsletter.words.issue import Issue
from newsletter.words.mistake import Place


def check(proof: Proof, around: Around) -> list[Finding]:
    """All findings: errors first, in the order of the files; what its author waived comes last.

    Nothing is asked of the web without `around.fetcher`; a note says so.
    """
    readings = readings_of(proof)
    written = links.links_of(proof, readings)
    pictures = images.pictures_of(proof, readings)
    mail = filled(proof, around.newsletter)
    fetched = _as_readers_fetch(pictures, mail.tree, around)
    replies, unasked = _ask(proof, around, written, fetched)
    longest = dict(around.longest)
    found = [
        *content.findings(proof, readings),
        *both_parts.findings(proof, mail, around),
        *spam.findings(proof, mail),
        *gaps.findings(proof, around),
        *links.findings(written),
        *answers.findings([link for link in written if not link.is_picture], replies),
        *answers.findings(fetched, replies),
        *seen.findings(proof, written, around.shelf, answers.moved(replies)),
        *quotes.findings(proof, readings, replies, around.also),
        *images.findings(proof, pictures, mail, around),
        *access.findings(proof, readings, mail, around.template),
        *clients.findings(proof, mail, around.template),
        *headers.findings(proof, around),
        *size.findings(proof, longest),
        *unasked,
    ]
    return _sorted([*_waived(found, proof.issue), *_unknown_waivers(proof.issue)])


def _ask(
    proof: Proof, around: Around, written: Sequence[Link], pictures: Sequence[Link]
) -> tuple[Replies, list[Finding]]:
    """The web's answers about every address that readers are sent to; or a note on how many nobody asked for."""
    addresses = [link.href for link in written if _is_web(link.href) and not link.is_picture and not link.has_gap]
    addresses += [link.href for link in pictures if _is_web(link.href)]
    addresses = list(dict.fromkeys(addresses))
    if not addresses:
        return {}, []
    if around.fetcher is None:
        return {}, [_nobody_looked(proof, addresses, around.offline_because)]
    replies = ask(around.fetcher, addresses)
    missed = [reply for reply in replies.values() if isinstance(reply, NotFetched) and reply.why is WhyNot.OFFLINE]
    if len(missed) == len(replies):
        return {}, [_nobody_looked(proof, addresses, missed[0].reason)]
    return replies, []


def _nobody_looked(proof: Proof, addresses: Sequence[str], because: str) -> Finding:
    """One note for all, rather than one a link."""
    n_quotes = sum(post.url is not None and "\n>" in f"\n{post.body}" for post in proof.posts.values())
    what = f"{len(addresses)} links and pictures" + (f", and the quotes of {n_quotes} posts," if n_quotes else "")
    return finding(
        "not-checked",
        Place(proof.issue.file, 1),
        f"{what} were not looked at: {because}.",
        f"With a way to the web: newsletter check {proof.issue.number}",
    )


def _as_readers_fetch(pictures: Sequence[images.Picture], tree: Element, around: Around) -> list[Link]:
    """Pictures under the address that the mail has for them. A stand-in address is nobody's to ask."""
    public = around.newsletter.public_url.rstrip("/")
    sources = {one.attributes.get("alt"): one.attributes.get("src", "") for one in tree.walk() if one.tag == "img"}
    found = []
    for picture in pictures:
        href = sources.get(picture.alt, f"{public}/{picture.own_file}") if picture.own_file else picture.src
        if not (picture.own_file and public.endswith(".invalid")):
            found.append(Link(href=href, words=picture.alt, place=picture.place, post=picture.post, is_picture=True))
    return found


def _is_web(href: str) -> bool:
    return href.lower().startswith(("http://", "https://"))


def _waived(found: Iterable[Finding], issue: Issue) -> Iterator[Finding]:
    reasons = dict(issue.waivers)
    for one in found:
        yield replace(one, waived=reasons[one.code]) if one.code in reasons else one


def _unknown_waivers(issue: Issue) -> Iterator[Finding]:
    for code, _ in issue.waivers:
        if code not in RULES:
            near = get_close_matches(code, sorted(RULES), n=1)
            yield finding(
                "unknown-waiver",
                Place(issue.file, issue.line_of("waive") or 1),
                f"No finding has the code {code}.",
                f"Did you mean {near[0]}?" if near else "docs/checks.md lists the codes.",
            )


def _sorted(found: Iterable[Finding]) -> list[Finding]:
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
