"""The words of a page that its post lacks, found by reading the page a second time without asking where its text is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from newsletter.collect.line_tags import IN_LINE
from newsletter.collect.pages.furniture import is_comments, is_hidden, is_notes, is_notice

# Languages without blanks between words are compared letter by letter.
_LETTER = r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_WORD = re.compile(rf"{_LETTER}|(?:(?!{_LETTER})[^\W_])+")
_ADDRESS = re.compile(r"\]\([^()\s]*+\)")
_MARKS = re.compile(r"[\\*~`]")
_SENTENCE = re.compile(r"[.!?…。！？:;][\"'”’»)\]]{0,3}\Z")
# What stands beside an article and says such a thing is a notice, whatever its tags are called.
_NOTICE = re.compile(
    r"\bcookies?\b|©|\bcopyright\b|\ball rights reserved\b|\bnewsletter\b|\bjavascript\b", re.IGNORECASE
)
_OUT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "svg",
        "canvas",
        "math",
        "head",
        "title",
        "button",
        "select",
        "textarea",
        "dialog",
        "iframe",
        "audio",
        "video",
        "object",
        "embed",
        "rp",
    }
)
_ROLES = frozenset({"navigation", "search", "banner", "contentinfo", "dialog", "alertdialog", "complementary"})
_AROUND = frozenset({"header", "footer", "aside"})
_LANDMARKS = ("h1", "article", "main")
# A word is there where it stands with two of its neighbours; fewer in a row than this are a mark, not a passage.
_TOGETHER = 3
_FEWEST = 4
_LONG = 12


@dataclass(slots=True)
class _Block:
    """The text of one paragraph, whether it stands in an article, and how many of its letters are links."""

    in_article: bool = False
    pieces: list[str] = field(default_factory=list)
    n_linked: int = 0

    def add(self, text: str, *, is_link: bool) -> None:
        self.pieces.append(text)
        if is_link:
            self.n_linked += len(text)

    def is_prose(self, text: str) -> bool:
        n_words = sum(1 for _ in _WORD.finditer(text))
        is_said = n_words >= _LONG or (n_words >= _FEWEST and _SENTENCE.search(text) is not None)
        return is_said and self.n_linked * 2 < len(text)


def prose_of(page: BeautifulSoup | Tag) -> list[str]:
    """The paragraphs that a page shows, each on one line, without menus, notices and comments."""
    around = {id(parent) for tag in page.find_all(_LANDMARKS) for parent in tag.parents}
    has_article = page.find(["article", "main"]) is not None
    blocks = [_Block()]
    _gather(page, blocks, around, in_article=False, is_link=False)
    texts = ((block, " ".join("".join(block.pieces).split())) for block in blocks)
    return [
        text
        for block, text in texts
        if block.is_prose(text) and (block.in_article or not has_article or not _NOTICE.search(text))
    ]


def n_words(texts: Sequence[str]) -> int:
    return sum(1 for text in texts for _ in _WORD.finditer(text))


def say_missing(prose: Sequence[str], post: Sequence[str]) -> tuple[str, ...]:
    """A sentence for the editor where paragraphs of the page are not in the post's texts, which are Markdown."""
    there = {words for text in post for words in _runs(_spelled(_plain(text)))}
    n_all, n_missing, longest = 0, 0, ""
    for text in (_spelled(_MARKS.sub("", paragraph)) for paragraph in prose):
        found = list(_WORD.finditer(text))
        n_all += len(found)
        gaps = list(_gaps([match[0].casefold() for match in found], there))
        if sum(last - first for first, last in gaps) * 2 > len(found):
            # The rest of it only happens to stand elsewhere in the same order.
            gaps = [(0, len(found))]
        for first, last in gaps:
            n_missing += last - first
            part = text[found[first].start() : found[last - 1].end()]
            longest = part if len(part) > len(longest) else longest
    if not longest:
        return ()
    start = " ".join(longest.split()[:8])[:80]
    return (f"{n_missing:,} of {n_all:,} words of the page are not here: the part that begins “{start}…”.",)


def _gather(tag: Tag, blocks: list[_Block], around: set[int], *, in_article: bool, is_link: bool) -> None:
    for child in tag.children:
        if type(child) is NavigableString:
            blocks[-1].add(str(child), is_link=is_link)
        elif isinstance(child, Tag) and not _is_out(child, around, in_article=in_article):
            inside = in_article or child.name in {"article", "main"}
            if child.name in IN_LINE:
                _gather(child, blocks, around, in_article=inside, is_link=is_link or child.name == "a")
            elif child.name == "br":
                blocks[-1].add(" ", is_link=is_link)
            else:
                blocks.append(_Block(in_article=inside))
                _gather(child, blocks, around, in_article=inside, is_link=is_link)
                blocks.append(_Block(in_article=in_article))


def _is_out(tag: Tag, around: set[int], *, in_article: bool) -> bool:
    if tag.name in _OUT or is_hidden(tag, fades=True) or is_comments(tag):
        return True
    if id(tag) in around or is_notes(tag):
        return False
    if str(tag.get("role") or "") in _ROLES or is_notice(tag):
        return True
    return tag.name == "footer" or (tag.name in _AROUND and not in_article)


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _plain(markdown: str) -> str:
    return _MARKS.sub("", _ADDRESS.sub("]", markdown))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = [match[0].casefold() for match in _WORD.finditer(text)]
    return zip(*(words[offset:] for offset in range(_TOGETHER)), strict=False)


def _gaps(words: list[str], there: set[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """The stretches of words, by numbers, that stand with none of their neighbours in the post."""
    is_there = bytearray(len(words))
    for start in range(len(words) - _TOGETHER + 1):
        if tuple(words[start : start + _TOGETHER]) in there:
            is_there[start : start + _TOGETHER] = b"\1" * _TOGETHER
    for match in re.finditer(rb"\0+", bytes(is_there)):
        if match.end() - match.start() >= _FEWEST:
            yield match.span()
