"""What a reader of the text would see changed between two versions of an issue."""

from __future__ import annotations

from datetime import datetime

from newsletter.ledger.pack import TokenKey
from newsletter.ledger.sample import sample
from newsletter.words.difference import DiffLine, compared
from newsletter.words.edition import Edition
from newsletter.words.newsletter import Newsletter


def changes(before: Edition, now: Edition, newsletter: Newsletter, key: TokenKey, *, date: datetime) -> list[DiffLine]:
    """Empty where subject and text are the same: then it is the look or a merge tag that changed."""
    if before.digest == now.digest:
        return []
    mails = (sample(one, newsletter, key, None, list_id=0, date=date) for one in (before, now))
    return compared(*(f"{mail.subject}\n\n{mail.text}" for mail in mails))
