"""What `make bench` measures can still be made: it is run too rarely to notice by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks import check, newspaper, readers
from newsletter.compose.press import press
from newsletter.db.engine import connect, reading
from newsletter.readers.tables import subscription
from newsletter.wiring import open_newsletter


def test_the_newspaper_has_its_posts(tmp_path: Path) -> None:
    newspaper.make(tmp_path, 3)

    parts = open_newsletter(tmp_path)
    assert len(parts.posts.list_posts()) == 3
    assert press(parts.shelf, parts.config.newsletter, 1).rendered.edition.issue == 1


def test_the_issue_that_is_checked_has_no_findings_of_its_own(tmp_path: Path) -> None:
    assert check.measured(tmp_path / "checked", 2, 1)


def test_readers_are_put_into_the_database_that_is_named(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    readers.add(tmp_path, 5)

    engine = connect(database_url)
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(subscription)) == 5
    engine.dispose()
