"""What authors may write for a reader, and what of it is only text."""

from __future__ import annotations

import re

import pytest

from newsletter.compose.sentinels import SentinelKind, Sentinels
from newsletter.words.edition import as_reader
from newsletter.words.gap import Context
from newsletter.words.mistake import Mistake, Place
from tests.compose.sample import ANA, ISSUE, POSTS, bare, note, read_by, rendered


@pytest.mark.parametrize(
    ("intro", "reader", "seen"),
    [
        ("{{ first_name }}", {"first_name": "Ana"}, "Ana"),
        ('{{ first_name | default("there") }}', {}, "there"),
        ('{{ first_name|default("there", true)|upper }}', {}, "THERE"),
        ('{{ first_name | default(last_name) | default("you") }}', {"last_name": "Diaz"}, "Diaz"),
        ("{{ first_name | trim | capitalize }}", {"first_name": " ana "}, "Ana"),
        ('{% if plan == "pro" %}a{% else %}b{% endif %}', {"plan": "pro"}, "a"),
        ('{% if plan != "pro" %}a{% else %}b{% endif %}', {"plan": "pro"}, "b"),
        ('{% if plan in ["pro", "gold"] %}a{% else %}b{% endif %}', {"plan": "gold"}, "a"),
        ('{% if plan not in ("pro", "gold") %}a{% else %}b{% endif %}', {"plan": "gold"}, "b"),
        ("{% if not plan %}a{% endif %}", {}, "a"),
        ('{% if plan == "pro" and city %}a{% elif city %}b{% else %}c{% endif %}', {"plan": "x", "city": "Rom"}, "b"),
        ('{% if plan == "pro" or city == "Rom" %}a{% endif %}', {"city": "Rom"}, "a"),
        ("{% if a %}{% if b %}ab{% else %}a{% endif %}{% else %}none{% endif %}", {"a": "1"}, "a"),
        ('{{ "old" if years == 3 else "new" }}', {"years": "3"}, "old"),
        ('{{ "gone" if left }}!', {}, "!"),
        ("a {# a remark in braces #}b", {}, "a b"),
        ("{{ город }}, {{ เมือง }}", {"город": "Минск", "เมือง": "a"}, "Минск, a"),
        ("{{ \u0438\u0306 }}", {"\u0439": "й as two signs"}, "й as two signs"),
        ('{{ "{{" }} x }}', {}, "{{ x }}"),
        ("{% raw %}{{ x }}{% endraw %}", {"x": "1"}, "{{ x }}"),
        ("a {%- if x %} b {%- endif %} c", {"x": "1"}, "a b c"),
    ],
)
def test_a_gap_is_filled_for_a_reader(intro: str, reader: dict[str, str], seen: str) -> None:
    """The same words stand in HTML and in text."""
    _, html, text = as_seen(intro, reader)

    assert text == seen
    assert f"<p>{seen}</p>" in html


def as_seen(intro: str, reader: dict[str, str]) -> tuple[str, str, str]:
    files = bare("<mj-text>{{ issue.intro.html }}</mj-text>", text="{{ issue.intro.text }}")
    subject, html, text = as_reader(rendered(note(intro), [], files).edition, reader)
    return subject, html, text.rstrip("\n")


@pytest.mark.parametrize(
    "intro",
    ["> {{ first_name }}", "> a\n> {% if %}", "```\n{{ first_name }}\n```", "    {{ first_name }}", "- > {{ x y }}"],
)
def test_braces_in_a_quote_or_in_code_are_only_braces(intro: str) -> None:
    """What somebody else wrote is shown as they wrote it."""
    edition = rendered(note(intro)).edition

    assert edition.fields() == {"unsubscribe_url", "preferences_url"}
    assert "{" in read_by(ANA, intro)[2]


def test_braces_in_captured_fields_are_only_braces() -> None:
    """Titles come from other people's pages."""
    _, html, text = read_by(ANA, "x")[0], *rendered_for_ana()

    assert (
        "Two roofs, one &quot;storm&quot; &amp; {{ braces }}" in html
        or 'Two roofs, one "storm" &amp; {{ braces }}' in html
    )
    assert 'Two roofs, one "storm" & {{ braces }}' in text
    assert "{{ honest }}" in html and "{{ honest }}" in text


def rendered_for_ana() -> tuple[str, str]:
    _, html, text = as_reader(rendered().edition, ANA)
    return html, text


def test_a_remark_never_goes_out() -> None:
    """Notes between editors stay in the file, and gaps in them ask nobody for anything."""
    html, text = rendered_for_ana()

    assert "is this whole" not in html + text
    assert "nothing" not in rendered().fields


def test_equal_gaps_in_one_context_are_one_hole() -> None:
    """A provider takes 10,000 bytes a reader: what is said twice is carried once."""
    edition = rendered(note("{{ first_name }} and {{ first_name }} and {{first_name}}")).edition

    assert len([hole for hole in edition.html.holes if "first_name" in str(hole)]) == 3
    assert len([hole for hole in edition.holes if "first_name" in str(hole)]) == 2  # one in HTML, one in text


def test_each_gap_knows_where_it_landed() -> None:
    """Text, attribute, whole address and part of one are escaped each in its way."""
    intro = '{{ a }} [link]({{ b }}) [more](https://e.example/{{ c }}?d={{ d }}) [x](https://e.example "{{ e }}")'
    edition = rendered(note(intro, subject="{{ f }}")).edition
    contexts = {hole.expression.name: hole.context for hole in edition.html.holes}  # type: ignore[union-attr]

    assert contexts == {
        "a": Context.TEXT,
        "b": Context.URL,
        "c": Context.URL_PART,
        "d": Context.URL_PART,
        "e": Context.ATTRIBUTE,
        "unsubscribe_url": Context.URL,
        "preferences_url": Context.URL,
    }
    assert [hole.context for hole in edition.subject.holes] == [Context.HEADER]  # type: ignore[union-attr]


def test_a_gap_that_may_begin_an_address_is_checked_as_one() -> None:
    """An empty first branch would let a reader's value choose the scheme."""
    _, html, _ = as_seen("[x]({% if a %}https://e.example/{% endif %}{{ b }})", {"b": "javascript:alert(1)"})

    assert 'href="#"' in html
    assert "javascript" not in html


def test_the_fields_an_issue_asks_for_are_known_with_their_places() -> None:
    """So that a misspelt one can be pointed at before anything is sent."""
    asked = rendered(ISSUE, POSTS).fields

    assert str(asked["plan"]) == "posts/two-roofs.md:18:1"
    assert str(asked["unsubscribe_url"]).startswith("templates/digest/footer.mjml:")


def test_the_mjml_spells_the_gaps_out() -> None:
    """The file that `render` writes can be read, and opened in another MJML editor."""
    mjml = rendered(note('{{ first_name | default("you") }}{% if plan == "pro" %}!{% endif %}')).mjml

    assert "{{ first_name | default('you') }}{% if (plan == 'pro') %}!{% endif %}" in mjml
    assert "Dear {{ first_name | default('reader') }}" in rendered().mjml
    assert not re.search("q[g-z0-9]{6}[0-9]{2}z", rendered().mjml)


def test_a_text_that_looks_like_a_sentinel_is_left_alone() -> None:
    """Sentinels are made of a word that stands nowhere in the sources."""
    sources = ["{{ first_name }}"]
    for _ in range(3):
        looks_like_one = Sentinels(sources).mint(SentinelKind.VALUE, Place("a"))
        sources.append(looks_like_one)

        assert Sentinels(sources).mint(SentinelKind.VALUE, Place("a")) != looks_like_one
        assert Sentinels(sources).pattern.search("".join(sources)) is None
    assert Sentinels(sources).mint(SentinelKind.VALUE, Place("a")) == Sentinels(sources).mint(
        SentinelKind.VALUE, Place("b")
    )


def test_a_captured_page_can_not_spell_a_sentinel() -> None:
    """An entity is decoded on the way, and would put a reader's address into a stranger's link: the word can't be known."""
    known = Sentinels([]).mint(SentinelKind.VALUE, Place("a"))
    spelled = f"&#{ord(known[0])};{known[1:]}"
    _, html, text = read_by(
        {"email": "ana@example.org"}, f"{{{{ email }}}}\n\n> [x](https://e.example/?u={spelled}) {spelled}"
    )

    assert re.search(rf'href="https://e\.example/\?u={known}"[^>]*>x</a> {known}', html)
    assert (html + text).count("ana@example.org") == 2
    assert "ana%40example.org" not in html + text


@pytest.mark.parametrize("spoiling", ["upper", "title", "truncate(16, true, '')"])
def test_a_template_that_would_spoil_a_merge_tag_is_refused(spoiling: str) -> None:
    """Readers would see a piece of code; the line and column are those of the expression."""
    files = bare(f"<mj-text>{{{{ issue.subject | {spoiling} }}}}</mj-text>")
    with pytest.raises(Mistake, match="A merge tag is changed here") as caught:
        rendered(note("Hello", subject="Dear you {{ first_name }} and all of your friends"), [], files)

    assert str(caught.value.place) == "templates/bare/issue.mjml:4:10"


def test_a_whole_paragraph_by_reader_leaves_no_empty_one_behind() -> None:
    """An {% if %} on a line of its own is no paragraph."""
    intro = "Before.\n\n{% if plan %}\n\nOnly some.\n\n{% endif %}\n\nAfter."

    assert "Before.\n\nAfter." in as_seen(intro, {})[2]
    assert "Before.\n\nOnly some.\n\nAfter." in as_seen(intro, {"plan": "1"})[2]
    assert "<p></p>" not in as_seen(intro, {})[1]


def test_a_branch_may_be_a_few_paragraphs_and_no_more() -> None:
    """It travels again for every reader who gets it; where it is too long, its {% if %} is named."""
    paragraphs = "\n\n".join(["Forty words are about the length of a paragraph that people still read."] * 12)
    short = "Hello\n\n{% if plan %}\n\n" + paragraphs + "\n\n{% endif %}"
    long = short.replace(paragraphs, f"{paragraphs}\n\n" * 5)

    assert "Forty words" in read_by({"plan": "pro"}, short)[1]
    with pytest.raises(Mistake, match=r"at most 4,000 can differ by reader") as caught:
        rendered(note(long))

    assert str(caught.value.place) == "issues/001.md:7:1"


def test_a_branch_counts_with_those_inside_it() -> None:
    """What travels is all of them."""
    half = "slate " * 400
    intro = f"{{% if a %}}{half}{{% if b %}}{half}{{% else %}}x{{% endif %}}{{% endif %}}"

    with pytest.raises(Mistake, match="at most 4,000 can differ by reader"):
        rendered(note(intro))


def test_the_length_of_a_branch_is_that_of_what_goes_out() -> None:
    """Two branches are counted one by one, and what both of them share is not counted."""
    half = "slate " * 500
    shared = "slate " * 3_000

    assert read_by({}, f"{shared}\n\n{{% if plan %}}{half}{{% else %}}{half}{{% endif %}}")[1].count("slate ") == 3_499
