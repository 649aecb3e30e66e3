"""Pack: turn a claimed parcel into what a provider is handed, filled for all its readers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.ledger.rows import Claim, MailingRow
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import fill
from newsletter.words.newsletter import Newsletter
from newsletter.words.subscriber import Subscriber, mailable_address
from newsletter.words.token import signed, unsigned

# Fields that every reader has; any other that an edition asks for is one of the newsletter's own.
KNOWN_FIELDS = frozenset({"email", "first_name", "last_name", "name", "unsubscribe_url", "preferences_url"})


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The key that signs readers' links. Its `id` travels with each token, so that old links outlive a new key."""

    id: int
    secret: bytes

    def __repr__(self) -> str:
        return f"TokenKey(id={self.id})"


def asks_for_own_fields(edition: Edition) -> bool:
    return bool(edition.fields() - KNOWN_FIELDS)


def pack(
    claim: Claim, mailing: MailingRow, edition: Edition, newsletter: Newsletter, key: TokenKey, *, deadline_at: datetime
) -> Consignment:
    said = unsigned(key.id, claim.subscribers, mailing.list_id, mailing.issue)
    unsubscribe = links(newsletter, key, "u", said)
    columns = reader_columns(claim, edition)
    columns["unsubscribe_url"] = unsubscribe
    if "preferences_url" in edition.fields():
        columns["preferences_url"] = links(newsletter, key, "p", said)
    n_readers = len(claim.deliveries)
    return Consignment(
        attempt=claim.token,
        edition=edition,
        deliveries=claim.deliveries,
        addresses=_ascii(claim.addresses),
        values=[fill(hole, columns, n_readers) for hole in edition.holes],
        headers=list_headers(newsletter, mailing.issue, mailing.list_name),
        reader_headers={"List-Unsubscribe": [f"<{link}>" for link in unsubscribe]},
        deadline_at=deadline_at,
    )


def _ascii(addresses: Sequence[str]) -> Sequence[str]:
    if "".join(addresses).isascii():
        return addresses
    return [one if one.isascii() else mailable_address(one) for one in addresses]


def reader_columns(claim: Claim, edition: Edition) -> dict[str, Sequence[str]]:
    """The readers' values by name, one column a name, as the edition asks for them."""
    columns: dict[str, Sequence[str]] = {
        "email": claim.addresses,
        "first_name": claim.first_names,
        "last_name": claim.last_names,
    }
    wanted = edition.fields()
    if "name" in wanted:
        pairs = zip(claim.first_names, claim.last_names, strict=True)
        columns["name"] = [f"{first} {last}".strip() for first, last in pairs]
    for name in wanted - KNOWN_FIELDS:
        columns[name] = [str(fields.get(name, "")) for fields in claim.fields]
    return columns


def list_headers(newsletter: Newsletter, issue: int, list_name: str) -> dict[str, str]:
    """Headers that are the same for every reader (RFC 2919, RFC 8058; Feedback-ID as Google asks, never per reader)."""
    return {
        "List-Id": f"<{newsletter.list_id(list_name)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{issue}:{list_name}:newsletter:{newsletter.domain[:15].replace('.', '-'):->5}",
    }


def links(newsletter: Newsletter, key: TokenKey, purpose: str, said: Sequence[str]) -> list[str]:
    """Each reader's own address for a purpose: "u" to unsubscribe, "p" for preferences. `said` is what `unsigned` returns."""
    head = f"{newsletter.public_url}/{'u' if purpose == 'u' else 'preferences'}/"
    return [head + token for token in signed(key.secret, purpose, said)]


def lone_claim(reader: Subscriber | None, address: str, *, token: str) -> Claim:
    """A parcel for one reader outside the ledger: for a test mail, or to see what one reader gets."""
    return Claim(
        attempt_id=0,
        token=token,
        parcel_id=0,
        deliveries=[0],
        subscribers=[reader.id if reader else 0],
        addresses=[address],
        first_names=[reader.first_name if reader else ""],
        last_names=[reader.last_name if reader else ""],
        fields=[dict(reader.fields) if reader else {}],
    )
