"""Writes settings into `var/secrets.env`: nobody else may read it, and its other lines stay as they are."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from newsletter.words.mistake import Mistake, Place

SECRETS = "var/secrets.env"


def keep_secrets(directory: Path, values: Mapping[str, str]) -> None:
    """Set each variable, in the place where it stood, else at the end. The file is replaced in one step.

    Raises Mistake where it can't be written; then it is as it was.
    """
    path = directory / SECRETS
    try:
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        _replace(path, _with(before, values))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Mistake(
            f"This file can't be written: {reason}.", fix="Check its permissions.", place=Place(SECRETS)
        ) from None


def _with(text: str, values: Mapping[str, str]) -> str:
    left = dict(values)
    lines: list[str] = []
    for line in text.splitlines():
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", line)
        name = match[1] if match else ""
        if name in left:
            lines.append(f"{name}={left.pop(name)}")
        elif name not in values:
            lines.append(line)
    return "".join(f"{line}\n" for line in [*lines, *(f"{name}={value}" for name, value in left.items())])


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # Made closed: there is no moment in which others could read it.
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
