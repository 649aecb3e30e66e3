"""The program as its users run it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.forking import Forked, run_forked
from tests.ready import put_database

TOML = """\
name = "Weekly Ferries"
sender = "mara@ferries.example.com"
address = "Quay 1, 20359 Hamburg"
public_url = "https://ferries.example.com"
zone = "Europe/Berlin"
"""

POST = """\
---
title: Ferries in winter
url: https://coast.example.org/winter
source: Coastline
---

A timetable with a line that only exists when the ice allows it:

> The last boat leaves when the captain can no longer see the buoy.
>
> — Mara Lindqvist, Coastline
"""

ISSUE = """\
---
number: 1
subject: 'Boats for {{ first_name | default("you") }}'
preheader: Three ferries and a timetable.
sections:
  - title: Short
    posts: [2026-11-20-ferries-in-winter]
---

Dear {{ first_name | default("reader") }}, this week is about ice.

<!-- posts -->

Until Thursday.
"""


def a_folder(directory: Path, *, database: bool = True) -> Path:
    """A newsletter with one post and one issue; without a database it is as no command has seen it yet."""
    for name in ("posts", "issues", "var"):
        (directory / name).mkdir(parents=True)
    (directory / "newsletter.toml").write_text(TOML)
    (directory / "posts" / "2026-11-20-ferries-in-winter.md").write_text(POST)
    (directory / "issues" / "001.md").write_text(ISSUE)
    (directory / "var" / "secrets.env").write_text(f"NEWSLETTER_SECRET_KEY={'k' * 40}\n")
    (directory / "var" / "secrets.env").chmod(0o600)
    if database:
        put_database(directory)
    return directory


def command(directory: Path, *words: str | Path) -> list[str]:
    """The command line of `newsletter -C DIRECTORY ...`."""
    return [sys.executable, "-m", "newsletter", "-C", str(directory), *map(str, words)]


def environment(**settings: str) -> dict[str, str]:
    """The environment without any setting of the caller's, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSLETTER_", "SENDGRID_"))}
    return {**kept, **settings}


def run(directory: Path, *words: str | Path, stdin: bytes = b"", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. No traceback may ever reach a user."""
    done = run_forked(command(directory, *words)[3:], environment(**settings), stdin=stdin)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def start(directory: Path, *words: str | Path, log: Path, **settings: str) -> Forked:
    """Begin a command, which writes all that it says to the log."""
    return Forked(command(directory, *words)[3:], environment(**settings), out=log)


def sqlite_of(directory: Path) -> str:
    """The address of a folder's embedded database."""
    return f"sqlite:///{directory / 'var' / 'newsletter.db'}"
