"""Placeholders: words that stand where somebody meant to write something, in every field, text and quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorLink, AuthorText
from newsletter.preflight.rules import finding
from newsletter.preflight.wording.prose import fields_of
from newsletter.words.domain import host_of
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place

# Nobody who is quoted says these.
_NOBODY_SAYS = (
    r"\b[Ll]orem [Ii]psum\b|\bTK(?: ?TK)+\b|\[(?:TK|XX+|LINK|URL|TODO|TBD|TBC|INSERT\b[^\[\]]{0,40}|\?{2,})\](?![(\[:])"
    r"|\b(?:TODO|FIXME):"
)
_IN_QUOTES = re.compile(rf"{_NOBODY_SAYS}|(?<!the )(?<!die )(?<!der )\bTK\b(?! Maxx)")
_PLACEHOLDER = re.compile(
    rf"{_NOBODY_SAYS}|\b(?:TODO|FIXME|TBD|TBC|XXX+)\b"
    r"|\[(?:your|insert|add|link|source|name|title)\b[^\]]{0,30}\](?![(\[:])"
    r"|\[(?:url|photo|picture|image|caption|headline|quote|credit|date|author|quelle|titel|bild|datum|überschrift|lien|titre"
    r"|légende|enlace|título|fuente|foto|titolo|fonte|kop|bron|tytuł|źródło)(?: (?:here|hier|ici|aquí|qui|aqui|tutaj))?\](?![(\[:])"
    r"|\b(?:your text|text goes|headline goes|link goes|title goes|quote goes|caption goes) here\b"
    r"|\b(?:hier (?:den )?text einfügen|insérer (?:le )?texte ici|insertar (?:el )?texto aquí|inserire (?:il )?testo qui"
    r"|voeg hier tekst in|inserir (?:o )?texto aqui|wstaw tutaj tekst)\b"
    r"|(?<!\w)(?:TK\b(?<!the TK)(?<!die TK)(?<!der TK)(?! Maxx)|[$€£] ?XX+\b|XX+ ?%|XX?[/.]XX?[/.](?:XX|YY|\d\d)+)"
    r"|(?<!\S)[(\[“\"]?\?{3,}[)\]”\"]?(?=[\s.,;:]|$)(?<!\w \?\?\?)",
    re.IGNORECASE,
)
# In small letters these are words of some language.
_LOUD = re.compile(r"\W*(?:todo|fixme|tbd|tbc|tk|xx+)\W*(?:[/.]\w+)*", re.IGNORECASE)
# All that a field says, or a line of a text.
_WHOLE = re.compile(
    r"[\[(]?(?:tk|xx+|\?{2,}|todo|tbd|tbc|n\.n\.|untitled|ohne titel|sans titre|sin título|senza titolo|sem título|bez tytułu"
    r"|(?:your |the )?(?:headline|title|subject(?: line)?|pre-?header|caption|quote|section title|author name|source name|alt text"
    r"|text|link|intro|picture|image)(?: goes)? here|subject line|headline|author name|source name|section title|alt text"
    r"|(?:überschrift|titel|text|betreff|bildunterschrift|zitat|link|quelle|kop|tekst|onderwerp) hier"
    r"|hier (?:überschrift|titel|text|betreff|zitat|kop|tekst)|(?:titre|(?:votre )?texte|objet|légende|citation|lien) ici"
    r"|(?:título|titular|(?:tu )?texto|asunto|cita|enlace) aquí|(?:titolo|(?:il tuo )?testo|oggetto|citazione|link) qui"
    r"|(?:título|(?:seu )?texto|assunto|citação|link) aqui|(?:tytuł|(?:twój )?tekst|temat|cytat|nagłówek|link) tutaj"
    r"|tutaj (?:tytuł|tekst|temat|cytat|nagłówek))[\])]?[.:!…]*",
    re.IGNORECASE,
)
_NO_HOST = frozenset({"tk", "todo", "link", "url", "xx", "xxx", "insert-link", "link-here", "your-link-here"})
_ADDRESS = re.compile(r"\]\([^()\n]*+\)|<[a-z]++:[^<>\s]*+>|https?://\S++|`[^`\n]*+`|\{\{[^{}\n]*+\}\}", re.IGNORECASE)


def findings(manuscript: Manuscript, readings: Sequence[AuthorText]) -> Iterator[Finding]:
    """In the fields, in our own lines, in the quotes with their attributions, and as the address of a link."""
    for field in fields_of(manuscript):
        for offset, words in _placeholders(field.text):
            place = field.at(offset)
            yield _finding(words, place if place.column else Place(place.file, place.line, offset + 1), field.post)
    for read in readings:
        for number, line in read.own:
            for offset, words in _placeholders(_ADDRESS.sub(lambda found: " " * len(found[0]), line)):
                yield _finding(words, Place(read.file, number, offset + 1), read.post)
        for quote in read.quotes:
            said = [found[0] for found in _IN_QUOTES.finditer(quote.words)]
            said += [part for part in quote.words.split("\n\n") if not said and _WHOLE.fullmatch(part.strip())]
            for words in [*said, *(words for _, words in _placeholders(quote.attribution))]:
                yield _finding(words, quote.place, read.post)
        yield from (_finding(link.href, link.place, link.post) for link in read.links if _leads_nowhere(link))


def _placeholders(text: str) -> Iterator[tuple[int, str]]:
    """Each with its offset in the text."""
    if (whole := text.strip()) and _WHOLE.fullmatch(whole) and not (_LOUD.fullmatch(whole) and whole.islower()):
        yield text.index(whole), whole
        return
    for found in _PLACEHOLDER.finditer(text):
        if found[0].isupper() or not _LOUD.fullmatch(found[0]):
            yield found.start(), found[0]


def _leads_nowhere(link: AuthorLink) -> bool:
    return not link.has_gap and (link.href.casefold() in _NO_HOST or host_of(link.href).casefold() in _NO_HOST)


def _finding(words: str, place: Place, post: str | None) -> Finding:
    return finding(
        "placeholder",
        place,
        f"“{words}” stands where your own words should.",
        "Write what belongs here, or take it out.",
        post=post,
    )
