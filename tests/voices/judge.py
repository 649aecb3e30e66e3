"""Holds what the program says of a post against its truth: how many paragraphs are wrong, and of how many that is said."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

from newsletter.collect.plain_text import read_plain_text
from newsletter.words.post import Post

HERE = Path(__file__).parent


def judged(folder: Path, truth: Path) -> Counter[str]:
    """Paragraphs by "all", "wrong", "flagged" (wrong, and said to be in doubt), "needless" (right, and in doubt), "lost".

    Of the quotes how many are "quote there", "quote told" and "quote found", which is both.
    """
    figures: Counter[str] = Counter()
    for name, lines in json.loads(truth.read_text(encoding="utf-8")).items():
        post = read_plain_text((folder / f"{name}.txt").read_bytes().decode("utf-8-sig"), on=date(2026, 11, 30))
        for kind, text in lines:
            if kind in "QC":
                figures.update(_verdict(post, kind, text))
    return figures


def _verdict(post: Post, kind: str, text: str) -> list[str]:
    words = _letters(text)
    quoted = _letters(" ".join(line[1:] for line in post.body.splitlines() if line.startswith(">")))
    ours = _letters(" ".join(line for line in post.body.splitlines() if not line.startswith(">")))
    said = {"Q": words in quoted, "C": words in ours or words.endswith(_letters(post.byline or "-"))}
    bare = " ".join(text.removeprefix(">").split()[:4])
    is_doubtful = any(f"“{bare} …”" in check for check in post.checks)
    found = ["all", *(["quote there"] if kind == "Q" else [])]
    if not any(said.values()):
        return [*found, "lost"]
    if not said[kind]:
        return [*found, "wrong", *(["flagged"] if is_doubtful else []), *(["quote told"] if kind == "C" else [])]
    return [*found, *(["needless"] if is_doubtful else []), *(["quote told", "quote found"] if kind == "Q" else [])]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
