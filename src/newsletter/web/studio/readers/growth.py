"""The chart of readers: the line of the last twelve weeks as paths of an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WEEKS = 12
_WIDTH, _HEIGHT, _MARGIN = 320, 90, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`line` and `area` are paths in a picture of 320 by 90; `words` say the same to somebody who can't see it."""

    list_name: str
    line: str
    area: str
    words: str
    now: int
    change: str


def drawn(list_name: str, counts: Sequence[int]) -> Chart | None:
    """None where nobody was there in all this time."""
    if not any(counts):
        return None
    least, most = min(counts), max(counts)
    # A number that hardly changes is drawn almost flat.
    room = max(most - least, most / 20, 1)
    points = [
        (step * _WIDTH / (len(counts) - 1), _HEIGHT - _MARGIN - (count - least) / room * (_HEIGHT - 4 * _MARGIN))
        for step, count in enumerate(counts)
    ]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    change = counts[-1] - counts[0]
    signed = f"{change:+,}".replace("-", "\N{MINUS SIGN}")
    return Chart(
        list_name=list_name,
        line=line,
        area=f"{line} V{_HEIGHT} H0Z",
        words=f"Readers of {list_name} over {WEEKS} weeks: from {counts[0]:,} to {counts[-1]:,}.",
        now=counts[-1],
        change=signed if change else "no change",
    )
