"""What became of the issue before stands in the way of the next one."""

from __future__ import annotations

import pytest

from newsletter.compose.press import Proof
from newsletter.compose.render import Rendered
from newsletter.preflight.around import Around
from newsletter.preflight.complaints import findings
from newsletter.wiring import open_newsletter
from newsletter.words.alarm import IssueHealth
from newsletter.words.issue import Issue
from tests.fakes.sendgrid_events import Telling
from tests.feedback.sent import Post
from tests.preflight.desk import Desk
from tests.world import WEEKLY, an_edition

_PROOF = Proof(issue=Issue(number=2, subject="x"), posts={}, rendered=Rendered(an_edition(2), "", {}))
_NEAR, _OVER = "near-spam-limit", "reported-as-spam"


@pytest.mark.parametrize(("complained", "codes"), [(0, []), (9, []), (10, [_NEAR]), (29, [_NEAR]), (30, [_OVER])])
def test_by_the_limits_of_the_mailbox_providers(complained: int, codes: list[str]) -> None:
    """0.1 % is a warning and 0.3 % an error, from just below and from on it."""
    before = IssueHealth(issue=1, handed_over=10_000, complained=complained)

    assert codes == [one.code for one in findings(_PROOF, Around(newsletter=WEEKLY, health=[before]))]


def test_what_came_of_the_issue_itself_is_not_held_against_it() -> None:
    """It was stopped for it already, and who resumes has overruled that."""
    itself = IssueHealth(issue=2, handed_over=10_000, complained=500)

    assert [] == list(findings(_PROOF, Around(newsletter=WEEKLY, health=[itself])))


def test_it_stops_a_real_sending_and_no_practice(own_desk: Desk) -> None:
    """Issue 1 went to three readers, who all called it spam: the check of issue 2 fails, except for practice."""
    parts = open_newsletter(own_desk.directory)
    post = Post(parts.engine)
    post.hear(post.send(1), Telling(courses={"spamreport": 1}))
    parts.engine.dispose()

    practised = own_desk.cli("check", "2", "--offline")
    real = own_desk.cli("check", "2", "--offline", NEWSLETTER_PROVIDER="sendgrid", SENDGRID_API_KEY="SG.made-up")

    assert (0, False) == (practised.exit_code, _OVER in practised.output)
    assert (1, True) == (real.exit_code, _OVER in real.output), real.output
    assert "Of issue 1: 3 of 3 (100.00%) reported it as spam" in " ".join(real.output.split())
