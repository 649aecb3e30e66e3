"""One database file under two names is one database: who holds it under one holds it under the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.wiring import Parts, open_newsletter
from newsletter.wiring.clocks import alone, desk_of, serving_lock
from newsletter.words.mistake import NotNow
from tests.running import a_folder

_HOLDS: dict[str, Callable[[Parts], AbstractContextManager[object]]] = {
    "serves": lambda parts: serving_lock(parts).try_hold("process 1 on quay"),  # type: ignore[union-attr]  # on SQLite
    "ticks": lambda parts: desk_of(parts).lock.try_hold(),
    "sends": lambda parts: parts.lock.try_hold(),
}


@pytest.mark.parametrize("what", _HOLDS)
def test_nothing_is_restored_or_moved_under_who_works_by_another_name(what: str, tmp_path: Path) -> None:
    """A link to the file is no second database: with it two servers would serve, or one would write into what is moved."""
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    with alone(parts):
        pass
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "weekly" / "var" / "newsletter.db")
    linked = Parts(directory=parts.directory, config=replace(parts.config, database_url=f"sqlite:///{link}"))

    with _HOLDS[what](linked), pytest.raises(NotNow, match="in use"), alone(parts):
        pass
    parts.engine.dispose()
    linked.engine.dispose()
