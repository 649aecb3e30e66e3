"""Reads the words that tell who speaks (`speech.toml`) in the language of a text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+")
# So many words tell the language as well as all of them.
_MOST_WORDS = 2_000
# Of the words of any text, so many belong to the commonest of its language: most have two or three times as many.
_FEWEST_COMMON = 0.12
# Fewer words may be without any of those by chance.
_FEWEST_WORDS = 30


@dataclass(frozen=True, slots=True)
class Speech:
    """Of one language: verbs of saying, what announces words, labels of the desk, I, we and she or he, what the desk says of its own."""

    says: re.Pattern[str]
    announces: re.Pattern[str]
    label: re.Pattern[str]
    i: re.Pattern[str]
    we: re.Pattern[str]
    they: re.Pattern[str]
    desk: re.Pattern[str]
    texts: re.Pattern[str]
    poem: re.Pattern[str]
    i_wrote: re.Pattern[str]
    crowd: re.Pattern[str]
    press: re.Pattern[str]
    about_text: re.Pattern[str]
    remark: re.Pattern[str]
    turn: re.Pattern[str]
    greeting: re.Pattern[str]
    closing: re.Pattern[str]
    whole: re.Pattern[str]


def n_words(text: str) -> int:
    """Words; of a language that sets none apart, half as many as signs."""
    return max(len(text.split()), len(_WIDE.findall(text)) // 2)


def language_of(text: str) -> str | None:
    """The language whose commonest words a text has most of; None where a text of many words has few of any."""
    if _KANA.search(text):
        return "ja"
    words = [word.casefold() for word in _WORD.findall(text)[:_MOST_WORDS]]
    counts = {name: sum(word in common for word in words) for name, common in _common().items()}
    best = max(counts, key=lambda name: counts[name])
    is_long_enough = len(words) >= _FEWEST_WORDS
    return None if is_long_enough and counts[best] < _FEWEST_COMMON * len(words) else best


@cache
def speech(language: str) -> Speech:
    words = tables()[language]
    # Labels and the names of turns are English in many a text of another language.
    english = tables()["en"]
    edge, end = ("", "") if language == "ja" else (r"(?<!\w)", r"(?!\w)")
    between = "" if language == "ja" else r"\s(?:\w{1,30}\s)?"

    def anywhere(pattern: str) -> re.Pattern[str]:
        return re.compile(f"{edge}(?:{pattern}){end}", re.IGNORECASE)

    return Speech(
        says=anywhere(words["says"]),
        announces=anywhere(words["announces"]),
        label=re.compile(
            rf"[\[(*_]{{0,3}}(?:{words['labels']}|{english['labels']})(?:\s?\d{{1,2}})?(?:[,(\s][^:：]{{0,30}}+)?[*_\])]{{0,3}}\s?[:：]",
            re.IGNORECASE,
        ),
        i=re.compile(f"{edge}(?:{words['i']}){end}"),
        we=re.compile(f"{edge}(?:{words['we']}){end}"),
        they=anywhere(words["they"]),
        desk=anywhere(words["desk"]),
        texts=anywhere(words["texts"]),
        poem=anywhere(words["poem"]),
        i_wrote=anywhere(words["i_wrote"]),
        crowd=re.compile(rf"[\[(](?:{words['crowd']})[^()\[\]]{{0,40}}[\])]", re.IGNORECASE),
        press=anywhere(words["press"]),
        about_text=anywhere(f"(?:{words['these']}){between}(?:{words['texts']})"),
        remark=re.compile(f"(?:{words['remark']}){end}", re.IGNORECASE),
        greeting=re.compile(f"(?:{words['greetings']})", re.IGNORECASE),
        closing=anywhere(words["closings"]),
        whole=anywhere(words["whole"]),
        turn=re.compile(rf"(?:{words['turns']}|{english['turns']})\s?[.:：]\s*+"),
    )


@cache
def tables() -> dict[str, dict[str, str]]:
    """The patterns of each language, by what they are of."""
    return tomllib.loads(Path(__file__).with_name("speech.toml").read_text(encoding="utf-8"))


@cache
def _common() -> dict[str, frozenset[str]]:
    return {name: frozenset(words["common"].split()) for name, words in tables().items()}
