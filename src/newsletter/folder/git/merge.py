"""Merges two lines of commits without touching the folder: a file that both changed in the same lines stays as it is here."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from merge3 import Merge3

from newsletter.folder.edit import require_readable
from newsletter.folder.git.advance import PLAIN, changed_paths, own_index
from newsletter.folder.git.aside import SHEETS
from newsletter.folder.git.checkout import FILES, Checkout
from newsletter.folder.git.commit import listed_paths
from newsletter.folder.notes.entry import merged_lines
from newsletter.words.mistake import NewsletterError, NotNow

_BASE, _OURS, _THEIRS = "1", "2", "3"
_BY_HAND = "What you changed is committed here. Merge with git yourself: git pull. Then sync again."


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file in one of the three versions."""

    mode: str
    blob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The tree that comes of it, and the paths of which one version had to stand for now.

    `clashes` were changed on both sides and stay as they are here; `revived` were deleted on one side and changed on
    the other, and are there, with the words.
    """

    tree: str
    clashes: tuple[str, ...]
    revived: tuple[str, ...]


def merge_trees(checkout: Checkout, base: str, ours: str, theirs: str) -> Merged:
    """Raises NotNow for anything but a change of words: programs changed on both sides, links, files against folders."""
    git = checkout.git
    settings = checkout.in_index(own_index(checkout))
    git.must("read-tree", "-i", "-m", "--aggressive", base, ours, theirs, settings=settings)
    clashes, revived, lines = [], [], []
    for path, found in sorted(_unmerged(checkout, settings).items()):
        if not checkout.is_ours(path) or not {entry.mode for entry in found.values()} <= PLAIN:
            raise NotNow(f"{path} was changed here and elsewhere, and is none of the newsletter's.", fix=_BY_HAND)
        entry = found.get(_OURS) or found[_THEIRS]
        if len(found) == 2 and _BASE in found:
            revived.append(path)
        else:
            blob = _merged(checkout, path, found)
            clashes += [path] if blob is None else []
            entry = TreeEntry(entry.mode, blob or entry.blob)
        name = os.fsencode(path)
        # The versions that wait to be merged go; the one that stands comes.
        lines += [f"0 {'0' * len(entry.blob)}\t".encode() + name, f"{entry.mode} {entry.blob}\t".encode() + name]
    git.must("update-index", "-z", "--index-info", given=b"\0".join([*lines, b""]), settings=settings)
    return Merged(tree=git.must("write-tree", settings=settings).text, clashes=tuple(clashes), revived=tuple(revived))


def require_plain(checkout: Checkout, old: str, new: str) -> None:
    """Refuse what may come from elsewhere only by somebody's own hand: links, other repositories, this machine's facts."""
    moved = changed_paths(checkout, old, new)
    odd = [change.path for change in moved if not change.is_plain or "\n" in change.path]
    if odd:
        raise NotNow(f"Links or other repositories would come or go: {listed_paths(checkout, odd)}.", fix=_BY_HAND)
    facts = [change.path for change in moved if (checkout.file(change.path) or "").startswith("var/")]
    if facts:
        raise NotNow(
            f"The other side has committed what belongs to one machine alone: {listed_paths(checkout, facts)}.",
            fix="There: git rm -r --cached var && git commit && git push. Nothing here was changed.",
        )


def _unmerged(checkout: Checkout, settings: Mapping[str, str]) -> dict[str, dict[str, TreeEntry]]:
    found: dict[str, dict[str, TreeEntry]] = {}
    for line in checkout.git.must("ls-files", "--unmerged", "-z", settings=settings).names:
        about, _, path = line.partition("\t")
        mode, blob, stage = about.split(" ")
        found.setdefault(path, {})[stage] = TreeEntry(mode, blob)
    return found


def _merged(checkout: Checkout, path: str, found: Mapping[str, TreeEntry]) -> str | None:
    """The blob that has both changes; None where they touch the same lines, are no text, or make no sense together."""
    texts = [_text(checkout, found.get(stage)) for stage in (_BASE, _OURS, _THEIRS)]
    base, ours, theirs = texts
    if base is None or ours is None or theirs is None:
        return None
    file = checkout.file(path) or path
    if file.startswith("notes/") and file.endswith(".jsonl"):
        text = merged_lines(base, ours, theirs)
        return checkout.git.must("hash-object", "-w", "--stdin", given=text.encode()).text
    merge = Merge3(base.splitlines(True), ours.splitlines(True), theirs.splitlines(True))
    if any(region[0] == "conflict" for region in merge.merge_regions()):
        return None
    text = "".join(merge.merge_lines())
    if not _is_readable(file, text):
        return None
    return checkout.git.must("hash-object", "-w", "--stdin", given=text.encode()).text


def _text(checkout: Checkout, entry: TreeEntry | None) -> str | None:
    if entry is None:
        return ""
    data = checkout.git.must("cat-file", "blob", entry.blob).out
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


def _is_readable(file: str, text: str) -> bool:
    try:
        if file.startswith(SHEETS) and file.endswith(".md"):
            require_readable(file, text.removeprefix("\ufeff").replace("\r\n", "\n"))
        elif file in FILES:
            tomllib.loads(text)
    except (NewsletterError, ValueError):
        return False
    return True
