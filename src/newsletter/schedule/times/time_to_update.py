"""Whether this is a time to update the program: not while an issue goes out, nor shortly before one is due."""

from __future__ import annotations

from datetime import timedelta

from newsletter.schedule.calendar import calendar
from newsletter.schedule.desk import Desk
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NotNow
from newsletter.words.moment import say_span

_TOO_NEAR = timedelta(hours=2)


def check_time_to_update(desk: Desk) -> None:
    """Raises NotNow with what goes out too soon, and when it is better."""
    going = desk.ledger.mailings.list_in([MailingStatus.SENDING])
    if going:
        raise NotNow("An issue is going out just now.", fix="Update once it is out, or insist: --anyway")
    now = desk.clock.now()
    lines = calendar(desk, since=now, n_ahead=1)
    near = next((line for line in lines if line.due_at is not None and line.due_at - now < _TOO_NEAR), None)
    if near is None or near.due_at is None:
        return
    what = f"Issue {near.issue}" if near.issue else "The next issue"
    when = f"in {say_span(near.due_at - now)}" if near.due_at > now else "now"
    raise NotNow(
        f"{what} goes to {near.list_name!r} {when}, at {near.local:%H:%M}.",
        fix="Update after that, or insist: --anyway",
    )
