"""What SendGrid would refuse a whole call for, found before the call: one bad reader must not cost the other 999."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from newsletter.ports.provider import Limits
from newsletter.providers.sendgrid.body import TOKEN_LETTERS, Tokens, in_ascii, with_tokens
from newsletter.words.consignment import Consignment
from newsletter.words.outcome import Deferred

MAX_READERS = 1_000
# Two official pages disagree (10,000 and 50,000); the smaller one is safe. It bounds "the total collective size of your
# substitutions": headers and custom_args are not among them. All that JSON writes for them is counted, to be sure.
MAX_SUBSTITUTION_BYTES = 10_000
# The quotes round a token and its value, the colon and the comma.
_MARKS = 6
LIMITS = Limits(
    readers=MAX_READERS,
    bytes_per_reader=MAX_SUBSTITUTION_BYTES,
    bytes_per_gap=TOKEN_LETTERS + _MARKS,
    calls=4,
)
MAX_CUSTOM_ARGS_BYTES = 10_000
MAX_ADDRESS = 320

# Set by SendGrid itself; a call that names one is refused.
RESERVED_HEADERS = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)

_HEADER_NAME = re.compile("[!-9;-~]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# ASCII only (SendGrid has no SMTPUTF8), one @, nothing that could smuggle in a second address.
_ADDRESS = re.compile(r"""[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9\[][A-Za-z0-9.:\-\]]*""")
_ADDRESSES = re.compile(rf"(?:{_ADDRESS.pattern}\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The consignment that may go, and which deliveries may not and why.

    With a `problem` no call should be made at all.
    """

    consignment: Consignment
    refused: Sequence[tuple[int, str]]
    problem: Deferred | None = None


def checked(consignment: Consignment, tokens: Tokens) -> Checked:
    """Check a parcel against the documented limits of POST /v3/mail/send."""
    if problem := _problem(consignment, tokens):
        return Checked(consignment=consignment, refused=(), problem=problem)
    if not all(map(str.isascii, consignment.addresses)):
        consignment = replace(consignment, addresses=[in_ascii(address) for address in consignment.addresses])
    reasons: dict[int, str] = {}
    for row, reason in _faults(consignment, tokens):
        reasons.setdefault(row, reason)
    if not reasons:
        return Checked(consignment=consignment, refused=())
    refused = [(consignment.deliveries[row], reason) for row, reason in sorted(reasons.items())]
    kept = [row for row in range(len(consignment)) if row not in reasons]
    return Checked(consignment=_only(consignment, kept), refused=refused)


def _problem(consignment: Consignment, tokens: Tokens) -> Deferred | None:
    """What is wrong with the call as a whole; no reader is to blame."""
    edition = consignment.edition
    if len(consignment) > MAX_READERS:
        return Deferred(
            f"A call to SendGrid takes {MAX_READERS:,} readers; this one has {len(consignment):,}.", halve=True
        )
    for name, part in (("subject", edition.subject), ("plain text", edition.text), ("HTML", edition.html)):
        if not with_tokens(part, tokens).strip():
            return _pause(f"The {name} of this issue is empty, and SendGrid refuses mail without one.")
    if _CONTROL.search(with_tokens(edition.subject, tokens)):
        return _pause("The subject of this issue holds a line break or a control character.")
    if not all(_is_address(in_ascii(address)) for address in (edition.sender, edition.reply_to) if address is not None):
        return _pause("The sender or the reply-to address of this newsletter is not one that SendGrid takes.")
    if _CONTROL.search(edition.sender_name):
        return _pause("The sender's name holds a line break or a control character.")
    if not consignment.attempt or len(consignment.attempt.encode()) > MAX_CUSTOM_ARGS_BYTES - 100:
        return _pause("The name of this attempt is empty or too long to travel with the mail.")
    return _header_problem(consignment)


def _header_problem(consignment: Consignment) -> Deferred | None:
    for name in (*consignment.headers, *consignment.reader_headers):
        if not _HEADER_NAME.fullmatch(name) or name.casefold() in RESERVED_HEADERS:
            return _pause(f"SendGrid does not let a mail set the header {name!r}.")
    for name, value in consignment.headers.items():
        if _CONTROL.search(value):
            return _pause(f"The header {name} holds a line break or a control character.")
    return None


def _pause(reason: str) -> Deferred:
    return Deferred(reason, pauses=True)


def _faults(consignment: Consignment, tokens: Tokens) -> Iterator[tuple[int, str]]:
    """Rows that break a limit by themselves, with the reason."""
    yield from _bad_addresses(consignment.addresses)
    for name, column in consignment.reader_headers.items():
        yield from _holding(_CONTROL, column, f"The header {name} of this reader holds a control character.")
    subject_holes = frozenset(consignment.edition.subject.holes)
    for hole, column in zip(tokens, consignment.values, strict=True):
        if hole in subject_holes:
            yield from _holding(_CONTROL, column, "A value in the subject holds a line break or a control character.")
        else:
            yield from _holding(_SURROGATE, column, "A value of this reader is not text that can be written down.")
    yield from _oversized(consignment, tokens)
    yield from _without_subject(consignment, tokens)


def _bad_addresses(addresses: Sequence[str]) -> Iterator[tuple[int, str]]:
    # One check of all of them together: nearly always nothing is wrong.
    if not _ADDRESSES.fullmatch("\n".join(addresses) + "\n") or max(map(len, addresses), default=0) > MAX_ADDRESS:
        for row, address in enumerate(addresses):
            if not _is_address(address):
                yield row, "SendGrid does not take this address."
    if len(set(map(str.casefold, addresses))) == len(addresses):
        return
    seen: set[str] = set()
    for row, address in enumerate(addresses):
        if address.casefold() in seen:
            yield (row, "The same address is in this call already, under another delivery.")
        seen.add(address.casefold())


def _is_address(address: str) -> bool:
    return len(address) <= MAX_ADDRESS and _ADDRESS.fullmatch(address) is not None


def _holding(unwanted: re.Pattern[str], column: Sequence[str], reason: str) -> Iterator[tuple[int, str]]:
    # One check of the whole column; only if it fails is each value checked.
    joined = "".join(column)
    if not (joined.isascii() if unwanted is _SURROGATE else joined.isprintable()):
        yield from ((row, reason) for row, value in enumerate(column) if unwanted.search(value))


def _oversized(consignment: Consignment, tokens: Tokens) -> Iterator[tuple[int, str]]:
    overhead = 1 + sum(len(token) + _MARKS for token in tokens.values())
    # No character takes more than six bytes: mostly this bound is enough, and nothing has to be written out.
    if overhead + 6 * sum(max(map(len, column), default=0) for column in consignment.values) <= MAX_SUBSTITUTION_BYTES:
        return
    for row, values in enumerate(zip(*consignment.values, strict=True)):
        n_bytes = overhead + sum(map(_carried_bytes, values))
        if n_bytes > MAX_SUBSTITUTION_BYTES:
            yield (
                row,
                f"This reader's values take {n_bytes:,} bytes; SendGrid takes {MAX_SUBSTITUTION_BYTES:,} for a reader.",
            )


def _carried_bytes(value: str) -> int:
    """A value as JSON, without the quotes round it. Half a surrogate pair is refused elsewhere, and counted here."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")) - 2


def _without_subject(consignment: Consignment, tokens: Tokens) -> Iterator[tuple[int, str]]:
    subject = consignment.edition.subject
    if any(isinstance(piece, str) and piece.strip() for piece in subject.pieces):
        return
    columns = [column for hole, column in zip(tokens, consignment.values, strict=True) if hole in subject.holes]
    for row, values in enumerate(zip(*columns, strict=True)):
        if not any(value.strip() for value in values):
            yield row, "The subject would be empty for this reader."


def _only(consignment: Consignment, rows: Sequence[int]) -> Consignment:
    return replace(
        consignment,
        deliveries=[consignment.deliveries[row] for row in rows],
        addresses=[consignment.addresses[row] for row in rows],
        values=[[column[row] for row in rows] for column in consignment.values],
        reader_headers={name: [column[row] for row in rows] for name, column in consignment.reader_headers.items()},
    )
