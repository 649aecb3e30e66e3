"""The sentences of one language, filled in: plurals, dates and lists as that language forms them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.sentences.catalogue import Said, read_catalogue
from newsletter.words.newsletter import FormOfAddress

if TYPE_CHECKING:
    from babel import Locale


class Sentences:
    """One language, in one form of address. `own` are those that the newsletter says in its own words, checked by `read_own_words`.

    A sentence that is missing is a mistake of ours and raises KeyError.
    """

    def __init__(
        self,
        language: str,
        own: Mapping[str, Said] | None = None,
        *,
        form: FormOfAddress = FormOfAddress.USUAL,
    ) -> None:
        self.language = language
        self._sentences = {**read_catalogue(language, form), **(own or {})}

    def __call__(self, name: str, **values: object) -> str:
        said = self._sentences[name]
        if not isinstance(said, str):
            # The number that decides about the form is called `n` everywhere.
            form = self._locale.plural_form(int(str(values["n"])))
            said = said.get(form, said["other"])
        return said.format_map(values)

    def day(self, at: date) -> str:
        """A day as people write it: 4 March 2027, 4. März 2027."""
        from babel.dates import format_date

        # CLDR's long form puts the month first in American English only, where `en` alone would follow it.
        return format_date(at, format="d MMMM y" if self.language == "en" else "long", locale=self._locale)

    def listed(self, names: Sequence[str]) -> str:
        """Names in a row: Weekly and Daily; Weekly, Daily and Late."""
        from babel.lists import format_list

        # British English writes no comma before the "and", as all the other languages here.
        return format_list(names, locale="en_GB" if self.language == "en" else self._locale)

    @cached_property
    def _locale(self) -> Locale:
        from babel import Locale

        return Locale.parse(self.language)
