"""Issues as files: `issues/NNN.md`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from newsletter.folder.edit import edit_lock
from newsletter.folder.issue_file import format_issue, parse_issue
from newsletter.folder.text_files import make_room, markdown_files, read_text, readable, write_new
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, Mistake, NewsletterError, Place


@dataclass(frozen=True, slots=True)
class IssueFiles:
    """The issues of the newsletter in `directory`, where `newsletter.toml` lies."""

    directory: Path

    def list_issues(self) -> Sequence[Issue]:
        issues = (self._read(path) for path in markdown_files(self.directory / "issues"))
        return tuple(sorted(issues, key=lambda issue: issue.number))

    def list_readable(self) -> tuple[Sequence[Issue], Sequence[NewsletterError]]:
        """The issues that can be read, by number, and what is wrong with the others."""
        issues, wrong = readable(markdown_files(self.directory / "issues"), self._read)
        return sorted(issues, key=lambda issue: issue.number), wrong

    def get_issue(self, number: int) -> Issue:
        paths = {known: path for path in markdown_files(self.directory / "issues") if (known := _number(path))}
        if number not in paths:
            there = ", ".join(str(known) for known in sorted(paths))
            fix = f"There are: {there}." if there else "Make one from your posts: newsletter draft"
            raise Missing(f"There is no issue {number}.", fix=fix)
        return self._read(paths[number])

    def add_issue(self, issue: Issue) -> Issue:
        """What could not be read again is never written: it raises Mistake first."""
        taken = Mistake(
            f"There is an issue {issue.number} already; nothing was written.",
            fix="Take another number, or move that file away.",
            place=Place(issue.file),
        )
        if any(_number(path) == issue.number for path in markdown_files(self.directory / "issues")):
            raise taken
        text = format_issue(issue)
        written = parse_issue(text, file=issue.file)
        try:
            write_new(make_room(self.directory / "issues") / Path(issue.file).name, text)
        except FileExistsError as error:
            raise taken from error
        return written

    def digest(self, file: str) -> str:
        """Of what stands in an issue's file, such as `issues/012.md`; "" where it can't be read."""
        path = self.directory / "issues" / Path(file).name
        try:
            return hashlib.sha256(read_text(path, file, room=path.parent).encode()).hexdigest()
        except NewsletterError:
            return ""

    def remove_unchanged(self, file: str, digest: str) -> bool:
        """Delete an issue's file that nobody has changed since it had this digest. False where it stays."""
        with edit_lock(self.directory):
            is_unchanged = bool(digest) and self.digest(file) == digest
            if is_unchanged:
                (self.directory / "issues" / Path(file).name).unlink()
        return is_unchanged

    def list_moved_in(self) -> Sequence[Issue]:
        """What can't be read is its author's to mend, and nothing that readers of the archive could do anything about."""
        found: list[Issue] = []
        if (self.directory / "issues").is_symlink():
            return found
        for path in markdown_files(self.directory / "issues"):
            file = f"issues/{path.name}"
            try:
                text = read_text(path, file, room=path.parent)
                issue = _parsed(text, file) if "\nmoved_in:" in text else None
            except NewsletterError:
                continue
            if issue and issue.moved_in and issue.number == _number(path):
                found.append(issue)
        return sorted(found, key=lambda issue: issue.number)

    def _read(self, path: Path) -> Issue:
        file = f"issues/{path.name}"
        issue = _parsed(read_text(path, file, room=path.parent), file)
        if _number(path) != issue.number:
            raise Mistake(
                f"This file says that it is issue {issue.number}, but its name says otherwise.",
                fix=f"Rename it to {Path(issue.file).name}, or change `number`.",
                place=Place(file, issue.line_of("number")),
            )
        return issue


def _number(path: Path) -> int | None:
    """The number that an issue's file has for a name."""
    return int(path.stem) if path.stem.isascii() and path.stem.isdigit() else None


# The archive and the studio list them on every visit: 500 take 120 ms to take apart, and 40 ms to find unchanged.
@lru_cache(maxsize=2_000)
def _parsed(text: str, file: str) -> Issue:
    return parse_issue(text, file=file)
