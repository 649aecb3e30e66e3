"""The other side of a sync: which remote and branch it is, what it has, and handing it ours. Never by force."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.folder.git.call import GitAnswer
from newsletter.folder.git.checkout import Checkout
from newsletter.words.mistake import NotNow, Unreachable

_THEIRS = "refs/newsletter/theirs"
_SECONDS = 300.0
# A chore that git would go on with after it has answered would hold our lock.
_QUIET = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.writeCommitGraph=false")


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote of the checkout, and the branch there that ours goes with."""

    name: str
    branch: str

    def __str__(self) -> str:
        return f"{self.name}/{self.branch}"


def remote_of(checkout: Checkout, branch: str) -> Remote:
    """What the branch follows; else `origin`, or the only remote there is. Raises NotNow where that is not plain."""
    name = checkout.git.ask("config", "--get", f"branch.{branch}.remote").text
    merge = checkout.git.ask("config", "--get", f"branch.{branch}.merge").text
    if name and merge.startswith("refs/heads/"):
        return Remote(name, merge.removeprefix("refs/heads/"))
    names = checkout.git.must("remote").text.split()
    if not names:
        raise NotNow(
            "This checkout has no remote, so there is nothing to sync with; nothing was done.",
            fix="Name one: git remote add origin ADDRESS",
        )
    if "origin" not in names and len(names) > 1:
        raise NotNow(
            f"This checkout has several remotes ({', '.join(names)}), and {branch} follows none; nothing was done.",
            fix=f"Say which it is: git branch --set-upstream-to {names[0]}/{branch}",
        )
    return Remote("origin" if "origin" in names else names[0], branch)


def fetch(checkout: Checkout, remote: Remote) -> str:
    """The commit that the branch is at on the remote; "" where it has none yet. Raises Unreachable where nobody answers."""
    listed = checkout.git.ask("ls-remote", "--heads", remote.name, f"refs/heads/{remote.branch}", seconds=_SECONDS)
    if listed.code:
        raise _away(remote, listed)
    if not listed.text:
        return ""
    spec = f"+refs/heads/{remote.branch}:{_THEIRS}"
    words = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", remote.name, spec)
    answer = checkout.git.ask(*_QUIET, *words, seconds=_SECONDS)
    if answer.code:
        raise _away(remote, answer)
    return checkout.git.must("rev-parse", "--verify", _THEIRS).text


def push(checkout: Checkout, remote: Remote, commit: str) -> bool:
    """Hand over our commits; False where somebody else was quicker, so that theirs have to come first.

    Raises NotNow where the other side refuses them, and Unreachable where it does not answer.
    """
    spec = f"{commit}:refs/heads/{remote.branch}"
    answer = checkout.git.ask(
        *_QUIET, "push", "--porcelain", "--recurse-submodules=no", remote.name, spec, seconds=_SECONDS
    )
    if answer.code == 0:
        return True
    said = answer.text + answer.err
    if any(sign in said for sign in ("(fetch first)", "(non-fast-forward)", "cannot lock ref", "failed to update ref")):
        return False
    refused = next((line.split("\t")[-1] for line in answer.text.splitlines() if line.startswith("!")), "")
    if not refused:
        raise Unreachable(
            f"{remote.name} did not take what is new: {answer.reason}",
            fix="Everything is committed here. Sync again when it answers.",
        )
    raise NotNow(
        f"{remote} refuses what is new: {refused}", fix="Everything is committed here. Ask who keeps that repository."
    )


def _away(remote: Remote, answer: GitAnswer) -> Unreachable:
    return Unreachable(
        f"{remote.name} can't be asked: {answer.reason}",
        fix="Nothing was changed. Try again when you are online, and look at the address: git remote -v",
    )
