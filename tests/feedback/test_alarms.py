"""When what comes back is worth a warning, and when a sending must stop."""

from __future__ import annotations

import pytest

from newsletter.words.alarm import AlarmKind, IssueStanding, alarms


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (IssueStanding(issue=1, handed_over=10_000), []),
        (IssueStanding(issue=1, handed_over=0, bounced=0), []),
        (IssueStanding(issue=1, handed_over=10_000, complained=9), []),
        (IssueStanding(issue=1, handed_over=10_000, complained=10), [(AlarmKind.COMPLAINTS, False)]),
        (IssueStanding(issue=1, handed_over=10_000, complained=29), [(AlarmKind.COMPLAINTS, False)]),
        (IssueStanding(issue=1, handed_over=10_000, complained=30), [(AlarmKind.COMPLAINTS, True)]),
        (IssueStanding(issue=1, handed_over=50, complained=2), []),
        (IssueStanding(issue=1, handed_over=50, complained=3), [(AlarmKind.COMPLAINTS, True)]),
        (IssueStanding(issue=1, handed_over=100, bounced=19), []),
        (IssueStanding(issue=1, handed_over=1_000, bounced=20), [(AlarmKind.BOUNCES, False)]),
        (IssueStanding(issue=1, handed_over=1_000, bounced=50), [(AlarmKind.BOUNCES, True)]),
        (IssueStanding(issue=1, handed_over=100, refused=19), []),
        (IssueStanding(issue=1, handed_over=1_000, refused=49), []),
        (IssueStanding(issue=1, handed_over=1_000, refused=199), [(AlarmKind.REFUSALS, False)]),
        (IssueStanding(issue=1, handed_over=1_000, refused=200), [(AlarmKind.REFUSALS, True)]),
        (IssueStanding(issue=1, handed_over=1_000, refused=99, refused_before=0.001), [(AlarmKind.REFUSALS, False)]),
        (IssueStanding(issue=1, handed_over=1_000, refused=100, refused_before=0.001), [(AlarmKind.REFUSALS, True)]),
        (IssueStanding(issue=1, handed_over=1_000, refused=249, refused_before=0.05), [(AlarmKind.REFUSALS, False)]),
        (IssueStanding(issue=1, handed_over=1_000, refused=250, refused_before=0.05), [(AlarmKind.REFUSALS, True)]),
        (IssueStanding(issue=1, handed_over=9, refuses_everybody="no"), [(AlarmKind.REFUSALS, True)]),
        (IssueStanding(issue=1, handed_over=1_000, due=1_000, unconfirmed=20), []),
        (IssueStanding(issue=1, handed_over=1_000, due=1_000, unconfirmed=21), [(AlarmKind.UNCONFIRMED, False)]),
        (IssueStanding(issue=1, handed_over=1_000, doubled=1), [(AlarmKind.DOUBLED, False)]),
    ],
)
def test_limits(standing: IssueStanding, expected: list[tuple[AlarmKind, bool]]) -> None:
    """Each limit of complaints, bounces and silence, from just below and from on it."""
    assert expected == [(alarm.kind, alarm.pauses) for alarm in alarms(standing)]


def test_an_alarm_says_how_many() -> None:
    """The sentence has the number, the share and the limit."""
    alarm = alarms(IssueStanding(issue=7, handed_over=1_000, complained=4))[0]

    assert "4 of 1,000 (0.40%) reported it as spam; the limit is 0.3%." == alarm.message
