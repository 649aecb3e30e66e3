"""Tells apart, in a forwarded mail, the words of who forwards it from what they forward."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What mail programs put before the subject: Fwd, Fw; WG (de), TR (fr), RV (es), I (it), Enc (pt), VS, VB (nordic), Doorst (nl).
_PREFIX = re.compile(r"^\s*+(?:\[?\s*+(?:fwd?|wg|tr|rv|enc|vs|vb|vl|doorst|pd|i)\s*+:\s*+)++", re.IGNORECASE)
# The line above a forwarded message, as Gmail, Thunderbird, Outlook and Apple Mail write it, in whatever language.
_MARKERS = (
    re.compile(r"^[ \t]*-{5,}[ \t]*\w[^\n-]{3,60}[^\n-][ \t]*-{5,}[ \t]*$", re.MULTILINE),
    re.compile(r"^[ \t]*(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht|Début du message \w+)[^\n]{0,20}:[ \t]*$",
               re.MULTILINE),
    re.compile(r"^[ \t]*_{20,}[ \t]*\n(?=[ \t]*[*]?(?:From|Von|De|Da|Van|Från|Fra)[*]?[ \t]?:)", re.MULTILINE),
)  # fmt: skip
_HEADER_LINE = re.compile(r"^[>\s]*[*]?(?P<name>[^\W\d_][\w -]{1,20})[*]?\s?:[*]?(?!//)[ \t]*(?P<value>\S[^\n]*)$")
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_SENT_FROM = re.compile(
    r"^(?:Sent from my|Get Outlook for|Von meinem|Gesendet mit|Envoyé de mon)\b[^\n]*$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """`own` are the sender's words without their signature; `other` is what they pass on, "" where it is nothing."""

    own: str
    other: str


def bare_subject(subject: str) -> str:
    """The subject without what says that it was forwarded."""
    return _PREFIX.sub("", subject).strip() if _PREFIX.match(subject) else subject.strip()


def take_apart(text: str) -> Forwarded:
    """Split a mail's text at the first line that says that a forwarded message begins."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match = min((found for mark in _MARKERS if (found := mark.search(text))), key=lambda one: one.start(), default=None)
    if match is None:
        return Forwarded(own=without_signature(text), other="")
    return Forwarded(own=without_signature(text[: match.start()]), other=_without_head(text[match.end() :]))


def without_signature(text: str) -> str:
    """What stands above the two hyphens, and without the line that a phone adds."""
    match = _SIGNATURE.search(text)
    return _SENT_FROM.sub("", text[: match.start()] if match else text).strip()


def _without_head(text: str) -> str:
    """A forwarded message without the From, Date, Subject and To on top of it, and not indented."""
    lines = text.strip("\n").split("\n")
    at = next((n for n, line in enumerate(lines) if line.strip("> \t")), len(lines))
    while at < len(lines) and _HEADER_LINE.match(lines[at]):
        at += 1
    body = lines[at:]
    if body and all(line.startswith(">") or not line.strip() for line in body):
        body = [re.sub(r"^> ?", "", line) for line in body]
    return "\n".join(body).strip()
