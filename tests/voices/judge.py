"""Holds what the program says of a post against its truth: how many paragraphs are wrong, and of how many that is said."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from newsletter.collect.plain_text import read_plain_text
from newsletter.words.post import Post

HERE = Path(__file__).parent
# Of each part of the corpus the folder of its texts, and their truth.
PARTS = {
    "": (HERE / "posts", HERE / "truth.json"),
    "kept/": (HERE / "kept", HERE / "kept" / "truth.json"),
    "more/": (HERE / "more", HERE / "more" / "truth.json"),
    "more-kept/": (HERE / "more-kept", HERE / "more-kept" / "truth.json"),
}
Truth = dict[str, list[tuple[str, str]]]


def judged(folder: Path, truth: Path) -> Counter[str]:
    """Paragraphs by "all", "wrong", "flagged" (wrong, and said to be in doubt), "needless" (right, and in doubt), "lost".

    Of the quotes how many are "quote there", "quote told" and "quote found", which is both.
    """
    figures: Counter[str] = Counter()
    for name, lines in json.loads(truth.read_text(encoding="utf-8")).items():
        figures += judged_text((folder / f"{name}.txt").read_bytes().decode("utf-8-sig"), lines)
    return figures


def judged_text(text: str, lines: Sequence[tuple[str, str]]) -> Counter[str]:
    """The same of one text."""
    figures: Counter[str] = Counter()
    post = read_plain_text(text, on=date(2026, 11, 30))
    for kind, line in lines:
        if kind in "QC":
            figures.update(_verdict(post, kind, line))
    return figures


def near() -> Truth:
    """The posts of `near.txt`: a name after `#`, then a line for each paragraph, its kind before the bar."""
    truth: Truth = {}
    for line in (HERE / "near.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            lines = truth[line[2:]] = []
        elif line:
            lines.append((line[0], line[2:]))
    return truth


def text_of(lines: Sequence[tuple[str, str]]) -> str:
    return "\n\n".join(text for _, text in lines)


def _verdict(post: Post, kind: str, text: str) -> list[str]:
    words = _letters(text)
    quoted = _letters(" ".join(line[1:] for line in post.body.splitlines() if line.startswith(">")))
    ours = _letters(" ".join(line for line in post.body.splitlines() if not line.startswith(">")))
    is_byline = post.byline is not None and words.endswith(_letters(post.byline))
    said = {"Q": words in quoted, "C": words in ours or is_byline}
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
