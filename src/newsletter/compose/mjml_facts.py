"""What MJML 5 allows: which element stands in which, and what each attribute may be."""

from __future__ import annotations

import re
from functools import cache

# Derived from the component definitions of MJML 5 (MIT). Left out on purpose, as mjml-python renders them wrongly:
# mj-carousel, mj-html-attributes, and gap on mj-wrapper.
CHILDREN: dict[str, str] = {
    "mj-accordion": "mj-accordion-element mj-raw",
    "mj-accordion-element": "mj-accordion-title mj-accordion-text mj-raw",
    "mj-body": "mj-raw mj-section mj-wrapper mj-hero",
    "mj-column": "mj-accordion mj-button mj-divider mj-image mj-raw mj-social mj-spacer mj-table mj-text mj-navbar",
    "mj-group": "mj-column mj-raw",
    "mj-head": "mj-attributes mj-breakpoint mj-font mj-preview mj-style mj-title mj-raw",
    "mj-hero": "mj-accordion mj-button mj-divider mj-image mj-social mj-spacer mj-table mj-text mj-navbar mj-raw",
    "mj-navbar": "mj-navbar-link mj-raw",
    "mj-section": "mj-column mj-group mj-raw",
    "mj-social": "mj-social-element mj-raw",
    "mj-wrapper": "mj-hero mj-raw mj-section",
    "mjml": "mj-body mj-head mj-raw",
}

# Elements whose inside is HTML or text and no more MJML.
_ENDING = (
    "mj-text mj-button mj-table mj-raw mj-title mj-preview mj-style mj-font mj-breakpoint mj-image mj-divider mj-spacer"
    " mj-social-element mj-navbar-link mj-accordion-title mj-accordion-text"
)
ENDING = frozenset(_ENDING.split())
EMPTY = frozenset({"mj-divider", "mj-font", "mj-image", "mj-spacer", "mj-breakpoint"})

_GROUPS = {
    "@padding": "padding:lengths padding-top:length padding-right:length padding-bottom:length padding-left:length",
    "@border": "border:text border-top:text border-right:text border-bottom:text border-left:text border-radius:text",
    "@font": "font-family:text font-size:px font-weight:text",
    "@link": "href:text rel:text target:text",
    "@background": "background-color:color background-url:text background-repeat:repeat|no-repeat background-size:text"
    " background-position:text background-position-x:text background-position-y:text",
}
# A word with a colon is an attribute and its kind; several words with bars are the only values there are.
_ATTRIBUTES: dict[str, str] = {
    "mjml": "lang:text dir:auto|ltr|rtl owa:text",
    "mj-head": "",
    "mj-title": "",
    "mj-preview": "",
    "mj-attributes": "",
    "mj-accordion": (
        "@padding border:text container-background-color:color font-family:text icon-align:bottom|middle|top "
        "icon-height:length icon-position:left|right icon-unwrapped-alt:text icon-unwrapped-url:text "
        "icon-width:length icon-wrapped-alt:text icon-wrapped-url:text"
    ),
    "mj-accordion-element": (
        "background-color:color border:text font-family:text icon-align:bottom|middle|top icon-height:length "
        "icon-position:left|right icon-unwrapped-alt:text icon-unwrapped-url:text icon-width:length "
        "icon-wrapped-alt:text icon-wrapped-url:text"
    ),
    "mj-accordion-text": (
        "@padding @font background-color:color color:color letter-spacing:spacing line-height:height"
    ),
    "mj-accordion-title": "@padding @font background-color:color color:color",
    "mj-body": "background-color:color id:text width:px",
    "mj-breakpoint": "width:px",
    "mj-button": (
        "@padding @border @font @link align:center|left|right background-color:color color:color "
        "container-background-color:color font-style:text height:length inner-padding:lengths "
        "letter-spacing:spacing line-height:height name:text text-align:center|left|right "
        "text-decoration:text text-transform:text title:text vertical-align:bottom|middle|top width:length"
    ),
    "mj-column": (
        "@padding @border background-color:color direction:ltr|rtl inner-background-color:color "
        "inner-border:text inner-border-bottom:text inner-border-left:text inner-border-radius:text "
        "inner-border-right:text inner-border-top:text vertical-align:bottom|middle|top width:length"
    ),
    "mj-divider": (
        "@padding align:center|left|right border-color:color border-style:text border-width:px "
        "container-background-color:color width:length"
    ),
    "mj-font": "href:text name:text",
    "mj-group": "background-color:color direction:ltr|rtl vertical-align:bottom|middle|top width:length",
    "mj-hero": (
        "@padding background-color:color background-height:length background-position:text "
        "background-url:text background-width:length border-radius:text height:length "
        "inner-background-color:color inner-padding:lengths inner-padding-bottom:length "
        "inner-padding-left:length inner-padding-right:length inner-padding-top:length mode:text "
        "vertical-align:bottom|middle|top"
    ),
    "mj-image": (
        "@padding @border @link align:center|left|right alt:text container-background-color:color "
        "fluid-on-mobile:yes font-size:px height:px-auto max-height:length name:text sizes:text src:text "
        "srcset:text title:text usemap:text width:px"
    ),
    "mj-navbar": (
        "@padding align:center|left|right base-url:text hamburger:text ico-align:center|left|right "
        "ico-close:text ico-color:color ico-font-family:text ico-font-size:length ico-line-height:height "
        "ico-open:text ico-padding:lengths ico-padding-bottom:length ico-padding-left:length "
        "ico-padding-right:length ico-padding-top:length ico-text-decoration:text ico-text-transform:text"
    ),
    "mj-navbar-link": (
        "@padding @font @link color:color font-style:text letter-spacing:spacing line-height:height name:text "
        "text-decoration:text text-transform:text"
    ),
    "mj-raw": "position:file-start",
    "mj-section": (
        "@padding @border background-color:color background-position:text background-position-x:text "
        "background-position-y:text background-repeat:no-repeat|repeat background-size:text "
        "background-url:text direction:ltr|rtl full-width:false|full-width gutter:length "
        "text-align:center|left|right text-padding:lengths"
    ),
    "mj-social": (
        "@padding @font align:center|left|right border:text border-radius:text color:color "
        "container-background-color:color font-style:text icon-height:length icon-padding:lengths "
        "icon-size:length inner-padding:lengths line-height:height mode:horizontal|vertical "
        "table-layout:auto|fixed text-decoration:text text-padding:lengths vertical-align:bottom|middle|top"
    ),
    "mj-social-element": (
        "@padding @font @link align:center|left|right alt:text background-color:color border:text "
        "border-radius:text color:color font-style:text icon-height:length icon-padding:lengths "
        "icon-position:left|right icon-size:length line-height:height name:text sizes:text src:text "
        "srcset:text text-decoration:text text-padding:lengths title:text vertical-align:bottom|middle|top"
    ),
    "mj-spacer": (
        "@padding border:text border-bottom:text border-left:text border-right:text border-top:text "
        "container-background-color:color height:length"
    ),
    "mj-style": "inline:text",
    "mj-table": (
        "@padding @font align:center|left|right border:text cellpadding:number cellspacing:number color:color "
        "container-background-color:color line-height:height role:none|presentation "
        "table-layout:auto|fixed|inherit|initial vertical-align:bottom|middle|top width:length-auto"
    ),
    "mj-text": (
        "@padding @font align:center|justify|left|right background-color:color color:color "
        "container-background-color:color font-style:text height:length letter-spacing:spacing "
        "line-height:height text-decoration:text text-transform:text vertical-align:bottom|middle|top"
    ),
    "mj-wrapper": (
        "@padding @border background-color:color background-position:text background-position-x:text "
        "background-position-y:text background-repeat:no-repeat|repeat background-size:text "
        "background-url:text direction:ltr|rtl full-width:false|full-width gutter:length "
        "text-align:center|left|right text-padding:lengths"
    ),
}
LENGTHS = frozenset({"px", "length", "lengths"})
_EVERYWHERE = {"css-class": "text", "mj-class": "text"}
ELEMENTS = frozenset(_ATTRIBUTES)


@cache
def attributes(element: str) -> dict[str, str]:
    """The attributes of an element by name, each with its kind."""
    words = " ".join(_GROUPS.get(word, word) for word in _ATTRIBUTES[element].split())
    found = dict(word.split(":", 1) for word in words.split())
    return found if element in {"mjml", "mj-head"} else found | _EVERYWHERE


@cache
def every_attribute() -> dict[str, str]:
    """What `mj-all` and `mj-class` may set: anything that some element has, of its kind where they agree on that."""
    kinds: dict[str, set[str]] = {}
    for element in ELEMENTS:
        for name, kind in attributes(element).items():
            kinds.setdefault(name, set()).add(kind)
    return {name: kind.pop() if len(kind) == 1 else "text" for name, kind in kinds.items()} | {"name": "text"}


_LENGTH = r"(?:\d+(?:\.\d+)?(?:px|%)|0)"
_KINDS = {
    "px": (re.compile(r"\d+(?:\.\d+)?px|0"), "a size in px, such as 16px"),
    "px-auto": (re.compile(r"\d+(?:\.\d+)?px|0|auto"), "a size in px, or auto"),
    "length": (re.compile(_LENGTH), "a size in px or %, such as 16px"),
    "length-auto": (re.compile(f"{_LENGTH}|auto"), "a size in px or %, or auto"),
    "lengths": (re.compile(rf"{_LENGTH}(?: +{_LENGTH}){{0,3}}"), "one to four sizes in px or %, such as 0 24px"),
    "height": (re.compile(r"\d+(?:\.\d+)?(?:px|%)?"), "a number, or a size in px or %"),
    "spacing": (re.compile(r"-?\d+(?:\.\d+)?(?:px|em)|0"), "a size in px or em, such as -0.5px"),
    "yes": (re.compile("true|false"), "true or false"),
    "number": (re.compile(r"\d+"), "a whole number"),
}
_COLOR = re.compile(
    r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|(?:rgb|hsl)a?\([0-9.%\s,/deg-]+\)|inherit|transparent",
    re.IGNORECASE,
)


def objection(kind: str, value: str) -> str | None:
    """What a value should have been, where it is not that."""
    if kind == "text":
        return None
    if kind == "color":
        return None if _COLOR.fullmatch(value) or _is_named(value) else "a colour, such as #1c4f94"
    if kind in _KINDS:
        pattern, wanted = _KINDS[kind]
        return None if pattern.fullmatch(value.strip()) else wanted
    return None if value in kind.split("|") else "one of " + ", ".join(kind.split("|"))


def _is_named(color: str) -> bool:
    """Whether CSS has a colour of this name."""
    from PIL.ImageColor import colormap

    return color.lower() in colormap
