"""What editors turned over in a text, and what they had remembered of its source, as signs that are weighed with the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from newsletter.collect.voices.decide import open_doubts
from newsletter.collect.voices.signs import SIGNS, Sign
from newsletter.collect.voices.turn import blocks_of
from newsletter.folder.habits_file import Habit
from newsletter.words.post import Post

# Log-odds: what is remembered turns a doubt over, and leaves alone what is certain.
_WEIGHT = 3.0
_NAMES = {sign.reason: sign.name for sign in reversed(SIGNS)}
_REASONS = {sign.name: sign.reason for sign in SIGNS}


def source_of(post: Post) -> str:
    """By what its texts are remembered."""
    return post.byline or post.source or ""


def signs_of(habits: Iterable[Habit], source: str) -> tuple[Sign, ...]:
    """What is remembered of a source. A sign that the table has no more says nothing."""
    return tuple(
        Sign(
            f"remembered: {sign.name}",
            _WEIGHT if habit.is_quote else -_WEIGHT,
            f"you had it remembered that such a paragraph is {'theirs' if habit.is_quote else 'ours'}",
            sign.holds,
        )
        for habit in habits
        for sign in SIGNS
        if habit.source == source and habit.sign == sign.name
    )


def turned_over(before: Post, after: Post) -> list[Habit]:
    """What somebody decided in another way than it was set, by the weightiest sign that the doubt named."""
    doubts, left = open_doubts(before.body, before.checks), {*after.checks}
    was, is_now = blocks_of(before.body), blocks_of(after.body)
    if len(was) != len(is_now):
        return []
    return [
        Habit(source=source_of(before), sign=name, is_quote=is_now[at].is_quote)
        for at, doubt in doubts.items()
        if doubt.check not in left and is_now[at].is_quote != was[at].is_quote
        for name in _signs_in(doubt.reasons)[:1]
    ]


def sentence_of(habit: Habit) -> str:
    """As an editor reads it: "Where it is short, as a remark is, a paragraph is theirs."."""
    reason = _REASONS.get(habit.sign, habit.sign)
    return f"Where {reason}, a paragraph is {'theirs' if habit.is_quote else 'ours'}."


def _signs_in(reasons: str) -> Sequence[str]:
    return [_NAMES[reason] for reason in reasons.split("; ") if reason in _NAMES]
