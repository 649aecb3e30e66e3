"""A parcel as one message a reader, filled here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from newsletter.words.consignment import Consignment
from newsletter.words.message import MessageForm, message_id
from newsletter.words.mistake import Mistake

# Parcels of one edition follow one another, and preparing it costs more than writing fifty mails.
_form = lru_cache(maxsize=2)(MessageForm)


def messages(consignment: Consignment, date: datetime) -> Iterator[tuple[int, bytes | str]]:
    """Each delivery with its message as bytes, or with the reason why it can't be one.

    Raises Mistake where no reader is the cause: for a subject or a header that can't be in any mail.
    """
    edition = consignment.edition
    form = _form(edition)
    # A mail to nobody: if even that can't be written, the reader is not the cause.
    form.message(
        to=edition.sender,
        values=[""] * len(edition.holes),
        headers=consignment.headers,
        message_id="<none@invalid>",
        date=date,
    )
    for row, delivery in enumerate(consignment.deliveries):
        own = {name: column[row] for name, column in consignment.reader_headers.items()}
        try:
            yield (
                delivery,
                form.message(
                    to=consignment.addresses[row],
                    values=[column[row] for column in consignment.values],
                    headers={**consignment.headers, **own},
                    message_id=message_id(edition, delivery),
                    date=date,
                ),
            )
        except Mistake as mistake:
            yield delivery, mistake.message
