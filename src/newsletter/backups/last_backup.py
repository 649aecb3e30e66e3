"""What is remembered of the last backup, in `var/backup.json`: when it was made, whether it left the machine, and why not."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from newsletter.folder.text_files import write_over


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """`tried_at` is when one was begun last; `problem` says why that one did not arrive where it should, "" where it did.

    `away_at` and `away_name` are of the last copy that did arrive outside of this machine, None and "" for never.
    """

    tried_at: datetime | None = None
    made_at: datetime | None = None
    away_at: datetime | None = None
    away_name: str = ""
    away_size: int = 0
    problem: str = ""


def keep_last_backup(directory: Path, last: LastBackup) -> None:
    path = _path(directory)
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(last).items()}
    write_over(path, json.dumps(said, indent=1, ensure_ascii=False))


def last_backup(directory: Path) -> LastBackup:
    """Nothing at all where none was made yet, or the file was written by something else: it is only a memory."""
    try:
        said = json.loads(_path(directory).read_text(encoding="utf-8"))
        tried_at, made_at, away_at = (_moment(said[key]) for key in ("tried_at", "made_at", "away_at"))
        return LastBackup(
            tried_at=tried_at,
            made_at=made_at,
            away_at=away_at,
            away_name=str(said["away_name"]),
            away_size=int(said["away_size"]),
            problem=str(said["problem"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return LastBackup()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _path(directory: Path) -> Path:
    return directory / "var" / "backup.json"
