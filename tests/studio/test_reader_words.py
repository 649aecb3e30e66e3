"""Words of mails and pages: ours beside the newsletter's own, the mail as readers get it, and back to ours."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from newsletter.sentences.catalogue import LANGUAGES, read_catalogue
from newsletter.sentences.groups import GROUPS, sentences_in
from tests.studio.conftest import World

CONFIRM = "/settings/words/confirm"
BODY = "say-mail.confirm.body"


def _fields(world: World, path: str = CONFIRM, language: str = "de") -> dict[str, str]:
    """What the form of a page holds, as a browser would send it back."""
    page = BeautifulSoup(world.client.get(f"/studio{path}?language={language}").text, "html.parser")
    form = page.select_one("form#look")
    assert form
    hidden = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    return hidden | {str(one["name"]): one.text for one in form.select("textarea")}


def _file(world: World, language: str = "de") -> Path:
    return world.parts.directory / "sentences" / f"{language}.toml"


def _save(world: World, path: str = CONFIRM, language: str = "de", **said: str) -> int:
    fields = {**_fields(world, path, language), **said, "act": "save"}
    return world.client.post(f"/studio{path}", data=fields).status_code


def test_every_sentence_is_on_one_page_in_every_language(world: World) -> None:
    """Nothing that a reader is told can't be said in other words; what an issue says is in its template."""
    for language in LANGUAGES:
        ours = read_catalogue(language)
        found = [name for group in GROUPS for name in sentences_in(group, ours)]
        elsewhere = [name for name in ours if name.startswith("issue.") or name == "language.name"]
        assert sorted([*found, *elsewhere]) == sorted(ours)
    for group in GROUPS[:3]:
        page = unescape(world.client.get(f"/studio/settings/words/{group.key}?language=pl").text)
        for said in sentences_in(group, read_catalogue("pl")).values():
            assert str(said) in page


def test_own_words_are_told_at_once_and_ours_come_back(world: World) -> None:
    """The mail in the frame says them, and the file keeps what somebody wrote into it by hand."""
    _file(world).parent.mkdir()
    _file(world).write_text('# Ours is informal.\n"left.head" = "Schade"\n\n[mail.confirm]\nhead = "Fast da"\n')
    body = "Willst du {lists}? Dann klick:"
    assert _save(world, **{BODY: body, "say-mail.confirm.subject": "Willst du?"}) == 303
    said = world.parts.translations.sentences("de")
    assert said("mail.confirm.body", lists="Fähren") == "Willst du Fähren? Dann klick:"
    assert (said("mail.confirm.head"), said("mail.confirm.subject")) == ("Fast da", "Willst du?")
    assert "# Ours is informal." in _file(world).read_text()
    mail = world.client.get(f"/studio{CONFIRM}/mail?language=de").text
    assert "Willst du Weekly Ferries? Dann klick:" in mail
    assert "sandbox" in world.client.get(f"/studio{CONFIRM}/mail").headers["content-security-policy"]

    world.client.post(f"/studio{CONFIRM}", data={**_fields(world), "act": "ours"})
    said = world.parts.translations.sentences("de")
    assert said("mail.confirm.head") == read_catalogue("de")["mail.confirm.head"]
    assert said("left.head") == "Schade"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Ein Klick fehlt noch.", "{lists} is missing in “Text”"),
        ("Du willst {lsts}?", "Nothing is known for {lsts} in “Text”"),
        ("Du willst {lists?", "“Text” has braces that can't be filled in"),
        ("x" * 2_001, "more than 2000 letters"),
    ],
)
def test_what_cannot_be_said_is_refused_and_stays_in_the_form(world: World, words: str, why: str) -> None:
    """The sentence says which value is missing or unknown; nothing is written, and the frame says the same."""
    fields = {**_fields(world), BODY: words}
    answer = world.client.post(f"/studio{CONFIRM}", data={**fields, "act": "save"})
    page = unescape(answer.text)
    assert (400, True, True) == (answer.status_code, why in page, words in page)
    assert "mail.confirm" not in re.sub(r'(?:name|id|for|aria-describedby)="[^"]*"', "", page)
    assert not _file(world).exists()
    assert why in unescape(world.client.post(f"/studio{CONFIRM}/try", data=fields).text)


def test_two_who_change_the_same_words_lose_nothing(world: World) -> None:
    """The second one sees that they were changed, and what was typed."""
    old = _fields(world)
    assert _save(world, **{BODY: "Du willst {lists}?"}) == 303
    answer = world.client.post(f"/studio{CONFIRM}", data={**old, BODY: "Sie wollen {lists}?", "act": "save"})
    assert (400, True) == (answer.status_code, "Sie wollen {lists}?" in answer.text)
    assert "Du willst {lists}?" in _file(world).read_text()


def test_a_sentence_that_counts_has_a_field_for_each_form(world: World) -> None:
    """Polish has four; one that is left empty is said as all others are."""
    path = "/settings/words/again"
    forms = [name for name in _fields(world, path, "pl") if name.startswith("say-mail.again.foot-")]
    assert len(forms) == len(dict(read_catalogue("pl")["mail.again.foot"]))  # type: ignore[arg-type]
    assert _save(world, path, "pl", **{"say-mail.again.foot-other": "Czekamy {n} dni."}) == 303
    assert world.parts.translations.sentences("pl")("mail.again.foot", n=5) == "Czekamy 5 dni."


def test_words_for_one_alone_are_kept_beside_ours_for_all_others(world: World) -> None:
    """Somebody who rewrites the form for 1 only does not lose it."""
    assert _save(world, "/settings/words/again", **{"say-mail.again.foot-one": "Morgen ist Schluss."}) == 303
    said = world.parts.translations.sentences("de")
    ours = str(dict(read_catalogue("de")["mail.again.foot"])["other"])  # type: ignore[arg-type]
    assert (said("mail.again.foot", n=1), said("mail.again.foot", n=5)) == ("Morgen ist Schluss.", ours.format(n=5))


def test_words_that_cannot_be_used_are_not_thrown_away(world: World) -> None:
    """They stand in no field of the page, so saving it must not take them out of the file."""
    _file(world).parent.mkdir()
    _file(world).write_text('"mail.confirm.head" = "Fast da, {vorname}"\n')
    assert _save(world, **{BODY: "Willst du {lists}?"}) == 303
    assert "Fast da, {vorname}" in _file(world).read_text()


def test_a_file_that_cannot_be_read_is_not_overwritten(world: World) -> None:
    """Somebody's words are in it."""
    _file(world).parent.mkdir()
    _file(world).write_text('"left.head" = "Schade\n')
    assert _save(world, **{BODY: "Du willst {lists}?"}) == 400
    assert _file(world).read_text() == '"left.head" = "Schade\n'


def test_an_unknown_page_or_language_is_said_so(world: World) -> None:
    """An unknown language is the newsletter's own."""
    assert world.client.get("/studio/settings/words/nothing").status_code == 404
    assert world.client.get(f"/studio{CONFIRM}?language=../../x").status_code == 200
