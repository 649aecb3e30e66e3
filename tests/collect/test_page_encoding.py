"""A page is read in the encoding that it declares, and a broken byte is marked and said."""

from __future__ import annotations

import pytest

from newsletter.collect.charset import decoded_page
from newsletter.collect.pages.page import read_page
from newsletter.words.mistake import Mistake
from tests.collect.test_whole_page import ON


@pytest.mark.parametrize(
    ("encoding", "label", "text"),
    [
        ("iso2022_jp", "iso-2022-jp", "冬の船"),
        ("cp932", "x-sjis", "冬の船"),
        ("euc-jp", "euc-jp", "冬の船"),
        ("cp949", "euc-kr", "겨울 배"),
        ("gb18030", "gb2312", "冬天的船"),
        ("big5", "big5", "冬天的船"),
    ],
)
def test_pages_of_asia_are_read_as_they_declare(encoding: str, label: str, text: str) -> None:
    """One of these encodings is all ASCII to whoever does not know it."""
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={label}"><h1>{text}</h1><p>{text}。</p>'
    assert text in decoded_page(page.encode(encoding), name="a.html")
    xml = f'<?xml version="1.0" encoding="{label}"?><html><body><p>{text}</p></body></html>'
    assert text in decoded_page(xml.encode(encoding), name="a.html")


@pytest.mark.parametrize(
    "page",
    [
        b'<meta charset="utf-8"><p>The caf\xe9 is open.</p>',
        "<p>The caf\udce9 is open. Żółty łoś.</p>".encode("utf-8", "surrogateescape"),
        '<meta charset="euc-jp"><p>冬の船は走る</p><p>caf'.encode("euc-jp") + b"\xff</p>",
    ],
)
def test_a_broken_byte_leaves_a_mark_and_a_note(page: bytes) -> None:
    """The rest of the page is read; where a text file can't be told for certain it is refused as before."""
    post = read_page(decoded_page(page, name="a.html"), on=ON)
    assert post.body.count("\ufffd") == 1
    assert any(check.startswith("1 letter of the page could not be read") for check in post.checks)


def test_a_page_of_broken_bytes_is_refused() -> None:
    """Many of them mean that it is another encoding than it says, or none."""
    with pytest.raises(Mistake, match="not UTF-8"):
        decoded_page("<p>Åker, båt och är så</p>".encode("cp1252"), name="a.html")
