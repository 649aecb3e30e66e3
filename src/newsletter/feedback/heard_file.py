"""When a provider last told us something with a right signature: a file's time, which every process here can see."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

# Events come by the hundred a second after a sending: more often than this the file is not touched.
_EVERY_SECONDS = 1.0


def heard_at(directory: Path, provider: str) -> float | None:
    """Seconds since 1970; None for never."""
    try:
        return _path(directory, provider).stat().st_mtime
    except OSError:
        return None


class HeardFile:
    """Notes it for one provider. A disk that takes no more keeps no event out."""

    def __init__(self, directory: Path, provider: str) -> None:
        self._path = _path(directory, provider)
        self._noted_at = -_EVERY_SECONDS

    def note(self) -> None:
        now = time.monotonic()
        if now - self._noted_at < _EVERY_SECONDS:
            return
        self._noted_at = now
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()


def _path(directory: Path, provider: str) -> Path:
    return directory / "var" / "cache" / f"heard-{provider}"
