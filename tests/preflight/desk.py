"""A newsletter with everything in order, for tests to spoil: its folder, its sources on the web, its readers."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from newsletter.cli import main
from newsletter.compose.press import Proof, press
from newsletter.fetch.http import HttpFetcher
from newsletter.preflight.around import Around
from newsletter.preflight.check import check
from newsletter.wiring import open_newsletter
from newsletter.wiring.surroundings import around
from newsletter.words.finding import Finding
from tests.compose.sample import TEMPLATES
from tests.fetch.web_server import Page, WebServer, certificate_for, web_server
from tests.ready import put_database
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


@dataclass(slots=True, repr=False)
class Desk:
    """`directory` is the newsletter's folder; `fetcher` reaches the made-up web and nothing else."""

    directory: Path
    web: WebServer
    fetcher: HttpFetcher
    _kept: dict[Path, bytes] = field(default_factory=dict)
    _pages: dict[str, Page | Callable[[socket.socket], None]] = field(default_factory=dict)

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

    def beside(self, *also: str, online: bool = True, **others: Any) -> tuple[Proof, Around]:
        """The issue and all that a check knows beside it, with `others` in the place of what is so."""
        parts = open_newsletter(self.directory)
        proof = press(parts.shelf, parts.config.newsletter, 2)
        known = around(parts, proof, online=False, also=also)
        parts.engine.dispose()
        fetcher = self.fetcher if online else None
        return proof, replace(known, **{"fetcher": fetcher, "seconds_between": 0.0, **others})

    def findings(self, *also: str, online: bool = True, **others: Any) -> list[Finding]:
        """What `check` finds."""
        return check(*self.beside(*also, online=online, **others))

    def cli(self, *words: str | Path, **settings: str) -> Result:
        """A command of the program, run in this process: one that starts anew takes a second."""
        unset = {name: None for name in os.environ if name.startswith(("NEWSLETTER_", "SENDGRID_"))}
        done = CliRunner(env={**unset, **settings}).invoke(main, ["-C", str(self.directory), *map(str, words)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def _files(self) -> list[Path]:
        files = (path for path in self.directory.rglob("*") if path.is_file())
        return [path for path in files if not path.name.startswith("newsletter.db")]

    def keep(self) -> None:
        """What is so now is what `restore` brings back."""
        self._kept = {path: path.read_bytes() for path in self._files()}
        self._pages = dict(self.web.pages)

    def restore(self) -> None:
        """Every file and every page of the web as they were kept. The database is left alone: it may be open."""
        folders = {parent for path in self._kept for parent in path.parents}
        for path in self._files():
            if path not in self._kept:
                path.unlink()
        for path in sorted(self.directory.rglob("*"), reverse=True):
            if path.is_dir() and path not in folders:
                path.rmdir()
        for path, content in self._kept.items():
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)
        (self.directory / "var/secrets.env").chmod(0o600)
        self.web.pages.clear()
        self.web.pages |= self._pages
        self.web.asked.clear()


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
        web.pages |= {
            "/error": Page(status=500),
            "/winter/": Page(),
            "/bell/amp": Page(),
            "/old": Page(status=301, headers={"Location": "/crossings"}),
            "/bell-again": Page(status=302, headers={"Location": desk.url("/bell")}),
        }
        for path in ("/bell", "/crossings", "/letters", "/stain"):
            web.pages[path] = Page((_PAGE % "").encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        web.pages["/winter"] = Page((_PAGE % "").encode(), headers={"Content-Type": "text/html"})
        web.picture = Page(PNG, headers={"Content-Type": "image/png"})
        put_database(folder)
        parts = open_newsletter(folder)
        add_readers(parts.engine, "weekly", [1, 2, 3])
        parts.engine.dispose()
        desk.keep()
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
