"""What stands in a branch is in both parts of the mail for the readers of that branch, and in neither for the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.words.edition import as_reader
from newsletter.words.issue import Issue, Section
from newsletter.words.post import Post
from tests.compose.sample import ANA, ISSUE, TEMPLATES, rendered, template

NAMES = sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())
PLANS = ("pro", "free", "")
# @ is a token of its own for each piece.
PIECES = [
    "Word@ stands here.",
    "A [link@](https://example.org/@) in a line.",
    "A *[strong@](https://example.org/@)* one.",
    "![Picture@](https://example.org/@.png)",
    "- item@\n- [entry@](https://example.org/@)",
    "1. one@\n2. [two@](https://example.org/@)",
    "> Quoted@ [there](https://example.org/@)\n>\n> — Source@",
    "### Heading@\n\n[below@](https://example.org/@)",
    "<https://example.org/@>",
    "Mail [them@](mailto:@@example.org).",
]
ONE = st.tuples(st.sampled_from(["all", "pro", "free", "else"]), st.sampled_from(PIECES), st.booleans())


def written(branch: str, piece: str, is_inline: bool) -> str:
    """The piece in its branch, the way authors write one."""
    if branch == "all":
        return piece
    test = "pro" if branch in {"pro", "else"} else "free"
    single = is_inline and "\n" not in piece and not piece.startswith((">", "#", "-", "1."))
    gap = " " if single else "\n\n"
    before = f'{{% if plan == "{test}" %}}{gap}'
    if branch == "else":
        return f"{before}Other words.{gap}{{% else %}}{gap}{piece}{gap}{{% endif %}}"
    return f"{before}{piece}{gap}{{% endif %}}"


def gets(branch: str, plan: str) -> bool:
    return branch == "all" or branch == plan or (branch == "else" and plan != "pro")


@settings(max_examples=30)
@given(st.lists(ONE, min_size=1, max_size=5), st.sampled_from(["body", "intro", "outro"]), st.sampled_from(NAMES))
def test_both_parts_hold_a_piece_for_exactly_its_readers(
    pieces: list[tuple[str, str, bool]], where: str, name: str
) -> None:
    """Words, addresses of links and pictures; no note of a branch stands below for everybody."""
    tokens = [f"tok{number}n" for number in range(len(pieces))]
    text = "\n\n".join(
        written(branch, piece.replace("@@", "\0").replace("@", token).replace("\0", f"{token}@"), is_inline)
        for token, (branch, piece, is_inline) in zip(tokens, pieces, strict=True)
    )
    post = Post(slug="a", title="A", body=text if where == "body" else "Nothing.")
    issue = replace(ISSUE, sections=(Section(title="", posts=("a",)),), intro="", outro="")
    issue = replace(issue, **{where: text}) if where != "body" else issue
    edition = rendered(issue, [post], files=template(name)).edition
    for plan in PLANS:
        _, html, mail = as_reader(edition, {**ANA, "plan": plan})
        for token, (branch, _piece, _inline) in zip(tokens, pieces, strict=True):
            assert gets(branch, plan) == (token in html), (plan, token, text)
            assert gets(branch, plan) == (token in mail), (plan, token, text, mail)


def test_no_number_is_left_for_those_who_do_not_get_the_link() -> None:
    """A note below numbers what everybody has; what is for some stands at its words."""
    body = '{% if plan == "pro" %}Your [part](https://files.example.org/key).{% endif %} All: [home](https://example.org/).'
    text = {plan: " ".join(_text(body, plan).split()) for plan in PLANS}

    assert "part <https://files.example.org/key>" in text["pro"]
    for plan in ("free", ""):
        assert "files.example.org" not in text[plan]
        assert "[2]" not in text[plan]
    assert all("home [1]" in one and "[1] https://example.org/" in one for one in text.values())


def test_a_link_that_everybody_has_keeps_its_number_in_a_branch() -> None:
    """It stands below for all of them anyway."""
    body = '[home](https://example.org/) {% if plan == "pro" %}again [home](https://example.org/){% endif %}'

    assert "again home [1]" in _text(body, "pro")
    assert 1 == _text(body, "free").count("home [1]")


@pytest.mark.parametrize(
    "code",
    [
        "`{{ email }}`",
        "``a ` {{ email }}``",
        "`{# remark #}`",
        "`${{ secrets.TOKEN }}`",
        "*`{{ email }}`*",
        "- `{{ email }}`",
        "> `{{ email }}`",
    ],
)
def test_braces_in_a_code_span_are_only_braces(code: str) -> None:
    """Readers see them as they are written, and nobody's address."""
    body = f"Dear {{{{ first_name }}}}, write {code} here, and {{{{ first_name }}}} again."
    edition = rendered(_issue(), [Post(slug="a", title="A", body=body)]).edition
    _, html, text = as_reader(edition, {**ANA, "email": "ana@example.com"})
    inside = code.strip("*->` ")

    for part in (html, text):
        assert "ana@example.com" not in part
        assert inside in part.replace("&quot;", '"')
    if not code.startswith("-"):
        assert 2 == text.count(ANA["first_name"])


def test_a_lone_backtick_hides_no_merge_tag() -> None:
    """It begins no code; neither do two in different paragraphs."""
    text = _text("A ` and {{ plan }} then.\n\nAnother ` here: {{ plan }}.", "pro")

    assert 2 == text.count("pro")


def _issue() -> Issue:
    return replace(ISSUE, sections=(Section(title="", posts=("a",)),), intro="", outro="")


def _text(body: str, plan: str) -> str:
    edition = rendered(_issue(), [Post(slug="a", title="A", body=body)]).edition
    return as_reader(edition, {**ANA, "plan": plan})[2]
