"""Makes a new newsletter's folder, whole or not at all."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from pathlib import Path

from newsletter.folder.text_files import toml_string, write_new
from newsletter.words.message import addr_spec
from newsletter.words.mistake import Mistake

_ROOMS = ("posts", "issues", "images", "templates", "subscribers", "var")

_GIT_IGNORE = """\
# The database, secrets and practice mail of this machine.
var/
# Lists of real people do not belong in a repository.
subscribers/*
!subscribers/.gitkeep
"""


def create_folder(
    directory: Path,
    *,
    name: str,
    sender: str = "",
    address: str = "",
) -> None:
    """Make a newsletter in `directory`, which may exist but must not hold a newsletter.

    Files that are there stay as they are. Raises Mistake, and
    leaves nothing behind, where that is not possible.
    """
    if (directory / "newsletter.toml").exists():
        raise Mistake(
            f"There is a newsletter in {directory} already; nothing was changed.",
            fix="Choose another folder, or go on with this one: newsletter -C DIR posts",
        )
    if sender:
        addr_spec(sender)
    settings = _toml({"name": name, "sender": sender, "address": address})
    made: list[Path] = []
    try:
        _make(directory, settings, made)
    except BaseException as error:
        _take_back(made)
        if isinstance(error, OSError):
            raise Mistake(
                f"The folder {directory} can't be made: {error.strerror}.",
                fix="Choose a folder that you may write to, or move what is in the way.",
            ) from error
        raise


def _make(directory: Path, settings: str, made: list[Path]) -> None:
    """Make what is missing, and note each piece in `made`."""
    above = [path for path in (directory, *directory.parents) if not path.exists()]
    for path in (*reversed(above), *(directory / room for room in _ROOMS)):
        if not path.is_dir():
            path.mkdir()
            path.chmod(0o700 if path.name == "var" else 0o755)
            made.append(path)
    for path, text, mode in _files(directory, settings):
        if not path.exists():
            write_new(path, text, mode=mode)
            made.append(path)


def _files(directory: Path, settings: str) -> list[tuple[Path, str, int]]:
    """Paths, texts and modes. `newsletter.toml` comes last: a folder that has one is whole."""
    kept = [(directory / room / ".gitkeep", "", 0o644) for room in _ROOMS if room != "var"]
    return [
        *kept,
        (directory / ".gitignore", _GIT_IGNORE, 0o644),
        # Where a .gitignore was there already, the secrets must still not get into git.
        (directory / "var" / ".gitignore", "*\n", 0o600),
        (directory / "var" / "secrets.env", f"NEWSLETTER_SECRET_KEY={secrets.token_hex(32)}\n", 0o600),
        (directory / "newsletter.toml", settings, 0o644),
    ]


def _toml(values: Mapping[str, str]) -> str:
    given = "".join(f"{key} = {toml_string(value)}\n" for key, value in values.items() if value)
    return f"""\
# The newsletter. Secrets do not belong here but in var/secrets.env.
{given}
# What you may add: sender, address (the law wants one in every issue), reply_to, language, zone, public_url, template, provider.
"""


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()
