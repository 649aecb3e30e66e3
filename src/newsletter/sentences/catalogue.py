"""Our own sentences: one file for each language in `catalogue/`. A new file there is a new language everywhere.

`catalogue/formal/` and `catalogue/informal/` hold the sentences of a language that differ where readers are spoken to in its other way.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from newsletter.words.newsletter import FormOfAddress

# A sentence, or one for each way in which a language counts: `one`, `few`, `many`, `other` (Unicode CLDR).
Said = str | Mapping[str, str]

FIRST = "en"
_AROUND = "issue."


def _languages() -> tuple[str, ...]:
    names = [path.name for path in (files(__package__) / "catalogue").iterdir()]
    there = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return FIRST, *(language for language in there if language != FIRST)


LANGUAGES = _languages()


@cache
def read_catalogue(language: str, form: FormOfAddress = FormOfAddress.USUAL) -> Mapping[str, Said]:
    """Every sentence of a language by its name."""
    text = (files(__package__) / "catalogue" / f"{language}.toml").read_text(encoding="utf-8")
    return {**tomllib.loads(text), **other_form(language, form)}


@cache
def other_form(language: str, form: FormOfAddress) -> Mapping[str, Said]:
    """The sentences that differ from a language's usual way; none where that is its usual way, or it has only one."""
    file = files(__package__) / "catalogue" / form.value / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def language_names() -> dict[str, str]:
    """Each language by its tag, as those who speak it call it."""
    return {language: str(read_catalogue(language)["language.name"]) for language in LANGUAGES}


def words_around_an_issue(language: str, form: FormOfAddress = FormOfAddress.USUAL) -> dict[str, str]:
    """What a template says beside the editor's words, by the names in the `[words]` of a template."""
    said = read_catalogue(choose_language(language), form)
    return {name.removeprefix(_AROUND): str(text) for name, text in said.items() if name.startswith(_AROUND)}


def values_in(said: Said) -> set[str]:
    """The names in braces. Raises ValueError where the braces are none that can be filled in."""
    names: set[str] = set()
    for sentence in [said] if isinstance(said, str) else said.values():
        for _, field, form, conversion in string.Formatter().parse(sentence):
            if field is not None and (form or conversion or not field.isidentifier()):
                raise ValueError(f"{{{field}}}")
            if field is not None:
                names.add(field)
    return names


def choose_language(*wishes: str) -> str:
    """The first of the wishes that we speak, else English. A wish is a tag (`de-AT`) or an Accept-Language header."""
    for wish in wishes:
        ranked = sorted(_ranked(wish), key=lambda pair: -pair[1])
        for tag, _ in ranked:
            if tag in LANGUAGES:
                return tag
    return FIRST


def _ranked(header: str) -> list[tuple[str, float]]:
    found = re.findall(
        r"(?<![A-Za-z0-9-])([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,30})?\s*+(?:;\s*+q=([01](?:\.\d{0,3})?)\s*+)?(?:,|$)",
        header[:300],
    )
    return [(tag.lower(), float(weight or 1)) for tag, weight in found if weight not in {"0", "0.0"}]
