"""SendGrid's lists of mail that did not arrive: those who can't be reached, and those who could not for a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# RFC 3463: addresses that are wrong (1), a mailbox that is switched off (2.1), a domain without a mail server (4.4).
_DEAD = re.compile(
    r"\b5\.1\.\d|\b5\.2\.1\b|\b5\.4\.4\b|\bmx\b|unknown|no such|not exist|not found|invalid|disabled|inactive",
    re.IGNORECASE,
)
# The same, 3: a status that begins with 4 passes; as a code of RFC 5321 too.
_TRANSIENT = re.compile(r"4(?:\.\d{1,3}\.\d{1,3}|\d\d)?(?!\d)")
# The same: what a server refuses for its rules (7), or because too much came.
_REFUSED = re.compile(
    r"\b5\.7\.\d|\b5\.2\.[23]\b|\b5\.3\.\d|block|black ?list|spam|reputation|policy|policies|dmarc|\bspf\b|dkim|gr[ae]y ?list"
    r"|rate limit|throttl|time(?:d)? ?out|try again|temporar|deferr|too many|too large|quota|full",
    re.IGNORECASE,
)
_BLOCKS_NAME = re.compile(r"(?:^|[^a-z])blocks?(?:[^a-z]|$)", re.IGNORECASE)
_BOUNCES_NAME = re.compile(r"bounces?(?:[^a-z]|$)", re.IGNORECASE)
PASSES = (
    "SendGrid says that mail to this address was blocked or put off for a time. So it is not taken for one that cannot be "
    "reached, and nobody joins by such a list."
)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The places of status and reason in a row. SendGrid's bounces and its blocks have the same columns."""

    status: int
    reason: int
    are_bounces: bool

    def passes(self, cells: Sequence[str]) -> bool:
        """Whether the mail was refused for a time only. Where nobody says which list it is, also for a rule."""
        status, reason = cells[self.status].strip(), cells[self.reason].strip()
        if _TRANSIENT.match(status or reason):
            return True
        told = f"{status} {reason}"
        return not self.are_bounces and not _DEAD.search(told) and _REFUSED.search(told) is not None


def undelivered(header: Sequence[str], name: str, *, is_asked: bool) -> Undelivered:
    """For a header with the columns status and reason. `is_asked` where somebody says that these are bounces."""
    titles = [title.strip().casefold() for title in header]
    are_bounces = is_asked or _BOUNCES_NAME.search(name) is not None
    return Undelivered(titles.index("status"), titles.index("reason"), are_bounces)


def names_blocks(name: str) -> bool:
    """Whether a file's name says that it is a list of blocks."""
    return _BLOCKS_NAME.search(name) is not None and not _BOUNCES_NAME.search(name)
