"""What is put between the words besides words: pictures with what they show, addresses as links, cards or finds."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from newsletter.collect.page_card import as_card, as_link
from newsletter.collect.same_text import same_text
from newsletter.sentences.catalogue import choose_language
from newsletter.sentences.sentences import Sentences
from newsletter.web.studio.issue.pictures import markdown_of
from newsletter.words.post import Post
from tests.studio.conftest import World

SLUG = "2026-11-20-ferries-in-winter"
POST = f"posts/{SLUG}.md"


def _picture() -> bytes:
    data = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(data, "PNG")
    return data.getvalue()


def _base(world: World) -> str:
    return world.parts.sheets.note(POST, at=world.parts.clock.now()).version


def _send(world: World, path: str, files: dict[str, tuple[str, bytes, str]], **fields: str) -> str:
    fields = {
        "csrf": world.csrf(),
        "file": POST,
        "base": _base(world),
        "part": f"post:{SLUG}",
        "into": "body",
        **fields,
    }
    return world.client.post(f"/studio/issues/1/{path}", data=fields, files=files, follow_redirects=True).text


def test_a_picture_stands_with_its_caption_and_who_took_it(world: World) -> None:
    """The file goes into images/; what was typed above is saved with it."""
    files = {"picture": ("The Pier.png", _picture(), "image/png")}
    _send(world, "picture", files, alt="The pier [at dusk]", caption="Before the storm.", credit="Ana")

    assert (world.parts.directory / "images/the-pier.png").read_bytes() == _picture()
    body = world.parts.posts.get_post(SLUG).body
    assert body.endswith("![The pier (at dusk)](images/the-pier.png)\n\n*Before the storm. Photo: Ana*")


@pytest.mark.parametrize(("language", "said"), [("de-AT", "Foto: Ana"), ("fr", "Photo : Ana"), ("tlh", "Photo: Ana")])
def test_who_took_a_picture_is_said_in_the_language_of_the_newsletter(language: str, said: str) -> None:
    """In English where we do not speak it."""
    made = markdown_of("images/a.png", alt="", caption="", credit="Ana", words=Sentences(choose_language(language)))

    assert made == f"![](images/a.png)\n\n*{said}*"


def test_a_picture_without_words_is_asked_for_them_and_the_text_is_kept(world: World) -> None:
    """Nothing that was typed is lost by a refusal."""
    files = {"picture": ("pier.png", _picture(), "image/png")}
    page = _send(world, "picture", files, field="body", **{"value-body": "Typed."})

    assert "Say in words what the picture shows." in page
    assert world.parts.posts.get_post(SLUG).body == "Typed."
    assert not (world.parts.directory / "images/pier.png").exists()


def test_what_is_said_of_a_picture_is_only_words() -> None:
    """No mark in it, and no merge tag, means anything."""
    shown = markdown_of("images/a.png", alt="a] {{ x }}", caption="*two* words", credit="", words=Sentences("en"))

    assert shown == "![a) {\\{ x }}](images/a.png)\n\n*\\*two\\* words*"


def test_the_picture_at_the_head_is_changed_and_taken_out(world: World) -> None:
    """Its alternative text goes with it; its file stays."""
    files = {"lead-picture": ("pier.png", _picture(), "image/png")}
    _send(world, "lead", files, **{"lead-alt": "The pier"})
    picture = world.parts.posts.get_post(SLUG).image
    assert picture is not None
    assert ("images/pier.png", "The pier") == (picture.src, picture.alt)

    _send(world, "lead", {}, lead="remove")
    assert world.parts.posts.get_post(SLUG).image is None
    assert (world.parts.directory / "images/pier.png").exists()


def test_an_address_becomes_a_link_or_a_find(world: World) -> None:
    """A page that does not answer gives the name of its site, and the writer hears why."""
    asked = {"file": POST, "address": "http://127.0.0.1:9/boats", "how": "link"}
    answer = world.post_json("/issues/1/address", asked).json()
    assert answer["text"] == "[127.0.0.1](http://127.0.0.1:9/boats)"
    assert "was not read" in answer["said"]

    answer = world.post_json(
        "/issues/1/address", {**asked, "address": "https://example.com/boats", "how": "find"}
    ).json()
    assert answer == {"text": "", "said": "Kept as a find."}
    assert "example.com/boats" in world.client.get("/studio/finds").text


def test_a_card_is_a_quote_with_title_beginning_and_source() -> None:
    """Nothing of the page means anything in it."""
    post = Post(slug="x", title="Boats [old]", body="## Boats\n\nThey came with a piano.\n\nMore.", source="Coast")

    assert as_link("https://example.com/b", post) == "[Boats (old)](https://example.com/b)"
    assert as_card("https://example.com/b", post) == (
        "> **[Boats (old)](https://example.com/b)**\n>\n> They came with a piano.\n>\n> — Coast"
    )


def test_the_same_words_added_again_are_pointed_out(world: World) -> None:
    """By their longest paragraph, however it is marked; not in the post itself, and not for a phrase."""
    words = "They came with a piano and a wedding cake, and they would *not* go home until the council had said yes."
    world.parts.posts.add_post(Post(slug="2026-11-21-piano", title="The piano", body=f"> {words}\n>\n> — Mara"))
    html = f"<p>Look:</p><p>{words.replace('*', '')}</p>"
    said = world.post_json("/issues/1/paste", {"file": POST, "html": html}).json()["said"]

    assert said[0] == "These words are in “The piano” already, on the shortlist."
    assert [] == same_text(words, world.parts.posts, world.parts.issues, but="2026-11-21-piano")
    assert [] == same_text("They came with a piano", world.parts.posts, world.parts.issues)


def test_a_saved_text_is_kept_offered_and_inserted(world: World) -> None:
    """By a script it comes where the caret is; without one to the end of the words, which are saved with it."""
    assert [] == world.client.get("/studio/snippets").json()
    said = world.post_json("/snippets", {"name": "Where to get tickets", "text": "At the **pier**.\n"})
    assert 200 == said.status_code
    assert [{"name": "Where to get tickets", "text": "At the **pier**."}] == world.client.get("/studio/snippets").json()
    assert "At the **pier**.\n" == (world.parts.directory / "snippets/Where-to-get-tickets.md").read_text()
    page = _send(world, "snippet", {}, field="body", snippet="Where to get tickets", **{"value-body": "Typed."})

    assert "Inserted at the end." in page and "A saved text" in page
    assert "Typed.\n\nAt the **pier**." == world.parts.posts.get_post(SLUG).body


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("", "Words.", "needs a short name"),
        ("../newsletter", "Words.", ""),
        ("x" * 61, "Words.", "needs a short name"),
        ("Twice", " ", "no words to save"),
        ("Twice", "Words.", "already"),
    ],
)
def test_a_saved_text_stays_in_its_folder_and_takes_nobodys_place(
    world: World, name: str, text: str, said: str
) -> None:
    """Whatever it is called."""
    world.post_json("/snippets", {"name": "Twice", "text": "First."})
    answer = world.post_json("/snippets", {"name": name, "text": text})
    files = [path.name for path in (world.parts.directory / "snippets").iterdir()]

    assert said in answer.text
    assert ["Twice.md"] == files or sorted(files) == ["Twice.md", "newsletter.md"]
    assert "First.\n" == (world.parts.directory / "snippets/Twice.md").read_text()
