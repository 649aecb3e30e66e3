"""The mail on a dark screen: what its rules for `prefers-color-scheme: dark` make of its colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.compose.css_rules import RULE, without_comments
from newsletter.preflight.mail.page_tree import Element, tree_of

_MEDIA = re.compile(
    r"@media(?:(?!@media)[^{])*\(\s*+prefers-color-scheme\s*+:\s*+dark\s*+\)(?:(?!@media)[^{])*+\{", re.IGNORECASE
)
_COMPOUND = re.compile(r"(?P<tag>[a-z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+|\[[\w-]+\])*)", re.IGNORECASE)
# What Chromium has for words, links and grounds without a colour of their own.
_INK, _LINK, _GROUND = "#ffffff", "#9e9eff", "#121212"
_COLOURS = frozenset({"color", "background", "background-color"})


@dataclass(frozen=True, slots=True)
class _Simple:
    """One step of a selector. `is_child` where it must stand directly in the step before."""

    tag: str
    classes: frozenset[str]
    attributes: frozenset[str]
    is_child: bool

    def fits(self, one: Element) -> bool:
        if self.tag not in {"*", one.tag}:
            return False
        has = one.attributes
        return self.classes <= set(has.get("class", "").split()) and self.attributes <= has.keys()


@dataclass(frozen=True, slots=True)
class _Rule:
    steps: tuple[_Simple, ...]
    declarations: tuple[tuple[str, str, bool], ...]

    @property
    def weight(self) -> tuple[int, int]:
        """How it ranks among others (CSS selectors 4, 17)."""
        named = sum(len(step.classes) + len(step.attributes) for step in self.steps)
        return named, sum(step.tag != "*" for step in self.steps)


def darkened(html: str) -> Element | None:
    """The tree with the colours of a dark screen; None where the mail has no rules for one."""
    tree = tree_of(html)
    rules = sorted(_rules(tree), key=lambda rule: rule.weight)
    if not rules:
        return None
    for one in tree.walk():
        # An inline style is beaten by what is important only.
        own = set(one.style)
        for rule in rules:
            if not rule.steps[-1].fits(one) or not _fits(rule.steps, one):
                continue
            for name, value, is_important in rule.declarations:
                if is_important or name not in own:
                    one.style[name] = value
                    if name == "background":
                        one.style["background-color"] = value
    if _says_dark(tree):
        _as_browsers_begin(tree)
    return tree


def _says_dark(tree: Element) -> bool:
    """Whether the mail asks for a browser's own dark colours where it names none."""
    for one in tree.walk():
        if one.tag == "meta" and one.attributes.get("name") == "color-scheme":
            return "dark" in one.attributes.get("content", "")
    return False


def _as_browsers_begin(tree: Element) -> None:
    for one in tree.walk():
        if one.tag == "html":
            one.style.setdefault("color", _INK)
            one.style.setdefault("background-color", _GROUND)
        elif one.tag == "a" and "href" in one.attributes:
            one.style.setdefault("color", _LINK)


def _rules(tree: Element) -> Iterator[_Rule]:
    for style in tree.walk():
        if style.tag != "style":
            continue
        text = without_comments("".join(child for child in style.children if isinstance(child, str)))
        for media in _MEDIA.finditer(text):
            for selectors, declarations in RULE.findall(_block(text, media.end())):
                colours = tuple(_declared(declarations))
                for selector in selectors.split(","):
                    if colours and (steps := _steps(selector.strip())):
                        yield _Rule(steps, colours)


def _block(text: str, start: int) -> str:
    """What stands between the brace before `start` and its partner."""
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return text[start:at]
    return text[start:]


def _declared(declarations: str) -> Iterator[tuple[str, str, bool]]:
    for declaration in declarations.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip().lower() in _COLOURS:
            bare = value.replace("!important", "").strip().lower()
            yield name.strip().lower(), bare, "!important" in value


def _steps(selector: str) -> tuple[_Simple, ...]:
    """Empty for a selector that asks for more than tags, classes and attributes."""
    steps: list[_Simple] = []
    is_child = False
    for word in selector.replace(">", " > ").split():
        if word == ">":
            is_child = True
            continue
        found = _COMPOUND.fullmatch(word)
        if found is None:
            return ()
        names = re.findall(r"([.#\[])([\w-]+)", found["rest"])
        classes = frozenset(name for sign, name in names if sign == ".")
        attributes = frozenset(name for sign, name in names if sign == "[")
        if any(sign == "#" for sign, _ in names):
            return ()
        steps.append(_Simple((found["tag"] or "*").lower(), classes, attributes, is_child))
        is_child = False
    return tuple(steps)


def _fits(steps: Sequence[_Simple], one: Element) -> bool:
    """Whether the steps before the last are found above the element."""
    if len(steps) == 1:
        return True
    above = list(one.ancestors())
    if steps[-1].is_child:
        above = above[:1]
    return any(steps[-2].fits(parent) and _fits(steps[:-1], parent) for parent in above)
