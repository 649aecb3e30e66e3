"""A post or a mail of one sign over and over takes as long as any other of its length: nothing of ours grows with the square."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest

from newsletter.collect.mail.forward import bare_subject, take_apart
from newsletter.collect.markdown import read_markdown
from newsletter.collect.plain_text import read_plain_text
from newsletter.compose.braces import regions_of
from newsletter.compose.gaps import TextOrigin
from newsletter.folder.post_file import parse_post
from newsletter.preflight.author_text import read_author_text
from newsletter.words.mistake import Mistake
from tests.compose.sample import note, rendered

_SHORT, _LONG = 2_000, 8_000
_ON = date(2027, 3, 4)


def growing_ticks(size: int) -> str:
    return " ".join("`" * length for length in range(1, int((2 * size) ** 0.5)))


def over_and_over(unit: str) -> Callable[[int], str]:
    return lambda size: unit * (size // len(unit))


def seconds(act: Callable[[str], object], text: str) -> float:
    """Of processor time, the fastest of two. What is refused with a sentence is answered too."""
    fastest = float("inf")
    for _ in range(2):
        start = time.thread_time()
        with suppress(Mistake):
            act(text)
        fastest = min(fastest, time.thread_time() - start)
    return fastest


def issue(text: str) -> object:
    return rendered(note(f"{text} {{ end"))


def braces(text: str) -> object:
    return regions_of(f"{text} {{", TextOrigin("a.md"))


def checks(text: str) -> object:
    return read_author_text(text, "a.md", 1, "a")


def markdown(text: str) -> object:
    return read_markdown(text, name="a.md", on=_ON, parse_post=parse_post)


def plain(text: str) -> object:
    return read_plain_text(text, on=_ON)


@pytest.mark.parametrize(
    ("act", "made"),
    [
        (issue, over_and_over("[")),
        (issue, growing_ticks),
        (braces, growing_ticks),
        (braces, over_and_over("<!--")),
        (braces, over_and_over("`\0` ")),
        (checks, over_and_over("![")),
        (checks, over_and_over("{{")),
        (markdown, over_and_over("![")),
        (markdown, over_and_over(" ")),
        (plain, over_and_over("[ ")),
        (plain, over_and_over("by a ")),
        (take_apart, over_and_over(" ")),
        (take_apart, over_and_over("> ")),
        (bare_subject, over_and_over(" ")),
        (bare_subject, over_and_over("fwd: [")),
    ],
)
def test_four_times_the_text_takes_four_times_as_long(act: Callable[[str], object], made: Callable[[int], str]) -> None:
    """Sixteen times is what the square would be; under a hundredth of a second nothing is measured."""
    long = seconds(act, f"a{made(_LONG)}a")

    assert long < 0.01 or long < 9 * seconds(act, f"a{made(_SHORT)}a")


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("a <!-- b --> { c", ["<!-- b -->"]),
        ("`<!-- b -->` {", []),
        ("``a ` <!-- b --> `` {", []),
        ("`` a <!-- b --> ` {", ["<!-- b -->"]),
        ("```\n<!-- b -->\n```\n<!-- c --> {", ["<!-- c -->"]),
        ("~~~\n<!-- b -->\n``` {", []),
        ("<!-- a ` --> ` <!-- b --> {", ["<!-- a ` -->", "<!-- b -->"]),
    ],
)
def test_what_looks_like_a_remark_inside_code_is_code(text: str, left_out: list[str]) -> None:
    """Whichever begins first has it, and a run of backticks that is never closed is only a run of backticks."""
    found = [text[one.start : one.end] for one in regions_of(text, TextOrigin("a.md")) if not one.kept]

    assert found == left_out


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("# A title ##", "A title"),
        ("# C# and F#", "C# and F#"),
        ("## a # #", "a #"),
        ("#\ta  ", "a"),
        ("# _a_b_", "a_b"),
    ],
)
def test_a_heading_is_read_without_its_marks(first: str, title: str) -> None:
    """As CommonMark has it: closing signs stand apart."""
    assert read_markdown(f"{first}\n\nWords.", name="a.md", on=_ON, parse_post=parse_post).title == title


@pytest.mark.parametrize(
    ("subject", "bare"),
    [("Fwd: WG:  [Fwd: A", "A"), ("  Fwd : A", "A"), ("Forward: A", "Forward: A"), (" " * 30_000 + "x", "x")],
)
def test_a_subject_is_read_without_what_programs_put_before_it(subject: str, bare: str) -> None:
    """However many blanks it has."""
    assert bare_subject(subject) == bare
