"""Whether the mail can be read by those who do not see it, or not well; without a browser."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.compose.press import Proof
from newsletter.ports.folder import TemplateFiles
from newsletter.preflight.author_text import AuthorLink, AuthorText, link_to
from newsletter.preflight.links import empty_for_some
from newsletter.preflight.mail.contrast import weak_words
from newsletter.preflight.mail.dark import darkened
from newsletter.preflight.mail.finished import Filled
from newsletter.preflight.mail.page_tree import Element
from newsletter.preflight.rules import FAULT_OF_TEMPLATE, finding, link_finding
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place

_GAP = "{"
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def findings(
    proof: Proof, readings: Sequence[AuthorText], mail: Filled, template: TemplateFiles | None
) -> Iterator[Finding]:
    """Of the author's headings, and of what the template made of it all."""
    where = _Where(template)
    yield from _document(mail.tree, where)
    yield from _headings(mail.tree, where)
    yield from _elements(mail.tree, where, [link for read in readings for link in read.links])
    yield from _contrast("low-contrast", mail.tree, where)
    if (dark := darkened(mail.html)) is not None:
        yield from _contrast("low-contrast-dark", dark, where)


@dataclass(frozen=True, slots=True)
class _Where:
    """Finds the line of the template that an element comes from."""

    template: TemplateFiles | None

    def template_line(self, *needles: str) -> Place:
        """The first line of the template that holds one of these."""
        if self.template is None:
            return Place("issue.mjml")
        for needle in filter(None, needles):
            for name, text in sorted(self.template.files.items(), key=_body_first):
                if name.endswith(".txt"):
                    continue
                if (at := text.find(needle)) >= 0:
                    column = at - text.rfind("\n", 0, at)
                    return Place(f"{self.template.location}/{name}", text.count("\n", 0, at) + 1, column)
        return Place(f"{self.template.location}/issue.mjml", 1)


def _body_first(item: tuple[str, str]) -> tuple[bool, bool, str]:
    """What a head says of all components is the less likely place of a fault in one of them."""
    return "<mj-head" in item[1], not item[0].endswith(".mjml"), item[0]


def _document(tree: Element, where: _Where) -> Iterator[Finding]:
    root = next((one for one in tree.walk() if one.tag == "html"), tree)
    language = root.attributes.get("lang", "").strip()
    if not _LANGUAGE.fullmatch(language) or language.lower() == "und":
        yield finding(
            "no-language",
            where.template_line("<mjml"),
            "The mail does not say its language.",
            'Write <mjml lang="{{ language }}">.',
            fix_on_page=FAULT_OF_TEMPLATE,
        )
    if not any(one.tag == "title" and "".join(map(str, one.children)).strip() for one in tree.walk()):
        yield finding(
            "no-title",
            where.template_line("<mj-head", "<mjml"),
            "The mail has no title.",
            "Put an <mj-title> into <mj-head>.",
            fix_on_page=FAULT_OF_TEMPLATE,
        )


def _headings(tree: Element, where: _Where) -> Iterator[Finding]:
    """The steps of the template; those inside a text are set in their order when it is read."""
    levels = [(int(one.tag[1]), one) for one in tree.walk() if re.fullmatch("h[1-6]", one.tag)]
    if not any(level == 1 for level, _ in levels):
        yield finding(
            "no-heading",
            where.template_line("<mj-body"),
            "The mail has no main heading.",
            "Put the name into an <h1>.",
            fix_on_page=FAULT_OF_TEMPLATE,
        )
    for (before, _), (level, one) in itertools.pairwise(levels):
        if level > before + 1:
            yield finding(
                "heading-order",
                where.template_line(f"<h{level}", "<h"),
                f"The heading “{one.text()[:60].strip()}” is of level {level} and follows one of level {before}.",
                f"Let the template make it <h{before + 1}>.",
                fix_on_page=FAULT_OF_TEMPLATE,
            )


def _elements(tree: Element, where: _Where, written: Sequence[AuthorLink]) -> Iterator[Finding]:
    for one in tree.walk():
        if one.tag == "img" and "alt" not in one.attributes:
            src = one.attributes.get("src", "")
            yield finding(
                "no-alt",
                where.template_line(src, "<img", "<mj-image", "<mj-social"),
                f"The template's picture {src[:80]} has no alt.",
                'Give it alt="...", or alt="" where it is only decoration.',
                on_page="A picture of the template has no description.",
                fix_on_page=FAULT_OF_TEMPLATE,
            )
        elif one.tag == "a" and "href" in one.attributes and not _name(one):
            href = one.attributes["href"]
            link = link_to(href, written) or next(
                (one for one in written if one.href.startswith(_GAP) and (_GAP in one.words or not one.words.strip())),
                None,
            )
            if href in {"", "#"} and any(not one.href.strip() for one in written):
                continue
            if link:
                # One without any words, or with none for some, is found where links are read as they are written.
                if link.words.strip() and not empty_for_some(link.words):
                    yield _wordless(link)
                continue
            yield finding(
                "link-without-words",
                where.template_line(href, 'alt=""', "<a "),
                f"A link of the template to {href[:80]} has no words.",
                "Put words into it, or an alt into its picture.",
                on_page=f"A link of the template has no words: it leads to {href[:80]}",
                fix_on_page=FAULT_OF_TEMPLATE,
            )
        elif one.tag == "table" and _is_bare_layout(one):
            yield finding(
                "layout-table",
                where.template_line("<table", "<mj-table"),
                "A table without headings does not say that it is layout.",
                'Give it role="presentation", or its first row <th>.',
                on_page="A table of the template does not say that it is only layout.",
                fix_on_page=FAULT_OF_TEMPLATE,
            )
    ids = Counter(one.attributes["id"] for one in tree.walk() if one.attributes.get("id"))
    for name in (name for name, n_times in ids.items() if n_times > 1):
        yield finding(
            "duplicate-id",
            where.template_line(f'id="{name}"'),
            f'The id "{name}" stands at {ids[name]} elements.',
            "Give each its own.",
            on_page="Two parts of the template have the same name.",
            fix_on_page=FAULT_OF_TEMPLATE,
        )


def _contrast(code: str, tree: Element, where: _Where) -> Iterator[Finding]:
    """One finding a pair of colours: a template that is faint is faint everywhere."""
    seen: set[tuple[str, str]] = set()
    for element, words, found, needed in weak_words(tree):
        ink = next((one.style["color"] for one in (element, *element.ancestors()) if "color" in one.style), "")
        if (ink, f"{found:.2f}") in seen:
            continue
        seen.add((ink, f"{found:.2f}"))
        yield finding(
            code,
            where.template_line(ink, ink.upper()),
            f"“{words[:50]}” stands out by {found:.1f} to 1 from its ground; {needed:g} to 1 is needed.",
            "Make the letters darker or the ground lighter."
            if code == "low-contrast"
            else "Make the letters lighter or the ground darker where the template speaks of dark screens.",
            on_page=f"“{words[:50]}” is hard to read{'' if code == 'low-contrast' else ' on a dark screen'}: its colour is too close to the one behind it.",
            fix_on_page="Choose other colours for the template, under Templates.",
        )


def _name(link: Element) -> str:
    return (link.text() or link.attributes.get("aria-label", "") or link.attributes.get("title", "")).strip()


def _wordless(link: AuthorLink) -> Finding:
    return link_finding(
        "link-without-words",
        link,
        f"The words of the link to {link.href[:80]}, “{link.words[:60]}”, are empty for some readers.",
        'Give the merge tag a default, such as {{ first_name | default("you") }}, or put words beside it.',
    )


def _is_bare_layout(table: Element) -> bool:
    if table.attributes.get("role", "").lower() in {"presentation", "none"}:
        return False
    return not any(one.tag in {"th", "caption"} for one in table.walk())
