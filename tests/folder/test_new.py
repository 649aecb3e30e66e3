"""A new newsletter's folder is whole, or it is not there."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from newsletter.config import read_config
from newsletter.folder.new import create_folder
from newsletter.words.mistake import Mistake


def everything(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*")}


def test_a_new_folder_can_be_used_at_once(tmp_path: Path) -> None:
    """Its settings are read back as they were given, quotes and all."""
    create_folder(tmp_path / "a" / "weekly", name='The "Slow" Line\\', sender="ed@example.com", address="Quay 1, Åmål")
    config = read_config(tmp_path / "a" / "weekly", {})
    assert config.newsletter.name == 'The "Slow" Line\\'
    assert config.newsletter.address == "Quay 1, Åmål"
    assert {"posts", "issues", "images", "templates", "subscribers", "var"} <= everything(tmp_path / "a" / "weekly")


def test_the_secret_is_random_and_only_for_its_owner(tmp_path: Path) -> None:
    """Two newsletters share no key, and nobody else on the machine reads it."""
    for name in "ab":
        create_folder(tmp_path / name, name=name)
    secrets = [(tmp_path / name / "var" / "secrets.env") for name in "ab"]
    assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600, 0o600]
    assert secrets[0].read_text() != secrets[1].read_text()
    assert len(read_config(tmp_path / "a", {}).secret_key) == 64


def test_git_does_not_see_secrets_or_lists(tmp_path: Path) -> None:
    """Not even where the folder had a .gitignore of its own before."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("nothing\n")
    create_folder(tmp_path, name="A")
    seen = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"], capture_output=True, text=True, check=True
    ).stdout
    assert "newsletter.toml" in seen
    assert "secrets.env" not in seen
    assert (tmp_path / ".gitignore").read_text() == "nothing\n"


def test_files_that_were_there_stay_as_they_are(tmp_path: Path) -> None:
    """A folder with a README becomes a newsletter with a README."""
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text("---\ntitle: A\n---\n")
    create_folder(tmp_path, name="A")
    assert (tmp_path / "README.md").read_text() == "mine"
    assert (tmp_path / "posts" / "a.md").read_text() == "---\ntitle: A\n---\n"


def test_a_newsletter_is_never_made_twice(tmp_path: Path) -> None:
    """Its settings and its secret stay."""
    create_folder(tmp_path, name="A")
    before = (tmp_path / "var" / "secrets.env").read_text()
    with pytest.raises(Mistake, match="already"):
        create_folder(tmp_path, name="B")
    assert tomllib.loads((tmp_path / "newsletter.toml").read_text())["name"] == "A"
    assert (tmp_path / "var" / "secrets.env").read_text() == before


def test_what_can_not_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    """A file stands where a folder must be; what was made before that is taken back."""
    (tmp_path / "subscribers").write_text("a file")
    with pytest.raises(Mistake, match="can't be made"):
        create_folder(tmp_path, name="A")
    assert everything(tmp_path) == {"subscribers"}


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    """The sentence says why."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="can't be made"):
        create_folder(tmp_path / "file" / "weekly", name="A")
