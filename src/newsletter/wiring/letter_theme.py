"""Gathers the newsletter's own colours for the mails that go to one person."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from newsletter.compose.look import read_look
from newsletter.consent.letters.look import LetterLook, Palette
from newsletter.preflight.mail.palette import read_palette
from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.wiring import Parts

_NAMES = tuple(field.name for field in fields(Palette))
_READABLE = (("ink", "sheet", 4.5), ("soft", "sheet", 4.5), ("accent", "sheet", 4.5), ("accent_ink", "accent", 4.5))


def letter_look(parts: Parts) -> LetterLook:
    """The colours of the newsletter's template; ours for all where one of them can't be read."""
    try:
        look = read_look(parts.templates.get_template(parts.config.newsletter.template))
    except NewsletterError:
        # A template that is being mended must not keep anybody waiting for their mail.
        return LetterLook()
    light, dark = (read_palette(look, table, _NAMES, _READABLE) for table in ("colors", "dark"))
    return LetterLook(light=Palette(**light), dark=Palette(**dark)) if light and dark else LetterLook()
