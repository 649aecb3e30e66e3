"""Syncing as commands and pages do it: in whose name, and what came of it in sentences."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsletter.folder.git.call import Git
from newsletter.folder.git.commit import Author, Signing
from newsletter.folder.git.sync import Synced, sync
from newsletter.words.user import AT_THE_MACHINE, User

if TYPE_CHECKING:
    from newsletter.wiring import Parts

_MOST_NAMES = 8


def sync_now(parts: Parts, user: User | None = None) -> Synced:
    """Sync in the name of a user of the studio, or of the person at the machine."""
    return sync(parts.directory, signing_of(parts, user), at=parts.clock.now())


def signing_of(parts: Parts, user: User | None, others: Sequence[User] = ()) -> Signing:
    """The author and those who wrote with them; the committer is this program, at the newsletter's address."""
    return Signing(
        author=author_of(parts, user),
        others=[author_of(parts, other) for other in others],
        committer_email=parts.config.newsletter.sender,
    )


def author_of(parts: Parts, user: User | None) -> Author:
    """The author of a commit: for the person at the machine the one that git knows there; without that, their login and the newsletter's address."""
    if user is not None and user.id != AT_THE_MACHINE:
        return Author(user.name or user.email, user.email)
    git = Git(parts.directory)
    name, email = (git.ask("config", "--get", key).text for key in ("user.name", "user.email"))
    return Author(name or (user.name if user else _login()), email or parts.config.newsletter.sender)


def sentences(done: Synced) -> list[str]:
    """What came of a sync, the clashes last, with what to do about them."""
    said = []
    if done.committed:
        said.append(f"Committed: {_list(done.committed)}.")
    if done.came:
        said.append(f"Came from {done.remote}: {_list(done.came)}.")
    if done.revived:
        said.append(f"Deleted on one side and changed on the other, so it is there: {_list(done.revived)}.")
    if done.sent:
        said.append(f"Handed to {done.remote}: {done.sent:,} commit{'' if done.sent == 1 else 's'}.")
    if not said and not done.clashes:
        said.append(f"Nothing to do: this folder and {done.remote} hold the same.")
    for clash in done.clashes:
        where = clash.kept or "“Earlier versions” in the studio"
        said.append(
            f"{clash.file} was changed here and elsewhere in the same lines. Yours stands; theirs is kept under {where}, "
            f"and in git as {clash.commit}."
        )
    if done.clashes:
        said.append(
            f"Nothing was handed to {done.remote}. Look at both versions, save what is to stand, and sync again."
        )
    return said


def _list(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "The owner"
