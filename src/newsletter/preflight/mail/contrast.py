"""Whether words stand out from their ground, as inline styles say it (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.preflight.mail.page_tree import Element

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?![0-9a-f])")
_RGB = re.compile(r"rgb\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)")
_NAMED = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "yellow": (255, 255, 0),
    "orange": (255, 165, 0),
}
_UNSHOWN = frozenset({"style", "script", "title", "head"})
_LARGE, _LARGE_BOLD = 24.0, 18.66
_BOLD = frozenset({"h1", "h2", "h3", "h4", "b", "strong", "th"})
Colour = tuple[int, int, int]


def weak_words(root: Element) -> Iterator[tuple[Element, str, float, float]]:
    """Elements whose own words are too faint: (element, words, ratio, ratio that is needed). In document order."""
    for element in root.walk():
        if element.tag in _UNSHOWN:
            continue
        words = " ".join("".join(child for child in element.children if isinstance(child, str)).split())
        if not re.search(r"\w", words) or _is_unshown(element):
            continue
        ink, ground = _ink(element), _ground(element)
        if ink is None or ground is None:
            continue
        found, needed = ratio(ink, ground), 3.0 if _is_large(element) else 4.5
        if found < needed:
            yield element, words, found, needed


def ratio(one: Colour, other: Colour) -> float:
    """From 1, the same, to 21, black on white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _is_unshown(element: Element) -> bool:
    line = (element, *element.ancestors())
    # Tables of mail set the size of their letters to nothing; what stands in them sets its own.
    return any(one.is_hidden or one.tag in _UNSHOWN for one in line) or _size(element) == 0


def _ink(element: Element) -> Colour | None:
    for one in (element, *element.ancestors()):
        if (value := one.style.get("color")) and value != "inherit":
            return _colour(value)
        # Without a style a link is blue, whatever stands round it.
        if one.tag == "a" and "href" in one.attributes:
            return (0, 0, 238)
    return (0, 0, 0)


def _ground(element: Element) -> Colour | None:
    for one in (element, *element.ancestors()):
        style = one.style
        if "url(" in style.get("background", "") + style.get("background-image", "") or "background" in one.attributes:
            return None
        value = style.get("background-color") or style.get("background") or one.attributes.get("bgcolor", "")
        if value and (colour := _colour(value.lower())) is not None:
            return colour
    return (255, 255, 255)


def _colour(value: str) -> Colour | None:
    if found := _HEX.search(value):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.search(value):
        return int(found[1]), int(found[2]), int(found[3])
    return _NAMED.get(value.split(" ")[0])


def _is_large(element: Element) -> bool:
    line = (element, *element.ancestors())
    bold = any(one.tag in _BOLD or one.style.get("font-weight") in {"bold", "700", "800", "900"} for one in line)
    return _size(element) >= (_LARGE_BOLD if bold else _LARGE)


def _size(element: Element) -> float:
    """The height of its letters in pixels, as far as it is said in pixels."""
    for one in (element, *element.ancestors()):
        if found := re.search(r"(?<![\d.])([\d.]++)px", one.style.get("font-size") or one.style.get("font", "")):
            return float(found[1])
    return 16.0
