"""What a template says beside the editor's words follows the newsletter's language, unless the template says it itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from newsletter.compose.render import render
from newsletter.words.edition import as_reader
from tests.compose.sample import PAPER, note, template


@pytest.mark.parametrize(
    ("language", "said", "day"),
    [
        ("en", "Unsubscribe", "4 March 2027"),
        ("de-AT", "Abbestellen", "4. März 2027"),
        ("pl", "Wypisz się", "4 marca 2027"),
        ("sv", "Unsubscribe", "2027-03-04"),
    ],
)
def test_an_issue_speaks_the_newsletters_language(language: str, said: str, day: str) -> None:
    """In HTML and in text; its date too. A language that we do not speak gets English words and figures."""
    issue = replace(note("Hello."), dated_on=date(2027, 3, 4))

    edition = render(issue, [], replace(PAPER, language=language), template()).edition

    for part in as_reader(edition, {})[1:]:
        assert said in part
        assert day in part


def test_words_of_the_template_itself_come_first() -> None:
    """Somebody who wrote them wants them."""
    own = template(**{"template.toml": template().files["template.toml"] + '\nunsubscribe = "Enough of this"\n'})

    html = as_reader(render(note("Hello."), [], replace(PAPER, language="de"), own).edition, {})[1]

    assert "Enough of this" in html
    assert "Einstellungen ändern" in html
