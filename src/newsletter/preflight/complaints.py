"""Reported: an issue of the last days that too many called spam stops the next one, until somebody has looked."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.compose.press import Proof
from newsletter.preflight.around import Around
from newsletter.preflight.rules import finding
from newsletter.words.alarm import AlarmKind, alarms
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place


def findings(proof: Proof, around: Around) -> Iterator[Finding]:
    """By the limits at which a sending is stopped; what came of this very issue is not held against it."""
    for health in around.health:
        for alarm in alarms(health):
            if alarm.kind is AlarmKind.COMPLAINTS and health.issue != proof.issue.number:
                yield finding(
                    "reported-as-spam" if alarm.pauses else "near-spam-limit",
                    Place(proof.issue.file, 1),
                    f"Of issue {health.issue}: {alarm.message}",
                    f"See who they are and how they came to the list: newsletter report {health.issue}. "
                    "To send all the same, waive this in the issue.",
                    fix_on_page=f"The report of issue {health.issue} says who they are. To send all the same, accept this with the reason.",
                )
