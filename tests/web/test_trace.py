"""Through how many files an unsubscribe goes before it is written down."""

from __future__ import annotations

import threading
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event
from starlette.testclient import TestClient

import newsletter
from tests.web.conftest import World

HOUSE = Path(newsletter.__file__).parent


def test_an_unsubscribe_enters_few_files_before_its_commit(pages: World) -> None:
    """At most 20, the nouns and what belongs to no subject of the database left out; ARCHITECTURE.md names them."""
    path = f"/u/{pages.token('u', pages.confirm('bo@example.com'))}"
    entered: dict[str, None] = {}
    wrote = committed = False

    def look(frame: FrameType, _kind: str, _argument: Any) -> None:
        name = Path(frame.f_code.co_filename)
        if not committed and HOUSE in name.parents and name.relative_to(HOUSE).parts[0] not in {"words", "db"}:
            entered.setdefault(str(name.relative_to(HOUSE)))

    def see(*said: Any) -> None:
        nonlocal wrote
        wrote = wrote or said[2].startswith("UPDATE subscription")

    def note(_connection: object) -> None:
        nonlocal committed
        committed = committed or wrote

    engine = pages.parts.engine
    event.listen(engine, "before_cursor_execute", see)
    event.listen(engine, "commit", note)
    # Threads are traced from their start on: another client brings its own.
    threading.settrace(look)
    try:
        with TestClient(pages.client.app, base_url="https://ferries.example.com") as client:
            client.get(path)
            entered.clear()
            answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    finally:
        threading.settrace(None)
        event.remove(engine, "commit", note)
        event.remove(engine, "before_cursor_execute", see)

    assert answer.status_code == 200
    assert committed
    assert 0 < len(entered) <= 20, list(entered)
    page = (HOUSE.parents[1] / "ARCHITECTURE.md").read_text()
    assert not [name for name in entered if name not in page]
