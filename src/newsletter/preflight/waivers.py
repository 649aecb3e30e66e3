"""Waivers: findings that their author knows of and accepts, everywhere or in one place; and waivers that accept nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from newsletter.preflight.rules import RULES, finding
from newsletter.words.canonical import canonical
from newsletter.words.finding import Finding, Mend
from newsletter.words.issue import Issue
from newsletter.words.mistake import Place

# These come and go with readers, settings and the weather of the web, so a waiver of one may well rest for a while.
_COME_AND_GO = frozenset(
    {
        *("empty-merge-tag", "merge-tags-too-long", "merge-tags-may-be-long", "stand-in-address", "not-checked"),
        *("unreachable-link", "unreachable-image"),
    }
)
# These are found only where the web was asked.
_OF_THE_WEB = frozenset({"dead-link", "redirected-link", "quote-not-on-page", "missing-image", "seen-before"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """`where` is empty for every place, or a post's name, a file, a file and a line, or an address."""

    code: str
    where: str
    reason: str
    place: Place

    def fits(self, one: Finding) -> bool:
        return one.code == self.code and (not self.where or self._is_there(one))

    def _is_there(self, one: Finding) -> bool:
        if "://" in self.where:
            return one.url is not None and canonical(one.url) == canonical(self.where)
        spots = {one.post, one.place.file, f"{one.place.file}:{one.place.line}"}
        return self.where in spots or f"{self.where}.md" == one.place.file


def waivers_of(issue: Issue) -> list[Waiver]:
    """In the order of the file; what names a place comes before what names none."""
    found = []
    for what, reason in issue.waivers:
        code, _, where = what.partition(" ")
        line = issue.line_of(f"waive/{what}") or issue.line_of("waive") or 1
        found.append(Waiver(code=code, where=where.strip(), reason=reason, place=Place(issue.file, line)))
    return sorted(found, key=lambda waiver: not waiver.where)


def waiver_for(found: Finding) -> str:
    """What the issue's file says to waive this finding: its code, and where that is known the address or the post that it is about.

    It fits every other finding of the same kind there, too.
    """
    is_address = found.url is not None and "://" in found.url and not set(found.url) & set("{} \t")
    where = found.url if is_address else found.place.file if found.place.file.startswith("posts/") else ""
    return f"{found.code} {where}".strip()


def waived(found: Sequence[Finding], issue: Issue) -> list[Finding]:
    """The findings, those that a waiver fits with its reason."""
    waivers = waivers_of(issue)
    reasons = (next((waiver.reason for waiver in waivers if waiver.fits(one)), None) for one in found)
    return [replace(one, waived=reason) for one, reason in zip(found, reasons, strict=True)]


def idle(found: Sequence[Finding], issue: Issue, *, also: Collection[str], is_online: bool) -> Iterator[Finding]:
    """Waivers of a code that there is not, and those that fit nothing where everything was looked at."""
    everything = is_online and not any(one.code == "not-checked" for one in found)
    for waiver in waivers_of(issue):
        rule = RULES.get(waiver.code)
        if rule is None:
            yield _unknown(waiver)
            continue
        looked = rule.is_on or waiver.code in also
        looked = looked and waiver.code not in _COME_AND_GO and (everything or waiver.code not in _OF_THE_WEB)
        if looked and not any(waiver.fits(one) for one in found):
            yield _idle(waiver, issue)


def _unknown(waiver: Waiver) -> Finding:
    near = get_close_matches(waiver.code, sorted(RULES), n=1)
    return finding(
        "unknown-waiver",
        waiver.place,
        f"No finding has the code {waiver.code}.",
        f"Did you mean {near[0]}?" if near else "docs/checks.md lists the codes.",
        on_page=f"“{waiver.code}” was accepted, but there is no finding of that name.",
        fix_on_page="Take it back below, under Accepted.",
        mend=Mend(place=waiver.place, old=waiver.code, new=near[0], is_sure=False) if near else None,
    )


def _idle(waiver: Waiver, issue: Issue) -> Finding:
    where = f" at {waiver.where}" if waiver.where else " in this issue"
    meant = waiver.where.removeprefix("posts/").partition(":")[0].removesuffix(".md")
    near = get_close_matches(meant, list(issue.slugs()), n=1)
    return finding(
        "idle-waiver",
        waiver.place,
        f"There is no {waiver.code}{where}.",
        f"Did you mean {near[0]}?"
        if near and near[0] != meant
        else "Take the waiver out, or mend the place that it names.",
        on_page=f"Something was accepted that is not found any more: “{waiver.reason}”",
        fix_on_page="Take it back below, under Accepted: it would hide the next one of its kind.",
    )
