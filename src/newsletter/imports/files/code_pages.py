"""In which code pages bytes that are no UTF-8 read like words of some language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Those of Windows first, the commonest at the top; then what older machines and other systems wrote.
_PAGES = (
    *("cp1252", "cp1250", "cp1251", "cp1254", "cp1253", "cp1255", "cp1256", "cp1257", "cp874", "cp1258"),
    *("cp932", "gb18030", "cp949", "big5", "euc_jp", "koi8-r", "koi8-u", "mac-roman", "cp850", "cp866", "iso8859-5"),
)
_MOST_LINES = 200
_MOST_SHOWN = 4
_MOST_WORDS = 3
# What is said besides the best has to be nearly as good.
_WORSE_BY = 0.45
_WORD = re.compile(r"[^\W\d_]+")
# Letters that make up most of a text, so that a text read in the wrong page has few of them.
_COMMON = {
    "CYRILLIC": "аеиклмнорствуяі",
    "GREEK": "αειοσςτνρκλπμη",
    "HEBREW": "אבדהוילמנרשתכ",
    "ARABIC": "ابتدرسعفقلمنهويأة",
    "THAI": "กงดตนมยรลวสหอเาะีุ่้",
}
_EAST = {"CJK": "CJK", "HIRAGANA": "CJK", "KATAKANA": "CJK", "IDEOGRAPHIC": "CJK", "FULLWIDTH": "CJK"}
_RARE_LATIN = frozenset("ÐÞðþÝýŸÿƒıĳ")
# Punctuation that stands beside letters in ordinary texts.
_USUAL = frozenset("‘’“”„‚«»–—…·°ªº€ ´`№、。・ー「」（），：")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePageReading:
    """A code page, and some words as they read in it."""

    encoding: str
    words: tuple[str, ...]


def readings(raw: bytes) -> list[CodePageReading]:
    """The code pages in which these lines may be meant, the likeliest first; of two that read the same, one."""
    lines = [line for line in dict.fromkeys(raw.splitlines()) if not line.isascii()][:_MOST_LINES]
    scored = sorted(
        (
            (_likeliness(texts), -rank, page, texts)
            for rank, page in enumerate(_PAGES)
            if (texts := _decoded(lines, page))
        ),
        reverse=True,
    )
    kept: dict[tuple[str, ...], str] = {}
    for score, _, page, texts in scored:
        if score > 0 and score >= scored[0][0] - _WORSE_BY and len(kept) < _MOST_SHOWN:
            kept.setdefault(tuple(texts), page)
    telling = _telling(list(kept))
    return [CodePageReading(encoding=page, words=_words(texts, telling)) for texts, page in kept.items()]


def _decoded(lines: Sequence[bytes], page: str) -> list[str]:
    try:
        return [line.decode(page) for line in lines]
    except UnicodeDecodeError:
        return []


def _likeliness(texts: Sequence[str]) -> float:
    """1 for words as they are written, below 0 for noise: the mean of all words with letters beyond a-z."""
    text = "\n".join(texts)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    odd = sum(_is_odd(letter) for letter in text if not letter.isascii() and not letter.isalpha())
    n = len(words) + odd
    return (sum(map(_word_likeliness, words)) - odd) / n if n else 0.0


def _is_odd(letter: str) -> bool:
    return letter not in _USUAL and not unicodedata.category(letter).startswith("M")


def _word_likeliness(word: str) -> float:
    scripts = {_script(letter) for letter in word}
    if len(scripts) > 1:
        return -1.0
    if word.lower() != word and word.upper() != word and word[1:].lower() != word[1:]:
        return -0.7
    script = scripts.pop()
    if script == "LATIN" and len(word) == 1:
        return 0.3
    if script == "LATIN":
        n_beyond = sum(not letter.isascii() for letter in word)
        if n_beyond > 1 and n_beyond * 2 > len(word):
            return -0.5 if n_beyond == len(word) else 0.2
        return 0.7 if _RARE_LATIN & set(word) else 0.9
    if script in _COMMON:
        plain = word.lower()
        common = sum(letter in _COMMON[script] for letter in plain) / len(plain)
        return common * 1.3 - 0.1 if len(word) > 1 else 0.2
    if script == "HALFWIDTH":
        return -0.5
    if script not in {"HANGUL", "CJK"}:
        return 0.3
    # Signs of East Asia come out of any pair of bytes, but then they are seldom those of every day.
    has_own = script == "HANGUL" or any("\u3040" <= letter <= "\u30ff" for letter in word)
    return sum(_is_everyday(letter, script) for letter in word) / len(word) - (0.0 if has_own else 0.1)


def _is_everyday(letter: str, script: str) -> bool:
    """Whether it stands among the common ones of a national standard: KS X 1001, GB 2312, Big5 or JIS X 0208."""
    if "\u3040" <= letter <= "\u30ff":
        return True
    tables = (("euc_kr", 0xFF),) if script == "HANGUL" else (("gb2312", 0xD8), ("big5", 0xC7), ("shift_jis", 0x98))
    return any(0x80 < lead < least for page, least in tables if (lead := letter.encode(page, "replace")[0]))


def _script(letter: str) -> str:
    first = unicodedata.name(letter, "NONE").split(" ")[0].split("-")[0]
    return _EAST.get(first, first)


def _telling(kept: Sequence[tuple[str, ...]]) -> list[int]:
    """The lines by which the readings can be told apart best."""
    n_lines = len(kept[0]) if kept else 0
    return sorted(range(n_lines), key=lambda at: -len({texts[at] for texts in kept}))[:_MOST_WORDS]


def _words(texts: Sequence[str], at: Sequence[int]) -> tuple[str, ...]:
    found = (next((word for word in texts[line].split() if not word.isascii()), "") for line in at)
    return tuple(dict.fromkeys(_plain(word) for word in found if word))


def _plain(word: str) -> str:
    """One cell of a row is enough, without the address before it."""
    pieces = [piece for piece in re.split(r"[,;\t|\"]", word) if not piece.isascii()]
    return "".join(letter for letter in (pieces or [word])[0] if letter.isprintable())[:40]
