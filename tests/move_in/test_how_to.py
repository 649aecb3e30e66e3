"""The how-to of moving in, followed to the letter: every command of every section, with a made-up export of that system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.imports.exports import EXPORTS
from tests.move_in.more_samples import BEEHIIV, FILES, KIT, LISTMONK, MAILERLITE, MAILMAN, SENDY
from tests.move_in.samples import AUDIENCE, BUTTONDOWN, GHOST, MAILCHIMP, SUBSTACK, packed
from tests.pages import DOCS, blocks_in
from tests.test_docs import run

PAGE = DOCS / "how-to" / "moving-in.md"
SECTIONS = re.split(r"^## (.*)$", PAGE.read_text(), flags=re.MULTILINE)
TEXTS = dict(zip(SECTIONS[1::2], SECTIONS[2::2], strict=True))
FIRST, LAST = "Before you begin", "Afterwards"


def _sendy() -> dict[str, str | bytes]:
    return {re.sub(r"^the-| \(1\)", "", name): content for name, content in SENDY.items()}


EXPORTED: Mapping[str, Mapping[str, str | bytes]] = {
    "Substack": {"export.zip": ""},
    "Ghost": {"ferries.json": GHOST, "members.csv": EXPORTS["ghost"]},
    "Mailchimp": {"account.zip": "", "audience.zip": ""},
    "Buttondown": {"export.zip": ""},
    "beehiiv": BEEHIIV,
    "Kit": KIT,
    "MailerLite": MAILERLITE,
    "listmonk": LISTMONK,
    "Sendy": _sendy(),
    "Mailman": MAILMAN,
    "Any other system": FILES,
}
ZIPPED = {
    ("Substack", "export.zip"): SUBSTACK,
    ("Mailchimp", "account.zip"): MAILCHIMP,
    ("Mailchimp", "audience.zip"): AUDIENCE,
    ("Buttondown", "export.zip"): BUTTONDOWN,
}


def put(folder: Path, system: str) -> None:
    """The export that its section speaks of, into the newsletter's folder."""
    for name, content in EXPORTED[system].items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if (system, name) in ZIPPED:
            packed(path, ZIPPED[system, name])
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)


def test_every_section_is_tried() -> None:
    """A system that the page tells of has an export here."""
    assert set(EXPORTED) == set(TEXTS) - {FIRST, LAST}


@pytest.mark.walks
@pytest.mark.parametrize("system", EXPORTED)
def test_moving_in_works_as_the_page_says(tmp_path: Path, system: str) -> None:
    """From an empty folder; what is printed has the lines that the page shows."""
    folder, printed = tmp_path / "desk", ""
    folder.mkdir()
    for block in blocks_in(TEXTS[FIRST] + TEXTS[system] + TEXTS[LAST]):
        home = folder / "weekly" if (folder / "weekly").is_dir() else folder
        if block.note == "output":
            for line in block.text.splitlines():
                assert line in printed.splitlines(), printed
        elif block.note:
            path = home / block.note.removeprefix("file=")
            path.write_text(path.read_text() + block.text)
            put(home, system)
        else:
            printed = run(home, block.text)
    assert "ana@example.com" in run(folder / "weekly", "newsletter subscribers show ana@example.com")
    assert "do-not-mail" in printed or "not mail" in printed or "unsubscribe" in printed.lower(), printed
