"""The letters of a file: by its byte order mark, else UTF-8, else what a page declares, else refused.

A page with a few broken bytes is read all the same; each becomes the mark U+FFFD.
"""

from __future__ import annotations

import codecs
import re

from newsletter.words.mistake import Mistake, Place

# Longer marks first: UTF-32's begins like UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,100}?encoding)\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE
)
# The only encoding of pages whose bytes are all ASCII and mean something else (RFC 1468).
_SHIFTS = re.compile(rb"\x1b\$[@B]")
# Browsers read the older names as the Windows encodings that contain them.
_READ_AS = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc-jp",
    "euc_jp": "euc-jp",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "utf8": "utf-8",
}
_KNOWN = re.compile(
    r"(?:windows-|cp)12\d\d|cp932|iso-8859-\d+|koi8-[ru]|cp949|gbk|gb18030|big5(?:-hkscs)?|euc-jp|utf-8"
)
# One broken byte in so many is an accident; more of them mean that it is another encoding.
_BROKEN = 200


def decoded(data: bytes, *, name: str) -> str:
    """Plain text or Markdown. Raises Mistake where it is neither UTF-8 nor marked as something else."""
    text = _by_mark_or_utf8(data)
    if text is None:
        line = data.count(b"\n", 0, _first_bad(data)) + 1
        raise Mistake(
            "This file is not UTF-8, so its letters can't be told for certain; it is likely cp1252, as older Windows "
            "programs write.",
            fix=f"Save it again as UTF-8 in your editor, or run: iconv -f cp1252 -t utf-8 {name} > NEW",
            place=Place(name, line),
        )
    return _required_text(text, name)


def decoded_page(data: bytes, *, name: str) -> str:
    """A page, which may say on its own what its encoding is."""
    if _SHIFTS.search(data):
        return _required_text(data.decode("iso2022_jp_ext", errors="replace"), name)
    text = _by_mark_or_utf8(data)
    if text is None and (match := _DECLARED.search(data[:4096])):
        text = _declared(data, match[1].decode("ascii", errors="replace").lower())
    if text is None:
        text = _mostly(data, "utf-8")
    return decoded(data, name=name) if text is None else _required_text(text, name)


def _by_mark_or_utf8(data: bytes) -> str | None:
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes, label: str) -> str | None:
    encoding = _READ_AS.get(label, label)
    try:
        return data.decode(encoding) if _KNOWN.fullmatch(encoding) else None
    except UnicodeDecodeError:
        # Where a page says UTF-8 it is believed even if no other letter of it shows that.
        return data.decode("utf-8", errors="replace") if encoding == "utf-8" else _mostly(data, encoding)
    except LookupError:
        return None


def _mostly(data: bytes, encoding: str) -> str | None:
    """The text with a mark for each broken byte, where far more of its letters beyond ASCII are whole."""
    text = data.decode(encoding, errors="replace")
    n_broken = text.count("\ufffd")
    n_whole = sum(1 for letter in text if letter > "\x7f") - n_broken
    return text if n_whole > n_broken and n_broken * _BROKEN <= len(data) + _BROKEN else None


def _first_bad(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _required_text(text: str, name: str) -> str:
    if "\0" in text:
        raise Mistake(
            "This file holds null characters, so it is not text.",
            fix="Save it as text, Markdown or a web page, and add that.",
            place=Place(name),
        )
    return text
