"""What is asked of the web about an issue, and what is said where nobody was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.compose.press import Proof
from newsletter.ports.fetcher import NotFetched, WhyNot
from newsletter.preflight.around import Around
from newsletter.preflight.author_text import AuthorLink
from newsletter.preflight.links import secure
from newsletter.preflight.mail.page_tree import Element
from newsletter.preflight.rules import finding
from newsletter.preflight.web.memory import Answered, age_in_words, answered
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.post import own_picture


def ask_about(
    proof: Proof, around: Around, written: Sequence[AuthorLink], pictures: Sequence[AuthorLink]
) -> tuple[Answered, list[Finding]]:
    """The web's answers about every address that readers are sent to; or a note on how many nobody asked for."""
    followed = [link.href for link in written if _is_web(link.href) and not link.is_picture and not link.has_gap]
    followed += [link.href for link in pictures if _is_web(link.href)]
    addresses = list(dict.fromkeys(followed))
    if not addresses:
        return Answered(), []
    if around.fetcher is None:
        return Answered(), [_nobody_looked(proof, addresses, "the web was not asked")]
    # Whether an open line could be a secure one is asked along with it.
    addresses = list(dict.fromkeys([*addresses, *(secure(href) for href in addresses)]))
    told = answered(
        around.fetcher,
        addresses,
        to_read=frozenset(
            [
                *(post.url for post in proof.posts.values() if post.url and _has_quote(post.body)),
                *(link.href for link in written if link.in_quote),
            ]
        ),
        memory=around.memory,
        now=around.now,
        is_fresh=around.is_fresh,
        between=around.seconds_between,
    )
    replies = told.replies.values()
    missed = [reply for reply in replies if isinstance(reply, NotFetched) and reply.why is WhyNot.OFFLINE]
    if len(missed) == len(replies):
        return Answered(), [_nobody_looked(proof, list(dict.fromkeys(followed)), missed[0].reason)]
    return told, [_remembered(proof, told)] if told.ages else []


def as_readers_fetch(pictures: Sequence[AuthorLink], tree: Element, around: Around) -> list[AuthorLink]:
    """Pictures under the address that the mail has for them. A stand-in address is nobody's to ask."""
    public = around.newsletter.public_url.rstrip("/")
    sources = {one.attributes.get("alt"): one.attributes.get("src", "") for one in tree.walk() if one.tag == "img"}
    found = []
    for picture in pictures:
        file = own_picture(picture.href)
        if not (file and public.endswith(".invalid")):
            href = sources.get(picture.words, f"{public}/{file}") if file else picture.href
            found.append(replace(picture, href=href))
    return found


def _nobody_looked(proof: Proof, addresses: Sequence[str], because: str) -> Finding:
    """One note for all, rather than one a link."""
    n_quotes = sum(post.url is not None and _has_quote(post.body) for post in proof.posts.values())
    is_one = len(addresses) == 1 and not n_quotes
    what = "1 link or picture" if len(addresses) == 1 else f"{len(addresses)} links and pictures"
    if n_quotes:
        what += f", and the quotes of {n_quotes} post{'' if n_quotes == 1 else 's'},"
    return finding(
        "not-checked",
        Place(proof.issue.file, 1),
        f"{what} {'was' if is_one else 'were'} not looked at: {because}.",
        f"With a way to the web: newsletter check {proof.issue.number}",
        on_page=f"{what} {'was' if is_one else 'were'} not looked at on the web.",
        fix_on_page="Run the checks on the page of findings, or open them yourself.",
    )


def _remembered(proof: Proof, told: Answered) -> Finding:
    return finding(
        "remembered-answers",
        Place(proof.issue.file, 1),
        f"{len(told.ages)} of {len(told.replies)} addresses were not asked again; the oldest answer is of "
        f"{age_in_words(max(told.ages.values()))} ago.",
        f"To ask all of them now: newsletter check {proof.issue.number} --fresh",
        fix_on_page="Run the checks again later.",
    )


def _has_quote(body: str) -> bool:
    return "\n>" in f"\n{body}"


def _is_web(href: str) -> bool:
    return href.lower().startswith(("http://", "https://"))
