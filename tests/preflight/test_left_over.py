"""What would go out as it is typed, or not at all, is found at its place."""

from __future__ import annotations

import pytest

from tests.preflight.desk import ICE, ISSUE, Desk

OURS = {"lost-picture", "raw-markup", "bare-address", "foreign-merge-tag", "empty-link", "link-without-words"}


def found(desk: Desk, words: str) -> list[tuple[str, str, int]]:
    """Code, file and line of what is found of a paragraph put before the last one."""
    desk.spoil(ICE, "The [crossings", f"{words}\n\nThe [crossings")
    return [(one.code, one.place.file, one.place.line or 0) for one in desk.findings(online=False) if one.code in OURS]


@pytest.mark.parametrize(
    "path",
    ["photo.jpg", "/images/x.jpg", "../images/x.jpg", "Images/x.jpg", "//example.org/i.png", "data:image/png;base64,AAAA", "file:///tmp/x.png", "C:/x.png", "ftp://example.org/x.png", "cid:1"],
)  # fmt: skip
def test_a_picture_that_goes_nowhere_is_found(desk: Desk, path: str) -> None:
    """It would vanish from both parts, words and all."""
    [(code, file, line)] = found(desk, f"![A pier]({path})")

    assert ("lost-picture", ICE) == (code, file)
    assert path in desk.read(ICE).split("\n")[line - 1]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", "raw-markup"),
        ("a | b\n:--|--:\n1 | 2", "raw-markup"),
        ("Text[^1].", "raw-markup"),
        ("A <b>bold</b> word.", "raw-markup"),
        ("A break<br>here.", "raw-markup"),
        ("10<sup>6</sup> boats", "raw-markup"),
        ("- [ ] to do", "raw-markup"),
        ("::: note\nwords\n:::", "raw-markup"),
        ("[Note]: important", "raw-markup"),
        ("See https://slow.example.net/a there.", "bare-address"),
        ("See www.example.org there.", "bare-address"),
        ("Hi *|FNAME|*!", "foreign-merge-tag"),
        ("Hi %%first_name%%!", "foreign-merge-tag"),
        ("Hi [[firstname]]!", "foreign-merge-tag"),
        ("Hi {$name}!", "foreign-merge-tag"),
        ("Hi <%= name %>!", "foreign-merge-tag"),
        ("Hi ${name} and #{name}!", "foreign-merge-tag"),
        ("Hi {first_name}!", "foreign-merge-tag"),
        ("Hi [FIRST NAME] and %FIRSTNAME%!", "foreign-merge-tag"),
        ("Hi [% first %]!", "foreign-merge-tag"),
        ('[shop]({% if plan == "pro" %}https://slow.example.net/p{% endif %})', "empty-link"),
        ('[{% if plan == "pro" %}Pro{% endif %}](https://slow.example.net/p)', "link-without-words"),
        ('[{% if plan == "pro" %}Pro{% elif plan == "x" %}X{% endif %}](https://slow.example.net/p)', "link-without-words"),
    ],
)  # fmt: skip
def test_it_is_found_in_our_own_words(desk: Desk, words: str, code: str) -> None:
    """Once or more, each in the post."""
    told = found(desk, words)

    assert {code} == {one for one, _, _ in told}
    assert {ICE} == {file for _, file, _ in told}


@pytest.mark.parametrize(
    "words",
    [
        "`<b>` and `*|FNAME|*` and `https://slow.example.net/a` are code.",
        "```\n| a | b |\n|---|---|\n<br> *|FNAME|* %%x%%\n```",
        "> <b>quoted</b> *|FNAME|* https://slow.example.net/a",
        "[words](https://slow.example.net/a), <https://slow.example.net/crossings> and <post@example.org>.",
        "5 < 6 and 7 > 3, a -- b, 50% of 100%, ~~gone~~, a|b, [sic], (see [1] and [x]).",
        "[crossings]\n\n[crossings]: https://slow.example.net/crossings",
        '[{% if plan == "pro" %}Pro{% else %}Free{% endif %}](https://slow.example.net/{% if plan %}a{% endif %})',
        'Dear {{ first_name | default("you") }}, {% if plan %}yes{% else %}no{% endif %}.',
    ],
)
def test_what_is_meant_so_is_left_alone(desk: Desk, words: str) -> None:
    """Code, quotes, links, and signs that are only signs."""
    assert [] == found(desk, words)


def test_a_subject_from_another_system_is_found(desk: Desk) -> None:
    """At its line of the issue."""
    desk.spoil(ISSUE, "preheader: Ice", "preheader: '*|FNAME|*, ice")
    desk.spoil(ISSUE, "and a map of it.", "and a map of it.'")
    [one] = [one for one in desk.findings(online=False) if one.code == "foreign-merge-tag"]

    assert ISSUE == one.place.file
