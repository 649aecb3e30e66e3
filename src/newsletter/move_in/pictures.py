"""The pictures of old issues: those that the export holds are told from those that stay where they are."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from newsletter.move_in.export_files import ExportFiles, Member

_ENDINGS = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}
# Stands for a picture of the export while its issue is cleaned: whole, so that it passes, and nobody's.
_STAND_IN = "https://picture.invalid/{}"
_IN_MARKDOWN = re.compile(r"!\[(?P<alt>(?:(?!!\[)[^\]])*+)\]\((?P<address>(?:(?!\]\()[^)\s])++)\)")
_OURS = re.compile(r"https://picture\.invalid/(\d+)")


class Pictures:
    """The pictures in the files of an export, found by the end of the address that an issue has for them."""

    def __init__(self, files: ExportFiles) -> None:
        self._members: list[Member] = []
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for member in files.members:
            path = PurePosixPath(member.name)
            if path.suffix.lower() in _ENDINGS:
                self._by_name[path.name.lower()].append(len(self._members))
                self._members.append(member)

    def mark(self, page: BeautifulSoup, title: str) -> None:
        """Put a stand-in for every picture that the export holds. One without words is called after its issue."""
        for image in page.find_all("img") if self._members else ():
            src = str(image.get("data-src") or image.get("src") or "")
            number = self._find(src)
            if number is not None:
                image["src"] = _STAND_IN.format(number)
                image["alt"] = str(image.get("alt") or "").strip() or title
                for late in ("data-src", "data-lazy-src", "data-original"):
                    del image[late]

    def of(self, address: str) -> Member | None:
        """The file that a stand-in stands for."""
        match = _OURS.fullmatch(address)
        number = int(match[1]) if match else len(self._members)
        return self._members[number] if number < len(self._members) else None

    def _find(self, src: str) -> int | None:
        """The one file whose path ends as the address does; None where there is none, or two do equally."""
        try:
            parts = [part.lower() for part in unquote(urlsplit(src).path).split("/") if part not in {"", ".", ".."}]
        except ValueError:
            return None
        known = self._by_name.get(parts[-1], []) if parts else []
        ranked = sorted((_alike(parts, self._members[number].name), number) for number in known)
        if not ranked or (len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]):
            return None
        return ranked[-1][1]


def _alike(parts: list[str], name: str) -> int:
    """How many parts from the end are the same."""
    own = name.lower().split("/")
    same = 0
    while same < min(len(parts), len(own)) and parts[-1 - same] == own[-1 - same]:
        same += 1
    return same


def addresses(markdown: str) -> list[str]:
    """Of all pictures, in order."""
    return [match["address"] for match in _IN_MARKDOWN.finditer(markdown)]


def with_addresses(markdown: str, new: dict[str, str]) -> str:
    """The pictures under their new addresses; of one whose address is empty only the words stay."""

    def replaced(match: re.Match[str]) -> str:
        address = new.get(match["address"])
        if address is None:
            return match[0]
        return f"![{match['alt']}]({address})" if address else match["alt"]

    return _IN_MARKDOWN.sub(replaced, markdown)
