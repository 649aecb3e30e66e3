"""Authors' Markdown becomes HTML that is safe to put anywhere in a mail."""

from __future__ import annotations

import pytest

from newsletter.compose.markdown import html_of, read_blocks
from newsletter.compose.sentinels import Sentinels
from newsletter.words.mistake import Mistake
from tests.compose.sample import note, rendered

NONE = Sentinels([])


def html(source: str) -> str:
    return html_of(
        read_blocks(
            source,
            NONE,
            picture=lambda src, alt, line: (
                (f"https://own.example/{src}", 480) if src.startswith("images/") else (src, None)
            ),
        )
    )


def test_html_in_markdown_is_shown_and_not_obeyed() -> None:
    """What was captured from a page may hold anything."""
    assert (
        html("a <script>x</script> <img onerror=x>") == "<p>a &lt;script&gt;x&lt;/script&gt; &lt;img onerror=x&gt;</p>"
    )


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/relative", "#top", "vbscript:x", "//e.example"],
)
def test_a_link_that_leads_nowhere_safe_leaves_its_words(address: str) -> None:
    """In a mail, an address without a scheme has nothing to be relative to."""
    assert html(f"see [the page]({address}) now") == "<p>see the page now</p>"


@pytest.mark.parametrize("address", ["https://e.example/a?b=1", "http://e.example", "mailto:a@e.example"])
def test_links_to_the_web_and_to_mail_stay(address: str) -> None:
    """With their words."""
    assert html(f"[x]({address})") == f'<p><a href="{address}">x</a></p>'


def test_headings_of_a_piece_come_below_the_headings_of_the_mail() -> None:
    """One h1 a mail, one h2 a post."""
    assert html("# a\n\n## b\n\n###### c") == "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>"


@pytest.mark.parametrize("dash", ["—", "--", "–", "---"])
def test_the_source_of_a_quote_is_a_line_of_its_own(dash: str) -> None:
    """However its dash was typed, and whether or not an empty line stands before it."""
    source = '<p class="source">— Mara, <em>The Bulletin</em></p>'

    assert source in html(f"> Bread.\n> {dash} Mara, *The Bulletin*")
    assert source in html(f"> Bread.\n>\n> {dash} Mara, *The Bulletin*")
    assert "<p>Bread.</p>" in html(f"> Bread.\n> {dash} Mara, *The Bulletin*")


def test_a_dash_inside_a_quote_is_not_its_source() -> None:
    """Only the last line is."""
    assert "source" not in html("> — he said\n> and went")
    assert "source" not in html("A paragraph\n— with a dash")


def test_a_picture_of_the_folder_gets_a_full_address() -> None:
    """A mail has no folder."""
    assert 'src="https://own.example/images/a.png"' in html("![A map](images/a.png)")
    assert 'width="480"' in html("![A map](images/a.png)")
    assert html("![A map](secret.png)") == "<p></p>"


def test_a_picture_of_ours_needs_words_and_is_pointed_at_where_it_stands() -> None:
    """Who can't see it has only those; the line is that of its paragraph."""
    with pytest.raises(Mistake, match="no words for those who can't see it") as caught:
        rendered(note("Hello\n\n![](images/a.png)"))

    assert str(caught.value.place) == "issues/001.md:7"


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (
            '[Get a *ticket*](https://example.org "button")',
            '<p class="button"><a href="https://example.org">Get a <em>ticket</em></a></p>',
        ),
        (
            'Or [a ticket](https://example.org "button").',
            '<p>Or <a href="https://example.org" title="button">a ticket</a>.</p>',
        ),
        (
            '> [Theirs](https://example.org "button")',
            '<blockquote>\n<p><a href="https://example.org" title="button">Theirs</a></p>\n</blockquote>',
        ),
        ('[Nowhere](javascript:alert "button")', "<p>Nowhere</p>"),
    ],
)
def test_a_link_by_itself_with_the_title_button_is_one(source: str, made: str) -> None:
    """Among other words, and in what others wrote, it is a link."""
    assert html(source) == made
