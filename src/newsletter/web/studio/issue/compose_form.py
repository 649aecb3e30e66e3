"""Saves what was typed in the form of the open part, for a browser without scripts."""

from __future__ import annotations

from newsletter.folder.touch import edit_of
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit


def save_form(studio: Studio, visit: Visit) -> str:
    """Every field of the part that a form brings. Returns the version to go on from."""
    file, base = visit.text("file"), visit.text("base")
    for field in visit.texts("field"):
        base = studio.write(visit, file, base, edit_of(file, field, visit.text(f"value-{field}"))).mine
    return base
