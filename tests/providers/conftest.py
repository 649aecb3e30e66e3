"""One stand-in server for all tests of this folder; each test begins with a server that behaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.running import SendGridServer, sendgrid_server


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SendGridServer]:
    with sendgrid_server(Path(tmp_path_factory.mktemp("sendgrid"))) as server:
        yield server


@pytest.fixture
def server(running_server: SendGridServer) -> Iterator[SendGridServer]:
    running_server.plan()
    yield running_server
    assert running_server.problems() == []
