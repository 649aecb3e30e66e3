"""What the public pages say, in the language of the reader who looks at them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "de")


class Sentences:
    """The catalogue of one language. A sentence that is missing is a mistake of ours and raises KeyError."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._sentences = read_catalogue(language)

    def __call__(self, name: str, **values: object) -> str:
        return self._sentences[name].format_map(values)

    def day(self, at: date) -> str:
        """A day as people write it: 4 March 2027, 4. März 2027."""
        month = self("date.months").split()[at.month - 1]
        return self("date.day", day=at.day, month=month, year=at.year)


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
