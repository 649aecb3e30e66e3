"""Splits finished text at its sentinels into constant text, gaps with their contexts, and choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from newsletter.compose.html_facts import ADDRESSES, CODE, VOID
from newsletter.compose.sentinels import Mark, SentinelKind, Sentinels, names
from newsletter.words import gap
from newsletter.words.gap import Choice, Context, Gap, Part
from newsletter.words.mistake import Mistake

_MARKUP = re.compile(
    r"(?P<comment><!--.*?(?:-->|\Z))"
    r"|(?P<raw><(?P<element>style|script)\b.*?(?:</(?P=element)\s*>|\Z))"
    r"|<!doctype[^<>]*+>"
    r"|</(?P<close>[A-Za-z][^\s<>]*+)\s*+>"
    r"""|<(?P<open>[A-Za-z][^\s/<>"']*+)(?P<attributes>(?:[^"'<>]++|"[^"]*+"|'[^']*+')*+)>""",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]++)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s"'<>]++))?""")
_WRITTEN_ADDRESS = re.compile(r"(?:https?://|mailto:)(?:(?!https?://|mailto:)[^\s<>])*+\Z")
_SAME_COMPONENT = (
    "Put {% if %} and {% endif %} into one paragraph, or each on a line of its own with an empty line before and after."
)

# In bytes, of HTML or of text, without the values in it. See docs/decisions/0011.
LONGEST_BRANCH = 4_000

# A place of a sentinel in HTML: None between tags, else the offset of the attribute's value.
_Spot = tuple[Context, int | None]
_Event = str | tuple[Mark, Context]


def plain_part(text: str, sentinels: Sentinels, context: Context = Context.PLAIN) -> Part:
    """The subject or the text part: no markup, so every gap has the same context."""
    events: list[_Event] = []
    offset = 0
    for match in sentinels.pattern.finditer(text):
        # A space in an address written out in the text would end it for every program that makes links of those.
        in_address = context is Context.PLAIN and _WRITTEN_ADDRESS.search(
            text, max(0, match.start() - 2000), match.start()
        )
        events += [text[offset : match.start()], (sentinels.mark(match), Context.URL_PART if in_address else context)]
        offset = match.end()
    return _tree([*events, text[offset:]])


def html_part(html: str, sentinels: Sentinels) -> Part:
    """The HTML: each gap gets the context of where it landed.

    Raises Mistake where no value could ever be safe (a style, a comment, a tag's or an attribute's name), and where a
    branch of an {% if %} would open or close an element of its surroundings.
    """
    return _tree(list(_HtmlWalk(html, sentinels).events()))


@dataclass(slots=True)
class _Branching:
    """An {% if %} that is open: where it stands, and how deep the elements round it are."""

    mark: Mark
    spot: int | None
    depth: int


@dataclass(slots=True)
class _Beginning:
    """Whether what comes after the branches of an address could still be its beginning."""

    before: bool
    after: bool = False
    has_else: bool = False

    def turn(self, kind: SentinelKind, begins: bool) -> bool:
        self.after |= begins
        self.has_else |= kind is SentinelKind.ELSE
        if kind is not SentinelKind.END:
            return self.before
        return self.after or (self.before and not self.has_else)


@dataclass(slots=True)
class _HtmlWalk:
    html: str
    sentinels: Sentinels
    offset: int = 0
    depth: int = 0
    open: list[_Branching] = field(default_factory=list)

    def events(self) -> Iterator[_Event]:
        upcoming = self.sentinels.pattern.search(self.html)
        for match in _MARKUP.finditer(self.html):
            if not self.open and (upcoming is None or match.end() <= upcoming.start()):
                # Most of a mail has no gaps near: depth is only ever compared within a branch.
                continue
            yield from self.stretch(match.start(), Context.TEXT, None)
            if match["open"]:
                yield from self.tag(match)
                self.depth += match["open"].lower() not in VOID and not match["attributes"].endswith("/")
            elif match["close"]:
                self.depth -= 1
                if self.open and self.depth < self.open[-1].depth:
                    raise _unbalanced(self.open[-1].mark)
            self.refuse_in(match, match.end())
            yield self.html[self.offset : match.end()]
            self.offset = match.end()
            upcoming = self.sentinels.pattern.search(self.html, self.offset)
        yield from self.stretch(len(self.html), Context.TEXT, None)

    def stretch(self, end: int, context: Context, spot: int | None) -> Iterator[_Event]:
        """What stands between the last offset and `end`, all of it in one context."""
        for match in self.sentinels.pattern.finditer(self.html, self.offset, end):
            yield self.html[self.offset : match.start()]
            mark = self.sentinels.mark(match)
            self.branch(mark, spot)
            yield mark, context
            self.offset = match.end()
        yield self.html[self.offset : end]
        self.offset = end

    def tag(self, match: re.Match[str]) -> Iterator[_Event]:
        if self.sentinels.pattern.search(match[0]) is None:
            return
        for attribute in _ATTRIBUTE.finditer(self.html, match.start("attributes"), match.end("attributes")):
            if attribute[2] is None or self.sentinels.pattern.search(attribute[2]) is None:
                continue
            name, (start, end) = attribute[1].lower(), attribute.span(2)
            if name in CODE or name.startswith("on"):
                self.refuse(match, end)
            self.refuse_in(match, start)
            yield self.html[self.offset : start]
            self.offset = start
            if name in ADDRESSES:
                yield from self.address(start, end)
            else:
                yield from self.stretch(end, Context.ATTRIBUTE, start)

    def address(self, start: int, end: int) -> Iterator[_Event]:
        """A gap that may begin an address decides its scheme; one after other text is only a part of it."""
        begins, branchings = True, list[_Beginning]()
        for event in self.stretch(end, Context.URL_PART, start):
            if isinstance(event, str):
                begins = begins and not event.strip("\"' ")
            elif event[0].kind is SentinelKind.VALUE:
                event = (event[0], Context.URL if begins else Context.URL_PART)
                begins = False
            elif event[0].kind is SentinelKind.IF:
                branchings.append(_Beginning(begins))
            else:
                begins = branchings[-1].turn(event[0].kind, begins)
            yield event

    def branch(self, mark: Mark, spot: int | None) -> None:
        """Both ends of a branch must be in one place and at one depth."""
        if mark.kind is SentinelKind.IF:
            self.open.append(_Branching(mark, spot, self.depth))
        elif mark.kind is not SentinelKind.VALUE:
            if not self.open or (self.open[-1].spot, self.open[-1].depth) != (spot, self.depth):
                raise _unbalanced(self.open[-1].mark if self.open else mark)
            if mark.kind is SentinelKind.END:
                self.open.pop()

    def refuse_in(self, match: re.Match[str], end: int) -> None:
        """Up to `end` nothing may be left that differs by reader."""
        if self.sentinels.pattern.search(self.html, self.offset, end):
            self.refuse(match, end)

    def refuse(self, match: re.Match[str], end: int) -> NoReturn:
        found = self.sentinels.pattern.search(self.html, self.offset, end)
        where = "a comment" if match["comment"] else f"a {match['element']}" if match["raw"] else "a tag's own code"
        raise Mistake(
            f"This gap lands in {where}, where no value is safe.",
            fix="Move it into text, or into a quoted attribute such as href, alt or title.",
            place=self.sentinels.mark(found).place if found else None,
        )


def _unbalanced(mark: Mark) -> Mistake:
    return Mistake(
        "This {% if %} begins in one element of the mail and ends in another.", fix=_SAME_COMPONENT, place=mark.place
    )


def _tree(events: list[_Event]) -> Part:
    part, rest = _branch(events, 0)
    if rest < len(events):
        raise _unbalanced(_mark(events[rest]))
    return part


def _branch(events: list[_Event], index: int) -> tuple[Part, int]:
    """The pieces up to the end of this branch, and the index of the event that ended it."""
    pieces: list[str | Gap | Choice] = []
    while index < len(events):
        event = events[index]
        if isinstance(event, str):
            _append(pieces, event)
        elif event[0].kind is SentinelKind.VALUE:
            _append(pieces, _gap(event[0], event[1]))
        elif event[0].kind is SentinelKind.IF:
            choice, index = _choice(events, index)
            pieces.append(choice)
        else:
            break
        index += 1
    return Part(tuple(pieces)), index


def _choice(events: list[_Event], index: int) -> tuple[Choice, int]:
    """The choice whose {% if %} or {% elif %} is at `index`, and the index of its {% endif %}."""
    opening = _mark(events[index])
    then, index = _branch(events, index + 1)
    if index >= len(events):
        raise _unbalanced(opening)
    ending = _mark(events[index])
    otherwise = Part(())
    if ending.kind is SentinelKind.ELIF:
        nested, index = _choice(events, index)
        otherwise = Part((nested,))
    elif ending.kind is SentinelKind.ELSE:
        otherwise, index = _branch(events, index + 1)
        if index >= len(events) or _mark(events[index]).kind is not SentinelKind.END:
            raise _unbalanced(opening)
    for branch in (then, otherwise):
        _refuse_long(branch, opening)
    return Choice(opening.expression, then, otherwise), index


def _refuse_long(branch: Part, opening: Mark) -> None:
    """A branch travels again for every reader who gets it, and providers bound what one reader may take."""
    n_bytes = _longest(branch)
    if n_bytes > LONGEST_BRANCH:
        raise Mistake(
            f"A branch of this {{% if %}} has {n_bytes:,} bytes, and at most {LONGEST_BRANCH:,} can differ by reader.",
            fix="Say less in the branch, put the long part on a page and link to it, or send two issues to two lists.",
            place=opening.place,
        )


def _longest(part: Part) -> int:
    """The bytes of a part without the values in it, of each choice in it the longer branch."""
    n_bytes = 0
    for piece in part.pieces:
        if isinstance(piece, str):
            n_bytes += len(piece.encode())
        elif isinstance(piece, Choice):
            n_bytes += max(_longest(piece.then), _longest(piece.otherwise))
    return n_bytes


def _mark(event: _Event) -> Mark:
    if isinstance(event, str):
        raise TypeError("text where a branch should end")
    return event[0]


def _gap(mark: Mark, context: Context) -> str | Gap:
    """A gap, or its text where it is the same for everybody."""
    found = Gap(mark.expression, context)
    return found if names(mark.expression) else gap.fill(found, {}, 1)[0]


def _append(pieces: list[str | Gap | Choice], piece: str | Gap | Choice) -> None:
    if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
        pieces[-1] += piece
    elif piece:
        pieces.append(piece)
