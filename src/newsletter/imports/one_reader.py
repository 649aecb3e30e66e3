"""Put one person on a list, as typed at a terminal or in a form."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.consent.membership_sql import Membership
from newsletter.imports.batch import ERASED, MOVED, explain_suppressed
from newsletter.imports.columns.columns import is_reserved
from newsletter.imports.rows import LONGEST_CELL
from newsletter.readers.address import check_address, show, tidy_address
from newsletter.readers.rows import ReaderRow
from newsletter.words.field_name import field_name
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.subscriber import SubscriptionStatus


def add_reader(
    membership: Membership,
    email: str,
    *,
    list_name: str,
    first_name: str | None = None,
    last_name: str | None = None,
    fields: Mapping[str, str] | None = None,
    status: SubscriptionStatus = SubscriptionStatus.PENDING,
    consent: str | None = None,
) -> str:
    """ "added", "updated" or "unchanged". Makes the list where there is none.

    Raises Mistake for an address that cannot be mailed, NotNow for a person who left or must not be mailed.
    """
    row = ReaderRow(
        email=check_address(tidy_address(email)[0]),
        first_name=_text(first_name),
        last_name=_text(last_name),
        fields={_field(name): _text(value) or "" for name, value in (fields or {}).items()},
    )
    joined = membership.join(list_name, [row], status=status, consent=_text(consent))
    if joined.erased:
        raise NotNow(f"{row.email} was not added. {ERASED}")
    if joined.moved:
        raise NotNow(
            f"{row.email} was not added. {MOVED}",
            fix=f"See where that reader is now: newsletter subscribers show {row.email}",
        )
    for reason in joined.suppressed.values():
        raise NotNow(f"{row.email} was not added. {explain_suppressed(reason)}")
    return "added" if joined.added else "updated" if joined.updated else "unchanged"


def _text(value: str | None) -> str | None:
    """One line that any database keeps. Blank is None."""
    if value is None:
        return None
    text = " ".join(value.split())
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Mistake(f"{show(text)} holds characters that are not text.", fix="Type it again.")
    if len(text) > LONGEST_CELL:
        raise Mistake(f"A value of {len(text):,} characters is too long; at most {LONGEST_CELL:,} are kept.")
    return text or None


def _field(name: str) -> str:
    named = field_name(name)
    if not named or is_reserved(named):
        raise Mistake(f"{show(name)} cannot be the name of a field.", fix="Use letters, such as city.")
    return named
