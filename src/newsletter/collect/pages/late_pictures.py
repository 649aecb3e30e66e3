"""Pictures that a page loads late: their address stands in another attribute, in a set of sizes, or beside scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup
from bs4.element import Tag

_LATE = ("data-src", "data-lazy-src", "data-lazyload", "data-lazy", "data-original", "data-orig-src", "data-full-src")
_LATE_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
_LATE_NAME = re.compile(r"data-(?:[a-z-]*-)?(?:src|lazy|original|image|url)", re.IGNORECASE)
_PICTURE = re.compile(r"[^\s?#]+\.(?:jpe?g|png|gif|webp|avif)(?:[?#]\S*)?", re.IGNORECASE)
_STAND_IN = re.compile(r"(?:^|/)(?:blank|spacer|placeholder|transparent|pixel|loading|lazy|1x1)[^/]*$", re.IGNORECASE)
_CLOSE = re.compile(r"(\s\d[\d.]{0,6}[wx]),")
_SIZE = re.compile(r"\d{1,5}(?:\.\d{1,3})?[wx]")


def load_pictures(page: BeautifulSoup) -> None:
    """Give every picture the address that a browser would show in the end."""
    for tag in page.find_all("amp-img"):
        tag.name = "img"
    for tag in page.find_all("img"):
        _load(tag)
    for tag in page.find_all("noscript"):
        _without_scripts(tag)


def _load(image: Tag) -> None:
    now = str(image.get("src") or "").strip()
    late = next((str(image[name]).strip() for name in _LATE if image.get(name)), "") or _unusual(image)
    if late and not late.startswith("data:"):
        image["src"] = late
    elif (largest := _of_sets(image, _LATE_SETS)) or (
        (not _is_address(now) or _STAND_IN.search(now)) and (largest := _of_sets(image, ("srcset",)))
    ):
        image["src"] = largest


def _unusual(image: Tag) -> str:
    """The address in an attribute that no list of ours has."""
    values = (str(value).strip() for name, value in image.attrs.items() if _LATE_NAME.fullmatch(name))
    return next((value for value in values if _PICTURE.fullmatch(value)), "")


def _of_sets(image: Tag, names: Sequence[str]) -> str:
    """The largest of the sizes that the picture, or the `<picture>` around it, names."""
    around = image.find_parent("picture")
    sources = [image, *(around.find_all("source") if around else [])]
    sets = (str(source[name]) for source in sources for name in names if source.get(name))
    return next((largest for text in sets if (largest := _largest(text))), "")


def _largest(srcset: str) -> str:
    # A comma ends a candidate only where a blank or the end follows: addresses hold commas too.
    candidates = [words for part in re.split(r",(?=\s|$)", _CLOSE.sub(r"\1, ", srcset)) if (words := part.split())]
    sized = [(_size(words[-1]), words[0]) for words in candidates if not words[0].startswith("data:")]
    return max(sized, key=lambda pair: pair[0])[1] if sized else ""


def _size(word: str) -> float:
    """The width in pixels, or the density, that stands behind an address; without either it is 1."""
    return float(word[:-1]) if _SIZE.fullmatch(word) else 1.0


def _without_scripts(noscript: Tag) -> None:
    """What a browser without scripts shows: the picture that a script fills in beside it, or one with a description."""
    beside = [*noscript.find_previous_siblings("img", limit=1), *noscript.find_next_siblings("img", limit=1)]
    for image in noscript.find_all("img"):
        _load(image)
        address = str(image.get("src") or "")
        empty = next((tag for tag in beside if not _is_address(str(tag.get("src") or ""))), None)
        if empty is not None:
            empty["src"] = address
            empty["alt"] = str(empty.get("alt") or image.get("alt") or "")
        elif str(image.get("alt") or "").strip() and all(str(tag.get("src")) != address for tag in beside):
            noscript.insert_before(image.extract())
    noscript.decompose()


def _is_address(src: str) -> bool:
    return bool(src.strip()) and not src.strip().startswith(("data:", "about:"))
