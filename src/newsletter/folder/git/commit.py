"""Commits files of the newsletter in somebody's name, without touching what others prepared for a commit of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from newsletter.folder.git.advance import BranchMove, move_branch, own_index
from newsletter.folder.git.checkout import FILES, ROOMS, Checkout
from newsletter.words.mistake import NotNow

COMMITTER = "newsletter"
_HOOK_SECONDS = 120.0
_MOST_LISTED = 3
_GITS_OWN = frozenset({".gitkeep", ".gitattributes"})


@dataclass(frozen=True, slots=True)
class Author:
    """The author of the words. Neither may be empty; git takes no angle brackets in them."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{_plain(self.name) or COMMITTER} <{_plain(self.email) or COMMITTER}>"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[<>\x00-\x1f\x7f]", " ", text).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The people that a commit names: the author, the co-authors, and the address of this program."""

    author: Author
    others: Sequence[Author] = ()
    committer_email: str = ""

    def settings(self) -> dict[str, str]:
        return {
            "GIT_AUTHOR_NAME": _plain(self.author.name) or COMMITTER,
            "GIT_AUTHOR_EMAIL": _plain(self.author.email) or COMMITTER,
            "GIT_COMMITTER_NAME": COMMITTER,
            "GIT_COMMITTER_EMAIL": _plain(self.committer_email) or COMMITTER,
        }


def changed_files(checkout: Checkout) -> list[str]:
    """What differs from the last commit, as git's paths. Never readers, secrets, links, or files half written."""
    git, ours = checkout.git, [checkout.prefix + name.rstrip("/") for name in (*ROOMS, *FILES)]
    known = git.must("ls-files", "-z", "--modified", "--deleted", "--", *ours).names
    new = git.must("ls-files", "-z", "--others", "--exclude-standard", "--", *ours).names
    return sorted({*known, *(path for path in new if _is_meant(path))} - _links(checkout, {*known, *new}))


def _is_meant(path: str) -> bool:
    """Editors keep hidden files and copies beside what they edit."""
    name = PurePosixPath(path).name
    return not path.endswith(("/", "~")) and (not name.startswith(".") or name in _GITS_OWN)


def _links(checkout: Checkout, paths: set[str]) -> set[str]:
    """A link may lead anywhere on this machine, and would lead elsewhere on another."""
    return {path for path in paths if (checkout.top / path).is_symlink()}


def commit(checkout: Checkout, branch: str, files: Sequence[str], signing: Signing, message: str, at: datetime) -> str:
    """Commit these files as they lie there; the new commit's name, "" where they are as in the last one.

    Raises NotNow where the repository's own pre-commit hook refuses, or git can't.
    """
    head = checkout.commit_of(f"refs/heads/{branch}") or ""
    index = own_index(checkout)
    settings = checkout.in_index(index)
    checkout.git.must("read-tree", *([head] if head else ["--empty"]), settings=settings)
    given = b"".join(os.fsencode(path) + b"\0" for path in files)
    checkout.git.must("update-index", "-z", "--add", "--remove", "--stdin", given=given, settings=settings)
    tree = checkout.git.must("write-tree", settings=settings).text
    if (head and tree == checkout.git.must("rev-parse", f"{head}^{{tree}}").text) or (not head and not files):
        return ""
    _ask_hook(checkout, settings)
    trailers = "\n".join(f"Co-authored-by: {other}" for other in signing.others)
    text = "\n\n".join(part for part in (message.strip(), trailers) if part) + "\n"
    made = commit_tree(checkout, tree, [head] if head else [], signing, text)
    move_branch(checkout, BranchMove(branch=branch, old=head, new=made, files=False), at)
    return made


def commit_tree(checkout: Checkout, tree: str, parents: Sequence[str], signing: Signing, message: str) -> str:
    words = [word for parent in parents for word in ("-p", parent)]
    given, settings = message.encode("utf-8", "replace"), signing.settings()
    return checkout.git.must("commit-tree", tree, *words, "-F", "-", given=given, settings=settings).text


def listed_paths(checkout: Checkout, paths: Sequence[str]) -> str:
    """Paths of git's as a list to read, cut where it would be long."""
    names = [checkout.file(path) or path for path in paths]
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _ask_hook(checkout: Checkout, settings: dict[str, str]) -> None:
    """The repository's own say in what is committed, as git itself would ask for it."""
    hook = Path(checkout.top, checkout.git.must("rev-parse", "--git-path", "hooks/pre-commit").text)
    if not hook.is_file() or not os.access(hook, os.X_OK):
        return
    answer = checkout.git.run([str(hook)], settings=settings, seconds=_HOOK_SECONDS)
    if answer.code:
        raise NotNow(
            f"The pre-commit hook of this repository refused the commit: {answer.reason}",
            fix="Do what it asks for, then try again. Nothing was committed.",
        )
