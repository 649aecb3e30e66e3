"""The page of the outbox: shows what is there, and nothing in a mail can do anything to who looks."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from newsletter.providers.outbox.index import write_index
from newsletter.providers.outbox.provider import Outbox
from newsletter.words.gap import Context, Field, Gap, Part
from tests.providers.parcels import SystemClock, a_consignment, an_edition

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """Tags and links of a page, as a browser's parser would see them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.frames: list[dict[str, str | None]] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag == "iframe":
            self.frames.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def filled_outbox(folder: Path, names: list[str], **options: object) -> Path:
    list(Outbox(folder, clock=SystemClock(), parcel_size=1000).hand_over(a_consignment(names, **options)))  # type: ignore[arg-type]
    return write_index(folder)


def test_the_page_links_to_every_mail_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    """Two deliveries more than have a view of their own."""
    page = Page(filled_outbox(tmp_path, ["Ada"] * 22))

    assert "22 mails in the outbox" in page.text
    assert {f"42/{delivery}.eml" for delivery in range(101, 123)} <= set(page.links)
    assert {f"42/{delivery}.html" for delivery in range(101, 121)} <= set(page.links)
    assert all((tmp_path / link).exists() for link in page.links)


def test_a_view_shows_the_mail_as_this_reader_gets_it(tmp_path: Path) -> None:
    """Subject, address, way to leave, and the HTML itself."""
    filled_outbox(tmp_path, ["Ada", "Zoë"])

    view = Page(tmp_path / "42" / "102.html")

    assert "Ferries, Zoë" in view.text
    assert "reader1@example.com" in view.text
    assert "https://news.example.org/u/1.1.token" in view.text
    assert "<b>Zoë</b>" in (view.frames[0]["srcdoc"] or "")


def test_nothing_in_a_mail_can_run(tmp_path: Path) -> None:
    """A subscriber's name and a captured page are hostile: both are shown, neither gets out of its place."""
    hostile = Part(("<script>alert(3)</script></iframe><p onclick=alert(4)>", Gap(Field("first_name"), Context.TEXT)))
    subject = Part((Gap(Field("first_name"), Context.HEADER),))
    index = filled_outbox(tmp_path, [EVIL], edition=an_edition(html=hostile, subject=subject))

    for page in (Page(index), Page(tmp_path / "42" / "101.html")):
        assert "script" not in page.tags
        assert "img" not in page.tags
        assert page.handlers == []
        assert EVIL in page.text
    view = Page(tmp_path / "42" / "101.html")
    assert view.frames[0]["sandbox"] == ""
    assert "default-src 'none'" in (tmp_path / "42" / "101.html").read_text()


def test_a_doubled_mail_is_on_the_page_twice(tmp_path: Path) -> None:
    """The page must not hide what the folder shows."""
    filled_outbox(tmp_path, ["Ada"], attempt="first")

    page = Page(filled_outbox(tmp_path, ["Ada"], attempt="second"))

    assert {"42/101.eml", "42/101.second.eml"} <= set(page.links)


def test_an_empty_outbox_has_a_page_too(tmp_path: Path) -> None:
    """Before the first practice run."""
    assert "0 mails in the outbox" in Page(write_index(tmp_path / "new")).text


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    """It opens from disk, without a network and without a script."""
    index = filled_outbox(tmp_path, ["Ada"])

    page = Page(index)

    assert not {"script", "link", "img"} & set(page.tags)
    assert all(not link.startswith(("http:", "https:", "//")) for link in page.links)
