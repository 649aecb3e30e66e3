"""Looks through our own posts, issues and notes: which have the words, which passage, and when they ran."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from newsletter.compose.closed_stretches import quote_stretches
from newsletter.folder.issue_file import parse_issue
from newsletter.folder.notes.entry import NoteEntry
from newsletter.web.studio.search.text_memory import TextMemory
from newsletter.wiring import Parts
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post
from newsletter.words.prose.question import SoughtWords, fold

_NO_BRACKETS = str.maketrans({"[": "(", "]": ")"})
# The letters of a passage, and whether they were asked for.
Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """A post or an issue that has what is looked for. `path` is below /studio.

    `ran_in` is the newest issue that has it, None for none; `sent_at` when that went out, None where it did not or only
    to a closed list; `link` is the Markdown of a link to it in the archive, "" where nobody can read it there.
    """

    title: Pieces
    passage: Pieces
    is_quoted: bool
    path: str
    ran_in: int | None
    sent_at: datetime | None
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNote:
    """A note or an answer that has what is looked for, and where it hangs."""

    entry: NoteEntry
    passage: Pieces
    path: str


class OwnLibrary:
    """What the folder holds, ready to be looked through. Shared by all requests."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._is_begun = False
        self._posts = TextMemory(parts.directory, "posts", _folded)
        self._issues = TextMemory(parts.directory, "issues", _issue_and_text)
        rooms = ("posts", "issues")
        self._notes = {room: TextMemory(parts.directory, f"notes/{room}", _folded, ending=".jsonl") for room in rooms}

    def begin(self) -> None:
        """Read the files in the background, once, so that the first search need not wait for them."""
        if not self._is_begun:
            self._is_begun = True
            threading.Thread(target=self._read, name="library", daemon=True).start()

    def _read(self) -> None:
        # What can't be read now, the first search reads, and says so.
        with suppress(OSError):
            self._posts.now()
            self._issues.now()
            for memory in self._notes.values():
                memory.now()

    def look(self) -> LibraryLook:
        """For one question: each folder is gone through once for it."""
        noted = {
            f"{room}/{name}.md": text for room, memory in self._notes.items() for name, text in memory.now().items()
        }
        return LibraryLook(self._parts, self._posts.now(), list(self._issues.now().values()), noted)


class LibraryLook:
    """The library as it is in this moment: posts, issues and notes, each with its folded text."""

    def __init__(
        self, parts: Parts, posts: Mapping[str, str], issues: Sequence[tuple[Issue, str]], noted: Mapping[str, str]
    ) -> None:
        self._parts, self._posts, self._noted = parts, posts, noted
        self._issues = sorted(issues, key=lambda one: -one[0].number)
        self._dates = parts.archive.list_dates()
        # A post that ran twice stands with the newer issue.
        self._used = {slug: issue for issue, _ in reversed(self._issues) for slug in issue.slugs()}

    @property
    def numbers(self) -> list[int]:
        """The numbers of the issues, the highest first."""
        return [issue.number for issue, _ in self._issues]

    def posts(self, sought: SoughtWords, *, limit: int) -> list[OwnWords]:
        """Those of the newest issues first, then those of none, the newest file first."""
        slugs = [slug for slug, text in self._posts.items() if sought.fits(text)]
        slugs.sort(key=lambda slug: self._used[slug].number if slug in self._used else 0, reverse=True)
        return list(islice(self._shown_posts(slugs, sought), limit))

    def issues(self, sought: SoughtWords, *, limit: int) -> list[OwnWords]:
        """The highest numbers first."""
        found = [issue for issue, text in self._issues if sought.fits(text)]
        return [self._shown_issue(issue, sought) for issue in found[:limit]]

    def notes(self, sought: SoughtWords, *, limit: int) -> list[FoundNote]:
        """The newest first."""
        found = [
            FoundNote(entry=entry, passage=sought.passage(entry.text), path=self._place(file))
            for file, text in self._noted.items()
            if sought.fits(text)
            for entry in self._entries(file)
            if sought.fits(fold(f"{entry.text} {entry.quote}"))
        ]
        return sorted(found, key=lambda one: one.entry.at, reverse=True)[:limit]

    def _shown_posts(self, slugs: Sequence[str], sought: SoughtWords) -> Iterator[OwnWords]:
        for slug in slugs:
            try:
                post = self._parts.posts.get_post(slug)
            except NewsletterError:
                # What can't be read is said on the first page; here it is only not found.
                continue
            issue = self._used.get(slug)
            passage, is_quoted = _passage(post, sought)
            yield OwnWords(
                title=sought.marked(post.title),
                passage=passage,
                is_quoted=is_quoted,
                path=self._place(post.file),
                ran_in=issue.number if issue else None,
                sent_at=self._dates.get(issue.number) if issue else None,
                link=self._link(post.title, issue) if issue else "",
            )

    def _shown_issue(self, issue: Issue, sought: SoughtWords) -> OwnWords:
        words = "\n\n".join(text for text in (issue.preheader, issue.intro, issue.outro) if text)
        return OwnWords(
            title=sought.marked(f"Issue {issue.number}: {issue.subject}"),
            passage=sought.passage(words),
            is_quoted=False,
            path=self._place(issue.file),
            ran_in=issue.number,
            sent_at=self._dates.get(issue.number),
            link=self._link(f"Issue {issue.number}", issue),
        )

    def _place(self, file: str) -> str:
        """Where a post or an issue is written; a post of no issue lies on the shortlist."""
        name = file[file.index("/") + 1 : -3]
        if file.startswith("issues/"):
            return f"/issues/{int(name)}" if name.isdecimal() else "/issues"
        issue = self._used.get(name)
        return f"/issues/{issue.number}?part=post:{name}" if issue else "/finds?show=kept"

    def _link(self, words: str, issue: Issue) -> str:
        if issue.number not in self._dates and not issue.moved_in:
            return ""
        address = f"{self._parts.config.newsletter.public_url.rstrip('/')}/issues/{issue.number}"
        return f"[{words.translate(_NO_BRACKETS)}]({address})"

    def _entries(self, file: str) -> Sequence[NoteEntry]:
        try:
            return [entry for entry in self._parts.notes.entries(file) if entry.text]
        except NewsletterError:
            return []


def _folded(name: str, text: str) -> str:
    del name
    return fold(text)


def _issue_and_text(name: str, text: str) -> tuple[Issue, str]:
    return parse_issue(text, file=f"issues/{name}.md"), fold(text)


def _passage(post: Post, sought: SoughtWords) -> tuple[Pieces, bool]:
    """The passage of a post that has the most of it, and whether it is in a quote."""
    stretches = quote_stretches(post.body)
    ours, theirs = post.body, "\n\n".join(post.body[start:end] for start, end in stretches)
    for start, end in reversed(stretches):
        ours = ours[:start] + ours[end:]
    if sought.count(theirs) <= sought.count(ours):
        return sought.passage(ours), False
    return sought.passage("\n".join(line.lstrip("> ") for line in theirs.splitlines())), True
