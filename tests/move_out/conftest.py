"""A newsletter with everything that can leave: issues of each kind, pictures, and readers who stand in each way."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from newsletter.move_out.move import look, read_all, write
from newsletter.move_out.outlet import whole_folder
from newsletter.move_out.systems import SYSTEMS
from newsletter.wiring import Parts, open_newsletter
from tests.move_in.samples import a_picture
from tests.running import ISSUE, a_folder, run

NEW = "https://new.example.org"
_READERS = """\
email,first_name,last_name,town,tags,status
ana@example.com,Ana,Lind,Ellery,"long;short",
max@example.com,"Max, the ""old"" one",,,,
bo@example.com,Bo,,,,unsubscribed
cy@example.com,Cy,,,,bounced
fay@example.com,Fay,,,,complained
"""


class Leaver:
    """The folder that is moved out of."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def parts(self) -> Parts:
        return open_newsletter(self.directory)

    def out(self, system: str, place: Path) -> Path:
        """The export for a system, as the command writes it."""
        parts = self.parts
        newsletter, shelf = parts.config.newsletter, parts.shelf
        move = look(SYSTEMS[system], newsletter, shelf, parts.archive, parts.readers.list_lists(), new_url=NEW)
        with whole_folder(place) as open_file:
            write(read_all(move), parts.images, parts.readers, open_file, lambda *_: None, now=parts.clock.now())
        parts.engine.dispose()
        return place


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table, by its header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def leaver(tmp_path_factory: pytest.TempPathFactory) -> Leaver:
    """Issue 1 went out, 2 is a draft that names 1, 3 moved in long ago. Nothing is changed by a test."""
    directory = a_folder(tmp_path_factory.mktemp("leaves") / "weekly")
    (directory / "images").mkdir()
    (directory / "images" / "ferry.png").write_bytes(a_picture())
    issue = ISSUE.replace("Until Thursday.", "Until Thursday.\n\n![A ferry](images/ferry.png)")
    (directory / "issues" / "001.md").write_text(issue)
    linked = issue.replace("this week is about ice", "see [the first](https://ferries.example.com/issues/1)")
    (directory / "issues" / "002.md").write_text(linked.replace("number: 1", "number: 2").replace("Boats", "Planes"))
    old = linked.replace("number: 1", "number: 3\ndate: 2020-01-02\nmoved_in: Substack, 7")
    (directory / "issues" / "003.md").write_text(old)
    readers = directory / "readers.csv"
    readers.write_text(_READERS)
    for words in (
        ("subscribers", "import", str(readers), "--list", "weekly", "--active", "--consent", "The form, 2024"),
        ("subscribers", "add", "di@example.com", "--list", "weekly"),
        ("subscribers", "add", "ed@example.com", "--list", "weekly", "--active", "--consent", "On paper"),
        ("subscribers", "remove", "ed@example.com", "--list", "weekly"),
        ("lists", "page", "weekly", "--open"),
        ("send", "1", "--list", "weekly", "--now", "--yes", "--despite-findings"),
    ):
        done = run(directory, *words)
        assert done.returncode == 0, done.stderr
    return Leaver(directory)
