"""Reads one mail from the bounce mailbox, in the bounded child: what it reports, of which copy, and in which words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum

from newsletter.providers.smtp.bounces.cause import BounceCause, cause_of
from newsletter.providers.smtp.bounces.mark import MARK

_MOST_PARTS = 60
_MOST_BLOCKS = 20
_MOST_MARKS = 5
# Marks stand in headers, in the report's fields and in the headers of the mail that came back: all near the beginning.
_SEARCHED = 400_000
_LONGEST_WORDS = 2_000
# RFC 5321, 4.5.3.1: 64, an @, and 255.
_LONGEST_ADDRESS = 320
_FOLDED = re.compile(rb"=?\r?\n[ \t]*")
_STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
# RFC 5965 and the registry after it: "not-spam", "virus" and "auth-failure" are no reader's complaint.
_COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list", "complaint", "miscategorized"}
# Below this, a mail in words shows the one that came back: what stands there was said by us.
_OURS_FROM_HERE = re.compile(
    r"--[ ]?(?:this is a copy|below this line|original message|returned message|the header|message header|unsent message)"
    r"|^(?:return-path|received|x-newsletter-attempt|message headers?|original message headers?):",
    re.IGNORECASE | re.MULTILINE,
)


class ReportKind(StrEnum):
    """What a mail reports. `NOTHING`: an answer of a person or of their absence, a receipt, any other mail."""

    BOUNCED = "bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINED = "complained"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`marks` may name the copy that it is about, and are not proved yet. `id` is the same when the mail is read again.

    `cause` says why something BOUNCED, which may be said of a DELAYED one too; `words` are those of the other server.
    `recipients` are the addresses that a BOUNCED one names: the reader's own, or where their mail is forwarded to.
    """

    id: str
    kind: ReportKind
    marks: tuple[str, ...]
    cause: BounceCause = BounceCause.FOR_NOW
    words: str = ""
    said_at: datetime | None = None
    recipients: tuple[str, ...] = ()


def read_report(data: bytes) -> Report:
    """Take a mail apart, however broken it is."""
    mail = message_from_bytes(data)
    parts = list(_parts(mail))
    kind, cause, words = _complaint(parts) or _delivery_status(parts) or _in_words(mail, parts)
    return Report(
        id=_identity(mail, data),
        kind=kind,
        marks=_marks(data),
        cause=cause,
        words=" ".join(words.split())[:_LONGEST_WORDS],
        said_at=_date(mail),
        recipients=_recipients(parts) if kind is ReportKind.BOUNCED else (),
    )


_Said = tuple[ReportKind, BounceCause, str]
_NOTHING: _Said = (ReportKind.NOTHING, BounceCause.FOR_NOW, "")


def _parts(mail: Message) -> Iterator[Message]:
    for number, part in enumerate(mail.walk()):
        if number >= _MOST_PARTS:
            return
        yield part


def _complaint(parts: Sequence[Message]) -> _Said | None:
    """A feedback report (RFC 5965). One of another type is nobody's complaint, and no bounce."""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            found = re.search(r"^feedback-type:\s*([\w-]+)", _text(part), re.IGNORECASE | re.MULTILINE)
            is_complaint = found is not None and found[1].lower() in _COMPLAINTS
            return (ReportKind.COMPLAINED, BounceCause.FOR_NOW, "") if is_complaint else _NOTHING
    return None


def _delivery_status(parts: Sequence[Message]) -> _Said | None:
    """A delivery status notification (RFC 3464, and RFC 6533 for addresses in other scripts)."""
    said = [_of_block(block) for block in _told(parts)]
    if not said:
        return None
    # A copy that was passed on to several places arrived if it arrived at one of them.
    for kind in (ReportKind.DELIVERED, ReportKind.DELAYED):
        if found := [one for one in said if one[0] is kind]:
            return found[0]
    failed = [one for one in said if one[0] is ReportKind.BOUNCED]
    return max(failed, key=lambda one: one[1] is not BounceCause.NO_MAILBOX) if failed else _NOTHING


def _recipients(parts: Sequence[Message]) -> tuple[str, ...]:
    """The addresses that a report names (RFC 3464, 2.3.1 and 2.3.2). A name without a domain, or of another kind of mail, says nothing."""
    fields = [_field(block, name) for block in _told(parts) for name in ("original-recipient", "final-recipient")]
    named = [field.partition(";") for field in fields]
    found = [said.strip() for kind, _, said in named if kind.strip().lower() in {"rfc822", "utf-8"} and "@" in said]
    return tuple(dict.fromkeys(said.split()[0].strip("<>")[:_LONGEST_ADDRESS] for said in found))


def _told(parts: Sequence[Message]) -> Sequence[Message]:
    told = [block for part in parts if part.get_content_type() in _STATUS_PARTS for block in _blocks(part)]
    return told[:_MOST_BLOCKS]


def _blocks(part: Message) -> Iterator[Message]:
    """The fields of each recipient; those of the message come first and have no Action."""
    payload = part.get_payload()
    blocks = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    if len(blocks) == 1:
        # The library knows the blocks of message/delivery-status alone, and takes those of RFC 6533 for a mail.
        blocks += [message_from_string(text) for text in re.split(r"\n\s*\n", _text_inside(blocks[0]))]
    return (block for block in blocks if _field(block, "action"))


def _of_block(block: Message) -> _Said:
    action = _field(block, "action").lower()
    words = _field(block, "diagnostic-code").partition(";")[2].strip() or _field(block, "diagnostic-code")
    status = _field(block, "status")
    if action.startswith("delayed"):
        return ReportKind.DELAYED, cause_of(words, status), words or status
    if action.startswith(("delivered", "relayed", "expanded")):
        return ReportKind.DELIVERED, BounceCause.FOR_NOW, words or status
    if action.startswith(("fail", "error")):
        return ReportKind.BOUNCED, cause_of(words, status), words or status
    return _NOTHING


def _in_words(mail: Message, parts: Sequence[Message]) -> _Said:
    """A bounce from before such reports, or from a server that writes none: a library knows many by their wording."""
    from flufl.bounce import all_failures

    try:
        for_now, for_good = all_failures(mail)
    except Exception:  # noqa: BLE001 - it stumbles over some mails that lack a header, and none of those was known to it
        return _NOTHING
    if not for_now and not for_good:
        return _NOTHING
    words = next((_text(part) for part in parts if part.get_content_type() == "text/plain"), "")
    words = _OURS_FROM_HERE.split(words, maxsplit=1)[0][: 2 * _LONGEST_WORDS]
    if not for_good:
        return ReportKind.DELAYED, BounceCause.FOR_NOW, words
    return ReportKind.BOUNCED, cause_of(words), words


def _marks(data: bytes) -> tuple[str, ...]:
    text = _FOLDED.sub(b"", data[:_SEARCHED]).decode("latin-1").lower()
    # Also across line ends that were none: what follows a header's line could be taken for the rest of a mark.
    plain = data[:_SEARCHED].decode("latin-1").lower()
    found = dict.fromkeys(match[0] for one in (plain, text) for match in MARK.finditer(one))
    return tuple(found)[:_MOST_MARKS]


def _identity(mail: Message, data: bytes) -> str:
    """By its Message-ID and date; copies of one mail may differ in how they travelled."""
    name = _field(mail, "message-id")
    return "mail:" + hashlib.sha256(f"{name}{_field(mail, 'date')}".encode() if name else data).hexdigest()


def _date(mail: Message) -> datetime | None:
    try:
        said = parsedate_to_datetime(_field(mail, "date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return said if said.tzinfo else None


def _field(mail: Message, name: str) -> str:
    return str(mail.get(name, "")).encode("utf-8", "replace").decode("utf-8").strip()


def _text_inside(mail: Message) -> str:
    inside = mail.get_payload()
    return inside if isinstance(inside, str) else ""


def _raw(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    if part.is_multipart():
        # The library takes what is inside message/* for a mail: its fields are that one's headers.
        return "\n".join(f"{name}: {value}" for one in part.get_payload() for name, value in _fields(one))
    return _raw(part).decode("utf-8", "replace")


def _fields(one: object) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in one.items()] if isinstance(one, Message) else []
