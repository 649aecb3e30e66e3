"""Reading an issue through without scripts: the words of the mail, and each paragraph edited by a form of its own."""

from __future__ import annotations

import html
import re

from tests.studio.conftest import World

POST = "posts/2026-11-20-ferries-in-winter.md"
NAME = "posts-2026-11-20-ferries-in-winter-body-2"


def _file(world: World, name: str = POST) -> str:
    return (world.parts.directory / name).read_text()


def _form(world: World, at: int = 2, field: str = "body", file: str = POST) -> dict[str, str]:
    """The form of a block, as its page has it."""
    page = world.client.get("/studio/issues/1/read", params={"file": file, "field": field, "at": str(at)}).text
    form = re.search(r'<form class="edit".*?</form>', page, re.DOTALL)
    assert form, page
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]))
    words = re.search(r"<textarea[^>]*>(.*?)</textarea>", form[0], re.DOTALL)
    assert words
    return fields | {"value-words": html.unescape(words[1])}


def test_the_page_has_every_word_of_the_issue_and_how_long_it_is(world: World) -> None:
    """Merge tags filled, the quote marked as theirs, the source's host beside its title."""
    page = world.client.get("/studio/issues/1/read").text

    assert "Boats for you" in html.unescape(page)
    assert "Dear reader, this week is about ice." in page
    assert 'class="block theirs"' in page
    assert "coast.example.org" in page
    assert "41 words, 1 minute to read" in page
    assert 'lang="en"' in page


def test_the_type_is_that_of_the_mail(world: World) -> None:
    """What a template sets comes as a style sheet; what is no length or font in it does not."""
    sheet = world.client.get("/studio/issues/1/read/type.css")
    broken = world.parts.directory / "templates" / "digest"
    broken.mkdir(parents=True)
    (broken / "template.toml").write_text('[page]\nwidth = "600px; } body { display: none"\n')
    (broken / "issue.mjml").write_text("<mjml></mjml>")

    assert "--mail-width: 600px;" in sheet.text
    assert "--mail-serif: Georgia, 'Times New Roman', serif;" in sheet.text
    assert "text/css" in sheet.headers["content-type"]
    assert "display" not in world.client.get("/studio/issues/1/read/type.css").text


def test_a_paragraph_is_edited_in_its_place(world: World) -> None:
    """Only its lines change, and the page comes back to it."""
    form = _form(world)
    assert form["value-words"].startswith("> The last boat leaves")

    answer = world.post("/issues/1/read", **{**form, "value-words": "> There is no last boat.\r\n>\r\n> — Mara"})

    assert answer.headers["location"].endswith(f"/studio/issues/1/read#{NAME}")
    text = _file(world)
    assert "only exists when the ice allows it:\n\n> There is no last boat.\n>\n> — Mara\n" in text
    assert "title: Ferries in winter\n" in text


def test_code_keeps_the_blanks_that_make_it_code(world: World) -> None:
    """They stand at its beginning, where a form would lose them."""
    world.post("/issues/1/read", **{**_form(world), "value-words": "    tide(40)\r\n    wind(7)"})

    assert "allows it:\n\n    tide(40)\n    wind(7)\n" in _file(world)


def test_a_title_and_the_subject_are_edited_there_too(world: World) -> None:
    """Each is a field of its own file."""
    world.post("/issues/1/read", **{**_form(world, 0, "title"), "value-words": "Ferries, again"})
    form = _form(world, 0, "subject", "issues/001.md")
    assert "{{ first_name" in form["value-words"]
    world.post("/issues/1/read", **{**form, "value-words": "Boats"})

    assert "title: Ferries, again\n" in _file(world)
    assert "subject: Boats\n" in _file(world, "issues/001.md")


def test_words_that_others_wrote_meanwhile_stay(world: World) -> None:
    """In another paragraph both stand; in the same one the second writer gets their own words back."""
    form = _form(world)
    path = world.parts.directory / POST
    path.write_text(_file(world).replace("A timetable", "Our timetable"))
    world.post("/issues/1/read", **{**form, "value-words": "> Mine."})
    assert "Our timetable" in _file(world) and "> Mine." in _file(world)

    form = _form(world)
    path.write_text(_file(world).replace("> Mine.", "> Theirs."))
    refused = world.post("/issues/1/read", **{**form, "value-words": "> Mine again."})

    assert refused.status_code == 409
    assert "&gt; Mine again." in refused.text
    assert "> Theirs." in _file(world)


def test_what_is_no_field_of_the_issue_is_never_written(world: World) -> None:
    """Whatever a form names: other files, other fields, lines that there are not."""
    form = _form(world)
    before = _file(world)
    for wrong in (
        {"file": "newsletter.toml"},
        {"field": "url"},
        {"end": "99"},
        {"start": "x"},
        {"start": "3", "end": "3"},
    ):
        assert world.post("/issues/1/read", **{**form, **wrong}).status_code in {400, 404, 409}

    assert before == _file(world)


def test_a_broken_post_keeps_nobody_from_reading_the_rest(world: World) -> None:
    """What is wrong stands in its place, with a way to it."""
    (world.parts.directory / POST).write_text("no front matter")
    page = world.client.get("/studio/issues/1/read").text

    assert "this week is about ice" in page
    assert 'role="alert"' in page
    assert "?part=post%3A2026-11-20-ferries-in-winter" in page


def test_what_follows_a_list_stays_a_paragraph_of_its_own(world: World) -> None:
    """The blank line between them is nobody's to take away."""
    path = world.parts.directory / POST
    path.write_text("---\ntitle: Ferries in winter\n---\n\n- one\n- two\n\nAfter it.\n")
    form = _form(world, 0)
    assert form["value-words"] == "- one\n- two"
    world.post("/issues/1/read", **{**form, "value-words": "- one\n- two, too"})

    assert _file(world).endswith("- one\n- two, too\n\nAfter it.\n")


def test_an_address_that_is_none_stops_no_page(world: World) -> None:
    """It came with a page, or was typed so."""
    path = world.parts.directory / POST
    path.write_text("---\ntitle: Ferries in winter\nurl: http://[x\n---\n\nWords.\n")

    assert "http://[x" in world.client.get("/studio/issues/1/read").text
