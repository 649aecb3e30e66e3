"""Two people with a clone each of one newsletter, and the bare repository between them."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from newsletter.folder.git.commit import Author, Signing
from newsletter.folder.git.sync import Synced, sync
from tests.running import a_folder

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POST = "posts/2026-11-20-ferries-in-winter.md"
ISSUE = "issues/001.md"
MARKS = ("<<<<<<<", ">>>>>>>", "=======")


def git(directory: Path, *words: str) -> str:
    """Run git, and hear what it says."""
    done = subprocess.run(["git", *words], cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(frozen=True)
class Clone:
    """One person's folder."""

    name: str
    directory: Path

    @property
    def signing(self) -> Signing:
        author = Author(self.name, f"{self.name.lower()}@ferries.example.com")
        return Signing(author=author, committer_email="mara@ferries.example.com")

    def sync(self) -> Synced:
        return sync(self.directory, self.signing, at=NOW)

    def read(self, file: str = ISSUE) -> str:
        return (self.directory / file).read_text()

    def write(self, file: str, text: str) -> None:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, before: str, after: str, file: str = ISSUE) -> None:
        text = self.read(file)
        assert before in text
        self.write(file, text.replace(before, after))

    def git(self, *words: str) -> str:
        return git(self.directory, *words)

    def kept(self, file: str = ISSUE) -> list[str]:
        """Every text of a file that the studio would show under "Earlier versions"."""
        from newsletter.folder.sheets import SheetFiles

        sheets = SheetFiles(self.directory)
        return [sheets.old_text(file, saved.version) for saved in sheets.history(file)]


def settings_of(home: Path) -> dict[str, str]:
    """An environment in which git knows nothing of whoever runs the tests."""
    (home / "gitconfig").write_text('[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n')
    return {"GIT_CONFIG_GLOBAL": str(home / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(home)}


def two_clones(home: Path) -> tuple[Clone, Clone]:
    """Ana's and Ben's, both as the remote is."""
    shutil.copytree(_made(), home, dirs_exist_ok=True)
    return Clone("Ana", home / "ana"), Clone("Ben", home / "ben")


@cache
def _made() -> Path:
    """The remote and the two clones, made once in each process of tests: git starts twenty times for them."""
    home = Path(tempfile.mkdtemp(prefix="newsletter-clones-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    git(home, "init", "-q", "--bare", "remote.git")
    ana = Clone("Ana", a_folder(home / "ana", database=False))
    ana.write(".gitignore", "var/\nsubscribers/*\n")
    ana.write("subscribers/readers.csv", "email\nana@example.com\n")
    ana.git("init", "-q")
    ana.git("remote", "add", "origin", "../remote.git")
    ana.git("add", ".gitignore")
    ana.git("-c", "user.name=Ana", "-c", "user.email=ana@ferries.example.com", "commit", "-qm", "What stays out")
    ana.sync()
    git(home, "clone", "-q", "remote.git", "ben")
    ben = Clone("Ben", home / "ben")
    # By a path that is as right in a copy.
    ben.git("remote", "set-url", "origin", "../remote.git")
    (ben.directory / "var").mkdir()
    shutil.copy(ana.directory / "var" / "secrets.env", ben.directory / "var")
    return home


def is_whole(clone: Clone) -> bool:
    """No conflict marks anywhere, no lock left, and git has nothing to complain of."""
    for folder in ("posts", "issues"):
        for path in (clone.directory / folder).iterdir():
            text = path.read_text()
            if not text.startswith("---\n") or any(line.startswith(MARKS) for line in text.splitlines()):
                return False
    return not (clone.directory / ".git" / "index.lock").exists() and clone.git("fsck", "--no-dangling") == ""
