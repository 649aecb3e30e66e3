"""What an editor has to look at, of the paragraphs that may be a quote or our own words."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.collect.voices.tell import Voice

# More reasons tell nobody more.
_MOST_REASONS = 3


def doubts(voices: Sequence[Voice]) -> list[str]:
    """A line for what was set as a quote and one for what was set as ours; each names its paragraphs and why."""
    quoted = [voice for voice in voices if voice.is_doubtful and voice.is_quote]
    ours = [voice for voice in voices if voice.is_doubtful and not voice.is_quote]
    return [
        *([f"{_may_be(quoted)}. Set apart as {'quotes' if len(quoted) > 1 else 'a quote'} now."] if quoted else []),
        *([f"{_may_be(ours)}. Set as our own words now."] if ours else []),
    ]


def _may_be(voices: Sequence[Voice]) -> str:
    beginnings = (" ".join(voice.text.split()[:4]) for voice in voices)
    which = ", ".join(
        f"“{beginning} …” ({', '.join(voice.doubts[:_MOST_REASONS])})"
        for beginning, voice in zip(beginnings, voices, strict=True)
    )
    how_many = "1 paragraph may be a quote" if len(voices) == 1 else f"{len(voices)} paragraphs may be quotes"
    return f"{how_many}: check {which}"
