"""Readers' values and captured posts can't change the mail round them."""

from __future__ import annotations

from functools import cache

import html5lib
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.words.edition import Edition, as_reader
from newsletter.words.gap import Part, fill
from newsletter.words.issue import Issue, Section
from newsletter.words.post import Image, Post
from tests.compose.sample import ANA, bare, rendered

HOSTILE = [
    "{{7*7}}<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "</td></tr></table><h1>",
    "<!--",
    "-->",
    "q00000001z",
    "a\r\nBcc: eve@example.org\0",
    "\u202emoc.elpmaxe",
    "x" * 10_000,
    "javascript:alert(1)",
    "{% endif %}",
    "&#60;b&#62;",
    "]]>",
    "",
]
EDITION = rendered().edition
values = st.sampled_from(HOSTILE) | st.text(max_size=30)


def tags(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every element a browser sees, with the names of its attributes, in order."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return [(str(one.tag), tuple(sorted(map(str, one.attrib)))) for one in tree.iter()]


PATRON = tags(as_reader(EDITION, ANA)[1])


@settings(deadline=None, max_examples=40)
@given(values)
def test_no_value_of_a_reader_changes_the_structure_of_the_page(name: str) -> None:
    """A browser's parser sees the same elements and attributes as for a reader called Ana."""
    _, html, _ = as_reader(EDITION, ANA | {"first_name": name})

    assert tags(html) == PATRON


@settings(deadline=None)
@given(values, values)
def test_filling_here_equals_a_provider_replacing_tokens(name: str, plan: str) -> None:
    """A provider is given the constant text with a token for each hole, and a value for each token."""
    reader = ANA | {"first_name": name, "plan": plan}

    assert as_reader(EDITION, reader) == substituted(EDITION, reader)


def substituted(edition: Edition, reader: dict[str, str]) -> tuple[str, str, str]:
    columns = {key: [value] for key, value in reader.items()}
    filled = {hole: fill(hole, columns, 1)[0] for hole in edition.holes}
    tokens = {hole: f"[[token {number} of this call]]" for number, hole in enumerate(edition.holes)}

    def whole(part: Part) -> str:
        text = "".join(piece if isinstance(piece, str) else tokens[piece] for piece in part.pieces)
        for hole, token in tokens.items():
            text = text.replace(token, filled[hole])
        return text

    return whole(edition.subject), whole(edition.html), whole(edition.text)


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(HOSTILE[:-1]) | st.text(min_size=1, max_size=40))
def test_no_captured_text_makes_an_element_of_its_own(text: str) -> None:
    """Titles, sources and picture texts of other people's pages are words, never markup and never gaps."""
    assert structure_of(text) == structure_of("Plain words")


@cache
def structure_of(words: str) -> list[tuple[str, tuple[str, ...]]]:
    words = words.strip() or "x"
    image = Image(src="https://e.example/a.png", alt=words)
    post = Post(slug="p", title=words, body="x", url="https://e.example/", source=words, author=words, image=image)
    edition = rendered(Issue(number=1, subject="x", sections=(Section(title=words, posts=("p",)),)), [post]).edition
    assert edition.fields() == {"unsubscribe_url", "preferences_url"}
    return tags(as_reader(edition, ANA)[1])


QUOTING = bare("<mj-text>{{ issue.sections[0].posts[0].body.html }}</mj-text>")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from([*"<>\"'&[]()!*_~`#-=|\\ \nab/:.{", "javascript:", "https://e.example", "<script>", "> "]))
)
def test_no_markdown_makes_a_script_or_a_handler(pieces: list[str]) -> None:
    """Whatever stands in a captured quote, only safe elements and safe addresses come out."""
    quoted = "\n".join(f"> {line}" for line in "".join(pieces).split("\n"))
    post = Post(slug="p", title="x", body=quoted)
    issue = Issue(number=1, subject="x", sections=(Section(title="", posts=("p",)),))
    edition = rendered(issue, [post], QUOTING).edition
    tree = html5lib.parse(as_reader(edition, ANA)[1], namespaceHTMLElements=False)

    for element in tree.iter():
        assert element.tag not in {"script", "iframe", "object", "form", "svg"}
        assert not any(str(name).startswith("on") for name in element.attrib)
        for name in ("href", "src"):
            assert element.get(name, "https://").startswith(("https://", "http://", "mailto:"))
