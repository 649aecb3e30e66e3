"""What an author wrote that readers would see as it is typed, or not at all: markup of other programs, and lost pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorLink, AuthorText
from newsletter.preflight.rules import finding, link_finding
from newsletter.words.domain import scheme_of
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.post import own_picture

# As other systems write what they fill in: Mailchimp, AWeber, Brevo, Substack, phpList, Mailjet, Salesforce ...
_FOREIGN = re.compile(
    r"\*\|[\w:.-]{1,60}\|\*|%%[\w.]{1,60}%%|\[\[[\w:. -]{1,60}\]\]|\[%[^%\]\n]{1,80}%\]|<%=?[^%>\n]{1,80}%>|\{\$[\w.]{1,60}\}"
    r"|\$\{[\w.]{1,60}\}|#\{[\w.]{1,60}\}|\{![\w.$]{1,60}\}|\{\|?(?:first|last|full|your)?_?-?(?:name|email|vorname|nachname|fname|lname)\|?\}"
    r"|%(?:RECIPIENT|SUBSCRIBER|FIRST_?NAME|LAST_?NAME|FNAME|LNAME|NAME|EMAIL)\w{0,30}%"
    r"|\[(?:FIRST_?NAME|LAST_?NAME|FNAME|LNAME|NAME|EMAIL|UNSUBSCRIBE(?:_URL|_LINK)?)\](?!\()",
    re.IGNORECASE,
)
_TABLE = re.compile(r"^\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)++\|?\s*+$|^\s*+\|\s*+:?-{3,}+:?\s*+\|\s*+$")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,40}\]")
_HTML = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>\n]{0,200})?/?>|&(?:nbsp|mdash|ndash|hellip|shy);(?!\w)")
_TASK = re.compile(r"^\s*[-*+]\s+\[[ xX]\]\s")
_FENCED_DIV = re.compile(r"^\s*(?::{3,}|!{3}\s)\s*\w*")
_BARE = re.compile(r"(?<![\w(\[<\"'/@=])(?:https?://|www\.)[^\s<>)\]]{3,}", re.IGNORECASE)
_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:\s*\S")
_CODE = re.compile(r"(?<!`)(`++)[^\n]*?(?<!`)\1(?!`)")
_LINKED = re.compile(
    r"!?\[[^\[\]\n]*+\]\((?:(?!\]\()[^)\n])*+\)|<[a-z][a-z0-9+.-]*:[^<>\s]*>|<[^@\s<>]+@[^@\s<>]+>", re.IGNORECASE
)

_RAW = (
    (
        _TABLE,
        "A table in Markdown goes out as it is typed.",
        "Write it as a list, or put a picture of it with its words.",
    ),
    (_FOOTNOTE, "A footnote goes out as it is typed: {}.", "Write the note where it belongs, or link to it."),
    (_TASK, "The boxes of a task list go out as they are typed.", "Write a plain list."),
    (_FENCED_DIV, "{} is a block of another program and goes out as it is typed.", "Take its marks away."),
    (_HTML, "HTML goes out as it is typed: {}.", "Take it out. Bold words are **bold**, others *italic*."),
)


def findings(manuscript: Manuscript, readings: Sequence[AuthorText]) -> Iterator[Finding]:
    """In the author's own words; quotes and code are shown as they are on purpose."""
    issue = manuscript.issue
    for key, text in (("subject", issue.subject), ("preheader", issue.preheader)):
        yield from _foreign(text, issue.file, issue.line_of(key) or 1, None)
    for read in readings:
        for picture in (link for link in read.links if link.is_picture):
            yield from _picture(picture)
        whole = "\n".join(line for _, line in read.own).casefold()
        for number, line in read.own:
            yield from _line(line, read, number, whole)


def _picture(link: AuthorLink) -> Iterator[Finding]:
    """A picture that is neither ours nor at a whole address is left out of the mail, its words too."""
    if (
        link.has_gap
        or not link.href.strip()
        or own_picture(link.href) is not None
        or scheme_of(link.href) in {"http", "https"}
    ):
        return
    yield link_finding(
        "lost-picture",
        link,
        f"The picture “{link.words[:80]}” ({link.href[:80]}) would not go out: its file is neither in images/ nor at a web address.",
        "Put the file into images/ and write ![What it shows](images/NAME.jpg), or give the whole address with https://.",
        on_page=f"The picture “{link.words[:80] or link.href[:80]}” would not go out: it is not among your pictures, nor on the web.",
        fix_on_page="Insert the picture itself, or give its whole web address, with https://.",
    )


def _line(line: str, read: AuthorText, number: int, whole: str) -> Iterator[Finding]:
    bare = _CODE.sub(lambda code: " " * len(code[0]), line)
    yield from _foreign(bare, read.file, number, read.post)
    outside = _LINKED.sub(lambda link: " " * len(link[0]), bare)
    for pattern, message, fix in _RAW:
        if found := pattern.search(outside):
            place = Place(read.file, number, found.start() + 1)
            yield finding("raw-markup", place, message.format(found[0].strip()[:60]), fix, post=read.post)
    definition = _DEFINITION.match(outside)
    for found in () if definition else _BARE.finditer(outside):
        place = Place(read.file, number, found.start() + 1)
        yield finding(
            "bare-address",
            place,
            f"{found[0][:80]} is no link: it stands there as text.",
            f"Write <{found[0][:80]}>, or words with the address: [words]({found[0][:80]}).",
            fix_on_page="Make it a link, or link words that say where it leads.",
            post=read.post,
        )
    # An address that no words lead to is taken for a note to the program, and its line is gone.
    if definition and not definition[1].startswith("^") and whole.count(f"[{definition[1]}]".casefold()) == 1:
        yield finding(
            "raw-markup",
            Place(read.file, number, 1),
            f"This line is taken for the address of a link [{definition[1][:40]}] that there is not, and would not go out.",
            "Put a word before it, or a backslash before the bracket.",
            on_page=f"The line that begins with “[{definition[1][:40]}]:” would not go out: it is taken for the address of a link.",
            fix_on_page="Put a word before it.",
            post=read.post,
        )


def _foreign(text: str, file: str, line: int, post: str | None) -> Iterator[Finding]:
    for found in _FOREIGN.finditer(text):
        yield finding(
            "foreign-merge-tag",
            Place(file, line, found.start() + 1),
            f"{found[0][:60]} is a merge tag of another system: readers would see it as it is.",
            'Write ours, such as {{ first_name | default("reader") }}.',
            post=post,
        )
