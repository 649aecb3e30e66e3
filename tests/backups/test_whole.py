"""One file with the whole newsletter, and what it may write when it is put back."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from newsletter.backups.whole import put_back, whole_copy
from newsletter.words.mistake import Mistake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newsletter with secrets, earlier versions, a repository and a link that leads out."""
    made = tmp_path / "weekly"
    for name in (
        "newsletter.toml",
        "posts/a.md",
        "templates/mine/issue.mjml",
        "var/secrets.env",
        "var/newsletter.db",
        "var/history/posts/log",
        "var/outbox/1/1.eml",
        "var/studio.key",
        ".git/config",
        ".gitignore",
    ):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(f"this is {name}")
    (tmp_path / "outside").write_text("a key of this machine")
    (made / "posts" / "link.md").symlink_to(tmp_path / "outside")
    (tmp_path / "database").write_text("rows")
    return made


def _names(folder: Path, *, with_secrets: bool) -> set[str]:
    data = b"".join(whole_copy(folder, folder.parent / "database", with_secrets=with_secrets))
    with tarfile.open(fileobj=io.BytesIO(data)) as made:
        return set(made.getnames())


def test_a_whole_copy_holds_what_was_written_and_nothing_that_is_made_again(folder: Path) -> None:
    """Any tar can read it. Keys only where they are asked for; links and repositories never."""
    own = {"newsletter.toml", "posts/a.md", "templates/mine/issue.mjml", ".gitignore", "var/history/posts/log"}

    assert _names(folder, with_secrets=False) == {"backup.db", *own}
    assert _names(folder, with_secrets=True) == {"backup.db", *own, "var/secrets.env"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "posts/../../evil",
        ".git/hooks/post-merge",
        "var/newsletter.db",
        "var/live/x",
        "a/.git/x",
    ],
)
def test_a_copy_that_would_write_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Mistake, match="would write to"):
        _put_back(tmp_path, _archive({"backup.db": b"rows", name: b"evil"}))
    assert not list(tmp_path.rglob("*evil*"))


def test_a_link_a_half_and_a_stranger_are_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("posts")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as made:
        made.addfile(link)
    whole = _archive({"backup.db": b"rows" * 9_000})
    for wrong in (data.getvalue(), whole[:9_000], _archive({"posts/a.md": b"x"})):
        with pytest.raises(Mistake):
            _put_back(tmp_path, wrong)


def test_a_copy_that_ends_between_two_files_is_refused(tmp_path: Path) -> None:
    """Before anything of it is put back."""
    whole = _archive({"backup.db": b"rows" * 9_000, "posts/a.md": b"x", "posts/b.md": b"y"})
    for files in (1, 2):
        end = 512 + 36_352 + (files - 1) * 1_024
        with pytest.raises(Mistake, match="its end is missing"):
            _put_back(tmp_path, whole[:end])
    assert not (tmp_path / "weekly").exists()


def test_a_folder_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    """Where somebody put a link in place of a folder, what it leads to stays as it is."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "weekly").mkdir()
    (tmp_path / "weekly" / "posts").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Mistake):
        _put_back(tmp_path, _archive({"backup.db": b"rows", "posts/a.md": b"x"}))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def _archive(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as made:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return data.getvalue()


def _put_back(tmp_path: Path, data: bytes) -> None:
    room = tmp_path / "room"
    room.mkdir(exist_ok=True)
    (room / "backup.db").unlink(missing_ok=True)
    put_back(io.BytesIO(data), tmp_path / "weekly", room / "backup.db")
