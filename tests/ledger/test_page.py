"""docs/sending.md about providers: what it says of each answer and each number is what the providers do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.providers.sendgrid.outcomes import outcomes
from newsletter.providers.sendgrid.provider import SendGrid
from newsletter.providers.sendgrid.transport import HttpAnswer
from newsletter.providers.smtp.outcomes import WAIT
from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.wiring import SystemClock
from newsletter.words.outcome import Accepted, Deferred, Refused, Uncertain
from tests.pages import DOCS, rows, section

_PAGE = DOCS / "sending.md"
_ON_SCREEN = {Accepted: "handed over", Deferred: "waiting", Refused: "waiting, while", Uncertain: "we don't know yet"}


@pytest.mark.parametrize("status", [202, 400, 401, 403, 404, 408, 413, 429, 451, 500, 502, 503])
def test_the_row_of_each_answer_says_what_is_done(status: int) -> None:
    """The readers' state and whether the sending pauses, as the provider's own table of outcomes has it."""
    seen = HttpAnswer(status=status, headers={"x-message-id": "ref"}, body=b"")
    ((_, outcome),) = outcomes(seen, [1, 2], datetime.now(UTC))

    named = [row for row in _answers() if str(status) in row[0] and "that names readers" not in row[0]]
    wanted = [row for row in named if row[0].startswith("400 that names nobody")] or named
    row = (wanted or [row for row in _answers() if row[0].startswith(f"Any {status // 100}xx")])[0]

    assert row[1].startswith(_ON_SCREEN[type(outcome)])
    if isinstance(outcome, Deferred) and outcome.pauses:
        assert row[2].startswith("pauses")


def test_the_numbers_of_both_providers_are_those_of_the_page() -> None:
    """Readers in a batch, calls at once, seconds for a call, and how long a mail server is left alone."""
    sendgrid = SendGrid("SG.made-up", clock=SystemClock(), url="https://api.sendgrid.com").limits
    smtp = SmtpProvider("smtp://localhost", clock=SystemClock()).limits
    compared = {row[0]: row[1:] for row in rows(section(_PAGE, "A mail server instead of SendGrid"))}

    assert [
        f"up to {sendgrid.readers:,} readers in one call",
        f"up to {smtp.readers} readers on one connection, a mail for each",
    ] == (compared["one batch"])
    assert 4 == sendgrid.calls == smtp.calls
    assert [
        f"at most four batches of {sendgrid.readers:,}",
        f"at most four mails; where the machine lost power, at most four batches of {smtp.readers}",
    ] == compared["a kill puts in doubt"]
    assert timedelta(seconds=30) == WAIT and "half a minute" in compared['"later" (429; 4yz)'][1]
    assert f"One call may take {sendgrid.deadline.seconds} seconds" in _PAGE.read_text()


def test_the_rule_that_the_judge_quotes_is_on_the_page() -> None:
    """Who asks to wait is not called again, and what is under way then is told."""
    page = " ".join(_PAGE.read_text().split())

    assert "Who asks us to wait is not called again for a batch that is taken afterwards." in page
    assert "a batch of another sending that is being taken in that very moment by another machine" in page


def _answers() -> list[list[str]]:
    return [list(row) for row in rows(section(_PAGE, "What the provider's answer means"))]
