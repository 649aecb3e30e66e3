"""A newsletter says any sentence in its own words; one that can't be used is said in ours, and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.sentences.own_words import Translations
from newsletter.wiring import open_newsletter
from newsletter.wiring.soundness.here import look_here
from newsletter.words.verdict import State
from tests.running import a_folder


def own(directory: Path, text: str, language: str = "de") -> Translations:
    """The newsletter's own wording in one file."""
    (directory / "sentences").mkdir(exist_ok=True)
    (directory / "sentences" / f"{language}.toml").write_text(text)
    return Translations(directory)


def test_the_newsletters_own_words_take_the_place_of_ours(tmp_path: Path) -> None:
    """Informal German, by dots or by tables; everything else stays."""
    text = '"leave.head" = "Magst du {list} nicht mehr?"\n[mail.confirm]\nsubject = "Willst du {newsletter}?"\n'
    words = own(tmp_path, text).sentences("de")

    assert words("leave.head", list="Fähren") == "Magst du Fähren nicht mehr?"
    assert words("mail.confirm.subject", newsletter="Fähren") == "Willst du Fähren?"
    assert words("leave.button") == "Abbestellen"


def test_a_changed_file_counts_at_once(tmp_path: Path) -> None:
    """Nothing has to be started again."""
    translations = own(tmp_path, '"left.head" = "Weg"')
    assert translations.sentences("de")("left.head") == "Weg"

    own(tmp_path, '"left.head" = "Schade, dass du gehst"')

    assert translations.sentences("de")("left.head") == "Schade, dass du gehst"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"left.heat" = "x"', "no sentence “left.heat”"),
        ('"left.body" = "Kein {issue} mehr"', "Nothing is known for {issue}"),
        ('"left.body" = "Kein {list.name}"', "braces that can't be filled in"),
        ('"left.body" = "Kein {list"', "braces that can't be filled in"),
        ('"left.body" = "Kein {} mehr"', "braces that can't be filled in"),
        ('"left.head" = ""', "says nothing"),
        ('"left.head" = 3', ""),
        ('"left.head" = "a\\u0000b"', "can't be shown"),
        ('"issue.why" = "Weil"', "said by an issue itself"),
        ('"preferences.n_weeks" = { one = "{n} Woche" }', "no form `other`"),
        ("left.head = ", "no TOML"),
    ],
)
def test_a_sentence_that_cannot_be_used_is_named_and_said_in_our_words(tmp_path: Path, line: str, said: str) -> None:
    """The reader always gets a page."""
    translations = own(tmp_path, line)

    assert translations.sentences("de")("left.body", list="X").startswith("Sie bekommen")
    faults = translations.faults()
    assert len(faults) == (1 if said else 0)
    assert not said or said in faults[0].message


def test_doctor_names_a_sentence_that_is_not_used_and_a_language_that_is_none(tmp_path: Path) -> None:
    """Where an owner looks."""
    folder = a_folder(tmp_path / "weekly")
    own(folder, '"left.heat" = "x"')
    own(folder, "", "klingon")

    found = [one for one in look_here(open_newsletter(folder)) if one.about == "Sentences"]

    assert [one.state for one in found] == [State.WARN, State.WARN]
    assert "left.heat" in found[0].message
    assert "klingon" in found[1].message
