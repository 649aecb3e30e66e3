"""What the finished HTML uses that mail clients with many readers lack, beyond what MJML itself always writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mjml import mjml2html

from newsletter.compose.css_rules import without_comments
from newsletter.compose.press import Proof
from newsletter.ports.folder import TemplateFiles
from newsletter.preflight.mail.client_facts import FACTS, Fact
from newsletter.preflight.mail.finished import Filled
from newsletter.preflight.mail.page_tree import Element, tree_of
from newsletter.preflight.rules import FAULT_OF_TEMPLATE, finding
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place

_DECLARATION = re.compile(r"(?:^|[;{])\s*([a-z-]+)\s*:\s*([^;{}]*)", re.IGNORECASE)
_SELECTOR = re.compile(r"(?<![^{};])([^{};]++)\{")
_FUNCTION = re.compile(r"(?<![a-z-])([a-z-]++)\(", re.IGNORECASE)
_UNIT = re.compile(r"(?<![\w#.])[\d.]+(ch|rem|vh|vw|vmin|vmax)\b", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:svg|webp|avif|heic|tiff?|bmp|mp4|apng)(?=$|[?#])", re.IGNORECASE)

# Every component that templates are made of, with nothing of anybody's own: what it uses is MJML's business.
_SKELETON = (
    '<mjml lang="en"><mj-head><mj-title>x</mj-title><mj-preview>x</mj-preview><mj-style>a {color: #000000}</mj-style></mj-head>'
    '<mj-body background-color="#ffffff"><mj-wrapper><mj-section background-color="#ffffff"><mj-column>'
    '<mj-text>x</mj-text><mj-button href="https://example.com">x</mj-button><mj-image src="https://example.com/x.png" alt="x" />'
    "<mj-divider /><mj-spacer /><mj-table><tr><td>x</td></tr></mj-table></mj-column></mj-section></mj-wrapper></mj-body></mjml>"
)


def findings(proof: Proof, mail: Filled, template: TemplateFiles | None) -> Iterator[Finding]:
    """One warning a feature that the mail can't do without, one note for all that it can."""
    used = sorted(features_of(mail.tree) - _skeleton())
    facts = [FACTS[feature] for feature in used if feature in FACTS]
    for fact in facts:
        if fact.is_needed:
            yield finding(
                "client-lacks",
                _place(proof, fact.feature, template),
                f"{fact.feature} is unknown to {', '.join(fact.lacking)} (tested {fact.tested}).",
                "Do without it, or make sure that the mail says the same where it is missing.",
                on_page=_on_page(fact),
                fix_on_page=_fix_on_page(fact),
            )
    decoration = [fact for fact in facts if not fact.is_needed]
    if decoration:
        yield finding(
            "client-decoration",
            Place(template.location if template else proof.issue.file),
            f"Some clients leave out {', '.join(fact.feature for fact in decoration)}.",
            "Nothing has to be done.",
            on_page="Some mail programs leave out small things of the template, such as rounded corners.",
        )


def _on_page(fact: Fact) -> str:
    what = f"Pictures of the kind {fact.feature}" if _is_picture(fact.feature) else "A part of the template"
    return f"{what} can't be seen in {', '.join(fact.lacking)}."


def _fix_on_page(fact: Fact) -> str:
    return "Insert the picture as a JPEG or PNG." if _is_picture(fact.feature) else FAULT_OF_TEMPLATE


def _is_picture(feature: str) -> bool:
    """Whether it is a picture's kind, which is its author's choice; all else is the template's."""
    return feature.startswith(".") or feature == "data:"


@cache
def _skeleton() -> frozenset[str]:
    return features_of(tree_of(mjml2html(_SKELETON, disable_comments=True, fonts={})))


def features_of(tree: Element) -> frozenset[str]:
    """The names, as `FACTS` has them, of what an HTML document uses. Conditional comments are Outlook's own affair."""
    found: set[str] = set()
    for one in tree.walk():
        found.add(f"<{one.tag}>")
        if "style" in one.attributes:
            found.update(_declared(one.attributes["style"]))
        if one.tag == "style":
            found.update(_in_style_sheet("".join(child for child in one.children if isinstance(child, str))))
        found.update(_in_attributes(one))
    return frozenset(found)


def _in_attributes(one: Element) -> Iterator[str]:
    attributes = one.attributes
    if "srcset" in attributes:
        yield "srcset"
    if "background" in attributes:
        yield "background attribute"
    if one.tag == "a" and re.match("#.", attributes.get("href", "")):
        yield 'href="#"'
    if one.tag == "meta" and attributes.get("name") == "color-scheme":
        yield "meta color-scheme"
    source = attributes.get("src", "")
    if source.startswith("data:"):
        yield "data:"
    elif one.tag in {"img", "source", "video"} and (ending := _ENDING.search(source)):
        yield ending[0].lower().replace(".tif", ".tiff").replace(".tifff", ".tiff")


def _declared(declarations: str) -> Iterator[str]:
    for match in _DECLARATION.finditer(declarations):
        name, value = match[1].lower(), match[2].lower()
        yield name
        if name == "display":
            yield f"display:{value.replace('!important', '').strip().removeprefix('inline-')}"
        for function in _FUNCTION.findall(value):
            yield f"{function}()"
        for unit in _UNIT.findall(value):
            yield f"1{unit}"


def _in_style_sheet(text: str) -> Iterator[str]:
    text = without_comments(text)
    yield from _declared(text)
    for match in _SELECTOR.finditer(text):
        selector = match[1].strip()
        if selector.startswith("@"):
            yield selector.split()[0].split("(")[0]
            for feature in ("prefers-color-scheme", "prefers-reduced-motion", "hover", "orientation"):
                if selector.startswith("@media") and f"({feature}" in selector:
                    yield f"@media {feature}"
            continue
        yield from re.findall(r"::?[a-z-]+", selector)
        if "[" in selector:
            yield "[attribute]"
        yield from (f"a {sign} b" for sign in ">+~" if sign in selector)
    yield from re.findall(r"@import\b", text)


def _place(proof: Proof, feature: str, template: TemplateFiles | None) -> Place:
    """Where the template asks for it; a picture's kind is the author's choice."""
    if _is_picture(feature):
        for post in proof.posts.values():
            if post.image and feature in post.image.src.lower():
                return post.place("image")
            for number, line in enumerate(post.body.split("\n"), post.body_line):
                if feature in line.lower() and "![" in line:
                    return Place(post.file, number)
    if template is None:
        return Place(proof.issue.file)
    needle = re.sub(r"[>()]", "", feature.removeprefix("display:"))
    pattern = re.compile(rf"(?<![\w-]){re.escape(needle)}(?![\w-])" if needle[:1].isalpha() else re.escape(needle))
    for name, text in sorted(template.files.items()):
        if found := pattern.search(text):
            return Place(f"{template.location}/{name}", text.count("\n", 0, found.start()) + 1)
    return Place(template.location)
