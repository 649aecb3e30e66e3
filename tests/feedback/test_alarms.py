"""When what comes back is worth a warning, and when a sending must stop."""

from __future__ import annotations

import pytest

from newsletter.words.alarm import AlarmKind, IssueHealth, alarms


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (IssueHealth(issue=1, handed_over=10_000), []),
        (IssueHealth(issue=1, handed_over=0, bounced=0), []),
        (IssueHealth(issue=1, handed_over=10_000, complained=9), []),
        (IssueHealth(issue=1, handed_over=10_000, complained=10), [(AlarmKind.COMPLAINTS, False)]),
        (IssueHealth(issue=1, handed_over=10_000, complained=29), [(AlarmKind.COMPLAINTS, False)]),
        (IssueHealth(issue=1, handed_over=10_000, complained=30), [(AlarmKind.COMPLAINTS, True)]),
        (IssueHealth(issue=1, handed_over=50, complained=2), []),
        (IssueHealth(issue=1, handed_over=50, complained=3), [(AlarmKind.COMPLAINTS, True)]),
        (IssueHealth(issue=1, handed_over=100, bounced=19), []),
        (IssueHealth(issue=1, handed_over=1_000, bounced=20), [(AlarmKind.BOUNCES, False)]),
        (IssueHealth(issue=1, handed_over=1_000, bounced=50), [(AlarmKind.BOUNCES, True)]),
        (IssueHealth(issue=1, handed_over=100, refused=19), []),
        (IssueHealth(issue=1, handed_over=1_000, refused=49), []),
        (IssueHealth(issue=1, handed_over=1_000, refused=199), [(AlarmKind.REFUSALS, False)]),
        (IssueHealth(issue=1, handed_over=1_000, refused=200), [(AlarmKind.REFUSALS, True)]),
        (IssueHealth(issue=1, handed_over=1_000, refused=99, refused_before=0.001), [(AlarmKind.REFUSALS, False)]),
        (IssueHealth(issue=1, handed_over=1_000, refused=100, refused_before=0.001), [(AlarmKind.REFUSALS, True)]),
        (IssueHealth(issue=1, handed_over=1_000, refused=249, refused_before=0.05), [(AlarmKind.REFUSALS, False)]),
        (IssueHealth(issue=1, handed_over=1_000, refused=250, refused_before=0.05), [(AlarmKind.REFUSALS, True)]),
        (IssueHealth(issue=1, handed_over=9, refuses_everybody="no"), [(AlarmKind.REFUSALS, True)]),
        (IssueHealth(issue=1, handed_over=1_000, due=1_000, unconfirmed=20), []),
        (IssueHealth(issue=1, handed_over=1_000, due=1_000, unconfirmed=21), [(AlarmKind.UNCONFIRMED, False)]),
        (IssueHealth(issue=1, handed_over=1_000, doubled=1), [(AlarmKind.DOUBLED, False)]),
    ],
)
def test_limits(health: IssueHealth, expected: list[tuple[AlarmKind, bool]]) -> None:
    """Each limit of complaints, bounces and silence, from just below and from on it."""
    assert expected == [(alarm.kind, alarm.pauses) for alarm in alarms(health)]


def test_an_alarm_says_how_many() -> None:
    """The sentence has the number, the share and the limit."""
    alarm = alarms(IssueHealth(issue=7, handed_over=1_000, complained=4))[0]

    assert "4 of 1,000 (0.40%) reported it as spam; the limit is 0.3%." == alarm.message
