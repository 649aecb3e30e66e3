"""A download that is written while it is sent: nothing of it is stored on the disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import IO

_CHUNK = 64_000


def written(write: Callable[[IO[bytes]], None]) -> Iterator[bytes]:
    """What `write` writes, piece by piece; memory does not grow.

    Raises what `write` raises, so that half a file is not taken for a whole one.
    """
    reading, writing = os.pipe()
    problem: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb", buffering=_CHUNK) as file:
                write(file)
        except BrokenPipeError:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised again where somebody hears it
            problem.append(error)

    thread = threading.Thread(target=run, name="exporting", daemon=True)
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
    thread.join()
    if problem:
        raise problem[0]
