"""Readers meet the sentences of their language, and the newsletter's own words, on every page and in every mail."""

from __future__ import annotations

import pytest

from newsletter.sentences.catalogue import LANGUAGES
from newsletter.sentences.sentences import Sentences
from tests.web.conftest import World


def test_readers_meet_the_own_words_on_the_page_and_in_the_mail(pages: World) -> None:
    """The form and the mail that asks, both from one file."""
    home = pages.parts.directory / "sentences"
    home.mkdir()
    (home / "en.toml").write_text('"subscribe.head" = "Komm an Bord"\n"mail.confirm.head" = "Fast <b>an</b> Bord"\n')
    assert "Komm an Bord" in pages.client.get("/subscribe").text

    pages.client.post("/subscribe", data={"email": "ana@example.com", "list": "weekly"})
    pages.parts.post_office.post_waiting()

    body = pages.mails()[-1].get_body(("html",))
    assert body is not None
    assert "Fast &lt;b&gt;an&lt;/b&gt; Bord" in body.get_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_spoken_from_the_form_to_the_mail_that_asks(pages: World, language: str) -> None:
    """The browser's language on the page, and the same in the mail that the form brings."""
    said = Sentences(language)
    page = pages.client.get("/subscribe", headers={"accept-language": f"{language}-XX,en;q=0.5"}).text
    assert f'lang="{language}"' in page
    assert said("nav.subscribe").replace("’", "&#8217;") in page or said("nav.subscribe") in page

    form = {"email": "ana@example.com", "list": "weekly", "lang": language}
    pages.client.post("/subscribe", data=form)
    pages.parts.post_office.post_waiting()

    assert pages.mails()[-1]["subject"] == said("mail.confirm.subject", newsletter=pages.parts.config.newsletter.name)
