"""Syncs the newsletter's folder with its remote: commit what was changed, merge what others did, hand both over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path

from newsletter.folder.git.advance import BranchMove, changed_paths, end_interrupted, in_the_way, move_branch
from newsletter.folder.git.aside import keep_aside
from newsletter.folder.git.checkout import Checkout, branch_of, get_checkout, require_nothing_staged, staged, sync_lock
from newsletter.folder.git.commit import Signing, changed_files, commit, commit_tree, listed_paths
from newsletter.folder.git.merge import Merged, merge_trees, require_plain
from newsletter.folder.git.remote import Remote, fetch, push, remote_of
from newsletter.folder.text_files import write_over
from newsletter.words.mistake import NotNow

_ROUNDS = 5
_UNTOLD = "newsletter-clashes"


@dataclass(frozen=True, slots=True)
class Clashed:
    """A file that was changed on both sides. Ours stands; theirs is at `kept` ("": in the file's earlier versions)."""

    file: str
    kept: str
    commit: str


@dataclass(slots=True, kw_only=True)
class Synced:
    """What came of a sync: the files that were committed here, those that came, and how many commits were handed over.

    With clashes nothing was handed over: the other side keeps its version until somebody said what is to stand.
    """

    remote: str
    committed: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    revived: list[str] = field(default_factory=list)
    clashes: list[Clashed] = field(default_factory=list)
    sent: int = 0


def sync(directory: Path, signing: Signing, *, at: datetime) -> Synced:
    """Raises NewsletterError with a sentence wherever it can't be done. A killed one is ended by the next."""
    with sync_lock(directory) as lock:
        checkout = get_checkout(directory, lock)
        branch = branch_of(checkout)
        end_interrupted(checkout, branch)
        require_nothing_staged(checkout)
        remote = remote_of(checkout, branch)
        # A sync that was killed after it merged had no time to say so.
        done = Synced(remote=str(remote), clashes=_untold(checkout))
        for _ in range(_ROUNDS):
            if _round(checkout, branch, remote, signing, done, at):
                (checkout.room / _UNTOLD).unlink(missing_ok=True)
                return done
    raise NotNow(
        f"Others change {remote}, or files here, faster than they can be merged.",
        fix="Everything is committed here. Sync again in a while.",
    )


def commit_sitting(directory: Path, files: Sequence[str], signing: Signing, message: str, *, at: datetime) -> bool:
    """Commit files (named as the newsletter does) that somebody changed in one sitting; False where none differs.

    Files that somebody prepared for a commit of their own are left to them. Raises NewsletterError.
    """
    with sync_lock(directory) as lock:
        checkout = get_checkout(directory, lock)
        branch = branch_of(checkout)
        end_interrupted(checkout, branch)
        meant = {checkout.prefix + file for file in files} & set(changed_files(checkout)) - set(staged(checkout))
        if not meant:
            return False
        return bool(commit(checkout, branch, sorted(meant), signing, message, at))


def _round(checkout: Checkout, branch: str, remote: Remote, signing: Signing, done: Synced, at: datetime) -> bool:
    """One try; False where others were quicker."""
    theirs = fetch(checkout, remote)
    _commit(checkout, branch, signing, done, at)
    ours = checkout.commit_of(f"refs/heads/{branch}") or ""
    if theirs and not _has(checkout, ours, theirs):
        new, merged = _merge(checkout, ours, theirs, remote, signing)
        if not _take(checkout, BranchMove(branch=branch, old=ours, new=new, files=True), merged, theirs, done, at):
            return False
        ours = new
    if done.clashes or not ours or ours == theirs:
        return True
    count = checkout.git.must("rev-list", "--count", ours, *([f"^{theirs}"] if theirs else [])).text
    if not push(checkout, remote, ours):
        return False
    done.sent = int(count)
    return True


def _commit(checkout: Checkout, branch: str, signing: Signing, done: Synced, at: datetime) -> None:
    files = changed_files(checkout)
    message = f"Changes to {listed_paths(checkout, files)}\n\nCommitted by a sync."
    if files and commit(checkout, branch, files, signing, message, at):
        done.committed += [checkout.file(path) or path for path in files]


def _has(checkout: Checkout, ours: str, theirs: str) -> bool:
    return bool(ours) and checkout.git.ask("merge-base", "--is-ancestor", theirs, ours).code == 0


def _merge(checkout: Checkout, ours: str, theirs: str, remote: Remote, signing: Signing) -> tuple[str, Merged | None]:
    """The commit to go to, and what had to be decided for it; nothing is changed yet."""
    if not ours or _has(checkout, theirs, ours):
        require_plain(checkout, ours, theirs)
        return theirs, None
    base = checkout.git.ask("merge-base", ours, theirs)
    if base.code:
        raise NotNow(
            f"This folder and {remote} have no common beginning: they are two newsletters, or one begun twice.",
            fix="Clone the remote into a new folder, and copy your files over.",
        )
    require_plain(checkout, base.text, theirs)
    merged = merge_trees(checkout, base.text, ours, theirs)
    text = f"Merge {remote}\n\nMerged by a sync.\n"
    return commit_tree(checkout, merged.tree, [ours, theirs], signing, text), merged


def _take(checkout: Checkout, step: BranchMove, merged: Merged | None, theirs: str, done: Synced, at: datetime) -> bool:
    """Bring branch and folder to the new commit. False where a file was changed meanwhile, so that another try is needed."""
    blocked = in_the_way(checkout, step.old, step.new)
    if blocked and set(blocked) <= set(changed_files(checkout)):
        return False
    if blocked:
        raise NotNow(
            f"{listed_paths(checkout, blocked)} lies here, not committed, and would be overwritten.",
            fix="Commit it yourself, or move it away. Then sync again.",
        )
    if merged:
        kept = {path: keep_aside(checkout, path, theirs, at) for path in merged.clashes}
        found = [Clashed(checkout.file(path) or path, place, theirs[:10]) for path, place in kept.items()]
        done.clashes += [clash for clash in found if clash not in done.clashes]
        write_over(checkout.room / _UNTOLD, json.dumps([astuple(clash) for clash in done.clashes]))
    came = [change.path for change in changed_paths(checkout, step.old, step.new)]
    if not move_branch(checkout, step, at):
        return False
    done.revived += [checkout.file(path) or path for path in (merged.revived if merged else ())]
    done.came += [checkout.file(path) or path for path in came]
    return True


def _untold(checkout: Checkout) -> list[Clashed]:
    try:
        return [Clashed(*one) for one in json.loads((checkout.room / _UNTOLD).read_text(encoding="utf-8"))]
    except (FileNotFoundError, ValueError, TypeError):
        return []
