"""What mjml-python would get wrong comes out right."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from newsletter.words.edition import as_reader
from newsletter.words.issue import Issue, Section
from newsletter.words.post import Post
from tests.compose.sample import ANA, ISSUE, PAPER, bare, note, rendered, template


def html_of(body: str, head: str = "") -> str:
    return as_reader(rendered(note("Hello"), [], bare(body, head)).edition, ANA)[1]


@pytest.mark.parametrize(
    "alt",
    ["I ❤️ SQL", "5\u00a0things", "a\u200db", "two\nlines", "tab\there", "e\u0301", "back\\slash", "soft\u00adhyphen"],
)
def test_the_words_of_a_picture_come_out_as_they_went_in(alt: str) -> None:
    """mjml-python prints attributes through a debugging format; line ends become spaces, the rest must survive."""
    html = html_of(f'<mj-image src="https://e.example/a.png" alt="{alt}" />')
    found = re.search(r'alt="([^"]*)"', html)

    assert found is not None
    assert _decoded(found[1]) == re.sub(r"[\n\t]", " ", alt)


def _decoded(value: str) -> str:
    return html.unescape(value)


def test_quotes_in_a_style_do_not_end_it() -> None:
    """A font's name in quotes stays inside its attribute."""
    html = html_of("<mj-text font-family='\"Times New Roman\", serif'>x</mj-text>")

    assert "font-family:&quot;Times New Roman&quot;, serif" in _spelt(html)


def _spelt(html: str) -> str:
    return html.replace("&#34;", "&quot;")


def test_a_style_over_several_lines_works() -> None:
    """The line ends in it become spaces."""
    html = html_of('<mj-text><p style="color:\n  red;\n  margin: 0">x</p></mj-text>')

    assert "\\n" not in html
    assert re.search(r'style="color:\s+red;\s+margin: 0"', html)


@pytest.mark.parametrize(
    "source", ["<b>a</b>\n<i>b</i>", "<b>a</b>\n  <i>b</i>", '<a href="https://e.example">a</a>\n<b>b</b>']
)
def test_a_line_end_between_two_words_of_markup_is_a_space(source: str) -> None:
    """Otherwise the two words grow together."""
    html = html_of(f"<mj-text>{source}</mj-text>")

    assert re.search(r">a</\w>\s+<\w+>b</", html)


def test_only_the_authors_own_styles_are_inlined() -> None:
    """MJML's reset stays in the head: copied onto each element it would add 12 kB."""
    html = html_of(
        "<mj-text><p class='x'>a</p></mj-text>",
        '<mj-style inline="inline">.x { color: red; }</mj-style><mj-style>.y { color: blue; }</mj-style>',
    )

    assert '<p class="x" style="color: red;">' in html
    assert ".y { color: blue; }" in html
    assert ".x {" not in html
    assert "mso-table-lspace" not in html.partition("<body")[2]


def test_the_conditional_comments_for_outlook_survive() -> None:
    """Without them classic Outlook shows no columns."""
    html = html_of("<mj-text>x</mj-text>", '<mj-style inline="inline">p { color: red; }</mj-style>')

    assert html.count("<!--[if mso") >= 5
    assert html.count("<!--[if") == html.count("<![endif]")


def test_authors_comments_do_not_go_out() -> None:
    """Remarks in a template are for its authors."""
    assert "secret" not in html_of("<!-- secret --><mj-text>x<!-- secret --></mj-text>")


def test_the_preheader_is_not_white_on_white() -> None:
    """Spam filters charge for hidden white text, although the preheader is not shown at all."""
    html = as_reader(rendered().edition, ANA)[1]
    hidden = re.search(r"<div style=\"display: ?none;[^\"]*\">", html)

    assert hidden is not None
    assert "#ffffff" not in hidden[0] and "#555555" in hidden[0]


@pytest.mark.parametrize("padding", ["0 36px", "0 36px 18px", "0px 36px"])
def test_a_picture_is_no_wider_than_its_column(padding: str) -> None:
    """Outlook goes by the width attribute; a bare 0 makes mjml-python forget the padding beside it."""
    html = html_of(f'<mj-image src="https://e.example/a.png" alt="" padding="{padding}" />')

    assert re.search(r'<img[^>]* width="528"', html)


def test_every_picture_of_a_built_in_template_has_its_words() -> None:
    """A picture without alt is read out as a file name."""
    html = as_reader(rendered().edition, ANA)[1]

    assert re.findall(r"<img[^>]*>", html)
    assert all(" alt=" in image for image in re.findall(r"<img[^>]*>", html))


def test_a_finished_mail_fetches_nothing_but_its_own_pictures() -> None:
    """A font or a style from outside tells others who reads what."""
    html = as_reader(rendered().edition, ANA)[1]

    assert not re.search(r"<link|@import|url\(|<script|fonts\.", html)
    assert set(re.findall(r'src="https?://([^/"]+)', html)) == {"saltslate.example.org"}


def test_a_finished_mail_says_its_language_direction_and_title() -> None:
    """Screen readers choose the voice by the first, and read the last out."""
    html = as_reader(rendered().edition, ANA)[1]

    assert re.search(r'<html[^>]* lang="en"[^>]* dir="ltr"', html)
    assert "<title>Salt &amp; Slate, Issue 7</title>" in html
    assert html.count("<h1") == 1
    assert html.count("<h2") == 3


def test_a_newsletter_in_a_language_from_right_to_left_runs_that_way() -> None:
    """On the page and on the body's first child, for the programs that drop the page."""
    html = as_reader(rendered(paper=replace(PAPER, language="he")).edition, ANA)[1]

    assert re.search(r'<html[^>]* lang="he"[^>]* dir="rtl"', html)
    assert re.search(r'<div[^>]* lang="he"[^>]* dir="rtl"', html)
    assert "border-right: 3px solid" in html


def test_a_logo_stands_above_the_name_where_there_is_one() -> None:
    """With its words; a picture of the folder gets the address that readers can fetch."""
    for name in ("digest", "letter", "roundup"):
        files = template(name)
        with_logo = files.files["template.toml"].replace(
            'src = ""\nalt = ""', 'src = "images/logo.png"\nalt = "A boat"'
        )
        html = as_reader(rendered(files=template(name, template_toml=with_logo)).edition, ANA)[1]

        assert re.search(r'<img[^>]*alt="A boat"[^>]*src="https://saltslate.example.org/images/logo.png"', html)
        assert html.index("A boat") < html.index("<h1")


def test_a_roundup_sets_short_posts_beside_each_other_and_gives_a_long_one_a_row() -> None:
    """In half a column a long post would be a strip of paper beside a hole; addresses of links are no length to read."""
    short = [Post(slug=name, title=name.upper(), body=f"[x](https://e.example/{'a' * 900})") for name in "abde"]
    long = Post(slug="c", title="C", body="word " * 200)
    issue = Issue(number=1, subject="x", sections=(Section(title="", posts=tuple("abcde")),))
    html = as_reader(rendered(issue, [*short, long], template("roundup")).edition, ANA)[1]
    widths = [re.findall(r"mj-column-per-(\d+)", html[: html.index(f"{one}</h2>")])[-1] for one in "ABCDE"]

    assert widths == ["50", "50", "100", "50", "50"]


def test_the_foot_of_a_mail_says_why_one_gets_it_and_how_to_change_that() -> None:
    """In both parts, with the reader's own links."""
    for name in ("digest", "letter", "roundup"):
        _, html, text = as_reader(rendered(files=template(name)).edition, ANA)

        for part in (html.replace("&amp;", "&"), text):
            assert "You get this because you subscribed to Salt & Slate." in part
            assert ANA["preferences_url"] in part and ANA["unsubscribe_url"] in part
            assert PAPER.address in part


def test_the_same_files_give_the_same_edition() -> None:
    """An approval is of a digest: rendering again must not change it."""
    assert rendered().edition.digest == rendered().edition.digest


def test_a_template_may_have_no_preheader_to_show() -> None:
    """An issue without one has no empty hidden text."""
    bare_issue = Issue(number=1, subject="x", intro="Hello")

    assert "display:none;font-size:1px" not in as_reader(rendered(bare_issue, []).edition, ANA)[1]
    assert ISSUE.preheader in as_reader(rendered(files=template()).edition, ANA)[1]
