"""What law and good manners want in the HTML and in the text alike, and whether the two tell the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.compose.press import Proof
from newsletter.ports.folder import TemplateFiles
from newsletter.preflight.around import Around
from newsletter.preflight.mail.finished import Filled
from newsletter.preflight.mail.page_tree import Element
from newsletter.preflight.rules import FAULT_OF_TEMPLATE, finding
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.newsletter import NO_ADDRESS_YET
from newsletter.words.plain import letters_of

_NOT_READ = frozenset({"style", "script", "title"})
_URL = re.compile(r"https?://[^\s<>\"]+")
# What a page calls the two parts of a mail.
_ON_PAGE = {"HTML": "the mail", "text": "the plain text of the mail"}
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
                on_page=f"There is no link to unsubscribe in {_ON_PAGE[name]}.",
                fix_on_page=FAULT_OF_TEMPLATE,
            )
    yield from _stand_ins(proof, around)
    yield from _alike(hrefs, mail, _place(around.template, "issue.txt"))


def _address(text: str, name: str, place: Place, around: Around) -> Iterator[Finding]:
    postal = letters_of(around.newsletter.address)
    if not postal or postal not in letters_of(text):
        yield finding(
            "no-postal-address",
            place,
            f"The {name} part does not hold your postal address.",
            "Put {{ newsletter.address }} into the footer of the template.",
            on_page=f"Your postal address is not in {_ON_PAGE[name]}.",
            fix_on_page=FAULT_OF_TEMPLATE if postal else "Write it under Settings.",
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
                proof.issue.place("number"),
                f"There is no {name} yet.",
                f"Set `{key}` in newsletter.toml.",
                fix_on_page="Say it under Settings.",
            )


def _alike(hrefs: set[str], mail: Filled, place: Place) -> Iterator[Finding]:
    share = _share(mail)
    if share < _ENOUGH:
        yield finding(
            "text-part-differs",
            place,
            f"The text part holds {int(100 * share)} % of the words of the HTML part.",
            "Let issue.txt print the same posts as issue.mjml.",
            on_page=f"The plain text of the mail has {int(100 * share)} % of its words.",
            fix_on_page=FAULT_OF_TEMPLATE,
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
            on_page=f"{len(lost)} links of the mail are not in its plain text, such as {lost[0][:120]}",
            fix_on_page=FAULT_OF_TEMPLATE,
        )


def _share(mail: Filled) -> float:
    """How much of what the HTML says is in the text part, by its letters and figures.

    Marks of emphasis and line ends, for example, are in one part only, and not every script parts its words: so runs
    of text are looked for without them, and those that are not there as a whole word by word.
    """
    text = letters_of(mail.text)
    found = total = 0
    for run in {letters_of(run): run for run in _runs(mail.tree)}.items():
        letters, words = run
        total += len(letters)
        if letters in text:
            found += len(letters)
        else:
            found += sum(len(word) for word in map(letters_of, words.split()) if word in text)
    return found / total if total else 1.0


def _runs(tree: Element) -> Iterator[str]:
    for child in tree.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "img":
            yield child.attributes.get("alt", "")
        elif child.tag not in _NOT_READ and not child.is_hidden:
            yield from _runs(child)


def _place(template: TemplateFiles | None, file: str) -> Place:
    return Place(f"{template.location}/{file}" if template else file, 1)
