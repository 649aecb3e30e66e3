"""What can't leave is said before and in the export, and nothing half done is left anywhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from newsletter.move_out.outlet import whole_folder
from newsletter.move_out.people import folder_of
from newsletter.words.mistake import Mistake
from tests.move_out.conftest import Leaver
from tests.running import run


@pytest.fixture
def changed(leaver: Leaver, tmp_path: Path) -> Leaver:
    """A copy of the newsletter that a test may change."""
    return Leaver(Path(shutil.copytree(leaver.directory, tmp_path / "copy")))


def test_what_stays_is_said_before_and_in_the_export(leaver: Leaver, tmp_path: Path) -> None:
    """The same sentences; a dry run writes nothing."""
    said = json.loads(
        run(leaver.directory, "move-out", "ghost", "--dry-run", "--format", "json", "--out", tmp_path / "no").stdout
    )
    out = leaver.out("ghost", tmp_path / "out")
    read_me = " ".join((out / "README.txt").read_text().split())

    assert not (tmp_path / "no").exists()
    assert said["stays"] and said["notes"]
    for one in (*said["stays"], *(note["why"] for note in said["notes"])):
        assert one in read_me
    assert [("2, Planes for you", True)] == [(one["what"], "draft" in one["why"]) for one in said["notes"]]


def test_an_issue_whose_file_is_gone_leaves_with_the_words_of_its_mail(changed: Leaver, tmp_path: Path) -> None:
    """And this is said of it."""
    (changed.directory / "issues" / "001.md").unlink()
    out = changed.out("files", tmp_path / "out")

    words = (out / "issues" / "001.md").read_text()
    assert "this week is about ice" in words and "The last boat leaves" in words
    assert "1, Boats for you: Its file is gone" in " ".join((out / "README.txt").read_text().split())


def test_an_issue_that_cannot_be_read_stays_out_and_says_why(changed: Leaver, tmp_path: Path) -> None:
    """All others leave: one broken file holds nobody back."""
    issue = changed.directory / "issues" / "003.md"
    issue.write_text(issue.read_text().replace("images/ferry.png", "images/gone.png"))
    (changed.directory / "issues" / "002.md").write_text("no front matter")
    out = changed.out("files", tmp_path / "out")
    read_me = " ".join((out / "README.txt").read_text().split())

    assert ["001.md"] == [path.name for path in (out / "issues").iterdir()]
    assert "3, Boats for you: It stays out: There is no picture images/gone.png. (issues/003.md" in read_me
    assert "issues/002.md" in read_me


def test_a_newsletter_without_an_address_is_told_so(changed: Leaver) -> None:
    """Addresses of pictures would lead nowhere."""
    toml = changed.directory / "newsletter.toml"
    toml.write_text("".join(line for line in toml.read_text().splitlines(True) if "public_url" not in line))

    assert "no public address yet" in run(changed.directory, "move-out", "beehiiv", "--dry-run").stdout


def test_what_is_there_already_is_not_written_over(leaver: Leaver, tmp_path: Path) -> None:
    """A folder with something in it, or a file, is refused before anything is written."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kept.txt").write_text("kept")
    done = run(leaver.directory, "move-out", "ghost", "--out", tmp_path / "mine")

    assert 1 == done.returncode and "is there already" in done.stderr
    assert ["kept.txt"] == [path.name for path in (tmp_path / "mine").iterdir()]


def test_an_address_that_is_none_is_refused(leaver: Leaver, tmp_path: Path) -> None:
    """Every link of the export would be wrong."""
    done = run(leaver.directory, "move-out", "ghost", "--out", tmp_path / "out", "--url", "over there")

    assert 2 == done.returncode and "no address of the web" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    """Half an export would look like a whole one."""
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "out") as open_file:
        with open_file("readers/weekly/active.csv") as file:
            file.write(b"email\r\n")
        raise ZeroDivisionError

    assert [] == list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """Such as one below a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="can't be written"), whole_folder(tmp_path / "file" / "out"):
        pass


@pytest.mark.parametrize("name", ["weekly", "../up", "a/b", ".hidden", "C:", "x" * 300, "Wöchentlich", ""])
def test_a_list_of_any_name_has_a_folder_inside_the_export(name: str) -> None:
    """A list may be called anything; two never share one."""
    folder = Path(folder_of(name, ["other", name]))

    assert "readers" == folder.parts[0] and 2 == len(folder.parts) and ".." not in folder.parts
    assert folder.name == (name if name in ("weekly", "Wöchentlich") else "list-2")
