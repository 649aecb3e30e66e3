"""Takes out of an old mail what only worked for the one who got it: links to leave, to change, to see it in a browser."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup
from bs4.element import Tag

# A block that only says how to leave is short; one with the whole mail in it stays.
_LONGEST = 800
_WORDS = re.compile(
    r"\b(?:unsubscribe|opt[ -]?out|(?:manage|update|change) (?:your )?(?:e-?mail )?(?:preferences|subscription|profile)"
    r"|(?:view|read|open|see) (?:this |it )?(?:e-?mail |mail |message )?(?:in|on) (?:your |a |the )?(?:web ?)?browser|view online|read online"
    r"|abmelden|abbestellen|austragen|im browser (?:ansehen|anzeigen|öffnen)|se désabonner|désinscri|darse de baja"
    r"|cancelar (?:la )?suscripción|disiscri|annulla iscrizione|uitschrijven|afmelden|avregistrera)",
    re.IGNORECASE,
)


def drop_notice(link: Tag) -> None:
    """The block that says how to leave, or where to see it in a browser; from a longer one only the link."""
    blocks: Sequence[Tag] = [one for one in link.parents if one.name in {"p", "td", "div", "li"}]
    short = [block for block in blocks[:2] if len(block.get_text(strip=True)) <= _LONGEST]
    holds_words = next((block for block in short if block.find(["img", "h1", "h2"]) is None), None)
    (holds_words or link).decompose()


def drop_notices(page: BeautifulSoup) -> None:
    """All of them, as far as the words of their links tell. What such a link leads to is the way off the list for one person."""
    for link in page.find_all("a"):
        if not link.decomposed and _WORDS.search(link.get_text(" ", strip=True)[:200]):
            drop_notice(link)
