"""A newsletter with everything in order, for tests to spoil: its folder, its sources on the web, its readers."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.compose.press import press
from newsletter.fetch.http import HttpFetcher
from newsletter.preflight.check import check
from newsletter.surroundings import around
from newsletter.wiring import open_newsletter
from newsletter.words.finding import Finding
from tests.compose.sample import TEMPLATES
from tests.fetch.web_server import Page, WebServer, certificate_for, web_server
from tests.world import add_readers

HOSTS = (
    "coast.example.org",
    "www.coast.example.org",
    "m.coast.example.org",
    "slow.example.net",
    "map.example.com",
    "quay.example.com",
)
ISSUE, ICE, MAP, BELL = "issues/002.md", "posts/ice.md", "posts/map.md", "posts/bell.md"

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>x</title><script>var a = "no <quote>";</script></head><body>
<h1>Ice</h1><p>The last boat leaves when the captain can no longer see the <em>buoy</em>, and not a minute before that.</p>
<p>Nobody on the island can remember a winter in which it stayed away for longer than nine days.</p><p>They keep a shelf of bread for that, and a shelf of candles, and a list of who has which.</p>%s</body></html>"""


def _files(port: int) -> dict[str, str]:
    return {
        "newsletter.toml": (
            'name = "Weekly Ferries"\nsender = "mara@quay.example.com"\naddress = "Quay 1, 20359 Hamburg"\n'
            f'public_url = "https://quay.example.com:{port}"\n'
        ),
        "issues/001.md": "---\nnumber: 1\nsubject: The first boats\npreheader: A bell.\nsections:\n  - posts: [bell]\n---\n",
        ISSUE: (
            "---\nnumber: 2\nsubject: 'Boats for {{ first_name | default(\"you\") }}'\npreheader: Ice, and a map of it.\n"
            "lists: [weekly]\nsections:\n  - title: To read\n    posts: [ice]\n  - title: To look at\n    posts: [map]\n---\n\n"
            'Dear {{ first_name | default("reader") }}, this week is about ice and about maps.\n\n<!-- posts -->\n\n'
            f"Until Thursday. See [the letters page](https://slow.example.net:{port}/letters).\n"
        ),
        ICE: (
            f"---\ntitle: Ferries in winter\nurl: https://coast.example.org:{port}/winter\nsource: Coastline\n"
            "author: Nils Aker\n---\n\nA timetable with a line that only exists when the ice allows it, and a captain who does "
            "not read it at all:\n\n> [T]he last boat leaves when the captain can no longer see the buoy… Nobody on the island "
            "can remember\n> a winter in which it stayed away for longer than nine days.\n>\n> — Nils Aker, Coastline\n\n"
            f"The [crossings in order](https://slow.example.net:{port}/crossings) are older than the captain.\n"
        ),
        MAP: (
            f"---\ntitle: The map with the stain\nurl: https://map.example.com:{port}/stain\nsource: Archive\n"
            'image: images/map.png\nalt: "A brown ring on a chart of the bay"\n---\n\nThree ships have gone round the ring since.\n'
        ),
        BELL: f"---\ntitle: The bell on the pier\nurl: https://coast.example.org:{port}/bell\n---\n\nIt rings twice.\n",
    }


@dataclass(slots=True)
class Desk:
    """`directory` is the newsletter's folder; `fetcher` reaches the made-up web and nothing else."""

    directory: Path
    web: WebServer
    fetcher: HttpFetcher

    def url(self, path: str, host: str = "coast.example.org") -> str:
        return f"https://{host}:{self.web.port}{path}"

    def read(self, file: str) -> str:
        return (self.directory / file).read_text()

    def write(self, file: str, text: str) -> None:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def spoil(self, file: str, old: str, new: str) -> None:
        """Change a file; for a template's, the built-in one becomes the folder's own first."""
        if file.startswith("templates/") and not (self.directory / "templates/digest").exists():
            for path in (TEMPLATES / "digest").iterdir():
                self.write(f"templates/digest/{path.name}", path.read_text())
        text = self.read(file)
        assert old in text, f"{file} does not hold {old!r}"
        self.write(file, text.replace(old, new.replace("PORT", str(self.web.port)), 1))

    def line_of(self, file: str, needle: str) -> int:
        text = self.read(file)
        return text.count("\n", 0, text.index(needle.replace("PORT", str(self.web.port)))) + 1

    def findings(self, *also: str, online: bool = True, issue: int = 2) -> list[Finding]:
        """What `check` finds."""
        parts = open_newsletter(self.directory)
        proof = press(parts.shelf, parts.config.newsletter, issue)
        beside = around(parts, proof, online=False, also=also)
        parts.engine.dispose()
        return check(proof, replace(beside, fetcher=self.fetcher) if online else beside)


@contextmanager
def a_desk(directory: Path) -> Iterator[Desk]:
    """The newsletter, its web on this machine, and three readers who have everything."""
    certificate = certificate_for(HOSTS, directory / "certificate.pem")
    folder = directory / "weekly"
    with web_server({}, certificate) as web:
        trust = ssl.create_default_context(cafile=str(certificate))
        fetcher = HttpFetcher(
            lookup=lambda host, port: ["127.0.0.1"] if host in HOSTS else [],
            allow=lambda address: address == "127.0.0.1",
            ports=[web.port],
            trust=trust,
            seconds=5,
        )
        desk = Desk(folder, web, fetcher)
        for file, text in _files(web.port).items():
            desk.write(file, text)
        desk.write("var/secrets.env", f"NEWSLETTER_SECRET_KEY={'k' * 40}\n")
        (folder / "var/secrets.env").chmod(0o600)
        (folder / "images").mkdir()
        (folder / "images/map.png").write_bytes(PNG)
        for path in ("/bell", "/crossings", "/letters", "/stain"):
            web.pages[path] = Page((_PAGE % "").encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        web.pages["/winter"] = Page((_PAGE % "").encode(), headers={"Content-Type": "text/html"})
        web.picture = Page(PNG, headers={"Content-Type": "image/png"})
        parts = open_newsletter(folder)
        add_readers(parts.engine, "weekly", [1, 2, 3])
        parts.engine.dispose()
        yield desk


def _chunk(kind: bytes, data: bytes) -> bytes:
    import struct
    import zlib

    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png() -> bytes:
    """One grey point."""
    import struct
    import zlib

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\0\x80")) + _chunk(b"IEND", b"")
    )


PNG = _png()
