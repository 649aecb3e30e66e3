"""One check of an e-mail address, the same for an import of a million and for one person typed at a terminal."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from newsletter.words.domain import ascii_domain
from newsletter.words.mistake import Mistake

# RFC 5321, 4.5.3.1.1 and 4.5.3.1.3.
_MAX_LOCAL = 64
_MAX_ADDRESS = 254
_SHOWN = 80

# Plain addresses of which email-validator is known to accept every one (tests/readers/test_address.py proves it):
# it takes 0.2 ms for each, this takes less than a thousandth of a millisecond. What does not match is not refused,
# it goes the long way. No label may have hyphens at its third and fourth place: those are reserved (RFC 5890, 2.3.1).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:(?!.--)[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_RESERVED = "arpa|invalid|local|localhost|onion|test"
# An address that begins with an apostrophe is one to which a spreadsheet gave its mark for text, and no placeholder is
# plain, so that both go the long way.
_NOBODYS = r"deletion-request\.substack\.com|users\.noreply\.github\.com"
_PLAIN = re.compile(
    rf"(?!')(?=[^@]{{1,{_MAX_LOCAL}}}@)(?=.{{6,{_MAX_ADDRESS}}}\Z){_ATOM}(?:\.{_ATOM})*@(?!(?i:{_NOBODYS})\Z)"
    rf"(?:{_LABEL}\.)+(?!(?i:{_RESERVED})\Z)[A-Za-z]{{2,63}}\Z"
)

_SEVERAL = re.compile(r"(?<![^\s,;<>|@])[^\s,;<>|@]++@[^\s,;<>|@]++(?=[\s,;<>|]|\Z)")
_PLACEHOLDER = re.compile(rf".*@(?:{_NOBODYS})\Z", re.IGNORECASE | re.DOTALL)
# What spreadsheets put around a text so that it stays one, and signs that nobody sees.
_WRAPPED = re.compile(r"=?\"(?P<inside>[^\"<>@]*+@[^\"<>]*+)\"\Z")
_UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>\Z")


class Flaw(StrEnum):
    """What is wrong with an address, in kinds that a reader can be told in their own language."""

    EMPTY = "empty"
    HIDDEN = "hidden"
    LETTERS = "letters"
    LOOK_ALIKE = "look_alike"
    SHAPE = "shape"
    NOBODYS = "nobodys"


class BadAddress(Mistake):
    """The address cannot be mailed; the message has the whole reason, in English."""

    def __init__(self, message: str, flaw: Flaw) -> None:
        super().__init__(message, fix="Correct the address.")
        self.flaw = flaw


def is_plain(address: str) -> bool:
    """Whether the address is surely good, as told without the full check."""
    return _PLAIN.match(address) is not None


def check_address(address: str) -> str:
    """The address as it is kept: the local part as typed, without blanks around it. Raises BadAddress with the reason.

    The rules are those of email-validator, without asking the network. A local part that is not ASCII is refused:
    many mail servers on the way would bounce it later (RFC 6531 needs every one of them to agree).
    """
    if _PLAIN.match(address):
        return address
    address = address.strip()
    if _PLAIN.match(address):
        return address
    return _check_the_long_way(address)


def _check_the_long_way(address: str) -> str:
    # Imported here: most runs never meet an address that needs it.
    from email_validator import EmailNotValidError, validate_email

    if not address:
        raise BadAddress("There is no e-mail address.", Flaw.EMPTY)
    if _PLACEHOLDER.match(address):
        raise _refused(address, "it stands for somebody whose address is not known, or deleted", Flaw.NOBODYS)
    if address.count("@") > 1 and len(_SEVERAL.findall(address)) > 1:
        raise _refused(address, "it is more than one address; each takes a row of its own", Flaw.SHAPE)
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in address):
        raise _refused(address, "it holds a character that cannot be seen", Flaw.HIDDEN)
    local, _, domain = address.rpartition("@")
    if local and not local.isascii():
        raise _refused(
            address,
            "the part before the @ has letters outside a-z, which many mail servers do not deliver yet",
            Flaw.LETTERS,
        )
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise _refused(address, str(error).rstrip("."), Flaw.SHAPE) from None
    _refuse_look_alikes(address, domain)
    # Kept as typed, unless our key for it would differ from the domain that mail servers know.
    return address if ascii_domain(domain) == checked.ascii_domain else f"{local}@{checked.ascii_domain}"


def _refuse_look_alikes(address: str, domain: str) -> None:
    """Refuse a domain that mixes Latin with Cyrillic or Greek in one label: it reads like another one."""
    for label in domain.split("."):
        scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
        foreign = sorted(scripts & {"CYRILLIC", "GREEK"})
        if "LATIN" in scripts and foreign:
            why = f"its domain mixes Latin and {foreign[0].title()} letters that look alike"
            raise _refused(address, why, Flaw.LOOK_ALIKE)


def _refused(address: str, why: str, flaw: Flaw) -> BadAddress:
    return BadAddress(f"{show(address)} cannot be mailed: {why}.", flaw)


def show(text: str) -> str:
    """Hostile text made fit for a message: one line, quoted, without control characters, cut at 80 characters."""
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[: _SHOWN + 1])
    return f'"{printable[:_SHOWN]}…"' if len(printable) > _SHOWN else f'"{printable}"'


def tidy_address(cell: str) -> tuple[str, str]:
    """The address in a cell as people and programs write it, and the name beside it: `Fay <fay@example.com>`.

    Takes away blanks of every kind around it, `mailto:`, and what spreadsheets mark text with: `="fay@example.com"`,
    `'fay@example.com`. What is left is not checked.
    """
    cell = cell.strip().strip(_UNSEEN).strip()
    name = ""
    if cell.endswith(">"):
        found = _NAMED.match(cell)
        if found:
            name = found["name"].strip().strip("\"'").strip()
            cell = found["address"].strip()
    if cell[:7].lower() == "mailto:":
        cell = cell[7:].strip()
    wrapped = _WRAPPED.match(cell)
    cell = wrapped["inside"].strip() if wrapped else cell
    return cell[1:].rstrip("'") if cell[:1] == "'" else cell, name
