"""A newsletter without issues, and the program run in it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from newsletter.wiring import Parts, open_newsletter
from newsletter.words.issue import Issue
from tests.running import a_folder, run


class Mover:
    """The folder that exports move into."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "issues" / "001.md").unlink()

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return run(self.directory, *words)

    def move_in(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return self.run("move-in", *words)

    def as_json(self, *words: str | Path) -> dict[str, Any]:
        """What it says to scripts, where it does not refuse."""
        done = self.move_in(*words, "--format", "json")
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def issues(self) -> dict[int, Issue]:
        return {issue.number: issue for issue in self.parts.issues.list_issues()}

    @property
    def parts(self) -> Parts:
        return open_newsletter(self.directory)

    def files(self) -> dict[str, bytes]:
        """Everything that people would see in the folder."""
        return {
            path.relative_to(self.directory).as_posix(): path.read_bytes()
            for path in sorted(self.directory.rglob("*"))
            if path.is_file() and "var" not in path.relative_to(self.directory).parts
        }


@pytest.fixture
def mover(tmp_path: Path) -> Mover:
    return Mover(a_folder(tmp_path / "weekly"))
