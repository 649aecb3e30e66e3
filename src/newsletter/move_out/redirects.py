"""Where each address of today leads once the newsletter has moved, for the server that answers at the old address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

from newsletter.move_out.outlet import Open, table, text_file

TABLE = "redirects/redirects.csv"
# What an address may hold and neither server takes for something of its own, such as $, ; and braces.
_SAFE = ":/?#[]@!&'()*+,=%~"


def write_redirects(old_url: str, new: Mapping[str, str], open_file: Open, *, for_ghost: bool) -> None:
    """`new` has the new address by today's path. One table, the same for Caddy and nginx, and as Ghost takes it."""
    root = urlsplit(old_url).path.rstrip("/")
    moves = [(f"{root}{path}", quote(address, safe=_SAFE)) for path, address in new.items()]
    with open_file(TABLE) as file, table(file, ["old", "new"]) as write:
        for path, address in moves:
            write([path, address])
    written = {"caddy.txt": _caddy(moves), "nginx.conf": _nginx(moves)}
    if for_ghost:
        written["redirects.yaml"] = _ghost(moves)
    for name, lines in written.items():
        with open_file(f"redirects/{name}") as file, text_file(file) as text:
            text.writelines(f"{line}\n" for line in lines)


def _caddy(moves: Iterable[tuple[str, str]]) -> Iterable[str]:
    yield "# Put these lines into the block of the old address."
    for path, address in moves:
        yield f"redir {path} {address} permanent"


def _nginx(moves: Iterable[tuple[str, str]]) -> Iterable[str]:
    yield "# Put these lines into the server block of the old address."
    for path, address in moves:
        yield f"location = {path} {{ return 301 {address}; }}"


def _ghost(moves: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Of use where Ghost answers at the old address itself: only the path of the new address counts there."""
    yield "301:"
    for path, address in moves:
        yield f"  {path}: {urlsplit(address).path}"
