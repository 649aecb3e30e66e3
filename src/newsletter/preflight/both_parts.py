"""What law and good manners want in the HTML and in the text alike, and whether the two tell the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.compose.press import Proof
from newsletter.ports.folder import TemplateFiles
from newsletter.preflight.around import Around
from newsletter.preflight.content import at
from newsletter.preflight.mail import Filled
from newsletter.preflight.rules import finding
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.newsletter import NO_ADDRESS_YET

_WORD = re.compile(r"\w{4,}")
_URL = re.compile(r"https?://[^\s<>\"]+")
# Templates may leave a button's words or a label out of the text, not what the posts say.
_ENOUGH = 0.9


def findings(proof: Proof, mail: Filled, around: Around) -> Iterator[Finding]:
    """Postal address, unsubscribe link, and a text part that holds what the HTML holds."""
    words = mail.tree.text()
    for name, text, file in (("HTML", words, "issue.mjml"), ("text", mail.text, "issue.txt")):
        yield from _address(text, name, _place(around.template, file), around)
    hrefs = {one.attributes.get("href", "") for one in mail.tree.walk() if one.tag == "a" and not one.is_hidden}
    for name, is_there, file in (
        ("HTML", mail.unsubscribe in hrefs, "issue.mjml"),
        ("text", mail.unsubscribe in mail.text, "issue.txt"),
    ):
        if not is_there:
            yield finding(
                "no-unsubscribe",
                _place(around.template, file),
                f"The {name} part has no link to unsubscribe.",
                'Put {{ reader("unsubscribe_url") }} into the footer of the template.',
            )
    yield from _stand_ins(proof, around)
    yield from _alike(words, hrefs, mail, _place(around.template, "issue.txt"))


def _address(text: str, name: str, place: Place, around: Around) -> Iterator[Finding]:
    postal = _squeezed(around.newsletter.address)
    if not postal or postal not in _squeezed(text):
        yield finding(
            "no-postal-address",
            place,
            f"The {name} part does not hold your postal address.",
            "Put {{ newsletter.address }} into the footer of the template.",
        )


def _stand_ins(proof: Proof, around: Around) -> Iterator[Finding]:
    newsletter = around.newsletter
    stand_ins = [
        ("public_url", "public address", (urlsplit(newsletter.public_url).hostname or "").endswith(".invalid")),
        ("sender", "sender's address", newsletter.sender.endswith(".invalid")),
        ("address", "postal address", newsletter.address == NO_ADDRESS_YET),
    ]
    for key, name, is_stand_in in stand_ins:
        if is_stand_in:
            yield finding(
                "stand-in-address",
                at(proof.issue, "number"),
                f"There is no {name} yet.",
                f"Set `{key}` in newsletter.toml.",
            )


def _alike(words: str, hrefs: set[str], mail: Filled, place: Place) -> Iterator[Finding]:
    in_html = {word.casefold() for word in _WORD.findall(words)}
    in_text = {word.casefold() for word in _WORD.findall(mail.text)}
    missing = in_html - in_text
    if in_html and len(missing) > (1 - _ENOUGH) * len(in_html):
        share = 100 - 100 * len(missing) // len(in_html)
        yield finding(
            "text-part-differs",
            place,
            f"The text part holds {share} % of the words of the HTML part.",
            "Let issue.txt print the same posts as issue.mjml.",
        )
        return
    # Mail programs turn addresses in text into links; one that is cut there leads elsewhere.
    lost = sorted(href for href in hrefs if href.startswith("http") and href not in mail.text)
    if lost:
        yield finding(
            "text-part-differs",
            place,
            f"{len(lost)} links of the HTML part are not in the text part, such as {lost[0][:120]}.",
            "Let issue.txt print them.",
        )


def _place(template: TemplateFiles | None, file: str) -> Place:
    return Place(f"{template.location}/{file}" if template else file, 1)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
