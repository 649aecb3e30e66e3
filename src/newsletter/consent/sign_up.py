"""A request from a public page: held against its budgets, kept, and answered in the same words for every address."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.consent.budgets_sql import Budgets, Price
from newsletter.consent.consent import Consent
from newsletter.consent.requests_sql import NewRequest
from newsletter.notices.notice import Notice
from newsletter.ports.clock import Clock
from newsletter.readers.address import BadAddress, Flaw, check_address
from newsletter.words.consent import Asked, Visitor
from newsletter.words.newsletter import Newsletter
from newsletter.words.subscriber import address_key

_HOUR = 3_600
_LONGEST_NAME = 80
# Of people who sign up by themselves, half confirm within minutes; of addresses that somebody else types in, none do.
_ASKING_PER_CONFIRMED = 4
_HELD_OFF = (
    "That looks like an attack with other people's addresses, so the sign-up form takes nothing for an hour. Each address "
    "got one mail at most, and nobody who did not confirm gets an issue.\n"
    "There is nothing that you must do. If you know where they all come from, take sign-ups again at once with: "
    "newsletter subscribers reopen"
)


class SignUpAnswer(StrEnum):
    """What the page says. The same for an address that is known, unknown or never mailed."""

    ASKED = "asked"
    BAD_ADDRESS = "bad_address"
    TOO_MANY = "too_many"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLimits:
    """How much the public forms take. `hasty` is what one IP may ask for by forms sent back within two seconds.

    `unconfirmed` addresses within an hour open the circuit breaker for an hour, unless a fifth of all have confirmed.
    """

    per_ip: int = 20
    hasty: int = 5
    per_address: int = 5
    everyone: int = 3_000
    unconfirmed: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What somebody typed into the form on a public page."""

    email: str
    lists: Sequence[int]
    first_name: str = ""
    language: str = ""
    wording: str = ""
    is_hasty: bool = False
    is_bot: bool = False
    visitor: Visitor


def sign_up(
    consent: Consent, clock: Clock, key: bytes, asked: SignUp, limits: FormLimits
) -> tuple[SignUpAnswer, Flaw | None]:
    """Keep the request, where nothing stands against it. The second value is what is wrong with an address.

    A visitor who fell into the honeypot, or asked for one address too often, is told what everyone is told, and nothing
    is kept.
    """
    if consent.budgets.find_breaker() is not None:
        return SignUpAnswer.PAUSED, None
    try:
        email = check_address(asked.email)
    except BadAddress as bad:
        return SignUpAnswer.BAD_ADDRESS, bad.flaw
    visitor = _network(asked.visitor.ip)
    prices = [Price(bucket=_bucket(key, "ip", visitor), limit=limits.per_ip, seconds=_HOUR)]
    prices.append(Price(bucket="everyone", limit=limits.everyone, seconds=_HOUR))
    if asked.is_hasty:
        prices.append(Price(bucket=_bucket(key, "hasty", visitor), limit=limits.hasty, seconds=_HOUR))
    if not consent.budgets.spend(prices, clock.now()):
        return SignUpAnswer.TOO_MANY, None
    own = Price(bucket=_bucket(key, "address", address_key(email)), limit=limits.per_address, seconds=24 * _HOUR)
    if asked.is_bot or not consent.budgets.spend([own], clock.now()):
        return SignUpAnswer.ASKED, None
    consent.requests.ask(
        NewRequest(
            email=email,
            asked=Asked.FORM,
            lists=asked.lists,
            first_name=short_name(asked.first_name),
            language=asked.language,
            wording=asked.wording,
            visitor=asked.visitor,
        )
    )
    return SignUpAnswer.ASKED, None


def hold_off(budgets: Budgets, clock: Clock, newsletter: Newsletter, limits: FormLimits) -> bool:
    """Close the form for an hour where far more ask than confirm. True where it was closed now.

    Leaves the owner a notice. Neither the owner's own imports count nor people who are on the list already.
    """
    asking, confirmed = budgets.count_sign_ups(within_seconds=_HOUR)
    if asking < limits.unconfirmed or confirmed * _ASKING_PER_CONFIRMED > asking:
        return False
    now = clock.now()
    reason = f"{asking:,} addresses were signed up within an hour and have not confirmed; {confirmed:,} have."
    notice = Notice(
        about=f"sign-ups {now:%Y-%m-%d %H:%M:%S}",
        kind="held off",
        tell=(newsletter.reply_to or newsletter.sender,),
        subject="Sign-ups are paused for an hour",
        body=f"{reason} {_HELD_OFF}",
        made_at=now,
    )
    return budgets.open_breaker(reason, seconds=_HOUR, notice=notice)


def _network(ip: str | None) -> str:
    """The network of one household: an IPv4 address, or the /64 that an IPv6 customer gets."""
    try:
        address = ipaddress.ip_address(ip or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _bucket(key: bytes, kind: str, what: str) -> str:
    return hmac.digest(key, f"budget:{kind}:{what}".encode(), "sha256").hex()[:32]


def short_name(text: str) -> str:
    """A name as a visitor typed it, cut: kept for merge tags, and never put into a mail before it is confirmed."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_LONGEST_NAME]
