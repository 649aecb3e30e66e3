"""Writes settings into `var/secrets.env`: nobody else may read it, and its other lines stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from newsletter.folder.file_bytes import replace_bytes
from newsletter.words.mistake import Mistake, Place

SECRETS = "var/secrets.env"


def keep_secrets(directory: Path, values: Mapping[str, str]) -> None:
    """Set each variable, in the place where it stood, else at the end. The file is replaced in one step.

    Raises Mistake where it can't be written; then it is as it was.
    """
    path = directory / SECRETS
    try:
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # Made closed: there is no moment in which others could read it.
        replace_bytes(path, _with(before, values).encode(), mode=0o600)
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
