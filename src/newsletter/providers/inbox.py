"""The practice mails as a mail program shows them: boxes, a list, and one mail opened."""

from __future__ import annotations

import heapq
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

from newsletter.words.mistake import Missing

# Mails to single people, such as confirmations, belong to no issue.
LETTERS = 0
_NAME = re.compile(r"[0-9]{1,18}(?:\.[A-Za-z0-9_-]{1,100}){0,2}\.eml")
# What inboxes show of a mail's beginning, and how much of it is read to find that.
_PREVIEW, _READ = 140, 60_000
# Invisible letters that fill up a preheader, so that inboxes show nothing after it.
_FILLING = re.compile("[\u034f\u200c\u200b\u00ad\ufeff]")
_UNSEEN = frozenset({"style", "script", "title", "head"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The mails of an issue, or the letters: `names` of some, from the one after `after` on. `is_more`: there are further ones.

    Tests of an issue come first, the newest on top; then its readers in their order. Letters: the newest on top.
    """

    number: int
    n_mails: int
    tests: Sequence[str]
    names: Sequence[str]
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """A mail as its reader would see it. `preview` is what an inbox shows behind the subject."""

    name: str
    to: str
    sender: str
    subject: str
    preview: str
    date: datetime | None
    html: str
    text: str
    is_test: bool


class Inbox:
    """Reads the practice mails in `directory`; it changes none."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def numbers(self) -> Sequence[int]:
        """The issues that have mails, the highest number first; `LETTERS` is last."""
        there = self._directory.iterdir() if self._directory.is_dir() else ()
        return sorted((int(folder.name) for folder in there if folder.name.isdecimal()), reverse=True)

    def open_box(self, number: int, *, after: str = "", most: int) -> Box:
        """At most so many names, in bounded memory however many mails there are. Raises Missing."""
        folder = self._directory / str(number)
        if not folder.is_dir():
            raise Missing("No mail lies here.", fix="Send a test, or send an issue for practice.")
        n_mails, tests = 0, []

        def readers() -> Iterator[tuple[tuple[float, str], str]]:
            nonlocal n_mails
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not _NAME.fullmatch(entry.name):
                        continue
                    n_mails += 1
                    delivery = int(entry.name.partition(".")[0])
                    if number != LETTERS and not delivery:
                        tests.append((-entry.stat().st_mtime_ns, entry.name))
                        continue
                    place = (-entry.stat().st_mtime if number == LETTERS else float(delivery), entry.name)
                    yield place, entry.name

        skipped = self._place(folder, number, after)
        found = [name for place, name in heapq.nsmallest(most + 1, (one for one in readers() if one[0] > skipped))]
        return Box(
            number=number,
            n_mails=n_mails,
            tests=[] if after else [name for _, name in sorted(tests)[:most]],
            names=found[:most],
            is_more=len(found) > most,
        )

    def _place(self, folder: Path, number: int, after: str) -> tuple[float, str]:
        if not _NAME.fullmatch(after):
            return (float("-inf"), "")
        try:
            at = -(folder / after).stat().st_mtime if number == LETTERS else float(after.partition(".")[0])
        except FileNotFoundError:
            return (float("-inf"), "")
        return (at, after)

    def read(self, number: int, name: str) -> KeptMail:
        """Raises Missing."""
        path = self._directory / str(number) / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise Missing("This mail is not there.", fix="Open another one.")
        message = message_from_bytes(path.read_bytes(), policy=default)
        html = _part(message, "html")
        date = message["Date"]
        return KeptMail(
            name=name,
            to=str(message.get("To", "")),
            sender=_sender(message),
            subject=str(message.get("Subject", "")),
            preview=preview_of(html),
            date=date.datetime if date is not None else None,
            html=html,
            text=_part(message, "plain"),
            is_test=number != LETTERS and name.startswith("0."),
        )


def preview_of(html: str) -> str:
    """The beginning of a mail's words as an inbox shows it behind the subject: hidden ones count, they are meant for it."""
    reader = _FirstWords()
    reader.feed(html[:_READ])
    words = "".join(reader.words)
    filled = _FILLING.search(words)
    said = " ".join((words[: filled.start()] if filled else words).split())
    return said if len(said) <= _PREVIEW else f"{said[:_PREVIEW].rpartition(' ')[0]} …"


class _FirstWords(HTMLParser):
    """Collects the first words of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0
        self._length = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if self._unseen <= 0 and self._length < 4 * _PREVIEW:
            self.words.append(data)
            self._length += len(data.strip())


def _sender(message: EmailMessage) -> str:
    found = message["From"]
    first = found.addresses[0] if found is not None and found.addresses else None
    return (first.display_name or first.addr_spec) if first else ""


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
