"""Runs git: without a shell, without ever asking anybody, and not for longer than it may take."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.folder.private import umask_of_user
from newsletter.words.mistake import NotNow

_SECONDS = 60.0
# Of the caller's own repository, when we are run by a hook of it; and who would be asked for a password.
_LEFT_OUT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "DISPLAY")
_SETTINGS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_EDITOR": "false",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GCM_INTERACTIVE": "never",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "C",
}


@dataclass(frozen=True, slots=True)
class GitAnswer:
    """What git said. `code` is 0 where it did what it was told."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "surrogateescape").strip()

    @property
    def names(self) -> list[str]:
        """The names of a list that `-z` separates."""
        return [os.fsdecode(name) for name in self.out.split(b"\0") if name]

    @property
    def reason(self) -> str:
        """The line that says what went wrong, without git's own mark before it."""
        lines = [line.strip() for line in self.err.splitlines() if line.strip()]
        telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))] or lines
        return telling[0].partition(": ")[2] or telling[0] if telling else f"git ended with {self.code}"


@dataclass(frozen=True, slots=True)
class Git:
    """git in `directory`. `held` is a lock's handle: whatever git goes on doing should we be killed, it holds it too."""

    directory: Path
    held: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def ask(
        self, *words: str, given: bytes = b"", settings: Mapping[str, str] | None = None, seconds: float = _SECONDS
    ) -> GitAnswer:
        """Run git and hear what it says. Raises NotNow where there is no git, or it does not end in time."""
        return self.run(["git", *words], given=given, settings=settings, seconds=seconds)

    def must(self, *words: str, given: bytes = b"", settings: Mapping[str, str] | None = None) -> GitAnswer:
        """The same, where anything but success is a state of the repository that we can do nothing about."""
        answer = self.ask(*words, given=given, settings=settings)
        if answer.code:
            raise NotNow(
                f"git could not do its part ({words[0]}): {answer.reason}", fix="Look with: git status. Then try again."
            )
        return answer

    def run(
        self, words: Sequence[str], *, given: bytes = b"", settings: Mapping[str, str] | None = None, seconds: float
    ) -> GitAnswer:
        """Any program of the repository's, such as a hook, on the same terms."""
        try:
            process = subprocess.Popen(  # noqa: S603 - git, or a hook that this repository has, with words of our own
                words,
                cwd=self.directory,
                env=self._environment(settings or {}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Without a terminal: ssh would ask there for a password.
                start_new_session=True,
                # What git writes is the words of the newsletter, for everybody who may read the checkout.
                umask=umask_of_user(),
                pass_fds=() if self.held is None else (self.held,),
            )
        except FileNotFoundError as error:
            raise NotNow(f"There is no {words[0]} on this machine.", fix="Install git, then try again.") from error
        try:
            out, err = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise NotNow(
                f"git gave no answer for {seconds:.0f} seconds ({words[-1 if len(words) == 1 else 1]}).",
                fix="Try again when the line is better.",
            ) from error
        except BaseException:
            _end(process)
            raise
        return GitAnswer(process.returncode, out, err.decode("utf-8", "replace"))

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        ssh = {} if {"GIT_SSH_COMMAND", "GIT_SSH"} & set(kept) else self.settings
        return {**kept, **ssh, **_SETTINGS, **settings}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and whatever it started; asked first, so that it takes its locks away."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, order)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=5)
            return
