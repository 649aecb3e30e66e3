"""Formal and informal: each language that has two ways of speaking to readers says everything in both, and a setting chooses."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from newsletter.config import read_config
from newsletter.sentences.catalogue import LANGUAGES, other_form, read_catalogue, values_in
from newsletter.sentences.own_words import Translations
from newsletter.words.mistake import Mistake
from newsletter.words.newsletter import FormOfAddress
from tests.running import a_folder

FORMAL, INFORMAL = FormOfAddress.FORMAL, FormOfAddress.INFORMAL
OTHER = {"de": INFORMAL, "fr": INFORMAL, "pt": INFORMAL, "es": FORMAL, "it": FORMAL, "nl": FORMAL, "pl": FORMAL}
# Words that speak to a reader in the language's usual way, and so have no place in its other one.
USUAL_WAY = {
    "de": r"\b(?:Sie|Ihnen|Ihr|Ihre[mnrs]?)\b",
    "fr": r"\b(?:[Vv]ous|[Vv]otre|[Vv]os|[Vv]ôtre)\b|\b(?!(?:chez|assez)\b)\w+ez\b",
    "es": r"\b(?:[Tt]ú|[Tt]i|[Tt]us?|te|tuy[oa]s?|[Pp]uedes|[Qq]uieres|[Rr]ecibes|[Ee]stás|fuiste)\b",
    "it": r"\b(?:[Tt]u|[Tt]i|[Tt]uo|[Tt]ua|[Tt]uoi|[Tt]ue|te|[Pp]uoi|[Vv]uoi|[Rr]icevi|[Ss]ei|[Ss]crivi|[Rr]iprova)\b",
    "nl": r"\b(?:[Jj]e|[Jj]ij|[Jj]ou|[Jj]ouwe?)\b",
    "pl": r"\b(?:ty|cię|ci|ciebie|tobie|[Tt]wój|[Tt]woj\w+)\b|\b(?!nasz\b)\w+(?:asz|esz|isz|ysz)\b",
    "pt": r"\b(?:[Oo]s? seus?|[Aa]s? suas?|[Ss]ua|si|[Vv]ocê)\b",
}
# Where the same word means somebody else: "she" and "its", us, or another reader.
MEANS_ANOTHER = {
    "de": {"address.hidden", "address.shape", "archive.before", "own.lead"},
    "fr": {
        *("confirm.button", "confirm_again.button", "left.undo", "preferences.own_button", "own.erase_button"),
        "mail.again.button",
    },
    "pl": {"preferences.save"},
    "pt": {"preferences_preview.body"},
}


def _texts(said: object) -> list[str]:
    return [said] if isinstance(said, str) else list(dict(said).values())  # type: ignore[call-overload]


def test_every_language_with_two_ways_has_a_file_of_the_other_one() -> None:
    """English has one way; no file lies there that nobody reads."""
    home = Path(str(files("newsletter.sentences"))) / "catalogue"
    there = {(path.parent.name, path.stem) for path in home.glob("*/*.toml")}

    assert there == {(form.value, language) for language, form in OTHER.items()}
    assert set(OTHER) == {*LANGUAGES} - {"en"}


@pytest.mark.parametrize("language", OTHER)
def test_the_other_way_is_whole(language: str) -> None:
    """Only sentences that differ, with the same values and forms; and none is left that speaks in the usual way."""
    ours, other = read_catalogue(language), other_form(language, OTHER[language])
    assert other.keys() <= ours.keys()
    for name, said in other.items():
        assert said != ours[name], name
        assert values_in(said) == values_in(ours[name]), name
        assert isinstance(said, str) or set(said) == set(ours[name]), name
    usual = re.compile(USUAL_WAY[language])
    left = [
        (name, found[0])
        for name, said in read_catalogue(language, OTHER[language]).items()
        if name not in MEANS_ANOTHER.get(language, ())
        for text in _texts(said)
        if (found := usual.search(text))
    ]
    assert not left


@pytest.mark.parametrize("language", OTHER)
def test_the_check_finds_what_speaks_in_the_usual_way(language: str) -> None:
    """The rule itself: in the usual sentences it finds many."""
    usual = re.compile(USUAL_WAY[language])
    assert sum(any(usual.search(text) for text in _texts(said)) for said in read_catalogue(language).values()) > 30


def test_a_setting_chooses_for_every_language(tmp_path: Path) -> None:
    """In mails, on pages and around an issue; own words come before either."""
    folder = a_folder(tmp_path / "weekly")
    toml = folder / "newsletter.toml"
    toml.write_text(f'form_of_address = "informal"\n{toml.read_text()}')
    newsletter = read_config(folder).newsletter
    words = Translations(folder, newsletter.form_of_address)
    assert words.sentences("de")("left.head") == "Du bist abgemeldet"
    assert words.sentences("es")("left.head") == "Te has dado de baja"
    (folder / "sentences").mkdir()
    (folder / "sentences" / "de.toml").write_text('"left.head" = "Weg bist du"\n')
    assert words.sentences("de")("left.head") == "Weg bist du"


def test_another_value_is_refused_with_its_line(tmp_path: Path) -> None:
    """The sentence says which there are."""
    folder = a_folder(tmp_path / "weekly")
    toml = folder / "newsletter.toml"
    toml.write_text(f'form_of_address = "du"\n{toml.read_text()}')
    with pytest.raises(Mistake, match="`form_of_address` is `du`") as refused:
        read_config(folder)
    assert str(refused.value.place) == "newsletter.toml:1"
