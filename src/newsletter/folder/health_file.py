"""What was found when somebody looked last at what the newsletter runs on, kept in `var/cache/health.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.folder.text_files import write_over
from newsletter.words.verdict import State, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """`at` is when it was looked; `verdicts` are what was found, by the name of the part."""

    at: datetime
    verdicts: Mapping[str, tuple[Verdict, ...]]


def keep_looks(directory: Path, looks: LastLook) -> None:
    path = _path(directory)
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {
        name: [{"about": one.about, "state": one.state, "message": one.message, "fix": one.fix} for one in verdicts]
        for name, verdicts in looks.verdicts.items()
    }
    write_over(path, json.dumps({"at": looks.at.isoformat(), "verdicts": found}, indent=1, ensure_ascii=False))


def kept_looks(directory: Path) -> LastLook | None:
    """None where nobody looked yet, or the file was written by something else: it is only a memory."""
    try:
        said = json.loads(_path(directory).read_text(encoding="utf-8"))
        found = {
            str(name): tuple(Verdict(**{**one, "state": State(one["state"])}) for one in verdicts)
            for name, verdicts in said["verdicts"].items()
        }
        return LastLook(at=datetime.fromisoformat(said["at"]), verdicts=found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _path(directory: Path) -> Path:
    return directory / "var" / "cache" / "health.json"
