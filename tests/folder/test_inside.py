"""A folder from a stranger opens nothing of this machine: links are not followed out of it, and pipes are not waited for."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.folder.feeds_file import FeedFile
from newsletter.folder.inside import open_within
from newsletter.folder.issues import IssueFiles
from newsletter.folder.pictures.images import ImageFolder
from newsletter.folder.posts import PostFiles
from newsletter.folder.sheets import SheetFiles
from newsletter.folder.templates import TemplateFolders
from newsletter.words.mistake import Mistake, NewsletterError
from tests.folder.test_images import a_photograph

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "---\ntitle: the-key-of-the-studio\nnumber: 1\nsubject: the-key-of-the-studio\n---\n\nthe-key-of-the-studio\n"
ROOMS = ("posts", "issues", "images", "templates")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    newsletter = tmp_path / "weekly"
    for room in (*ROOMS, "var"):
        (newsletter / room).mkdir(parents=True)
    (newsletter / "var" / "studio.key").write_text(SECRET)
    return newsletter


def _all_that_reads(folder: Path) -> dict[str, Callable[[], object]]:
    posts, issues, sheets = PostFiles(folder), IssueFiles(folder), SheetFiles(folder)
    return {
        "get_post": lambda: posts.get_post("one"),
        "list_posts": posts.list_posts,
        "list_readable": posts.list_readable,
        "mentioning": lambda: posts.mentioning([]),
        "digest": lambda: posts.digest("one"),
        "get_issue": lambda: issues.get_issue(1),
        "list_issues": issues.list_issues,
        "list_moved_in": issues.list_moved_in,
        "readable issues": issues.list_readable,
        "sheet of a post": lambda: sheets.read("posts/one.md"),
        "sheet of an issue": lambda: sheets.read("issues/001.md"),
        "note": lambda: sheets.note("posts/one.md", at=NOW),
        "change": lambda: sheets.change("issues/001.md", "", lambda text: f"{text}!", by="", at=NOW),
        "template": lambda: TemplateFolders(folder).get_template("own"),
        "templates": TemplateFolders(folder).list_templates,
        "feeds": FeedFile(folder).list_feeds,
    }


def _said(read: Callable[[], object]) -> str:
    try:
        return repr(read())
    except NewsletterError as error:
        return str(error)


@pytest.mark.parametrize("target", ["{folder}/var/studio.key", "../var/studio.key", "../../outside"])
def test_a_link_to_a_file_shows_nothing_of_it(folder: Path, target: str) -> None:
    """Whatever reads the folder: a link out of its room is answered with a sentence."""
    (folder.parent / "outside").write_text(SECRET)
    for name in ("posts/one.md", "issues/001.md"):
        (folder / name).symlink_to(target.format(folder=folder))
    (folder / "templates" / "own").mkdir()
    (folder / "templates" / "own" / "issue.mjml").symlink_to(folder / "var" / "studio.key")
    (folder / "feeds.toml").symlink_to("../outside")

    said = {name: _said(read) for name, read in _all_that_reads(folder).items()}

    assert not [name for name, words in said.items() if "the-key" in words]
    assert "leads out of posts/" in said["get_post"] and "Put the file itself in its place" in said["get_post"]
    assert "leads out of issues/" in said["readable issues"]
    assert not list((folder / "var").rglob("*.md")) and not (folder / "var" / "history").exists()


def test_a_room_that_is_a_link_is_neither_read_nor_written(folder: Path, tmp_path: Path) -> None:
    """Not even where what it leads to looks like a newsletter's own files."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "own").mkdir(parents=True)
    for name in ("one.md", "001.md", "own/issue.mjml"):
        (elsewhere / name).write_text(SECRET)
    (elsewhere / "photo.jpg").write_bytes(a_photograph(30, 20))
    before = sorted(elsewhere.rglob("*"))
    for room in ROOMS:
        (folder / room).rmdir()
        (folder / room).symlink_to(elsewhere)

    said = {name: _said(read) for name, read in _all_that_reads(folder).items()}

    assert not [name for name, words in said.items() if "the-key" in words]
    assert "posts/ is a link" in said["list_posts"]
    images = ImageFolder(folder)
    for refused in (
        lambda: images.publish("images/photo.jpg"),
        lambda: images.add("new.jpg", a_photograph(10, 10)),
        lambda: TemplateFolders(folder).copy_template("digest", "mine"),
    ):
        with pytest.raises(Mistake):
            refused()
    assert sorted(elsewhere.rglob("*")) == before


def test_a_link_that_stays_in_its_room_is_followed(folder: Path) -> None:
    """And so is one on the way to the newsletter: where that lies is its owner's business."""
    (folder / "posts" / "two.md").write_text("---\ntitle: Two\n---\n\nWords.\n")
    (folder / "posts" / "one.md").symlink_to("two.md")
    (folder.parent / "way").symlink_to(folder)
    assert PostFiles(folder.parent / "way").get_post("one").title == "Two"


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "folder"])
def test_what_is_no_file_keeps_nobody_waiting(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own, ended after ten seconds: a pipe that nobody writes to is waited for forever."""
    for name in ("posts/one.md", "issues/001.md", "images/one.png", "feeds.toml"):
        _put(folder / name, kind, monkeypatch)
    code = (
        "from tests.folder.test_inside import _all_that_reads, _said\nfrom pathlib import Path\n"
        "from newsletter.folder.pictures.images import ImageFolder\n"
        f"folder = Path({str(folder)!r})\n"
        "print([_said(read) for read in _all_that_reads(folder).values()])\n"
        "print(_said(lambda: ImageFolder(folder).publish('images/one.png')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, done.stderr
    assert "There is no picture" in done.stdout or "is not in images/" in done.stdout


def _put(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        # The path of a socket is short; its name alone always is.
        monkeypatch.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
        monkeypatch.undo()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()


@pytest.mark.parametrize("name", ["one.md", "sub/one.md"])
def test_a_link_put_in_between_is_not_followed(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way is looked at first and opened then; what changes between the two is seen when it is opened."""
    path = folder / "posts" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("words")
    looked = os.path.realpath

    def swapping(given: Path) -> str:
        found = looked(given)
        if given == path:
            if path.parent.name == "sub":
                path.parent.rename(folder / "aside")
                path.parent.symlink_to(folder / "var")
                (folder / "var" / "one.md").write_text(SECRET)
            else:
                path.unlink()
                path.symlink_to(folder / "var" / "studio.key")
        return found

    monkeypatch.setattr(os.path, "realpath", swapping)
    with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
        open_within(path, folder / "posts")


def test_a_ready_picture_that_is_a_link_is_not_served(folder: Path) -> None:
    """`var/` may have come with the folder too, and pictures are served to anybody."""
    ready = folder / "var" / "images"
    ready.mkdir()
    (ready / f"{'0' * 32}.png").symlink_to(folder / "var" / "studio.key")
    with pytest.raises(NewsletterError, match="no such picture"):
        ImageFolder(folder).find(f"{'0' * 32}.png")


def test_a_template_of_very_much_text_is_refused(folder: Path) -> None:
    """Each of its files may be as large as a post may; all together may not."""
    home = folder / "templates" / "own"
    home.mkdir()
    for number in range(2):
        (home / f"{number}.mjml").write_text("x" * 300_000)
    with pytest.raises(Mistake, match="more than 500,000 characters"):
        TemplateFolders(folder).get_template("own")
