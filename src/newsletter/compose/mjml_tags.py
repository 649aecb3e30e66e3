"""Checks one start tag of MJML or of the HTML in it, and writes it so that mjml-python can't spoil it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from html import unescape

from newsletter.compose.html_facts import ADDRESSES, INLINE, VOID
from newsletter.compose.mjml_facts import CHILDREN, ELEMENTS, EMPTY, LENGTHS, attributes, every_attribute, objection

_NAME = re.compile(r"<([A-Za-z][\w:.-]*)")
_ATTRIBUTE = re.compile(r"""(?<!\s)\s*+([^\s=/"'<>]++)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s"'<>]++))?""")
# These mjml-python prints through a debugging format that puts backslashes in; as numbers they pass untouched.
_UNSAFE = re.compile(r"[^ !#-;=?-\[\]-~]|&(?![A-Za-z0-9#]+;)")
_BARE_ZERO = re.compile(r"(?<![\w.])0(?![\w.%])")
# Browsers skip blanks and control characters in and before a scheme.
_SCRIPT = re.compile(r"[\x00-\x20]*(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:", re.IGNORECASE)
_REFUSED = {
    "mj-carousel": "mjml-python renders carousels wrongly",
    "mj-html-attributes": "mjml-python can't set attributes by selector",
    "mj-selector": "mjml-python can't set attributes by selector",
    "mj-include": "a file is included by Jinja here",
}
_INSTEAD = {"mj-include": 'Write {% include "name.mjml" %}.'}
_NO_ICON = frozenset({"bluesky", "mastodon", "threads", "tiktok"})
_STYLES = frozenset({"mj-style", "style"})

_Values = dict[str, tuple[str, int]]


class Objection(Exception):
    """What is wrong with a tag, `at` is counted in characters from its <."""

    def __init__(self, at: int, message: str, fix: str) -> None:
        super().__init__(message)
        self.at, self.message, self.fix = at, message, fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A start tag as it is to be written. `opens` where an end tag must follow; `css_class` and `role` are those of a component."""

    name: str
    written: str
    opens: bool
    is_component: bool
    is_inline: bool
    is_style: bool
    is_inlined_style: bool
    css_class: str
    language: str
    direction: str
    role: str


@lru_cache(maxsize=4096)
def read_tag(text: str, parent: str, ending: str | None, in_attributes: bool) -> Tag:
    """The tag, checked for where it stands: in `parent`, and in the component `ending` whose inside is HTML, if any.

    Raises Objection for whatever mjml-python would swallow or render wrongly.
    """
    found = _NAME.match(text)
    name = found[1] if found else ""
    lower = name.lower()
    is_component = lower.startswith("mj")
    if lower == "script":
        raise Objection(0, "Mail can't hold scripts.", "Remove the <script>.")
    if ending in EMPTY:
        raise Objection(0, f"<{ending}> holds nothing; this would be lost.", f"Put it behind </{ending}>.")
    if is_component:
        _component(name, parent, ending, in_attributes)
    elif ending is None and not in_attributes:
        where = parent or "the file"
        raise Objection(0, f"<{name}> can't stand in {where} itself.", "Put HTML into <mj-text> or <mj-raw>.")
    is_empty = text.endswith("/>")
    values = _values(text[len(name) + 1 : -2 if is_empty else -1], len(name) + 1)
    _harmless(values)
    if name.startswith("mj"):
        _allowed(name, values, in_attributes)
    is_void = lower in VOID
    return Tag(
        name=name,
        written=_written(name, values, is_empty, is_void or is_component),
        opens=not is_empty and not is_void,
        is_component=is_component,
        is_inline=lower in INLINE,
        is_style=name in _STYLES and not is_empty,
        is_inlined_style=values.get("inline", ("", 0))[0] == "inline",
        css_class=values.get("css-class", ("", 0))[0] if is_component else "",
        language=values.get("lang", ("", 0))[0],
        direction=values.get("dir", ("", 0))[0],
        role=values.get("role", ("", 0))[0],
    )


def safe_value(value: str) -> str:
    """A value that comes out of mjml-python as it went in, between double quotes."""
    value = value.replace("&#39;", "'")
    return _UNSAFE.sub(lambda match: " " if match[0] in "\n\r\t" else f"&#{ord(match[0])};", value)


def _written(name: str, values: _Values, is_empty: bool, may_be_empty: bool) -> str:
    written = "".join(f' {attribute}="{value}"' for attribute, (value, _) in values.items())
    if is_empty and not may_be_empty:
        # To HTML the slash says nothing, and the element would go on to the end.
        return f"<{name}{written}></{name}>"
    return f"<{name}{written}{' /' if is_empty else ''}>"


def _component(name: str, parent: str, ending: str | None, in_attributes: bool) -> None:
    if name in _REFUSED:
        raise Objection(0, f"<{name}> can't be used: {_REFUSED[name]}.", _INSTEAD.get(name, "Remove it."))
    if parent == "mj-class":
        raise Objection(
            0, "Defaults inside <mj-class> can't be used: mjml-python fails on them.", "Set them on the tag."
        )
    if name not in ELEMENTS and not (parent == "mj-attributes" and name in {"mj-all", "mj-class"}):
        near = get_close_matches(name.lower(), sorted(ELEMENTS), 1)
        raise Objection(0, f"There is no <{name}> in MJML.", f"Did you mean <{near[0]}>?" if near else "Remove it.")
    if ending:
        raise Objection(0, f"<{name}> can't stand inside <{ending}>.", f"Close <{ending}> before it.")
    if not in_attributes and name not in (CHILDREN.get(parent, "").split() if parent else ["mjml"]):
        raise Objection(0, f"<{name}> can't stand in {parent or 'the file'} itself.", _home(name))


def _home(name: str) -> str:
    homes = [f"<{parent}>" for parent, children in CHILDREN.items() if name in children.split()]
    return f"It belongs into {' or '.join(homes)}." if homes else "Remove it."


def _values(source: str, start: int) -> _Values:
    """Each attribute's value, made safe, with the offset of its name from the tag's <."""
    source = source.rstrip()
    found: _Values = {}
    end = 0
    for match in _ATTRIBUTE.finditer(source):
        if match.start() != end:
            break
        end = match.end()
        name, value, at = match[1], match[2], start + match.start(1)
        if name in found:
            raise Objection(at, f"{name} is given twice in one tag.", "Keep one of the two.")
        if value is None:
            raise Objection(at, f"{name} has no value.", f'Write {name}="".')
        if value[0] not in "\"'":
            raise Objection(at, f"The value of {name} has no quotes round it.", f'Write {name}="{value}".')
        inside = value[1:-1]
        found[name] = (inside if inside.isalnum() else safe_value(inside), at)
    if end != len(source):
        raise Objection(start + end, "This tag can't be read.", "Check its quotes.")
    return found


def _harmless(values: _Values) -> None:
    """Programs that show mail take scripts out, and some take the whole mail for an attack."""
    for attribute, (value, at) in values.items():
        if attribute.lower().startswith("on"):
            raise Objection(at, "Mail can't hold scripts.", f"Remove {attribute}.")
        if attribute.lower() in ADDRESSES and _SCRIPT.match(unescape(value)):
            raise Objection(at, "Mail can't hold scripts.", "Give an address with https://.")


def _allowed(name: str, values: _Values, in_attributes: bool) -> None:
    allowed = every_attribute() if name in {"mj-all", "mj-class"} else attributes(name)
    for attribute, (value, at) in values.items():
        if attribute == "gap" and name == "mj-wrapper":
            raise Objection(at, "gap is ignored by mjml-python.", "Use padding on the sections instead.")
        if attribute not in allowed:
            near = get_close_matches(attribute, allowed, 1)
            raise Objection(
                at,
                f"<{name}> has no attribute {attribute}, so it would do nothing.",
                f"Did you mean {near[0]}?" if near else "Remove it.",
            )
        wanted = objection(allowed[attribute], value)
        if wanted is not None:
            raise Objection(at, f'{attribute}="{value}" can\'t be used.', f"Write {wanted}.")
        if allowed[attribute] in LENGTHS:
            # mjml-python reads a bare 0 as "no padding at all" and makes pictures wider than their column.
            values[attribute] = (_BARE_ZERO.sub("0px", value), at)
    if not in_attributes:
        _words(name, values)


def _words(name: str, values: _Values) -> None:
    """What people who can't see the mail need."""
    if name in {"mj-image", "mj-social-element"} and "alt" not in values:
        raise Objection(0, f"<{name}> has no alt.", 'Say what it shows, or write alt="" where it only decorates.')
    if name == "mj-social-element" and values.get("name", ("", 0))[0] in _NO_ICON and "src" not in values:
        raise Objection(0, "There is no built-in icon of that name.", "Give your own icon with src.")
    if name == "mjml" and values.get("lang", ("und", 0))[0] in {"", "und"}:
        raise Objection(0, "<mjml> names no language, which screen readers need.", 'Write lang="{{ language }}".')
