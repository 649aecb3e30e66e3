"""The colours that a template sets for the issues, where they can be read: its pages and letters wear them too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from newsletter.compose.look import Look
from newsletter.preflight.mail.contrast import Colour, ratio

Pairs = Sequence[tuple[str, str, float]]
"""(words or sign, ground, contrast that is needed): 4.5 for text, 3 for what only has to be seen (WCAG 2.2, 1.4.3, 1.4.11)."""


def read_palette(look: Look, table: str, names: Sequence[str], pairs: Pairs) -> Mapping[str, str] | None:
    """The named colours of a table of `template.toml`.

    None where one of them is missing, is not of the form #rrggbb, or can't be read on its ground.
    """
    given = look.tables.get(table, {})
    colours = {name: str(given.get(name, "")) for name in names}
    if not all(re.fullmatch("#[0-9a-fA-F]{6}", colour) for colour in colours.values()):
        return None
    if any(ratio(_rgb(colours[one]), _rgb(colours[other])) < least for one, other, least in pairs):
        return None
    return colours


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
