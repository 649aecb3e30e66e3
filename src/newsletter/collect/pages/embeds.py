"""What plays in a page, such as a video, can't play in a mail: a link to it stays."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.furniture import is_hidden, is_tracker
from newsletter.collect.pages.html_markdown import host_in
from newsletter.collect.web_address import whole_address

_FRAMES = ["iframe", "embed", "audio", "video", "amp-iframe", "amp-video"]
# The addresses of players, and those of the pages that show the same.
_PAGES_OF_PLAYERS = (
    (
        re.compile(r"https://www\.youtube(?:-nocookie)?\.com/embed/([\w-]{6,20}).*"),
        r"https://www.youtube.com/watch?v=\1",
    ),
    (re.compile(r"https://player\.vimeo\.com/video/(\d{1,20}).*"), r"https://vimeo.com/\1"),
    (re.compile(r"https://open\.spotify\.com/embed/([\w/-]{1,80}).*"), r"https://open.spotify.com/\1"),
)
_NOT_CONTENT = re.compile(
    r"https?://(?:[\w-]+\.)*(?:doubleclick\.net|googlesyndication\.com|googletagmanager\.com|amazon-adsystem\.com|"
    r"recaptcha\.net|facebook\.com/(?:tr|plugins/like))\b"
)


def link_embeds(page: BeautifulSoup, base: str | None) -> None:
    """Put a link where a frame, a player, a video of a known kind or a listing of GitHub's stands."""
    for tag in page.select("lite-youtube[videoid], amp-youtube[data-videoid]"):
        number = re.sub(r"[^\w-]", "", str(tag.get("videoid") or tag.get("data-videoid")))
        _link(page, tag, f"https://www.youtube.com/watch?v={number}")
    for tag in page.find_all("script", src=re.compile(r"^(?:https:)?//gist\.github\.com/")):
        _link(page, tag, str(tag["src"]).removesuffix(".js"))
    for tag in page.select("[data-href]"):
        if not tag.get_text(strip=True) and tag.name == "div":
            _link(page, tag, str(tag["data-href"]))
    for tag in page.find_all("embed"):
        # Our parser does not know that nothing can stand in it.
        tag.insert_after(*[child.extract() for child in list(tag.children)])
    for tag in page.find_all(_FRAMES):
        if not is_tracker(tag) and not is_hidden(tag, fades=False):
            _link(page, tag, _source(tag), base)
        else:
            tag.decompose()
    for tag in page.find_all("object"):
        if tag.get_text(strip=True):
            tag.name = "div"
        else:
            _link(page, tag, str(tag.get("data") or ""))


def _source(tag: Tag) -> str:
    inner = tag.find("source")
    places = [(tag, "src"), (tag, "data-src"), (tag, "data-lazy-src"), (inner, "src"), (tag, "href")]
    found = (str(place.get(name) or "").strip() for place, name in places if isinstance(place, Tag))
    return next((address for address in found if address and not address.startswith(("about:", "data:"))), "")


def _link(page: BeautifulSoup, tag: Tag, src: str, base: str | None = None) -> None:
    address = whole_address(f"https:{src}" if src.startswith("//") else src, base)
    if not src or address is None or _NOT_CONTENT.match(address):
        tag.decompose()
        return
    for player, shown in _PAGES_OF_PLAYERS:
        address = player.sub(shown, address)
    words = str(tag.get("title") or tag.get("playlabel") or "") or host_in(address)
    tag.replace_with(link_paragraph(page, address, words))


def link_paragraph(page: BeautifulSoup, address: str, words: str) -> Tag:
    """A paragraph that begins with a link."""
    paragraph, link = page.new_tag("p"), page.new_tag("a", href=address)
    link.string = words
    paragraph.append(link)
    return paragraph
