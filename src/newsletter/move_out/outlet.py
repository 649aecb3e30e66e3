"""Where what leaves is written: a folder that is there whole or not at all, or one archive that is written as it is sent."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from csv import writer
from pathlib import Path
from typing import IO, TextIO
from zipfile import ZIP_DEFLATED, ZipFile

from newsletter.words.mistake import Mistake

# Opens a file of this name, with slashes, for its bytes; one at a time.
Open = Callable[[str], AbstractContextManager[IO[bytes]]]


@contextmanager
def whole_folder(path: Path) -> Iterator[Open]:
    """A new folder, written beside its place and named at the end. Raises Mistake where something is there already."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Mistake(f"{path} is there already.", fix="Name a folder that is not there yet: --out ...")
    partial = path.with_name(f".{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(mode=0o700)
        yield lambda name: _new_file(partial / name)
        if path.exists():
            path.rmdir()
        partial.rename(path)
    except OSError as error:
        raise Mistake(f"{path} can't be written: {error.strerror}.", fix="Name another place: --out ...") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file


@contextmanager
def one_archive(out: IO[bytes], folder: str = "") -> Iterator[Open]:
    """An archive, written from its beginning to its end; half of one can't be opened. `folder` is where all lies in it."""
    before = f"{folder}/" if folder else ""
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        yield lambda name: archive.open(f"{before}{name}", "w", force_zip64=True)


@contextmanager
def text_file(file: IO[bytes]) -> Iterator[TextIO]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    yield text
    text.flush()
    text.detach()


@contextmanager
def table(file: IO[bytes], head: list[str]) -> Iterator[Callable[[list[str]], object]]:
    """A table as RFC 4180 has it, with this header; gives what writes a row."""
    with text_file(file) as text:
        write = writer(text, lineterminator="\r\n").writerow
        write(head)
        yield write
