"""Something about an issue that readers would notice, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsletter.words.mistake import Place


class Severity(StrEnum):
    """An error stops `send` unless it is told otherwise; a warning is for the author to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`message` says what it is and why it matters, `fix` how to mend it. `code` is stable, for scripts."""

    code: str
    severity: Severity
    place: Place
    message: str
    fix: str
