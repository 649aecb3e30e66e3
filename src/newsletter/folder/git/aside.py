"""Keeps the versions that a sync did not put into a file, or took out of one: in the history, or as a file of their own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from newsletter.folder.file_bytes import replace_bytes
from newsletter.folder.git.checkout import Checkout
from newsletter.folder.history import History
from newsletter.folder.inside import open_within
from newsletter.words.plain import unix_lines

SHEETS = ("posts/", "issues/")


def keep_aside(checkout: Checkout, path: str, commit: str, at: datetime) -> str:
    """Keep what a file is in a commit, while another version stands. The answer says where, "" for the history.

    A post or an issue goes into its earlier versions, everything else into `var/clashes/`.
    """
    data = checkout.git.must("cat-file", "--filters", f"{commit}:{path}").out
    file, text = checkout.file(path), _text(data)
    if file is None or text is None or not _is_sheet(file):
        place = Path("var", "clashes", commit[:10], file or path)
        (checkout.directory / place).parent.mkdir(parents=True, exist_ok=True)
        replace_bytes(checkout.directory / place, data)
        return str(place)
    history = _history(checkout)
    history.keep(file, text, by=_author(checkout, commit, path), at=at)
    now = _read(checkout.top / path)
    if now is not None:
        # The newest of the list is what the file holds.
        history.keep(file, now, by="", at=at)
    return ""


def keep_both(checkout: Checkout, path: str, data: bytes | None, commit: str, at: datetime) -> None:
    """What a post or an issue holds, and what a sync puts in its place (None: nothing), into its earlier versions."""
    file = checkout.file(path)
    before = _read(checkout.top / path)
    if file is None or not _is_sheet(file) or before is None:
        return
    history = _history(checkout)
    history.keep(file, before, by="", at=at)
    after = None if data is None else _text(data)
    if after is not None:
        history.keep(file, after, by=_author(checkout, commit, path), at=at)


def _history(checkout: Checkout) -> History:
    return History(checkout.directory / "var" / "history")


def _author(checkout: Checkout, commit: str, path: str) -> str:
    return checkout.git.ask("log", "-1", "--format=%an", commit, "--", path).text


def _is_sheet(file: str) -> bool:
    return file.startswith(SHEETS) and file.endswith(".md")


def _read(path: Path) -> str | None:
    try:
        with open_within(path, path.parent) as file:
            return _text(file.read())
    except OSError:
        return None


def _text(data: bytes) -> str | None:
    """As the studio reads it; None for anything but text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else unix_lines(text)
