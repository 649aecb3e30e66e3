"""House style: what is written in another way is found in our words and mended; a sponsor's words and quotes are left alone."""

from __future__ import annotations

import pytest

from newsletter.words.post import Post
from tests.preflight.desk import ICE, ISSUE, Desk
from tests.preflight.manuscripts import a_manuscript, found_in

STYLE = "# Words\nwe write email, not e-mail\n“GitHub”, not Github or Git Hub\nwe write “the Quay”, not the quay\n"


def test_another_way_is_found_and_mended() -> None:
    """With a large letter where the sentence begins."""
    found = found_in(a_manuscript("E-mail us, or an e-mail\nto Github."), house_style=STYLE)

    assert {"house-style"} == {one.code for one in found}
    mends = [(one.place.line, one.mend.old, one.mend.new, one.mend.is_sure) for one in found if one.mend]
    assert [(1, "E-mail", "Email", True), (1, "e-mail", "email", True), (2, "Github", "GitHub", True)] == mends


@pytest.mark.parametrize(
    "text",
    [
        "Email, GitHub and the Quay, and The Quay.",
        "> An e-mail to Github.\n>\n> — Ana",
        "She said “e-mail” to us.",
        "`e-mail` and [it](https://example.org/e-mail) and https://github.example/e-mail and e-mails and an e-mail-address.",
        "{{ town | default('e-mail') }} it.",
    ],
)
def test_quotes_code_and_addresses_are_left_alone(text: str) -> None:
    """So are longer words, and our own way."""
    assert not [one for one in found_in(a_manuscript(text), house_style=STYLE) if one.code == "house-style"]


def test_a_title_that_a_page_has_is_its_own() -> None:
    """Our own title is found, at its line, and no program changes it."""
    post = Post(slug="map", title="An e-mail", url="https://example.org", body="It rings.")
    [one] = found_in(a_manuscript("It rings.", post, title="The e-mail"), house_style=STYLE)

    assert ("ice", None) == (one.post, one.mend)


def test_a_line_that_is_no_rule_is_found() -> None:
    """At its line of the file."""
    [one] = found_in(a_manuscript("It rings."), house_style="email, not e-mail\nemail instead of mail\n")

    assert ("house-style-file", "house-style.txt", 2) == (one.code, one.place.file, one.place.line)


SPONSORED = [
    ("*Sponsor:* an e-mail from [the pier](https://example.org/?utm_source=x)", {}),
    ("## Anzeige\n\nAn e-mail.", {}),
    ("Sponsored by the pier\nand its e-mail", {}),
    ("An e-mail.", {"section": "From our sponsor"}),
]


@pytest.mark.parametrize(("text", "issue"), SPONSORED)
def test_nothing_is_mended_in_what_a_sponsor_says(text: str, issue: dict[str, str]) -> None:
    """It is found all the same, for somebody to ask the sponsor."""
    [one] = found_in(a_manuscript(text, **issue), house_style=STYLE)

    assert ("house-style", None) == (one.code, one.mend)


def test_what_stands_beside_a_sponsor_is_mended() -> None:
    """Below the paragraph, and under the next heading."""
    found = found_in(
        a_manuscript("Ad: it.\n\nAn e-mail.\n\n## Sponsor\n\nx\n\n## Ours\n\nAn e-mail."), house_style=STYLE
    )

    assert [True, True] == [one.mend is not None for one in found]


def test_check_mends_house_style_and_no_sponsors_link(desk: Desk) -> None:
    """In the file, the subject's line too; the parameters that a sponsor pays for stay."""
    desk.write("house-style.txt", STYLE)
    desk.spoil(ICE, "are older", "are e-mail older")
    desk.spoil(ISSUE, "preheader: Ice", "preheader: Github and ice")
    desk.spoil(ICE, "The [crossings", "Sponsor: [the pier](https://map.example.com/?utm_source=us)\n\nThe [crossings")
    done = desk.cli("check", "2", "--offline", "--mend")

    assert "are email older" in desk.read(ICE) and "preheader: GitHub and ice" in desk.read(ISSUE)
    assert "utm_source=us" in desk.read(ICE) and "tracking-link" in done.stdout
    assert "house-style" not in done.stdout
