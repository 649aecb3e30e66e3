"""One parcel as the body of one call: the constant text once, and a set of gap values for each reader."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from newsletter.words.consignment import Consignment
from newsletter.words.gap import Choice, Gap, Part
from newsletter.words.message import addr_spec
from newsletter.words.mistake import Mistake
from newsletter.words.tracking import Tracking

# What travels with the mail and comes back in events. Prefixed: SendGrid overwrites plain names such as `email`.
ATTEMPT = "nl_attempt"
DELIVERY = "nl_delivery"
# The tracking with which a mail went out, so that a later open is kept as its reader was promised.
TRACKING = "nl_tracking"

# An account may switch these on by itself, and its own unsubscribe footer and header would be added to ours.
_NEVER = {"subscription_tracking": {"enable": False}, "ganalytics": {"enable": False}}

Tokens = Mapping[Gap | Choice, str]
# A nonce of 14 letters and a number of three digits between hyphens: more gaps than that fit in no call.
TOKEN_LETTERS = 19


def mint(consignment: Consignment) -> Tokens:
    """A token for every hole, such that neither the edition nor a reader's value holds one.

    Tokens are made from the attempt, which nobody knew when the texts were written; still each nonce is looked for
    before use. They consist of letters, digits and hyphens only: a character that is encoded on the way would no longer
    match.
    """
    salt = 0
    while _occurs(nonce := _nonce(consignment.attempt, salt), consignment):
        salt += 1
    return {hole: f"-{nonce}{index:03d}-" for index, hole in enumerate(consignment.edition.holes)}


def mail_body(consignment: Consignment, tokens: Tokens, tracking: Tracking = Tracking.NONE) -> dict[str, object]:
    """The body of one POST /v3/mail/send, ready to be serialised. Needs what `checked` has passed."""
    edition = consignment.edition
    body: dict[str, object] = {
        "personalizations": _personalizations(consignment, list(tokens.values())),
        "from": {"email": in_ascii(edition.sender), "name": edition.sender_name},
        "subject": with_tokens(edition.subject, tokens),
        "content": [
            {"type": "text/plain", "value": with_tokens(edition.text, tokens)},
            {"type": "text/html", "value": with_tokens(edition.html, tokens)},
        ],
        "custom_args": {ATTEMPT: consignment.attempt, **({TRACKING: tracking.value} if tracking.is_on else {})},
        "tracking_settings": {
            # Never in plain text: the addresses there are read by people.
            "click_tracking": {"enable": tracking.is_on, "enable_text": False},
            "open_tracking": {"enable": tracking.is_on},
            **_NEVER,
        },
    }
    if edition.reply_to:
        body["reply_to"] = {"email": in_ascii(edition.reply_to)}
    return body


def in_ascii(address: str) -> str:
    """An address with its domain in ASCII (IDNA); unchanged where that can't be done."""
    if address.isascii():
        return address
    try:
        return addr_spec(address)
    except Mistake:
        return address


def with_tokens(part: Part, tokens: Tokens) -> str:
    """A part with its holes marked. The same hole is the same token wherever it stands."""
    return "".join(piece if isinstance(piece, str) else tokens[piece] for piece in part.pieces)


def _personalizations(consignment: Consignment, tokens: Sequence[str]) -> list[dict[str, object]]:
    """One reader each. Every one carries the complete headers: how SendGrid merges two sets is not documented.

    Plain list displays, because this runs for every reader of every mailing: 1,000 readers in about 1.5 ms.
    """
    constant = consignment.headers
    substitutions = _rows(tokens, consignment.values, len(consignment))
    headers = _rows(list(consignment.reader_headers), list(consignment.reader_headers.values()), len(consignment))
    people = zip(consignment.addresses, substitutions, headers, consignment.deliveries, strict=True)
    if not tokens:
        return [
            {"to": [{"email": address}], "headers": {**constant, **own}, "custom_args": {DELIVERY: str(delivery)}}
            for address, _, own, delivery in people
        ]
    return [
        {
            "to": [{"email": address}],
            "substitutions": values,
            "headers": {**constant, **own},
            "custom_args": {DELIVERY: str(delivery)},
        }
        for address, values, own, delivery in people
    ]


def _rows(names: Sequence[str], columns: Sequence[Sequence[str]], n_readers: int) -> list[dict[str, str]]:
    """Columns turned into one dict a reader."""
    if len(names) != len(columns) or any(len(column) != n_readers for column in columns):
        raise ValueError("a parcel whose columns do not match its readers")
    if not columns:
        return [{}] * n_readers
    return [dict(zip(names, row, strict=False)) for row in zip(*columns, strict=False)]


def _nonce(attempt: str, salt: int) -> str:
    # Begins and ends with a letter so that the number of the hole can't run into it.
    return f"n{hashlib.blake2s(f'{salt}:{attempt}'.encode(), digest_size=6).hexdigest()}x"


def _occurs(nonce: str, consignment: Consignment) -> bool:
    edition = consignment.edition
    constant = (piece for part in (edition.subject, edition.html, edition.text) for piece in part.pieces)
    return any(isinstance(piece, str) and nonce in piece for piece in constant) or any(
        nonce in "\n".join(column) for column in consignment.values
    )
