"""Findings are about the author's file, in the author's words: no letter that stands for a merge tag, no line of the template."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.compose.draft import draft
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post
from tests.preflight.desk import ICE, Desk

_STANDS_FOR_A_TAG = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]|%EE%80%80|%F3%B|q[g-z0-9]{6}[0-9]{2,}z")
_TAGS = [
    "{{ first_name }}",
    '{{ first_name | default("you") }}',
    '{% if plan == "pro" %}pro{% endif %}',
    "{{ nobody }}",
    "",
]
_FRAMES = [
    "[@](https://slow.example.net/a)", "[here](https://slow.example.net/@)", "[@](@)", "[*@*](www.example.org/@)",
    "![@](https://slow.example.net/a.png)", "[@]()", "> @ said so\n>\n> — Bo @", "### @\n\n##### @ again", "<!-- @ -->",
    "FREE MONEY @ [example.org](https://bit.ly/@)", "TODO @ lorem ipsum", "@ and [@](ftp://example.org/@)",
]  # fmt: skip


@pytest.mark.parametrize("tag", ["{{ first_name }}", '{% if plan == "pro" %}Pro{% endif %}'])
def test_a_link_whose_words_may_be_empty_is_found_in_the_post(desk: Desk, tag: str) -> None:
    """At its line, and with the tag as it was written."""
    desk.spoil(ICE, "[crossings in order]", f"[{tag}]")
    [found] = [one for one in desk.findings() if one.code == "link-without-words"]

    assert ICE == found.place.file
    assert tag in found.message
    assert tag in (desk.directory / ICE).read_text().split("\n")[(found.place.line or 0) - 1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from(_FRAMES), st.sampled_from(_TAGS), st.sampled_from(_TAGS)), min_size=1, max_size=3
    )
)
def test_no_finding_holds_what_stands_for_a_tag(desk: Desk, pieces: list[tuple[str, str, str]]) -> None:
    """In whatever place a tag stands; and what is about a post's own words names that post, at a line that it has."""
    words = "\n\n".join(frame.replace("@", first, 1).replace("@", then) for frame, first, then in pieces)
    path = desk.directory / ICE
    before = path.read_text()
    path.write_text(f"---\ntitle: Ice\n---\n\n{words}\n")
    try:
        found = desk.findings()
    except NewsletterError as refused:
        assert not _STANDS_FOR_A_TAG.search(str(refused))
        return
    finally:
        n_lines = path.read_text().count("\n")
        path.write_text(before)

    told = [json.dumps([one.message, one.fix, str(one.place), one.url], ensure_ascii=False) for one in found]
    assert [] == [one for one in told if _STANDS_FOR_A_TAG.search(one)]
    for one in found:
        if one.code in {"link-without-words", "empty-link", "dropped-link", "vague-link"}:
            assert ICE == one.place.file, one.message
        if one.place.file == ICE:
            assert 1 <= (one.place.line or 1) <= n_lines, one.message


def test_a_drafts_preheader_holds_no_tag_and_no_remark() -> None:
    """The first sentence of our own that is the same for everybody; none, where there is no such sentence."""
    body = "<!-- todo {{ first_name }} -->\n\nDear {{ first_name }}, look.\n\n{% if a %}One.{% endif %}\n\nThe ice is back.\n"
    written = draft([_post(body)], [])
    silent = draft([_post("Dear {{ first_name }}, look.\n")], [])

    assert ("The ice is back.", "") == (written.preheader, silent.preheader)


def _post(body: str) -> Post:
    return Post(slug="ice", title="Ice", body=body, body_line=5)


def test_the_studio_and_scripts_see_the_same_words(desk: Desk) -> None:
    """JSON and annotations hold the tag as it was written."""
    desk.spoil(ICE, "[crossings in order]", "[{{ first_name }}]")

    for form in ("json", "github", "text"):
        said = desk.cli("check", "2", "--format", form).output
        assert "{{ first_name }}" in said.replace("%7B", "{").replace("%7D", "}")
        assert not _STANDS_FOR_A_TAG.search(said)


def test_nothing_but_the_guard_knows_letters_for_tags() -> None:
    """One module of the checks makes them, and puts the tags back before anybody reads the words."""
    source = Path(__file__).resolve().parents[2] / "src" / "newsletter" / "preflight"

    assert ["author_text.py"] == sorted(path.name for path in source.glob("*.py") if "_FIRST_MASK" in path.read_text())
