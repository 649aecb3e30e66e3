"""The finished mail as the checks look at it: filled for a reader of whom nothing is known, and taken apart once."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.compose.press import Proof
from newsletter.preflight.mail.page_tree import Element, tree_of
from newsletter.words.edition import as_reader
from newsletter.words.newsletter import Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """`unsubscribe` is the address that stands where each reader's own will stand."""

    subject: str
    html: str
    text: str
    tree: Element
    unsubscribe: str


def filled(proof: Proof, newsletter: Newsletter) -> Filled:
    unsubscribe = f"{newsletter.public_url}/u/1.a.1.1.tokentokentokentokento"
    values = {
        "email": "reader@example.com",
        "unsubscribe_url": unsubscribe,
        "preferences_url": unsubscribe.replace("/u/", "/preferences/"),
    }
    subject, html, text = as_reader(proof.rendered.edition, values)
    return Filled(subject=subject, html=html, text=text, tree=tree_of(html), unsubscribe=unsubscribe)
