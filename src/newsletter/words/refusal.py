"""When a "no" is not about the reader who got it: a provider that refuses everybody says so of each in turn."""

from __future__ import annotations

# The pause is known again by these words.
REFUSES_EVERYBODY = "The provider refuses one reader after the other"

# After this many refusals with nobody taken since, the sending stands still. Of a list with one dead address in
# twenty, ten in a row are to be expected once in ten million million.
IN_A_ROW = 10
# After this many on one connection, the rest of its batch waits: another batch may hear something else. Four
# connections at once, each of them at its fifth while the tenth is written down: nobody after the twenty-fifth.
IN_A_CALL = 5


def is_about_everybody(*, in_a_row: int, in_this_call: int, looked_at: int) -> bool:
    """`in_a_row` were refused since the last one was taken, so many of them `in_this_call`.

    `looked_at` are the others in this call in whom the provider found no fault: where they are more, it can tell
    readers apart.
    """
    return in_a_row >= IN_A_ROW and in_this_call >= looked_at


def is_about_everybody_to_the_end(*, in_a_row: int, taken: int) -> bool:
    """The same when nobody is left to be tried: nobody was `taken` at all, or the last ones were refused in a row."""
    return in_a_row >= IN_A_CALL or (in_a_row > 0 and taken == 0)


def say_everybody(n: int, words: str) -> str:
    """Why the sending stands still. `n` were refused in a row; `words` are the last answer."""
    who = "1 reader was refused" if n == 1 else f"{n:,} readers were refused"
    wait = "that reader waits" if n == 1 else f"all {n:,} wait"
    return f"{REFUSES_EVERYBODY}: {who} and nobody was taken since, so {wait} again. The last answer: {words}"
