"""Made-up readers to look at an issue as: one with a usual name, and one with the longest values that readers have."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from newsletter.preflight.gaps import ALWAYS_KNOWN
from newsletter.words.subscriber import Subscriber

SAMPLE = "sample"
WORST = "worst"
# Where no reader has a value yet: what forms take for a name, and no mail is laid out for.
UNKNOWN_LENGTH = 40
# One word that can't be broken, then words with letters that are wide, high and deep.
_LONG_WORDS = "Wolfeschlegelsteinhausenbergerdorff Ångström-Ðuong Mwąĝŷ van der Wijngaarden "


def sample_reader() -> Subscriber:
    """A subscriber who does not exist (id 0), with a name and nothing else."""
    return Subscriber(id=0, email="ana@example.com", first_name="Ana", last_name="Lindqvist")


def worst_reader(fields: Collection[str], longest: Mapping[str, int]) -> Subscriber:
    """A subscriber who does not exist (id 0), with a value in every one of these fields.

    `longest` are the letters of the longest value that readers have in each; a name is as long as both its parts.
    """
    return Subscriber(
        id=0,
        email="reader@example.com".rjust(longest.get("email", UNKNOWN_LENGTH), "x"),
        first_name=_text(longest.get("first_name", longest.get("name", UNKNOWN_LENGTH))),
        last_name=_text(longest.get("last_name", longest.get("name", UNKNOWN_LENGTH))),
        fields={name: _text(longest.get(name, UNKNOWN_LENGTH)) for name in fields if name not in ALWAYS_KNOWN},
    )


def _text(n_letters: int) -> str:
    """This many letters, beginning with the one word; never a space at its end, which would not be seen."""
    whole = _LONG_WORDS * (n_letters // len(_LONG_WORDS) + 1)
    return whole[:n_letters].rstrip().ljust(n_letters, "x")
