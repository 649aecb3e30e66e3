"""Reading lists as HTML: the bookmark file that every browser writes (Netscape's), and Pocket's export."""

from __future__ import annotations

from html.parser import HTMLParser

from newsletter.collect.read_later.reading_list import ListReader, ReadingList, SavedPage, read_time


def read_bookmark_page(text: str) -> ReadingList:
    """Read all links of the page; one with nothing in it gives an empty list."""
    page = _BookmarkPage("Pocket" if "<title>Pocket Export" in text[:2_000] else "a bookmark file")
    page.feed(text)
    page.close()
    page.end_bookmark()
    return page.reader.finish()


class _BookmarkPage(HTMLParser):
    """A link is a bookmark, its text the title, and what stands in the DD behind it the note."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self.reader = ListReader(program)
        self._link: dict[str, str] = {}
        self._words: dict[str, list[str]] = {"a": [], "dd": []}
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.end_bookmark()
            self._link = {name: value or "" for name, value in attrs}
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in self._words and self._link:
            self._words[self._inside].append(data)

    def end_bookmark(self) -> None:
        """The next one begins, or the page ends."""
        link, title, note = self._link, "".join(self._words["a"]), "".join(self._words["dd"])
        self._link, self._words = {}, {"a": [], "dd": []}
        address = link.get("href", "")
        # Folders of searches and of the browser's own pages are not bookmarks.
        if not address or address.startswith("place:"):
            return
        saved_at = read_time(link.get("add_date") or link.get("time_added"))
        page = SavedPage(url=None, title="" if title == address else title, note=note, saved_at=saved_at)
        self.reader.add(page, address)
