"""Every language says everything, with the same values filled in, and counts, lists and dates as it does."""

from __future__ import annotations

import os
import re
from datetime import date

import pytest
from babel import Locale

from newsletter.sentences.catalogue import LANGUAGES, choose_language, language_names, read_catalogue, values_in
from newsletter.sentences.sentences import Sentences
from tests.pages import DOCS

OTHERS = [language for language in LANGUAGES if language != "en"]
PAGE = DOCS / "sentences.md"


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_that_english_says(language: str) -> None:
    """No sentence is missing or left over, and the same values are filled in."""
    english, other = read_catalogue("en"), read_catalogue(language)

    assert set(other) == set(english)
    assert {name: values_in(other[name]) for name in english} == {name: values_in(english[name]) for name in english}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_counts_has_every_form_that_the_language_has(language: str) -> None:
    """By Unicode's rules, for every number that pages and mails say."""
    said = Sentences(language)
    for name, forms in read_catalogue(language).items():
        if isinstance(forms, str):
            continue
        needed = {Locale.parse(language).plural_form(n) for n in (1, 2, 3, 5, 8, 12, 14, 21, 30)}
        assert needed <= {*forms, "other"}
        assert set(forms) <= {"one", "two", "few", "many", "other"}
        assert all(said(name, n=n) for n in range(100))


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: str) -> None:
    """But for words that are the same in both."""
    english, other = read_catalogue("en"), read_catalogue(language)
    same = [name for name, said in english.items() if other[name] == said and len(str(said).split()) > 2]

    assert not same


def test_days_and_lists_are_written_as_each_language_writes_them() -> None:
    """As people of that country do; CLDR knows."""
    day = date(2027, 3, 4)
    names = ["Weekly", "Daily", "Late"]

    assert [Sentences(language).day(day) for language in ("en", "de", "fr", "es")] == [
        "4 March 2027",
        "4. März 2027",
        "4 mars 2027",
        "4 de marzo de 2027",
    ]
    assert Sentences("pl").day(day) == "4 marca 2027"
    assert Sentences("en").listed(names) == "Weekly, Daily and Late"
    assert Sentences("de").listed(names) == "Weekly, Daily und Late"
    assert Sentences("it").listed(names[:2]) == "Weekly e Daily"
    assert Sentences("en").listed([]) == ""


def test_polish_counts_in_three_ways() -> None:
    """2 tygodnie, 8 tygodni."""
    said = Sentences("pl")

    assert [said("preferences.n_weeks", n=n) for n in (2, 4, 8, 12)] == [
        "2 tygodnie",
        "4 tygodnie",
        "8 tygodni",
        "12 tygodni",
    ]


def test_the_first_wish_that_is_known_is_spoken() -> None:
    """A header's own weights count, a region does not."""
    assert choose_language("", "sv", "fr-CH, en;q=0.8") == "fr"
    assert choose_language("en;q=0.1, pl") == "pl"
    assert choose_language("sv", "xx") == "en"
    assert language_names()["pt"] == "Português"


def test_the_page_of_sentences_is_the_catalogue() -> None:
    """docs/sentences.md lists each sentence by its name."""
    rows = [f"| `{name}` | {_shown(said)} |" for name, said in read_catalogue("en").items() if name != "language.name"]
    written = PAGE.read_text()
    head, table, _ = re.split(r"(?m)^(\| name \| in English \|\n\|---\|---\|\n)", written)
    if os.environ.get("NEWSLETTER_WRITE_DOCS"):
        PAGE.write_text(f"{head}{table}" + "\n".join(rows) + "\n")

    assert PAGE.read_text() == f"{head}{table}" + "\n".join(rows) + "\n", "rewrite it with NEWSLETTER_WRITE_DOCS=1"


def _shown(said: object) -> str:
    return str(said) if isinstance(said, str) else "; ".join(f"{form}: {text}" for form, text in dict(said).items())  # type: ignore[call-overload]
