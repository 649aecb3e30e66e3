"""The page that an issue is read through on has the words of the mail, each with the lines that it was written on."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.look import Look
from newsletter.compose.reading_copy import CopyPart, reading_copy
from newsletter.compose.sentence_marks import host_of, with_sentences
from newsletter.words.issue import Issue, Section
from newsletter.words.mistake import Missing, NewsletterError
from newsletter.words.newsletter import Newsletter
from newsletter.words.post import Post

NEWSLETTER = Newsletter(
    name="Weekly Ferries",
    sender="mara@ferries.example.com",
    address="Quay 1",
    public_url="https://ferries.example.com",
)


def _copy(body: str = "Words.", intro: str = "", **more: str) -> list[CopyPart]:
    post: Post | NewsletterError = Post(slug="one", title="One & only", body=body, **more)
    issue = Issue(
        number=3,
        subject='Boats for {{ first_name | default("you") }}',
        intro=intro,
        sections=(Section(title="Short", posts=("one",)),),
    )
    look = Look({"text": {}})
    return reading_copy(issue, {"one": post}, NEWSLETTER, look, None, {})


def _post(body: str) -> CopyPart:
    return next(part for part in _copy(body) if part.key == "post:one")


def _text(markup: str) -> str:
    return html.unescape(re.sub(r'<span class="host">.*?</span>|<[^>]+>', "", markup))


def test_the_parts_come_in_reading_order_filled_for_a_reader() -> None:
    """Inbox line, opening, posts with their section, closing; a merge tag is what a reader gets who told nothing."""
    parts = _copy(intro="Dear {{ first_name | default('reader') }}.")

    assert ["inbox", "opening", "post:one", "closing"] == [part.key for part in parts]
    assert "Boats for you" == _text(parts[0].titles[0].html)
    assert "Dear reader." == _text(parts[1].blocks[0].html)
    assert ("Short", "One & only") == (parts[2].section, _text(parts[2].titles[0].html))


def test_every_block_knows_its_lines_and_whose_it_is() -> None:
    """A remark before it, a quote of two paragraphs and a list are counted as they are written."""
    body = "First.\n\n<!-- a\nremark -->\n\n> Theirs.\n>\n> — Jo\n\n- a\n- b\n\nLast\nline."
    lines = body.split("\n")
    blocks = _post(body).blocks

    found = [("\n".join(lines[one.start : one.end]).strip(), one.is_quote) for one in blocks]
    assert [("First.", False), ("> Theirs.\n>\n> — Jo", True), ("- a\n- b", False), ("Last\nline.", False)] == found


def test_words_that_only_some_readers_get_are_said_to_differ() -> None:
    """The branch that this reader gets is shown, over several paragraphs too."""
    part = _post("{% if plan == 'pro' %}\n\nFor you.\n\n{% else %}\n\nFor all.\n\n{% endif %}\n\nAnd this.")

    assert ["For all.", "And this."] == [_text(block.html) for block in part.blocks]
    assert part.differs
    assert not _post("The same for all, dear {{ first_name }}.").differs


def test_a_post_that_cannot_be_rendered_says_so_in_its_place() -> None:
    """The others are read all the same."""
    parts = _copy("{{ nonsense( }}", intro="Read me.")
    missing = reading_copy(
        Issue(number=3, subject="x", sections=(Section(title="", posts=("gone",)),)),
        {"gone": Missing("There is no post `gone`.")},
        NEWSLETTER,
        Look({"text": {}}),
        None,
        {},
    )

    assert parts[2].problem is not None and "Read me." == _text(parts[1].blocks[0].html)
    assert missing[2].problem is not None


def test_sentences_are_marked_across_bold_and_links() -> None:
    """One number a sentence, however many marks stand in it; the voice does not read where a link leads."""
    marked = _post("A **bold** one. See [the *ferry*](https://www.coast.example.org/a) now.").blocks[0].html
    by_number: dict[str, str] = {}
    for number, words in re.findall(r'<span data-sentence="(\d+)">(.*?)</span>', marked):
        by_number[number] = by_number.get(number, "") + words

    assert {"0": "A bold one.", "1": "See the ferry now."} == by_number
    assert '<span class="host">coast.example.org</span>' in marked
    assert 'target="_blank" rel="noreferrer"' in marked


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.example.org/a?b", "example.org"),
        ("mailto:jo@example.org", "jo@example.org"),
        ("#", "#"),
        ("http://[", "http://["),
    ],
)
def test_a_link_is_named_by_its_host(address: str, host: str) -> None:
    """Or by the address of a mail."""
    assert host == host_of(address)


@given(st.text(alphabet="ab.<>&\"' \n*[]()/Z", max_size=60))
def test_marking_sentences_changes_no_word(body: str) -> None:
    """The page has the words of the block, and nothing in them becomes an element."""
    escaped = f"<p>{html.escape(body)} <em>{html.escape(body)}</em></p>"
    marked = with_sentences(escaped)

    assert f"{body} {body}" == html.unescape(re.sub(r"</?(p|em|span)( [^<>]*)?>", "", marked))
