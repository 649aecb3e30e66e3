"""What a look at one part of a running newsletter came to: sound, to be looked at, broken, or not to be known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """`UNKNOWN` could not be checked. It is never a failure: nobody knows."""

    PASS = "pass"  # noqa: S105 - a word, not a secret
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`about` names what was looked at, such as "SPF"; `fix` says what to do where it is not sound."""

    about: str
    state: State
    message: str
    fix: str = ""


def passed(about: str, message: str) -> Verdict:
    return Verdict(about=about, state=State.PASS, message=message)


def warned(about: str, message: str, fix: str) -> Verdict:
    return Verdict(about=about, state=State.WARN, message=message, fix=fix)


def failed(about: str, message: str, fix: str) -> Verdict:
    return Verdict(about=about, state=State.FAIL, message=message, fix=fix)


def unknown(about: str, message: str, fix: str = "") -> Verdict:
    return Verdict(about=about, state=State.UNKNOWN, message=message, fix=fix)
