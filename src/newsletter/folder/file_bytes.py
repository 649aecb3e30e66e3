"""Puts bytes in the place of a file in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside(path: Path, data: bytes, *, mode: int) -> Iterator[Path]:
    """A finished file with these bytes in the folder of `path`, to be given that name; gone after the block if it was not."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def replace_bytes(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Nobody ever sees half of the file, whenever this process ends."""
    with beside(path, data, mode=mode) as new:
        new.replace(path)
