"""Runs tests as if it were another day: `python -m tests.other_day 2031-01-01T12:00 tests/schedule`. Wants a C compiler."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path


def main(day: str, *words: str) -> int:
    """Run pytest with `words`; all processes that it starts believe in that day too, databases among them.

    Not the one that reads feeds: it is given no environment, so `tests/collect/test_feeds.py` fails for a day far ahead.
    """
    at = datetime.fromisoformat(day)
    seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)
    with tempfile.TemporaryDirectory() as room:
        Path(room).chmod(0o755)  # PostgreSQL runs as a user of its own when we are root
        library = Path(room, "other_day.so")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, Path(__file__).with_suffix(".c")], check=True)
        there = {"OTHER_DAY": str(int(seconds.total_seconds())), "LD_PRELOAD": str(library)}
        return subprocess.run([sys.executable, "-m", "pytest", "-q", *words], env={**os.environ, **there}).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
