"""What the public pages say, in the language of whoever looks at them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "de")
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}


class Words:
    """The catalogue of one language. A sentence that is missing is a mistake of ours and raises KeyError."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._sentences = read_catalogue(language)

    def __call__(self, name: str, **values: object) -> str:
        return self._sentences[name].format_map(values)


@cache
def read_catalogue(language: str) -> Mapping[str, str]:
    """Every sentence of a language by its name."""
    text = (files("newsletter.web.public") / "catalogue" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def choose_language(*wishes: str) -> str:
    """The first of the wishes that we speak. A wish is a tag (`de-AT`) or an Accept-Language header."""
    for wish in wishes:
        ranked = sorted(_ranked(wish), key=lambda pair: -pair[1])
        for tag, _ in ranked:
            if tag in LANGUAGES:
                return tag
    return LANGUAGES[0]


def _ranked(header: str) -> list[tuple[str, float]]:
    found = re.findall(
        r"(?<![A-Za-z0-9-])([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,30})?\s*+(?:;\s*+q=([01](?:\.\d{0,3})?)\s*+)?(?:,|$)",
        header[:300],
    )
    return [(tag.lower(), float(weight or 1)) for tag, weight in found if weight not in {"0", "0.0"}]


def long_date(language: str, at: date) -> str:
    """A day as people write it: 4 March 2027, 4. März 2027."""
    month = _MONTHS[language][at.month - 1]
    return f"{at.day}. {month} {at.year}" if language == "de" else f"{at.day} {month} {at.year}"
