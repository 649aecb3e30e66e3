"""The pages in the newsletter's own colours and with its logo, as its template sets them for the mail."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from newsletter.consent.requests_sql import NewRequest
from newsletter.web.public.theme import read_theme
from newsletter.wiring import open_newsletter
from newsletter.words.consent import Asked
from tests.web.conftest import World


def own_template(world: World, *changes: tuple[str, str]) -> Path:
    """A copy of the template, with the first line of each change put in place of what begins like it."""
    world.parts.templates.copy_template("digest", "own")
    toml = world.parts.directory / "newsletter.toml"
    toml.write_text(f'template = "own"\n{toml.read_text()}')
    path = world.parts.directory / "templates" / "own" / "template.toml"
    text = path.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)
    return path


def theme_of(world: World):  # type: ignore[no-untyped-def]
    return read_theme(open_newsletter(world.parts.directory))


def test_the_pages_wear_the_colours_of_the_template_in_both_themes(pages: World) -> None:
    """The button of the form is that of the mail."""
    own_template(pages, ('accent = "#1c4f94"', 'accent = "#7a1f5c"'), ('accent = "#8db8f2"', 'accent = "#f0a8d8"'))

    css = theme_of(pages).css

    light, _, dark = css.partition("@media")
    assert "--accent: #7a1f5c" in light
    assert "--accent: #f0a8d8" in dark


def letter_to_ana(world: World) -> str:
    """The mail that asks her to confirm, from a newsletter that is opened anew."""
    parts = open_newsletter(world.parts.directory)
    number = parts.consent.requests.ask(NewRequest(email="ana@example.com", asked=Asked.FORM, lists=[1]))
    assert parts.post_office.post_waiting() == 1, number
    parts.engine.dispose()
    body = world.mails()[-1].get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_the_mails_that_ask_wear_the_colours_of_the_template_in_both_themes(pages: World) -> None:
    """Whoever signs up on the page knows the mail again."""
    own_template(pages, ('accent = "#1c4f94"', 'accent = "#7a1f5c"'), ('accent = "#8db8f2"', 'accent = "#f0a8d8"'))

    light, _, dark = letter_to_ana(pages).partition("prefers-color-scheme:dark")

    assert "#7a1f5c" in light
    assert "background:#f0a8d8!important" in dark
    assert "background:#7a1f5c" in dark.partition("</style>")[2]


def test_a_mail_in_colours_that_nobody_could_read_goes_out_in_ours(pages: World) -> None:
    """A template is free to be odd; the button that confirms has to be legible."""
    own_template(pages, ('accent_ink = "#fdfeff"', 'accent_ink = "#1c4f95"'))

    assert "#1c4f95" not in letter_to_ana(pages)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('ink = "#14202b"', 'ink = "#c8c8c8"'),
        ('accent_ink = "#fdfeff"', 'accent_ink = "#1c4f95"'),
        ('ink = "#e6ebef"', 'ink = "red; } body { display: none"'),
        ('sheet = "#171f27"', 'sheet = "</style><script>alert(1)</script>"'),
    ],
)
def test_colours_that_nobody_could_read_or_that_are_none_leave_the_pages_as_they_are(
    pages: World, before: str, after: str
) -> None:
    """A template is free to be odd; the way out of a newsletter has to be legible."""
    own_template(pages, (before, after))

    assert theme_of(pages).css == ""


def test_the_logo_of_the_template_stands_in_the_head_of_every_page(pages: World) -> None:
    """From this server, with its words."""
    (pages.parts.directory / "images").mkdir()
    made = io.BytesIO()
    Image.new("RGB", (400, 100), "navy").save(made, "PNG")
    (pages.parts.directory / "images" / "logo.png").write_bytes(made.getvalue())
    own_template(pages, ('src = ""', 'src = "images/logo.png"'), ('alt = ""', 'alt = "A ferry & a quay"'))
    object.__setattr__(pages.parts.config.newsletter, "template", "own")

    assert read_theme(pages.parts).logo is None
    assert not (pages.parts.directory / "var" / "images").exists(), "whoever asks had it made"
    pages.parts.images.make_ready()
    page = pages.client.get("/subscribe").text

    found = re.search(r'<img src="(/images/[0-9a-f]+\.png)" alt="A ferry &amp; a quay" width="120">', page)
    assert found, page
    assert pages.client.get(found[1]).status_code == 200


def test_a_logo_from_elsewhere_is_not_shown_and_a_broken_template_takes_no_page_down(pages: World) -> None:
    """Elsewhere would learn who looks at these pages."""
    path = own_template(pages, ('src = ""', 'src = "https://cdn.example.org/logo.png"'))
    assert theme_of(pages).logo is None

    path.write_text("[colors\n")
    object.__setattr__(pages.parts.config.newsletter, "template", "own")

    assert pages.client.get("/subscribe").status_code == 200
    assert theme_of(pages).css == ""


def test_a_page_names_its_styles_by_what_is_in_them(pages: World) -> None:
    """So they may be kept for long, and a change is seen at once."""
    page = pages.client.get("/").text

    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    assert len(styles) == 2
    for style in styles:
        answer = pages.client.get(style)
        assert answer.headers["content-type"].startswith("text/css")
        assert "max-age=604800" in answer.headers["cache-control"]
