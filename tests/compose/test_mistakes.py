"""Every mistake in a file is named with file, line, column and what to do."""

from __future__ import annotations

import pytest

from newsletter.folder.issue_file import parse_issue
from newsletter.words.issue import Issue, Section
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.post import Image, Post
from tests.compose.sample import bare, note, rendered, template

ISSUE_FILE = "issues/001.md"
MJML_FILE = "templates/bare/issue.mjml"

# What an author writes in an intro that begins on line 5, where the mistake is, and a word of what is said.
IN_AN_ISSUE = [
    ("Dear {{ first_name }", "5:6", "can't be read"),
    ("Dear\n\n{{ first_name | shout }}", "7:17", "no filter shout"),
    ("{{ first_name() }}", "5:1", "A call"),
    ("{{ a.b }}", "5:1", "A dot"),
    ("{{ a[0] }}", "5:1", "An index"),
    ("{{ 7 * 7 }}", "5:1", "Arithmetic"),
    ("{{ a ~ b }}", "5:1", "~"),
    ("Hi {{ a b }}", "5:9", "expected before"),
    ("{{ }}", "5:1", "empty"),
    ("{{ a == b }}", "5:1", "a test"),
    ("{{ a | default }}", "5:8", "default needs"),
    ("One\n\n{% for x in y %}\n\n{% endfor %}", "7:1", "for"),
    ("{% if plan %}\n\nyes", "5:1", "no {% endif %}"),
    ("{% if plan > 3 %}x{% endif %}", "5:1", "== and !="),
    ("x {% endif %}", "5:3", "without an {% if %}"),
    ("{% if a %}x{% else %}y{% else %}z{% endif %}", "5:23", "after {% else %}"),
    ("Text <!-- a remark\n\nthat goes on", "5:6", "never closed"),
    ("One {% if a %} two\n\nthree {% endif %}", "5:5", "ends in another"),
    ("- a\n- {% if a %}b\n- c{% endif %}", "6:3", "ends in another"),
    ("{% set x = 1 %}", "5:1", "set"),
    ("{% if a %}x{% else if b %}y{% endif %}", "5:12", "after else"),
    ("{% if a %}x{% endif a %}", "5:12", "after endif"),
    ('{{ (a == "x") | upper }}', "5:1", "a test"),
    ("One\n{% raw %}{{ x }}", "6:1", "can't be read"),
    ("One\ntwo {# a remark", "6:5", "can't be read"),
    ("{{ a is defined }}", "5:1", "“is”"),
    ("> quoted {{ a b }}\n\nours {{ a b }}", "7:11", "expected before"),
]


@pytest.mark.parametrize(("intro", "place", "said"), IN_AN_ISSUE)
def test_a_mistake_in_an_issue_is_found_at_its_line_and_column(intro: str, place: str, said: str) -> None:
    """Lines and columns are those of the author's own file."""
    with pytest.raises(Mistake) as caught:
        rendered(note(intro))

    assert str(caught.value.place) == f"{ISSUE_FILE}:{place}"
    assert said in caught.value.message
    assert caught.value.fix


def test_a_mistake_in_a_subject_names_its_line() -> None:
    """Front matter has a line for each key."""
    with pytest.raises(Mistake) as caught:
        rendered(note("Hello", subject="Hi {{ name"))

    assert str(caught.value.place) == f"{ISSUE_FILE}:3"


@pytest.mark.parametrize(
    ("key", "value", "column"),
    [
        ("subject", "Hi {{ name", 13),
        ("subject", "'Hi {{ name'", 14),
        ("subject", '"Hi {{ name }} {{ a b }}"', 30),
        ("preheader", "Soon, {{ name | shout }}", 28),
        # Where a quote is doubled, columns of the text are not those of the file.
        ("subject", "'It''s {{ name'", None),
    ],
)
def test_a_mistake_in_front_matter_is_found_at_its_column(key: str, value: str, column: int | None) -> None:
    """As the file has it, with the key and the quotes before it."""
    lines = {"subject": "Plain", "preheader": "Plain"} | {key: value}
    text = f"---\nnumber: 1\nsubject: {lines['subject']}\npreheader: {lines['preheader']}\n---\n\nHello\n"

    with pytest.raises(Mistake) as caught:
        rendered(parse_issue(text, file=ISSUE_FILE), [])

    assert str(caught.value.place) == f"{ISSUE_FILE}:{3 if key == 'subject' else 4}" + (f":{column}" if column else "")


def test_a_mistake_in_a_post_names_the_post() -> None:
    """The file to open is the post's, not the issue's."""
    post = Post(slug="roofs", title="Roofs", body="One\n\n{{ nope( }}", body_line=9)
    issue = Issue(number=1, subject="x", sections=(Section(title="", posts=("roofs",)),))

    with pytest.raises(Mistake) as caught:
        rendered(issue, [post])

    assert str(caught.value.place) == "posts/roofs.md:11:1"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/relative", "file:///etc/passwd", "data:text/html,x"])
def test_an_address_that_readers_can_not_open_is_refused(address: str) -> None:
    """What was captured may name anything; in a mail only the web can be opened."""
    issue = Issue(number=1, subject="x", sections=(Section(title="", posts=("roofs",)),))
    for post in (
        Post(slug="roofs", title="Roofs", body="x", url=address),
        Post(slug="roofs", title="Roofs", body="x", image=Image(src=address, alt="x")),
    ):
        with pytest.raises(Mistake, match="not an address that readers can open") as caught:
            rendered(issue, [post])

        assert str(caught.value.place) == "posts/roofs.md"


def test_a_post_that_is_not_there_is_missed_by_name() -> None:
    """And the file that names it."""
    with pytest.raises(Missing, match=r"issues/001.md names the post gone"):
        rendered(Issue(number=1, subject="x", sections=(Section(title="", posts=("gone",)),)), [])


# What stands on line 4 of a template, the column of the mistake, and a word of what is said.
IN_A_TEMPLATE = [
    ("<mj-foo>x</mj-foo>", 1, "no <mj-foo>"),
    ("<MJ-TEXT>x</MJ-TEXT>", 1, "no <MJ-TEXT>"),
    ('<mj-text colour="red">x</mj-text>', 10, "no attribute colour"),
    ('<mj-text color="redd">x</mj-text>', 10, "can't be used"),
    ('<mj-text font-size="18">x</mj-text>', 10, "can't be used"),
    ('<mj-text padding="1em">x</mj-text>', 10, "can't be used"),
    ('<mj-text align="middle">x</mj-text>', 10, "can't be used"),
    ("<mj-text align=left>x</mj-text>", 10, "no quotes"),
    ('<mj-text align="left" align="right">x</mj-text>', 23, "given twice"),
    ("<mj-text>x</mj-button>", 11, "closes nothing"),
    ("<mj-text><p>x</mj-text>", 14, "<p>"),
    ("<mj-text>a < b</mj-text>", 12, "begins no tag"),
    ("<mj-text>x <mj-button>y</mj-button></mj-text>", 12, "inside <mj-text>"),
    ("<mj-section></mj-section>", 1, "can't stand in mj-column"),
    ("<p>x</p>", 1, "can't stand in mj-column"),
    ("words", 1, "would be lost"),
    ('<mj-image src="https://e.example/a.png" />', 1, "no alt"),
    ('<mj-social><mj-social-element name="x" href="https://e.example">x</mj-social-element></mj-social>', 12, "no alt"),
    ('<mj-social><mj-social-element name="mastodon" alt="M" /></mj-social>', 12, "no built-in icon"),
    ("<mj-carousel></mj-carousel>", 1, "can't be used"),
    ('<mj-include path="x.mjml" />', 1, "included by Jinja"),
    ("<mj-text><script>x</script></mj-text>", 10, "scripts"),
    ('<mj-text css-class="{{ reader("plan") }}" color="{{ reader("c") }}">x</mj-text>', 43, "can't be used"),
    ("<mj-spacer>x</mj-spacer>", 12, "holds nothing"),
    ('<mj-image src="a" alt="A"><b>x</b></mj-image>', 27, "holds nothing"),
    ('<mj-text><p onclick="x">y</p></mj-text>', 13, "scripts"),
    ('<mj-text><a href=" java&#10;script:x">y</a></mj-text>', 13, "scripts"),
    ('<mj-button href="VBScript:x">y</mj-button>', 12, "scripts"),
]


@pytest.mark.parametrize(("body", "column", "said"), IN_A_TEMPLATE)
def test_a_mistake_in_a_template_is_found_at_its_line_and_column(body: str, column: int | None, said: str) -> None:
    """Whatever mjml-python would swallow or render wrongly is refused where it stands."""
    with pytest.raises(Mistake) as caught:
        rendered(note("Hello"), [], bare(body))

    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (MJML_FILE, 4)
    assert column in (None, caught.value.place.column)
    assert said in caught.value.message
    assert caught.value.fix


IN_A_HEAD = [
    ("<mj-style>p { a { color: red; } }</mj-style>", "inside another"),
    ("<mj-style>@import url(https://e.example/x.css);</mj-style>", "from outside"),
    ("<mj-style>p { color: {{ reader('color') }}; }</mj-style>", "differ by reader"),
    ("<mj-html-attributes></mj-html-attributes>", "can't be used"),
    (
        '<mj-attributes><mj-class name="s"><mj-social-element color="red" /></mj-class></mj-attributes>',
        "Defaults inside",
    ),
    ("<mj-style>p {}", "not closed"),
]


@pytest.mark.parametrize(("head", "said"), IN_A_HEAD)
def test_a_mistake_in_the_head_of_a_template_is_found(head: str, said: str) -> None:
    """The head is on the first line of this template."""
    with pytest.raises(Mistake, match=said) as caught:
        rendered(note("Hello"), [], bare("<mj-text>x</mj-text>", head))

    assert str(caught.value.place).startswith(f"{MJML_FILE}:1:")


IN_THE_JINJA = [
    ("<mj-text>{{ nothing }}</mj-text>", 13, "nothing"),
    ("<mj-text>{{ issue.number }} {{ issue.nothing }}</mj-text>", 38, "no attribute 'nothing'"),
    ("<mj-text>{% if %}</mj-text>", 10, "can't be read"),
    ("<mj-text>{{ ''.__class__ }}</mj-text>", 16, "__class__"),
    ("<mj-text>{{ 'x' * 900000000 }}</mj-text>", 10, "too long"),
    ("<mj-text>{{ 10 ** 10000000 }}</mj-text>", 10, "powers"),
    ("<mj-text>{{ range(10000000) }}</mj-text>", 10, "range"),
    ("<mj-text>{{ 1 / 0 }}</mj-text>", 10, "division"),
    ("<mj-text>{% if reader('plan') == 'x' %}a{% endif %}</mj-text>", 10, "decide by it"),
    ("<mj-text>{{ reader('no name') }}</mj-text>", 21, "not the name of a field"),
    ("<mj-text>{{ reader() }}</mj-text>", 10, "This line fails: reader() missing"),
    ("<mj-text>{{ 'x' | nofilter }}</mj-text>", 19, "No filter named 'nofilter'."),
    ('{% include "gone.mjml" %}', 13, "no file gone.mjml"),
    ('{% include "issue.mjml" %}', 1, "round without an end"),
    ("  {% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}", 3, "two million characters"),
]


@pytest.mark.parametrize(("body", "column", "said"), IN_THE_JINJA)
def test_a_mistake_in_a_templates_jinja_is_found_at_its_line(body: str, column: int, said: str) -> None:
    """Jinja's own errors, the sandbox's and ours all point at the author's line; the column is that of a name or a tag."""
    with pytest.raises(Mistake) as caught:
        rendered(note("Hello"), [], bare(body))

    assert str(caught.value.place) == f"{MJML_FILE}:4:{column}"
    assert said in caught.value.message


def test_a_mistake_in_an_included_file_names_that_file() -> None:
    """A partial has lines of its own."""
    broken = template(
        footer_mjml="<mj-section>\n  <mj-column>\n    <mj-text colour='red'>x</mj-text></mj-column></mj-section>"
    )

    with pytest.raises(Mistake) as caught:
        rendered(files=broken)

    assert str(caught.value.place) == "templates/digest/footer.mjml:3:14"


def test_a_mistake_in_the_settings_of_a_template_is_found_at_its_line_and_column() -> None:
    """TOML says where it stopped."""
    with pytest.raises(Mistake) as caught:
        rendered(files=template(template_toml='[page]\nwidth = "600px\n'))

    assert str(caught.value.place).startswith("templates/digest/template.toml:2:")


def test_a_setting_that_can_not_be_is_refused_at_its_line() -> None:
    """There are two ways to write links in text."""
    with pytest.raises(Mistake, match="links can't be") as caught:
        rendered(files=template(template_toml='[text]\n\nlinks = "both"\n'))

    assert str(caught.value.place) == "templates/digest/template.toml:3"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"issue.txt": "x"}, "has no issue.mjml"),
        ({"issue.mjml": "", "issue.txt": "x"}, "makes no <mjml>"),
        ({"issue.mjml": '<mjml lang="en"><mj-body></mj-body></mjml>', "issue.txt": "x"}, "makes no <mj-title>"),
        ({"issue.mjml": "<mjml><mj-body></mj-body></mjml>", "issue.txt": "x"}, "no language"),
        (
            {"issue.mjml": '<mjml lang="en"><mj-head><mj-title>x</mj-title></mj-head></mjml>', "issue.txt": "x"},
            "mj-body",
        ),
    ],
)
def test_a_template_without_what_every_mail_needs_is_refused(files: dict[str, str], said: str) -> None:
    """A body, a title and a language."""
    whole = bare("")

    with pytest.raises(Mistake, match=said):
        rendered(note("Hello"), [], type(whole)(name="bare", files=files, location=whole.location))


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ('<mj-raw><!--[if mso]>{{ reader("first_name") }}<![endif]--></mj-raw>', 25),
        ('<mj-text><p style="color: {{ reader("first_name") }}">x</p></mj-text>', 30),
        ('<mj-text><p style="x: {{ reader("first_name") }}" title="{{ reader("a") }}">x</p></mj-text>', 26),
        ('<mj-text><p {{ reader("first_name") }}="x" title="{{ reader("a") }}">x</p></mj-text>', 16),
        ('<mj-text><iframe srcdoc="{{ reader("first_name") }}"></iframe></mj-text>', 29),
        ('<mj-text><p onclick="{{ reader("first_name") }}">x</p></mj-text>', 13),
        ('<mj-raw><style>{{ reader("first_name") }}</style></mj-raw>', 16),
        ('<mj-text font-family="{{ reader("first_name") }}">x</mj-text>', 26),
    ],
)
def test_a_gap_where_no_value_is_safe_is_refused(body: str, column: int) -> None:
    """Styles, comments, handlers and pages inside the page have no escaping that would do."""
    with pytest.raises(Mistake, match=r"no value is safe|differ by reader|scripts") as caught:
        rendered(note("Hello"), [], bare(body))

    assert str(caught.value.place) == f"{MJML_FILE}:4:{column}"
