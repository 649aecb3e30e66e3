"""One stand-in server of each kind for many tests; each test begins with a server that behaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.providers.smtp.provider import SmtpProvider
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.fakes.smtp_plan import OFFERS
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.providers.parcels import SystemClock
from tests.providers.smtp_five import SECONDS


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SendGridServer]:
    with sendgrid_server(Path(tmp_path_factory.mktemp("sendgrid"))) as server:
        yield server


@pytest.fixture
def server(running_server: SendGridServer) -> Iterator[SendGridServer]:
    running_server.plan()
    yield running_server
    assert running_server.problems() == []


@pytest.fixture(scope="module")
def running_mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with smtp_server(Path(tmp_path_factory.mktemp("smtp"))) as server:
        yield server


@pytest.fixture(params=["pipelining", "one command at a time"])
def mail_server(running_mail_server: SmtpServer, request: pytest.FixtureRequest) -> SmtpServer:
    """A server that behaves, of both kinds."""
    running_mail_server.offers = OFFERS if request.param == "pipelining" else OFFERS[1:]
    running_mail_server.forget()
    return running_mail_server


@pytest.fixture
def smtp(mail_server: SmtpServer) -> Iterator[SmtpProvider]:
    seconds = timedelta(seconds=SECONDS)
    provider = SmtpProvider(mail_server.url(), clock=SystemClock(), deadline=seconds, last_answer=seconds)
    yield provider
    provider.close()
