"""`var/` is for its owner alone, whatever the umask was and wherever the folder came from."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.folder.new import create_folder
from newsletter.folder.private import close_room, open_to_others


def modes(room: Path) -> dict[str, str]:
    """What others may do with anything in it: only what they may."""
    found = {path.relative_to(room.parent).as_posix(): path.lstat().st_mode for path in (room, *room.rglob("*"))}
    return {name: oct(stat.S_IMODE(mode)) for name, mode in found.items() if mode & 0o077 and not stat.S_ISLNK(mode)}


def run(directory: Path, *words: str, given: str = "", umask: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "-C", str(directory), *words],
        input=given,
        capture_output=True,
        text=True,
        umask=umask,
        timeout=60,
    )
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_folder(tmp_path / "weekly", name="Weekly", sender="ed@example.com", address="Quay 1")
    return tmp_path / "weekly"


def test_what_commands_write_is_for_its_owner_alone(folder: Path) -> None:
    """With a umask that leaves everything open: database, its log, outbox, cache, history and locks."""
    readers = folder.parent / "readers.csv"
    readers.write_text("email\nada@example.org\nbo@example.org\n")
    run(folder, "subscribers", "import", str(readers), "--list", "weekly", "--active", "--consent", "Form")
    run(folder, "add", "-", given="# Words\n\nSome of them.\n")
    run(folder, "draft")
    said = run(folder, "send", "1", "--list", "weekly", "--yes")
    assert list((folder / "var" / "outbox" / "1").glob("*.eml")), said
    assert (folder / "var" / "newsletter.db").is_file()
    assert modes(folder / "var") == {}
    # What an author writes stays as readable as it was.
    assert stat.S_IMODE(next((folder / "posts").glob("*.md")).stat().st_mode) == 0o644


def test_a_folder_from_elsewhere_is_closed_by_the_first_command(folder: Path) -> None:
    """A clone or an unpacked backup comes with whatever modes it came with."""
    (folder / "var" / "spool" / "deep").mkdir(parents=True)
    (folder / "var" / "spool" / "deep" / "answers.json").write_text("[]")
    for path in (folder / "var", *(folder / "var").rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    run(folder, "posts")
    assert modes(folder / "var") == {}


def test_a_var_that_is_no_newsletters_is_left_alone(tmp_path: Path) -> None:
    """`-C /` by mistake must not close the machine's own."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var").chmod(0o755)
    run(tmp_path, "posts")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o755


def test_doctor_says_what_is_open(folder: Path) -> None:
    """Before anything closes it; and what is open behind a closed door."""
    (folder / "var" / "old").mkdir(mode=0o755)
    (folder / "var" / "old" / "readers.csv").write_text("ada@example.org")
    (folder / "var" / "old" / "readers.csv").chmod(0o644)
    (folder / "var").chmod(0o700)
    assert "would be open wherever a copy is put" in run(folder, "doctor", "--offline")
    (folder / "var").chmod(0o755)
    said = run(folder, "doctor", "--offline")
    assert "Others on this machine can open var, " in said and "var/old/readers.csv" in said
    assert "chmod -R go= var" in said


def test_a_link_is_left_alone(folder: Path, tmp_path: Path) -> None:
    """What it leads to may be meant for others: a stranger's folder must not close it."""
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "page.html").write_text("for all")
    (shared / "page.html").chmod(0o644)
    (folder / "var" / "link").symlink_to(shared)
    (folder / "var" / "page").symlink_to(shared / "page.html")
    close_room(folder)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert stat.S_IMODE((shared / "page.html").stat().st_mode) == 0o644
    assert open_to_others(folder) == ([], False)


def test_git_writes_as_its_user_does(folder: Path) -> None:
    """The words of a checkout that several people share stay theirs to read."""
    for words in (["init", "-q"], ["config", "user.name", "Ana"], ["config", "user.email", "ana@example.com"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    subprocess.run(["git", "init", "-q", "--bare", "../away.git"], cwd=folder, check=True)
    subprocess.run(["git", "remote", "add", "origin", "../away.git"], cwd=folder, check=True)
    (folder / "posts" / "one.md").write_text("---\ntitle: One\n---\n\nWords.\n")
    said = run(folder, "sync", umask=0o022)
    made = [path for path in (folder / ".git" / "objects").glob("??/*") if path.is_file()]
    assert made, said
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o444}
