"""Two clones of a newsletter, in a home where git knows nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.git.repositories import Clone, settings_of, two_clones


@pytest.fixture
def clones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Clone, Clone]:
    for name, value in settings_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    return two_clones(tmp_path)


@pytest.fixture
def ana(clones: tuple[Clone, Clone]) -> Clone:
    return clones[0]


@pytest.fixture
def ben(clones: tuple[Clone, Clone]) -> Clone:
    return clones[1]
