"""Posts and forwarded mails written by somebody who has not seen how the program decides: what it makes of each manner."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.oracles.verdict import Oracle, Verdict
from tests.voices.judge import PARTS, judged_text

_MOST_UNSAID, _MOST_NEEDLESS = 0.03, 0.10


def examine(folder: Path) -> list[Verdict]:
    verdicts = []
    for part, (texts, truth) in PARTS.items():
        whole: Counter[str] = Counter()
        for name, lines in json.loads(truth.read_text(encoding="utf-8")).items():
            figures = judged_text((texts / f"{name}.txt").read_bytes().decode("utf-8-sig"), lines)
            whole += figures
            verdicts.append(Verdict(f"{part}{name}", _said(figures), _unsaid(figures) <= max(1, 0.2 * figures["all"])))
        is_good = _unsaid(whole) <= _MOST_UNSAID * whole["all"] and whole["needless"] <= _MOST_NEEDLESS * whole["all"]
        verdicts.append(Verdict(f"{part or 'posts/'}all", _said(whole), is_good))
    return verdicts


def _unsaid(figures: Counter[str]) -> int:
    return figures["wrong"] - figures["flagged"] + figures["lost"]


def _said(figures: Counter[str]) -> str:
    found, told = figures["quote found"], figures["quote told"]
    there = figures["quote there"]
    return (
        f"{figures['all']} paragraphs: {_unsaid(figures)} wrong and unsaid, {figures['flagged']} wrong and said, "
        f"{figures['needless']} doubted for nothing; quotes: precision {_share(found, told)}, recall {_share(found, there)}"
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"


ORACLE = Oracle(
    name="whose words",
    asks=f"at most {100 * _MOST_UNSAID:.0f} % wrong and unsaid, {100 * _MOST_NEEDLESS:.0f} % doubted for nothing in all",
    missing=lambda: None,
    examine=examine,
)
