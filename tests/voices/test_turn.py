"""Turning paragraphs into quotes and back: a border moves, no letter changes."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from newsletter.collect.plain_text import read_plain_text
from newsletter.collect.voices.decide import Whose, decide, open_doubts
from newsletter.collect.voices.doubts import doubts, read_doubt
from newsletter.collect.voices.tell import Voice
from newsletter.collect.voices.turn import blocks_of, turned

_PIECES = (
    "She says:", "> The boat is late.", "> Always.\nA lazy line.", "> — Ines, Coastline", "- bread\n- a book", "[I]t is *law*.",
    "```\n> prompt\n\nmore\n```", "> ```\n> > prompt\n>\n> more\n> ```", "# A head", "> > Nested.", ">", "\\> none", "  ", "two  \nlines",
)  # fmt: skip
_BODIES = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).flatmap(
    lambda pieces: st.lists(st.sampled_from(["\n\n", "\n", "\n>\n", "\n\n\n"]), min_size=len(pieces)).map(
        lambda gaps: "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=False))
    )
)


@given(body=_BODIES | st.text("ab >\n`~-—", max_size=60), data=st.data())
def test_a_moved_border_changes_no_letter(body: str, data: st.DataObject) -> None:
    """Every block keeps its lines and its neighbours; those that were named change their voice, the others keep it."""
    before = blocks_of(body)
    if not before:
        assert turned(body, [], is_quote=True) == body
        return
    numbers = data.draw(st.sets(st.integers(0, len(before) - 1)))
    is_quote = data.draw(st.booleans())
    after = blocks_of(turned(body, numbers, is_quote=is_quote))
    assert [block.lines for block in after] == [block.lines for block in before]
    assert [block.is_quote for block in after] == [
        is_quote if n in numbers else block.is_quote for n, block in enumerate(before)
    ]
    assert turned(body, numbers, is_quote=is_quote).replace(">", "").split() == body.replace(">", "").split()


def test_a_paragraph_of_very_many_lines_takes_no_more_time_than_they_take() -> None:
    """Were it the square of them, it would be half a minute."""
    started = time.process_time()
    (block,) = blocks_of("x\n" * 50_000)
    assert len(block.lines) == 50_000
    assert time.process_time() - started < 5


def test_a_paragraph_joins_the_quote_beside_it_and_leaves_it_again() -> None:
    """It is one blockquote then, but never behind the line that names the source."""
    body = "She says:\n\n> It is late.\n\nIt has always been late.\n\nOurs."
    joined = turned(body, [2], is_quote=True)
    assert joined == "She says:\n\n> It is late.\n>\n> It has always been late.\n\nOurs."
    assert turned(joined, [2], is_quote=False) == body
    assert turned("> It.\n> — Ines\n\nMore.", [1], is_quote=True) == "> It.\n> — Ines\n\n> More."


_BODY = "She says:\n\n> It is late, and *it* has been.\n\nIt is a law, and a [good one](https://example.org/law).\n\nWe go on foot now.\n\nOurs."
_CHECKS = (
    "The page was not read: it answered 503.",
    "“It is a law, and a …” may be a quote: it is short, as a remark is; the quote above it may go on. Set as our own words now.",
    "“We go on foot …” may be a quote: it has no quotation marks",
)


def test_a_doubt_names_its_paragraph_by_its_first_words() -> None:
    """Whatever marks and links stand in it; a line about something else, or about words that are gone, is no doubt."""
    found = open_doubts(_BODY, (*_CHECKS, "“Gone now are the …” may be a quote: it is short"))
    assert {n: doubt.reasons for n, doubt in found.items()} == {
        2: "it is short, as a remark is; the quote above it may go on",
        3: "it has no quotation marks",
    }


def test_one_decision_turns_one_paragraph_and_takes_its_line_out() -> None:
    """Theirs joins the quote; ours is only not in doubt any more."""
    theirs = decide(_BODY, _CHECKS, 2, Whose.THEIRS)
    assert "> It is late, and *it* has been.\n>\n> It is a law" in theirs.body
    assert theirs.checks == (_CHECKS[0], _CHECKS[2])
    ours = decide(_BODY, _CHECKS, 3, Whose.OURS)
    assert (ours.body, ours.checks) == (_BODY, _CHECKS[:2])


def test_theirs_up_to_here_takes_all_from_the_quote_above() -> None:
    """Both doubts are decided; where no certain quote stands above, the doubts that lead here."""
    done = decide(_BODY, _CHECKS, 3, Whose.UP_TO_HERE)
    assert [block.is_quote for block in blocks_of(done.body)] == [False, True, True, True, False]
    assert done.checks == _CHECKS[:1]
    alone = decide("One.\n\nWe go on foot now.", _CHECKS, 1, Whose.UP_TO_HERE)
    assert (alone.body, alone.checks) == ("One.\n\n> We go on foot now.", _CHECKS[:2])


def test_what_was_sure_can_be_turned_too() -> None:
    """No line of the checks is touched."""
    assert decide(_BODY, _CHECKS, 1, Whose.OURS).body.startswith("She says:\n\nIt is late")
    assert decide(_BODY, _CHECKS, 1, Whose.OURS).checks == _CHECKS


def test_two_paragraphs_that_begin_alike_are_named_by_more_words() -> None:
    """Each line is about one of them."""
    one, other = (
        Voice(text=f"It is late and {end}.", is_quote=False, doubts=("it is short",)) for end in ("cold", "dark")
    )
    assert [line.partition(" may")[0] for line in doubts([one, other])] == [
        "“It is late and cold. …”",
        "“It is late and dark. …”",
    ]


def test_the_lines_of_texts_that_were_read_find_their_paragraphs() -> None:
    """Through Markdown's escapes and links, and set as the line says; half of them are enough to see it."""
    n_doubts = 0
    for path in sorted((Path(__file__).parent / "posts").glob("*.txt"))[::2]:
        post = read_plain_text(path.read_text(encoding="utf-8"), on=date(2026, 11, 20))
        blocks, found = blocks_of(post.body), open_doubts(post.body, post.checks)
        assert [doubt.check for _, doubt in sorted(found.items())] == [line for line in post.checks if read_doubt(line)]
        assert all(blocks[n].is_quote == ("Set as a quote" in doubt.check) for n, doubt in found.items())
        n_doubts += len(found)
    assert n_doubts > 5
