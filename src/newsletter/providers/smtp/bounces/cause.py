"""Why a mail came back, by what the other mail server said: only an address that does not exist is for good."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from newsletter.providers.smtp.reply import without_addresses


class BounceCause(StrEnum):
    """`NO_MAILBOX` is for good; all others may be over by the next issue."""

    NO_MAILBOX = "no such mailbox"
    FULL = "mailbox full"
    BLOCKED = "blocked"
    FOR_NOW = "not now"


_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ \-])")
# RFC 3463: bad mailbox, moved, null MX (RFC 7505), mailbox disabled. Bad systems and routes (1.2, 4.4) may be a
# resolver's fault, here or there, so they are not among them.
_NO_MAILBOX = {(1, 1), (1, 6), (1, 10), (2, 1)}
# Codes that say no more than "no": there the words decide.
_SAYS_NOTHING = {(0, 0), (1, 0), (2, 0), (3, 0), (5, 0)}
_SAYS_FULL = re.compile(
    r"quota|(?:mailbox|inbox|account|box|folder) (?:\S+ )?(?:is )?(?:too )?full|mailbox size|(?:insufficient|out of|not enough) "
    r"(?:\w+ )?(?:storage|space|disk)|exceeded (?:\w+ )?storage|storage (?:limit|allocation)|postfach (?:ist )?voll",
    re.IGNORECASE,
)
_SAYS_BLOCKED = re.compile(
    r"spam|block(?:ed|list| list|ing)|black ?list|deny ?list|\brbl\b|dnsbl|reputation|unsolicited|bulk mail|junk|"
    r"polic(?:y|ies)|\bdmarc\b|\bspf\b|\bdkim\b|authenticat|access denied|not (?:authori[sz]ed|permitted|allowed)|prohibited|"
    r"administrative|rate.?limit|too many|too fast|throttl|virus|malware|phish|content|banned|greylist|relay|suspicious|"
    r"sender (?:address )?(?:rejected|denied|verify)",
    re.IGNORECASE,
)
_SAYS_NO_MAILBOX = re.compile(
    r"(?:user|recipient|mailbox|address|account|addressee)(?: \S+)? (?:is )?(?:unknown|not found|invalid|not known|does ?n[o']t exist)|"
    r"(?:unknown|no such|invalid) (?:\w+ )?(?:user|recipient|mailbox|address|account|person|local part)|"
    r"(?:does not|doesn't|doesnt|do not) (?:\w+ )?(?:exist|have an? [\w.]+ account)|no mailbox here|not a (?:known|valid) (?:user|mailbox)|"
    r"(?:account|mailbox|user) (?:\S+ )?(?:has been |is |was )?(?:disabled|deleted|closed|deactivated|terminated)|"
    r"not our customer|no longer (?:exists|valid|in use)|(?:benutzer|empf(?:ä|ae)nger) (?:ist )?unbekannt",
    re.IGNORECASE,
)


def cause_of(said: str, status: str = "") -> BounceCause:
    """What the words and codes mean in which a server refused one reader; `status` is the field of a report (RFC 3464).

    Where two of them disagree, the milder one counts: a reader must not be put off for something that passes.
    """
    # An address may hold any word: spam-lover@, full.quota@.
    said = without_addresses(said)
    found = [(one[1], (int(one[2]), int(one[3]))) for one in _STATUS.finditer(f"{status} {said}")]
    details = [detail for _, detail in found]
    if (2, 2) in details or _SAYS_FULL.search(said):
        return BounceCause.FULL
    if any(subject == 7 for subject, _ in details) or _SAYS_BLOCKED.search(said):
        return BounceCause.BLOCKED
    if not _is_final([level for level, _ in found], said):
        return BounceCause.FOR_NOW
    telling = [detail for detail in details if detail not in _SAYS_NOTHING]
    if telling:
        return BounceCause.NO_MAILBOX if all(detail in _NO_MAILBOX for detail in telling) else BounceCause.FOR_NOW
    return BounceCause.NO_MAILBOX if _SAYS_NO_MAILBOX.search(said) else BounceCause.FOR_NOW


def says_no_mailbox(said: str) -> bool:
    return cause_of(said) is BounceCause.NO_MAILBOX


def _is_final(levels: Sequence[str], said: str) -> bool:
    """Whether every code begins with 5, and there is one."""
    all_levels = {*levels, *(one[1] for one in _CODE.finditer(said))}
    return all_levels == {"5"}
