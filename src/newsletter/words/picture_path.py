"""How an author names a picture of the newsletter's folder, and the names under which its file may lie there."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote

ROOM = "images/"


def own_picture(src: str) -> str | None:
    """The path of a picture of the folder as it is named, `images/...`; None for a picture from elsewhere."""
    path = src.removeprefix("./")
    return path if path.startswith(ROOM) else None


def spellings(path: str) -> tuple[str, ...]:
    """The paths that may be meant, in the order in which they are to be tried.

    Markdown writes blanks, letters outside ASCII and lone percent signs as percent codes, and a file's own name may hold
    some. Systems differ in whether they part a letter from its accents.
    """
    named = (unquote(path), path)
    forms = (unicodedata.normalize(form, name) for name in named for form in ("NFC", "NFD"))
    return tuple(dict.fromkeys((*named, *forms)))
