"""SendGrid's log as evidence: what it proves, what it can't, and that the stand-in's log has the official form."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from newsletter.ports.provider import Trace, Tried
from newsletter.providers.sendgrid.api import SendGridApi
from newsletter.providers.sendgrid.logs import SendGridLogs
from tests.fakes.running import SendGridServer, sendgrid_server

NOW = datetime.now(UTC)
READERS = {number: f"o'neil{number}@example.com" for number in range(1, 40)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SendGridServer]:
    """A stand-in for SendGrid."""
    with sendgrid_server(Path(tmp_path_factory.mktemp("sendgrid"))) as running:
        yield running


def about(attempt: str, deliveries: Sequence[int]) -> Tried | None:
    addresses = {one: READERS[one] for one in deliveries}
    return Tried(started_at=NOW, deadline_at=NOW + timedelta(seconds=38), addresses=addresses)


@pytest.fixture
def logs(server: SendGridServer) -> SendGridLogs:
    """The log, asked through a real connection."""
    server.keep(messages={}, hidden=False, status=200)
    return SendGridLogs(SendGridApi("SG.made-up", server.url, time.monotonic), about)


def a_message(number: int, *, attempt: str | None = "mine", minutes: float = 0.0) -> dict[str, Any]:
    """A message of the log to a reader; without an attempt it is other mail of the same account."""
    return {
        "from_email": "mara@ferries.example.com",
        "sg_message_id": f"ref.recvd/{number}+1-{attempt}.0",
        "subject": "Boats",
        "to_email": READERS[number],
        "status": "delivered",
        "sg_message_id_created_at": (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "custom_args": {"nl_attempt": attempt} if attempt else {},
    }


def keep(server: SendGridServer, *messages: dict[str, Any]) -> None:
    server.keep(messages={one["sg_message_id"]: one for one in messages})


def test_one_reader_of_three_is_enough(server: SendGridServer, logs: SendGridLogs) -> None:
    """The first, the last and one between are asked for; the last is there."""
    keep(server, a_message(39))
    before = server.state().get("asked", 0)

    assert {39: Trace.FOUND} == logs.find("mine", list(READERS))
    assert server.state()["asked"] - before <= 4


@pytest.mark.parametrize(
    "message",
    [
        a_message(1, attempt=None),
        a_message(1, attempt="an earlier try"),
        a_message(1, minutes=60),
        a_message(1, minutes=-60),
    ],
)
def test_other_mail_to_the_same_reader_proves_nothing(
    server: SendGridServer, logs: SendGridLogs, message: dict[str, Any]
) -> None:
    """Only a message that carries the name of this very try, and of about its time."""
    keep(server, message)

    assert {} == logs.find("mine", [1])


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_log_that_does_not_answer_proves_nothing(server: SendGridServer, logs: SendGridLogs, status: int) -> None:
    """Nobody is called absent, and nothing is raised."""
    keep(server, a_message(1))
    server.keep(status=status)

    assert {} == logs.find("mine", [1])


def test_silence_is_never_absence(server: SendGridServer, logs: SendGridLogs) -> None:
    """The log may lag behind, so that it knows nothing of a try does not mean that nothing arrived."""
    assert Trace.ABSENT not in logs.find("mine", list(READERS)).values()


# The stand-in itself


def _official() -> dict[str, Any]:
    path = Path(os.environ.get("NEWSLETTER_SHARED") or "", "data", "sendgrid-logs-openapi.json")
    if not os.environ.get("NEWSLETTER_SHARED") or not path.exists():
        return {}
    # Some examples of the description are not where a schema may have them.
    found: dict[str, Any] = json.loads(
        path.read_text(),
        object_pairs_hook=lambda pairs: {key: value for key, value in pairs if key != "examples"},
    )
    return found


@pytest.mark.official
def test_the_stand_ins_log_has_the_official_form(server: SendGridServer, logs: SendGridLogs) -> None:
    """Questions of ours and answers of its, held against the provider's own description."""
    document = _official()
    keep(server, a_message(1), a_message(2, attempt=None))
    asking = SendGridApi("SG.made-up", server.url, time.monotonic)
    question = {"query": f'to_email = "{READERS[1]}"', "limit": 20}

    for name, value in (
        ("EmailLogsGetMessagesByFilterRequest", question),
        ("EmailLogsGetMessagesByFilterResponse", asking.post("/v3/logs", question)),
        ("EmailLogsGetMessageByIdResponse", asking.get("/v3/logs/ref.recvd%2F1%2B1-mine.0")),
    ):
        schema = {**document["components"]["schemas"][name], "components": document["components"]}
        assert [] == [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(value)]
