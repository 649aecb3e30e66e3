"""Two states along a text, ours and quote: how likely each paragraph is a quote, seen from both its sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class _Two(NamedTuple):
    """Logarithms of what speaks for each of the two states."""

    ours: float
    quote: float


def chances(emissions: Sequence[float], enters: Sequence[float], stays: Sequence[float]) -> list[float]:
    """For each paragraph how likely it is a quote, by the forward-backward algorithm of hidden Markov models.

    All three are log-odds, one for each paragraph: `emissions` of being a quote by what it says itself, `enters` of
    being one where the paragraph before is ours, `stays` where the paragraph before is a quote.
    """
    seen = [_odds(one) for one in emissions]
    from_ours, from_quote = [_odds(one) for one in enters], [_odds(one) for one in stays]
    forward: list[_Two] = []
    for i, here in enumerate(seen):
        before = forward[-1] if forward else _Two(0.0, -math.inf)
        forward.append(
            _Two(
                _sum(before.ours + from_ours[i].ours, before.quote + from_quote[i].ours) + here.ours,
                _sum(before.ours + from_ours[i].quote, before.quote + from_quote[i].quote) + here.quote,
            )
        )
    backward = [_Two(0.0, 0.0)]
    for i in range(len(seen) - 1, 0, -1):
        ahead = _Two(seen[i].ours + backward[-1].ours, seen[i].quote + backward[-1].quote)
        backward.append(
            _Two(
                _sum(from_ours[i].ours + ahead.ours, from_ours[i].quote + ahead.quote),
                _sum(from_quote[i].ours + ahead.ours, from_quote[i].quote + ahead.quote),
            )
        )
    return [_share(one, other) for one, other in zip(forward, reversed(backward), strict=False)]


def _odds(odds: float) -> _Two:
    return _Two(-math.log1p(math.exp(odds)), -math.log1p(math.exp(-odds)))


def _sum(one: float, other: float) -> float:
    """log(e^one + e^other)."""
    high, low = max(one, other), min(one, other)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


def _share(one: _Two, other: _Two) -> float:
    return 1 / (1 + math.exp(min(700.0, one.ours + other.ours - one.quote - other.quote)))
