"""The newsletter's own colours and logo on the public pages, as its template sets them for the mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.compose.look import Look, read_look
from newsletter.preflight.mail.palette import read_palette
from newsletter.wiring import Parts
from newsletter.words.mistake import NewsletterError

# Name on the pages: name in template.toml. On dark screens the mail's backdrop is the page, and its sheet the surface
# on it.
_LIGHT = {
    "paper": "sheet",
    "sheet": "sheet",
    "wash": "backdrop",
    "ink": "ink",
    "soft": "soft",
    "line": "line",
    "accent": "accent",
    "on-accent": "accent_ink",
}
_DARK = {**_LIGHT, "paper": "backdrop", "wash": "sheet"}
_READABLE = (
    ("ink", "paper", 4.5),
    ("ink", "wash", 4.5),
    ("soft", "paper", 4.5),
    ("on-accent", "accent", 4.5),
    ("accent", "paper", 3.0),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """`css` sets custom properties. `logo` is (address, words, width in pixels) of a picture of our own, or None."""

    css: str = ""
    logo: tuple[str, str, int] | None = None


def read_theme(parts: Parts) -> Theme:
    """The theme of the newsletter's template; our own where one of its colours can't be read on its background."""
    try:
        look = read_look(parts.templates.get_template(parts.config.newsletter.template))
    except NewsletterError:
        # A template that is being edited must not take the pages down.
        return Theme()
    light, dark = (_properties(look, table, names) for table, names in (("colors", _LIGHT), ("dark", _DARK)))
    css = f":root {{ {light} }}\n" if light else ""
    css += f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n" if dark else ""
    # Without the second, a light palette of its own would hold in the dark as well.
    return Theme(css if light and dark else "", _logo(parts, look))


def _properties(look: Look, table: str, names: Mapping[str, str]) -> str:
    pairs = [(names[one], names[other], least) for one, other, least in _READABLE]
    palette = read_palette(look, table, list(names.values()), pairs)
    if palette is None:
        return ""
    colours = {name: palette[key] for name, key in names.items()}
    # Borders of fields have to be visible; the template's lines may be faint.
    colours["edge"] = colours["soft"]
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def _logo(parts: Parts, look: Look) -> tuple[str, str, int] | None:
    """Only a picture of our own: another server would learn who looks at these pages."""
    logo = look.tables.get("logo", {})
    source = str(logo.get("src", ""))
    if not source.startswith("images/"):
        return None
    # Anybody may ask for this page, so nothing is made for it: the schedule makes the folder's pictures ready.
    name = parts.images.find_ready(source)
    if name is None:
        return None
    width = re.fullmatch(r"(\d{1,3})(?:px)?", str(logo.get("width", "")))
    return f"images/{name}", str(logo.get("alt", "")), int(width[1]) if width else 120
