"""Hundreds of shapes of mails that come back: hard, soft and nothing told apart, and no reader put off for a soft one."""

from __future__ import annotations

import pytest

from newsletter.providers.smtp.bounces.mark import ReturnPath
from newsletter.providers.smtp.bounces.report import ReportKind, read_report
from tests.providers.bounces.shapes import Shape, shapes

KEYS = {1: b"k" * 40}
ATTEMPT, DELIVERY = "0123456789abcdef" * 2, 7
PATH = ReturnPath("bounces@ferries.example.com", KEYS)
BACK = PATH.address(ATTEMPT, DELIVERY)
ALL = shapes(BACK, BACK.partition("+")[2].partition("@")[0])


def test_there_are_enough_of_each() -> None:
    """No two alike."""
    assert 300 <= len(ALL) == len({one.mail for one in ALL})
    assert {*ReportKind} == {one.kind for one in ALL}


@pytest.mark.parametrize("kind", [*ReportKind])
def test_each_is_taken_for_what_it_is(kind: ReportKind) -> None:
    """Its kind, its cause, and where it reports anything, whose copy it was."""
    wrong = [f"{one.name}: {found}" for one in ALL if one.kind is kind and (found := _mistaken(one))]

    assert not wrong, "\n".join(wrong)


def _mistaken(shape: Shape) -> str:
    told = read_report(shape.mail)
    if told.kind is not shape.kind or (shape.kind is ReportKind.BOUNCED and told.cause is not shape.cause):
        return f"{told.kind}, {told.cause}, {told.words!r}"
    about = PATH.genuine(told.marks)
    is_known = about is not None and (about.attempt, about.delivery) == (ATTEMPT, DELIVERY)
    return "" if is_known or shape.kind is ReportKind.NOTHING else f"no mark in {told.marks}"


@pytest.mark.parametrize(
    "date", ["Mon, 1 Jan 2024 00:00:00 +99999999999999", "Thu, 3 Dec 99999999999999999999 09:31:00 +0100"]
)
def test_an_absurd_date_costs_the_report_its_date_alone(date: str) -> None:
    """The library raises more than one kind of error for them."""
    mail = ALL[0].mail.replace(b"Thu, 3 Dec 2026 09:31:00 +0100", date.encode(), 1)
    told = read_report(mail)

    assert ReportKind.BOUNCED is told.kind
    assert told.said_at is None
