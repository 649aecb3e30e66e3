"""Sample: the whole mail of one reader, filled by the code that fills it for everyone, and what changed in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.ledger.pack import TokenKey, links, list_headers, lone_claim, reader_columns
from newsletter.words.difference import DiffLine, compared
from newsletter.words.edition import Edition
from newsletter.words.gap import fill, fill_part
from newsletter.words.message import MessageForm, message_id
from newsletter.words.newsletter import Newsletter
from newsletter.words.subscriber import Subscriber
from newsletter.words.token import unsigned

_NOBODY = "reader@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMail:
    """What one reader gets; `message` is the RFC 5322 bytes of it."""

    subject: str
    html: str
    text: str
    message: bytes


def sample(
    edition: Edition, newsletter: Newsletter, key: TokenKey, reader: Subscriber | None, *, list_id: int, date: datetime
) -> SampleMail:
    """The mail of `reader` on a list, or of a reader about whom nothing is known. Its links are the reader's own."""
    claim = lone_claim(reader, reader.email if reader else _NOBODY, token="")
    columns = reader_columns(claim, edition)
    said = unsigned(key.id, claim.subscribers, list_id, edition.issue)
    for name, purpose in (("unsubscribe_url", "u"), ("preferences_url", "p")):
        columns[name] = links(newsletter, key, purpose, said)
    headers = list_headers(newsletter, edition.issue, "preview")
    headers["List-Unsubscribe"] = f"<{columns['unsubscribe_url'][0]}>"
    message = MessageForm(edition).message(
        to=claim.addresses[0],
        values=[fill(hole, columns, 1)[0] for hole in edition.holes],
        headers=headers,
        message_id=message_id(edition, 0),
        date=date,
    )
    subject, html, text = (fill_part(part, columns, 1)[0] for part in (edition.subject, edition.html, edition.text))
    return SampleMail(subject=subject, html=html, text=text, message=message)


def changes(before: Edition, now: Edition, newsletter: Newsletter, key: TokenKey, *, date: datetime) -> list[DiffLine]:
    """What a reader would see changed between two versions of an issue.

    Empty where subject and text are the same: then only the look or a merge tag changed.
    """
    if before.digest == now.digest:
        return []
    mails = (sample(one, newsletter, key, None, list_id=0, date=date) for one in (before, now))
    return compared(*(f"{mail.subject}\n\n{mail.text}" for mail in mails))
