"""One answer of a mail server: a code of three digits, and words that may hold a finer one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_ADDRESS = re.compile(r"(?<![^\s<>()\"',;:])[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """`lines` are the words after the code, one text a line (RFC 5321, 4.2)."""

    code: int
    lines: tuple[str, ...]

    @property
    def status(self) -> tuple[int, int] | None:
        """Subject and detail of the enhanced code: (1, 1) for `550 5.1.1 ...`; None where there is none (RFC 3463)."""
        match = _STATUS.match(self.lines[0]) if self.lines else None
        if match is None or int(match[1]) != self.code // 100:
            return None
        return int(match[2]), int(match[3])

    @property
    def words(self) -> str:
        return " ".join(self.lines)

    def __str__(self) -> str:
        """The answer as people may read it."""
        return f"{self.code} {readable(self.words)}".rstrip()


def readable(words: str) -> str:
    """A server's words as people may read them: no address and no control character in them, at most 300 letters."""
    text = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(without_addresses(text).split())[:300].rstrip(".")


def without_addresses(words: str) -> str:
    return _ADDRESS.sub("an address", words)


def parsed(lines: list[bytes]) -> Reply | None:
    """The reply that these lines are, without their line ends; None as long as it goes on.

    Raises ValueError for lines that are not a mail server's answer.
    """
    match = _LINE.fullmatch(lines[-1])
    if match is None or match[1] != lines[0][:3]:
        raise ValueError("not an answer of a mail server")
    if match[2] == b"-":
        return None
    return Reply(int(match[1]), tuple(line[4:].decode("utf-8", "replace") for line in lines))
