"""Findings as pages show them: in three kinds, each with the part of the issue that it is about and what can be done there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from newsletter.preflight.waivers import waiver_for
from newsletter.words.finding import Finding, Severity

# Nothing that is said about a waiver, or about words that make no mail, can be accepted in its turn.
_NOT_ACCEPTED = frozenset({"does-not-render", "unknown-waiver", "idle-waiver", "house-style-file"})
# So many of a kind in one part of the issue still stand in a line each.
_MANY = 3
# About what the program itself made, or said on every page already: nobody who writes can do anything about it there.
_NOT_SHOWN = frozenset({"client-decoration", "stand-in-address"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """`id` names it in a form. `part` is the key of the part in the outline, "" for what no part of the issue is about.

    `waiver` is what accepts it, "" where it can't be; `n_alike` are the findings that are accepted by that, itself included.
    `others` are the sentences of further findings of its kind in the same part, where they are many.
    """

    found: Finding
    id: str
    part: str
    waiver: str = ""
    n_alike: int = 1
    others: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether it stands in the way of sending or approving."""
        return self.found.counts and (self.found.severity is Severity.ERROR or self.found.answer is not None)


@dataclass(frozen=True, slots=True)
class Kinds:
    """What must be fixed, what to check, and what is said for information."""

    must: list[ShownFinding]
    check: list[ShownFinding]
    know: list[ShownFinding]

    @property
    def stops(self) -> list[ShownFinding]:
        return [one for one in (*self.must, *self.check) if one.stops]

    @property
    def in_order(self) -> list[tuple[str, str, list[ShownFinding]]]:
        """Each kind that has any: the name of its dot, its title and its findings."""
        kinds = (
            ("is-bad", "Must be fixed", self.must),
            ("", "Check this", self.check),
            ("is-none", "For your information", self.know),
        )
        return [kind for kind in kinds if kind[2]]


def kinds_of(findings: Sequence[Finding]) -> Kinds:
    """In the order that they come in; what was accepted is left out. Where there is no mail, nothing can be accepted."""
    open_ones = [one for one in findings if one.waived is None and one.code not in _NOT_SHOWN]
    alike = Counter(waiver_for(one) for one in open_ones)
    is_mail = all(one.code != "does-not-render" for one in findings)
    shown = _together([_shown(one, alike, is_mail=is_mail) for one in open_ones])
    return Kinds(*([one for one in shown if one.found.severity is severity] for severity in Severity))


def count(ones: Iterable[ShownFinding]) -> int:
    return sum(1 + len(one.others) for one in ones)


def id_of(found: Finding) -> str:
    """The same for the same finding at the same place."""
    return f"{found.code}|{found.place}|{found.message}"


def _shown(found: Finding, alike: Counter[str], *, is_mail: bool) -> ShownFinding:
    can_be = is_mail and found.counts and found.answer is None and found.code not in _NOT_ACCEPTED
    waiver = waiver_for(found)
    return ShownFinding(
        found=found,
        id=id_of(found),
        part=_part(found),
        waiver=waiver if can_be else "",
        n_alike=alike[waiver],
    )


def _together(ones: Sequence[ShownFinding]) -> list[ShownFinding]:
    """Many of a kind in one part are one line, but for those that ask or have a fix of their own."""
    alike: dict[tuple[str, str], list[ShownFinding]] = {}
    for one in ones:
        is_alone = one.found.answer is not None or one.found.mend is not None
        alike.setdefault((one.id, "") if is_alone else (one.found.code, one.part), []).append(one)
    return [one for same in alike.values() for one in (_one_of(same) if len(same) > _MANY else same)]


def _one_of(same: Sequence[ShownFinding]) -> list[ShownFinding]:
    return [replace(same[0], others=tuple(one.found.shown for one in same[1:]))]


def _part(found: Finding) -> str:
    file = found.place.file
    if file.startswith("posts/"):
        return f"post:{file.removeprefix('posts/').removesuffix('.md')}"
    if found.post:
        return f"post:{found.post}"
    return "inbox" if file.startswith("issues/") else ""
