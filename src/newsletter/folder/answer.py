"""Answers to what findings ask, written where they belong: a note out of its post, a waiver into the issue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from newsletter.folder.touch import edit_of, with_key


def without_note(file: str, notes: Sequence[str], note: str) -> Callable[[str], str]:
    """The edit that takes one of a post's notes out of `checks:`."""
    return edit_of(file, "checks", "\n".join(other for other in notes if other != note))


def with_waiver(file: str, waivers: Sequence[tuple[str, str]], code: str, reason: str) -> Callable[[str], str]:
    """The edit that waives a finding of this code everywhere in the issue, for this reason."""
    return lambda text: with_key(text, "waive", {**dict(waivers), code: reason}, file=file)
