"""One newsletter in order for all tests of a process: each begins with it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.preflight.desk import Desk, a_desk


@pytest.fixture(scope="session")
def _shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture
def desk(_shared_desk: Desk) -> Desk:
    """A newsletter in order, its sources on the web of this machine, and three readers."""
    _shared_desk.restore()
    return _shared_desk


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """The same, for a test that changes the database."""
    with a_desk(tmp_path) as desk:
        yield desk
