"""Mends: changes of one line that put a finding right, proposed where the fix is plain, and made on a file's text."""

from __future__ import annotations

import re

from newsletter.words.finding import Mend
from newsletter.words.mistake import NotNow, Place

# Addresses come from pages as well: nothing that Markdown or YAML would read as more than an address.
_HARMLESS = re.compile(r"(?:https?://|mailto:)[A-Za-z0-9.:/?&=%~+;@!$*_#-]+")
_AUTHORED = ("posts/", "issues/")


def other_address(place: Place, old: str, new: str, *, is_sure: bool) -> Mend | None:
    """Put one address for another; None where the new one could break the line that it stands in."""
    if _HARMLESS.fullmatch(new) is None or " #" in new:
        return None
    return other_words(place, old, new, is_sure=is_sure)


def other_words(place: Place, old: str, new: str, *, is_sure: bool) -> Mend | None:
    """Put some words for others, in what authors write; None in a template or in settings."""
    if not place.file.startswith(_AUTHORED) or old == new:
        return None
    return Mend(place=place, old=old, new=new, is_sure=is_sure)


def mended(text: str, mend: Mend) -> str:
    """The text of the mend's file with the change made, everything else as it is, line ends too.

    Raises NotNow where the line is not, or no longer, as the mend expects it.
    """
    lines = text.split("\n")
    number = (mend.place.line or 1) - 1
    at = _found(lines[number], mend) if number < len(lines) else None
    if at is None:
        raise NotNow(f"This line does not hold “{mend.old}” any more.", fix="Check the issue again.", place=mend.place)
    if mend.new is None:
        del lines[number]
    else:
        lines[number] = lines[number][:at] + mend.new + lines[number][at + len(mend.old) :]
    return "\n".join(lines)


def _found(line: str, mend: Mend) -> int | None:
    """Where the old words stand for themselves, from the place's column on; never as a part of longer ones."""
    before = r"(?<!\w)" if mend.old[:1].isalnum() else ""
    after = r"(?![\w/?&=%~+-])" if mend.old[-1:].isalnum() or mend.old.endswith("/") else ""
    pattern = re.compile(f"{before}{re.escape(mend.old)}{after}")
    found = pattern.search(line, max((mend.place.column or 1) - 1, 0)) or pattern.search(line)
    return found.start() if found else None
