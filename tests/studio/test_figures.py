"""Figures on the first page: readers by week, and what is slow to count."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, update

from newsletter.db.engine import writing
from newsletter.readers.growth_sql import Growth
from newsletter.readers.tables import subscriber, subscription
from newsletter.web.studio.cache import AnswerCache
from newsletter.web.studio.readers.growth import drawn
from tests.studio.conftest import World
from tests.world import add_readers

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_readers_are_counted_week_by_week(engine: Engine) -> None:
    """Who came counts from then on; who left, until then."""
    ids = add_readers(engine, "weekly", range(4))
    since = [NOW - timedelta(weeks=30), NOW - timedelta(weeks=2, days=3), NOW - timedelta(weeks=1, days=1), NOW]
    with writing(engine) as connection:
        connection.execute(update(subscriber).values(created_at=NOW - timedelta(weeks=30)))
        for number, at in zip(ids, since, strict=True):
            mine = subscription.c.subscriber_id == number
            connection.execute(update(subscription).where(mine).values(since_at=at))
        connection.execute(update(subscription).where(subscription.c.subscriber_id == ids[2]).values(status="ended"))
    growth = Growth(engine)

    assert growth.by_week("weekly", now=NOW, weeks=4) == [2, 2, 3, 2, 3]
    assert growth.by_week("other", now=NOW, weeks=4) == []


def test_a_chart_stays_inside_its_picture(world: World) -> None:
    """It is on the first page, with words for who can't see it."""
    chart = drawn("weekly", [10, 10, 30, 20])
    assert chart
    heights = [float(point.split()[1]) for point in chart.line[1:].split(" L")]
    assert all(0 < height < 90 for height in heights)
    assert (chart.change, chart.now) == ("+10", 20)
    assert drawn("weekly", [0, 0]) is None
    add_readers(world.parts.engine, "weekly", range(12))
    page = world.client.get("/studio").text
    assert 'aria-label="Readers of weekly over 12 weeks: from 0 to 12."' in page
    assert "style=" not in page


def test_what_is_slow_is_given_as_it_was_and_asked_behind_the_page() -> None:
    """No page waits for it; a small newsletter's is asked each time."""
    go, asked = threading.Event(), []

    def slow() -> int:
        asked.append(1)
        assert go.wait(10)
        return len(asked)

    remembered = AnswerCache(lambda: True)
    assert remembered.ask("n", slow) is None
    assert remembered.ask("n", slow) is None
    go.set()
    until = time.monotonic() + 10
    while remembered.ask("n", slow) is None:
        assert time.monotonic() < until
    assert remembered.ask("n", slow) == 1
    assert remembered.ask("n", slow, fresh_for=0.0) == 1
    while remembered.ask("n", slow) == 1:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert [AnswerCache(lambda: False).ask("n", lambda: 7), len(asked)] == [7, 2]
