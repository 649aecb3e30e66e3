"""Screens are for people who edit and do not program: no command, file, variable or word of the program, one word for a thing."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.pages import DOCS
from tests.studio.screens import FORBIDDEN, OUTSIDE_HEALTH, rows_of, texts_of

PAGE = DOCS / "words-on-screen.md"
# One verb for one act, and the field's words: what stood there before, with what stands there now.
_INSTEAD = {
    "Come in": "Sign in",
    "Bring readers in": "Import readers",
    "Put aside": "Drop",
    "Look once more": "Review and send",
    "Never again": "Block this address",
    "Take off": "Unsubscribe",
    "Mend": "Fix",
    "I looked at it": "Accept as is",
    "As nobody in particular": "Preview as: sample reader",
    "Answers go to": "Reply-to",
    "Who carries your mail": "Sending service",
    "Keep it so": "Save",
    "Let it count": "Save",
    "Do it": "what it does",
    "A few first": "Send to 20 first",
    "What we did": "Sent",
    "What came of it": "Report",
    "Where it stands": "Progress",
}


@pytest.mark.parametrize("path", OUTSIDE_HEALTH, ids=lambda path: path.name)
def test_a_page_outside_health_speaks_no_program(path: Path) -> None:
    """In its text and in what is read aloud."""
    wrong = [(found[0], text) for text in texts_of(path) for found in FORBIDDEN.finditer(text)]

    assert not wrong


@pytest.mark.parametrize("path", OUTSIDE_HEALTH, ids=lambda path: path.name)
def test_a_page_has_one_word_for_one_thing(path: Path) -> None:
    """None of the words that another one took the place of stands on a button, a label or a heading."""
    wrong = [
        (words, _INSTEAD[old])
        for _, words in rows_of(path)
        for old in _INSTEAD
        if re.match(rf"{re.escape(old)}\b", words)
    ]

    assert not wrong


def test_what_would_be_wrong_is_found() -> None:
    """The rule itself: what it must catch, and what it must let be."""
    for wrong in ("Run newsletter serve", "in feeds.toml", "NEWSLETTER_IMAP_URL", "the next slot", "1 batch is left"):
        assert FORBIDDEN.search(wrong), wrong
    for right in ("the newsletter sends it", "name@example.com", "A CSV file", "https://example.org", "every edit"):
        assert not FORBIDDEN.search(right), right


def test_the_page_of_words_is_what_the_screens_say() -> None:
    """docs/words-on-screen.md has every heading, label and button."""
    head = PAGE.read_text().partition("\n## ")[0].rstrip() + "\n"
    pages = [(path.stem, rows_of(path)) for path in OUTSIDE_HEALTH]
    made = head + "".join(
        f"\n## {name}\n\n| kind | words |\n|---|---|\n" + "".join(f"| {kind} | {words} |\n" for kind, words in rows)
        for name, rows in pages
        if rows
    )
    if os.environ.get("NEWSLETTER_WRITE_DOCS"):
        PAGE.write_text(made)

    assert PAGE.read_text() == made, "rewrite it with NEWSLETTER_WRITE_DOCS=1"
