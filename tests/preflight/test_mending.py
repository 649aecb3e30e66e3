"""Changes that put a finding right: proposed where the fix is plain, made on one line, and never on another."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.preflight.mends import mended, other_address
from newsletter.words.finding import Mend
from newsletter.words.mistake import NotNow, Place
from tests.fetch.web_server import Page
from tests.preflight.desk import ICE, ISSUE, Desk

# Each is planted, mended by what its finding proposes, and then gone: code, file, old, new, whether it is sure.
PLAIN = [
    ("tracking-link", ICE, "/crossings)", "/crossings?utm_source=x&page=2)", True),
    ("tracking-link", ICE, "/winter\n", "/winter?utm_campaign=x&fbclid=2\n", True),
    ("redirected-link", ICE, "/crossings)", "/old)", False),
    ("dropped-link", ICE, "https://slow.example.net:PORT/crossings", "www.coast.example.org:PORT/order", False),
    ("unknown-merge-tag", ICE, "are older", "are {{ frst_name }} older", False),
    ("looks-like-spam", ISSUE, "subject: 'Boats", "subject: 'Re: Boats", True),
    (
        "preheader-repeats-subject",
        ISSUE,
        "Ice, and a map of it.",
        "'Boats for {{ first_name | default(\"you\") }}.'",
        False,
    ),
    ("unknown-waiver", ISSUE, "lists: [weekly]", "lists: [weekly]\nwaive:\n  emtpy-merge-tag: he knows", False),
]


@pytest.mark.parametrize(("code", "file", "old", "new", "is_sure"), PLAIN, ids=[plain[0] for plain in PLAIN])
def test_a_plain_mend_puts_its_finding_right(
    desk: Desk, code: str, file: str, old: str, new: str, is_sure: bool
) -> None:
    """Applied to the file's text, the finding is gone, and only its line has changed."""
    desk.spoil(file, old.replace("PORT", str(desk.web.port)), new)
    found = next(one for one in desk.findings() if one.code == code)
    assert found.mend is not None and (file, is_sure) == (found.mend.place.file, found.mend.is_sure)
    before = desk.read(file)
    desk.write(file, mended(before, found.mend))
    after = desk.read(file)

    assert code not in {one.code for one in desk.findings()}
    kept = set(before.splitlines()) - {before.splitlines()[(found.mend.place.line or 1) - 1]}
    assert kept <= set(after.splitlines())


def test_an_open_line_is_mended_surely_only_where_the_secure_one_was_seen(desk: Desk) -> None:
    """Offline it is a proposal."""
    desk.spoil(ICE, "https://slow.example.net", "http://slow.example.net")

    online, offline = (
        next(one.mend for one in desk.findings(online=online) if one.code == "http-link") for online in (True, False)
    )
    assert online is not None and offline is not None
    assert (online.new, True, False) == (desk.url("/crossings", "slow.example.net"), online.is_sure, offline.is_sure)


def test_an_address_from_outside_can_break_no_line(desk: Desk) -> None:
    """Where a page leads to is written by strangers."""
    desk.web.pages["/old"] = Page(status=301, headers={"Location": "/winter)[x](https://bank.example/"})
    desk.spoil(ICE, "/crossings)", "/old)")

    assert [None] == [one.mend for one in desk.findings() if one.code in {"redirected-link", "dead-link"}]
    for new in ("https://a.example/ #x", "https://a.example/'x", "javascript:x", "https://a.example/x\ny: z", "x: y"):
        assert other_address(Place(ICE, 3), "https://a.example/", new, is_sure=True) is None
    assert (
        other_address(Place("templates/x/issue.mjml", 3), "https://a.example/", "https://b.example/", is_sure=True)
        is None
    )


def test_check_mends_what_is_sure_and_keeps_what_was(desk: Desk) -> None:
    """Several things in one line take a round each; what is not sure is left to the author."""
    desk.spoil(ICE, "/winter\n", "/winter?utm_campaign=x\n")
    desk.spoil(ICE, "/crossings)", "/crossings?utm_source=x) and [more](https://map.example.com/?fbclid=1)")
    desk.spoil(ICE, "are older", "are {{ frst_name | default('it') }} older")
    done = desk.cli("check", "2", "--offline", "--mend", "--format", "json")
    left = {one["code"]: one for one in json.loads(done.stdout)["findings"]}

    assert 3 == done.stderr.count("Mended: posts/ice.md:")
    assert not {"tracking-link"} & set(left)
    assert {"old": "frst_name", "new": "first_name", "sure": False} == {
        key: value for key, value in left["unknown-merge-tag"]["mend"].items() if key != "place"
    }
    assert "utm_" not in desk.read(ICE) and "frst_name" in desk.read(ICE)
    assert any(
        "utm_campaign" in path.read_text() for path in (desk.directory / "var/history").rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("line", "old", "new", "column", "expected"),
    [
        ("[a](http://x.example/b) http://x.example", "http://x.example", "https://x.example", 1, None),
        ("http://x.example/b or http://x.example", "http://x.example", "y", 1, "http://x.example/b or y"),
        ("a town, {{ town }} of towns", "town", "city", 8, "a town, {{ city }} of towns"),
        ("### Deep", "###", "##", None, "## Deep"),
        ("nothing of it", "town", "city", None, None),
        ("preheader: x\r", "preheader:", None, None, ""),
    ],
)
def test_only_the_words_that_are_meant_are_changed(
    line: str, old: str, new: str | None, column: int | None, expected: str | None
) -> None:
    """A part of a longer address or word is something else; where the words are gone, nothing is changed."""
    mend = Mend(place=Place(ICE, 2, column), old=old, new=new, is_sure=True)
    text = f"first\r\n{line}\nlast"
    if expected is None and "[a]" not in line:
        with pytest.raises(NotNow):
            mended(text, mend)
    else:
        wanted = "[a](http://x.example/b) https://x.example" if "[a]" in line else expected
        assert (f"first\r\n{wanted}\nlast" if new is not None else "first\r\nlast") == mended(text, mend)


@given(text=st.text(), line=st.integers(1, 9), column=st.integers(1, 9), old=st.text(min_size=1), new=st.text())
def test_no_text_and_no_place_break_it(text: str, line: int, column: int, old: str, new: str) -> None:
    """It changes one line or refuses."""
    mend = Mend(place=Place(ICE, line, column), old=old, new=new, is_sure=True)
    try:
        after = mended(text, mend)
    except NotNow:
        return
    before = text.split("\n")
    assert before[line - 1].count(old) and after.split("\n")[: line - 1] == before[: line - 1]
