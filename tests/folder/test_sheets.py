"""Files that several edit at once: nobody's words are overwritten, and what was can be had back."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.folder.history import History, thinned
from newsletter.folder.sheet import Clash, SavedVersion
from newsletter.folder.sheets import SheetFiles
from newsletter.folder.touch import with_body, with_key
from newsletter.words.mistake import Missing, Mistake, NotNow

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FILE = "posts/two.md"
TEXT = "---\ntitle: Two who walked\n---\n\nThey came ashore.\n\nNobody waited.\n\nThey walked on.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "posts").mkdir()
    (tmp_path / FILE).write_text(TEXT)
    return tmp_path


def _body(text: str) -> str:
    return text.partition("---\n\n")[2]


def test_a_change_is_in_the_file_and_the_words_before_are_kept(folder: Path) -> None:
    """The file holds the new words; the history has both, with the name of who changed them."""
    sheets = SheetFiles(folder)
    base = sheets.note(FILE, at=NOW)
    after = sheets.change(FILE, base.version, lambda text: text.replace("Nobody", "Somebody"), by="Ana", at=NOW)

    assert (folder / FILE).read_text() == TEXT.replace("Nobody", "Somebody")
    assert sheets.history(FILE)[0].by == "Ana"
    assert sheets.old_text(FILE, base.version) == TEXT
    assert sheets.read(FILE).version == after.sheet.version == after.mine


def test_changes_in_different_lines_both_stand(folder: Path) -> None:
    """Two tabs, or an editor on disk: neither loses."""
    sheets = SheetFiles(folder)
    base = sheets.note(FILE, at=NOW).version
    (folder / FILE).write_text(TEXT.replace("They walked on.", "They slept."))
    after = sheets.change(FILE, base, lambda text: text.replace("They came", "We came"), by="Ana", at=NOW)

    assert "We came ashore." in after.sheet.text
    assert "They slept." in after.sheet.text


def test_who_types_on_before_seeing_what_was_merged_takes_nothing_back(folder: Path) -> None:
    """The next save goes on from the own words alone, and the other's line still stands."""
    sheets = SheetFiles(folder)
    base = sheets.note(FILE, at=NOW).version
    (folder / FILE).write_text(TEXT.replace("They walked on.", "They slept."))
    first = TEXT.replace("They came", "We came")
    mine = sheets.change(FILE, base, lambda _: first, by="Ana", at=NOW).mine
    after = sheets.change(FILE, mine, lambda _: first.replace("ashore", "ashore at last"), by="Ana", at=NOW)

    assert "We came ashore at last." in after.sheet.text
    assert "They slept." in after.sheet.text


def test_changes_of_the_same_line_are_shown_and_neither_is_lost(folder: Path) -> None:
    """The refusal brings both versions, and the file stays as the other one left it."""
    sheets = SheetFiles(folder)
    base = sheets.note(FILE, at=NOW).version
    sheets.change(FILE, base, lambda text: text.replace("Nobody waited", "A dog waited"), by="Ben", at=NOW)

    with pytest.raises(Clash) as clash:
        sheets.change(FILE, base, lambda text: text.replace("Nobody waited", "A cat waited"), by="Ana", at=NOW)

    assert "A cat waited" in clash.value.mine
    assert "A dog waited" in clash.value.theirs.text
    assert "A dog waited" in (folder / FILE).read_text()


def test_a_base_that_nobody_knows_overwrites_nothing(folder: Path) -> None:
    """Without what the edit began with, two changes can't be told apart."""
    with pytest.raises(NotNow):
        SheetFiles(folder).change(FILE, "0" * 40, lambda text: "gone", by="Ana", at=NOW)

    assert (folder / FILE).read_text() == TEXT


def test_what_could_not_be_read_again_is_not_written(folder: Path) -> None:
    """A post without a title is refused, and the file is as it was."""
    sheets = SheetFiles(folder)
    base = sheets.note(FILE, at=NOW).version

    with pytest.raises(Mistake):
        sheets.change(FILE, base, lambda text: with_key(text, "title", "", file=FILE), by="Ana", at=NOW)

    assert (folder / FILE).read_text() == TEXT


def test_line_ends_marks_and_modes_stay(folder: Path) -> None:
    """A file from Windows stays one; only the lines that were touched differ."""
    path = folder / FILE
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    sheets = SheetFiles(folder)
    sheets.change(FILE, sheets.note(FILE, at=NOW).version, lambda text: text.replace("Nobody", "Ana"), by="", at=NOW)

    assert path.read_bytes() == b"\xef\xbb\xbf" + TEXT.replace("Nobody", "Ana").replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "file",
    ["newsletter.toml", "var/secrets.env", "posts/../newsletter.toml", "posts/none.md", "/etc/passwd", "posts/a/b.md"],
)
def test_nothing_but_posts_and_issues_can_be_edited(folder: Path, file: str) -> None:
    """No name leads out of the two folders."""
    (folder / "newsletter.toml").write_text("name = 'x'\n")
    with pytest.raises(Missing):
        SheetFiles(folder).read(file)


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from newsletter.folder.sheets import SheetFiles
sheets = SheetFiles(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    base = sheets.note("posts/two.md", at=datetime.now(UTC)).version
    edit = lambda text: text.replace(f"[{sys.argv[2]}]", f"[{sys.argv[2]}]{number} ")
    sheets.change("posts/two.md", base, edit, by=sys.argv[2], at=datetime.now(UTC))
"""


def test_two_processes_lose_none_of_each_others_words(folder: Path) -> None:
    """Each writes 15 numbers behind its own mark; all 30 stand in the file."""
    marks = "[one]\n\n\nbetween\n\n\n[two]"
    (folder / FILE).write_text(with_body(TEXT, marks, file=FILE))
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name, "15"], env=os.environ | {"PYTHONPATH": "src"}
        )
        for name in ("one", "two")
    ]

    assert [process.wait(60) for process in started] == [0, 0]
    text = (folder / FILE).read_text()
    for mark in ("[one]", "[two]"):
        line = next(line for line in text.splitlines() if line.startswith(mark))
        assert sorted(map(int, line.removeprefix(mark).split())) == list(range(15))


def test_old_versions_thin_out_and_young_ones_stay() -> None:
    """All of the last day, one an hour for a month, one a day before that; always the last of its span."""
    entries = [
        SavedVersion(version=f"{minutes:040d}", at=NOW - timedelta(minutes=minutes), by="")
        for minutes in range(60 * 24 * 60, 0, -10)
    ]
    kept = thinned(entries, NOW)
    ages = [NOW - one.at for one in kept]

    assert sum(age <= timedelta(days=1) for age in ages) == 6 * 24
    assert sum(timedelta(days=1) < age <= timedelta(days=30) for age in ages) in range(29 * 24, 29 * 24 + 2)
    assert sum(age > timedelta(days=30) for age in ages) in range(30, 32)


def test_a_log_that_breaks_off_still_tells_the_rest(tmp_path: Path) -> None:
    """A process killed while it wrote loses its own line at most."""
    history = History(tmp_path)
    history.keep(FILE, "one", by="Ana", at=NOW)
    log = next(tmp_path.glob("*/log"))
    log.write_text(log.read_text() + "2026-11-23T12:0")

    assert [saved.by for saved in history.versions(FILE)] == ["Ana"]
