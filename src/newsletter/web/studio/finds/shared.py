"""What a phone shares, taken apart: the address, and the words that came along with it."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.collect.save import ADDRESS, address_in
from newsletter.words.find import LONGEST_TITLE

_MARKS = '"“”„«» '


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedText:
    """`quote` is what somebody had selected, "" for nothing. assets/saving.js takes a share apart by the same rule."""

    url: str
    title: str
    quote: str


def read_shared(*, url: str, title: str, text: str) -> SharedText:
    """Programs put the address into `url` or somewhere in `text`. Other words of `text` are the title where there is none.

    In quotation marks they are a quote, and so are several lines. Raises Mistake where there is no address of the web.
    """
    address = address_in(url or text)
    words = ADDRESS.sub("", text, count=1).strip()
    if not words or words == title:
        return SharedText(url=address, title=title, quote="")
    is_title = not title and words[0] not in _MARKS and "\n" not in words and len(words) <= LONGEST_TITLE
    if is_title:
        return SharedText(url=address, title=words, quote="")
    return SharedText(url=address, title=title, quote=words.strip(_MARKS))
