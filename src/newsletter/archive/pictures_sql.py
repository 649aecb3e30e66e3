"""Pictures that mails point to, kept in the database, so that every machine answers for them whatever its folder holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Engine, insert, select

from newsletter.archive.tables import picture_slice
from newsletter.db.engine import reading, writing
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import edition

_SLICE_BYTES = 256 * 1024
_NAMED = re.compile(r"/images/([0-9a-f]{32}\.(?:jpg|png|gif))\b")


class SharedPictures:
    """By their names, as `ImageFolder` gives them. One of these in each process: it remembers what it knows is kept."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        """The `engine` is asked for when it is needed: what only reads the folder needs no database."""
        self._engine = engine
        self._kept: set[str] = set()

    def keep(self, path: Path) -> None:
        """Keep the picture in this file under the file's name, unless it is kept."""
        name = path.name
        if self.has(name):
            return
        data = path.read_bytes()
        parts = [data[begin : begin + _SLICE_BYTES] for begin in range(0, len(data), _SLICE_BYTES)]
        with writing(self._engine()) as connection:
            # The first slice is there, or is waited for: of two processes one writes all.
            first = insert_into(connection, picture_slice).values(name=name, part=0, content=parts[0])
            if connection.execute(first.on_conflict_do_nothing()).rowcount:
                for number, content in enumerate(parts[1:], 1):
                    connection.execute(insert(picture_slice).values(name=name, part=number, content=content))
        self._kept.add(name)

    def has(self, name: str) -> bool:
        if name not in self._kept:
            with reading(self._engine()) as connection:
                first = select(picture_slice.c.part).where(picture_slice.c.name == name, picture_slice.c.part == 0)
                if connection.scalar(first) is None:
                    return False
            self._kept.add(name)
        return True

    def find(self, name: str) -> bytes | None:
        """The picture as it is mailed; None where it is not kept."""
        slices = select(picture_slice.c.content).where(picture_slice.c.name == name).order_by(picture_slice.c.part)
        with reading(self._engine()) as connection:
            return b"".join(connection.scalars(slices)) or None

    def list_mailed(self) -> Iterator[str]:
        """The names of the pictures that frozen editions point to, those of the newest first; some more than once."""
        before = None
        while True:
            newest = select(edition.c.id, edition.c.document).order_by(edition.c.id.desc()).limit(1)
            with reading(self._engine()) as connection:
                row = connection.execute(newest if before is None else newest.where(edition.c.id < before)).first()
            if row is None:
                return
            before = row.id
            yield from _NAMED.findall(row.document)
