"""Asks SES about the account and the sender, which sends nothing: for trying settings before they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from newsletter.providers.kind import ProviderTried
from newsletter.providers.ses.client import SesClient
from newsletter.providers.ses.destinations import event_warnings
from newsletter.providers.ses.questions import NOT_CHANGED, ask_ses
from newsletter.providers.ses.quota import quota
from newsletter.providers.steps import MailNeed, StepLook, StepState
from newsletter.words.message import addr_spec
from newsletter.words.mistake import NotNow

_DKIM_HOST = "dkim.amazonses.com"
_SANDBOX = (
    "This account is still in the sandbox: SES carries mail only to addresses and domains that are verified there.",
    "Ask for production access in the SES console, under Account dashboard; it takes about a day.",
)
_UNDER_REVIEW = (
    "Amazon has put this account under review for bounces or complaints.",
    "Answer it in the SES console, before Amazon stops the account.",
)


def try_account(client: SesClient, *, sender: str, configuration_set: str = "", topic: str = "") -> ProviderTried:
    """What the account may do, and whether SES knows the sender. Raises NotNow with what to do, and Unreachable."""
    account = ask_ses(client, "get_account")
    if not account.get("SendingEnabled"):
        raise NotNow(
            "SES takes the keys, but sending is switched off for this account.",
            fix=f"The account dashboard in the SES console says why. {NOT_CHANGED}",
        )
    events = event_warnings(client, configuration_set, topic)
    region, address = client.access.region, addr_spec(sender)
    if address.endswith(".invalid"):
        said = f"SES in {region} lets us in. It was not asked about the sender: there is none yet. {_amount(account)}"
        return ProviderTried(words=said, said_at=_said_at(account), warnings=(*_account_warnings(account), *events))
    name, identity = _identity(client, address)
    if not identity.get("VerifiedForSendingStatus"):
        raise NotNow(
            f"SES does not send for {name} yet: it is not verified in {region}.",
            fix=f"{_how_to_verify(name, identity)} {NOT_CHANGED}",
        )
    words = [f"SES in {region} lets us in, and sends for {name}.", _mail_from(identity), _amount(account)]
    warnings = (*_account_warnings(account), *_identity_warnings(name, identity), *events)
    return ProviderTried(words=" ".join(words), said_at=_said_at(account), warnings=warnings)


def try_keys(client: SesClient) -> ProviderTried:
    """Whether the keys let us in, and what the account may send. Raises NotNow with what to do, and Unreachable."""
    account = ask_ses(client, "get_account")
    said = f"SES in {client.access.region} lets us in. {_amount(account)}"
    return ProviderTried(words=said, said_at=_said_at(account), warnings=tuple(_account_warnings(account)))


def look_at_account(client: SesClient, need: MailNeed) -> StepLook:
    """What the account may send, held against what the readers and the schedule come to."""
    account = ask_ses(client, "get_account")
    words = f"{need.words} {_amount(account)}"
    told, warnings = quota(account), list(_account_warnings(account))
    if not account.get("SendingEnabled"):
        return StepLook(
            state=StepState.WRONG,
            words="Sending is switched off for this account.",
            fix="Its dashboard at Amazon says why.",
        )
    if warnings:
        return StepLook(state=StepState.CHECK, words=f"{words} {warnings[0][0]}", fix=warnings[0][1])
    if told.a_day is not None and told.a_day < need.readers:
        return StepLook(
            state=StepState.CHECK,
            words=words,
            fix="One issue takes more than a day's mails: it would stop half way. Ask Amazon for a higher sending quota.",
        )
    return StepLook(state=StepState.DONE, words=words)


def _identity(client: SesClient, address: str) -> tuple[str, dict[str, Any]]:
    """What SES knows of the sender: of its domain or one above it, which stands for it too, else of the single address."""
    from botocore.exceptions import ClientError

    domain = address.rpartition("@")[2]
    labels = domain.split(".")
    domains = [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))]
    for name in (*domains, address):
        try:
            return name, client.ask("get_email_identity", EmailIdentity=name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "NotFoundException":
                return name, ask_ses(client, "get_email_identity", EmailIdentity=name)
    raise NotNow(
        f"SES in {client.access.region} does not know {domain}.",
        fix=f"Add the domain in the SES console, under Identities, and put the records it shows into DNS. {NOT_CHANGED}",
    )


def _how_to_verify(name: str, identity: dict[str, Any]) -> str:
    if "@" in name:
        return f"Amazon wrote to {name}: follow the link in that mail."
    return _how_to_sign(name, identity)


def _how_to_sign(name: str, identity: dict[str, Any]) -> str:
    if "@" in name:
        return "Verify the whole domain instead of one address: only then SES signs for it."
    dkim = identity.get("DkimAttributes") or {}
    host = dkim.get("SigningHostedZone") or _DKIM_HOST
    records = [f"  {token}._domainkey.{name} CNAME {token}.{host}" for token in dkim.get("Tokens") or ()]
    if not records:
        return "The SES console shows the records for DNS, under Identities."
    return "\n".join(["These records are wanted in DNS; they count up to a day after they are there:", *records, ""])


def _mail_from(identity: dict[str, Any]) -> str:
    """Where bounces go, which SPF is about."""
    attributes = identity.get("MailFromAttributes") or {}
    if domain := attributes.get("MailFromDomain"):
        is_live = attributes.get("MailFromDomainStatus") == "SUCCESS"
        return f"Bounces go to {domain}, whose records are {'live' if is_live else 'not live yet'}."
    return "Bounces go to amazonses.com: DKIM alone stands for your domain."


def _amount(account: dict[str, Any]) -> str:
    told = quota(account)
    day = "any number" if told.a_day is None else f"{told.a_day:,}"
    pace = "" if told.a_second is None else f", {told.a_second:,.0f} a second"
    left = "" if told.left_today is None else f"; {told.left_today:,} are left now"
    return f"It takes {day} mails in 24 hours{pace}{left}."


def _account_warnings(account: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not account.get("ProductionAccessEnabled"):
        yield _SANDBOX
    if account.get("EnforcementStatus") in {"PROBATION", "SHUTDOWN"}:
        yield _UNDER_REVIEW


def _identity_warnings(name: str, identity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    dkim = identity.get("DkimAttributes") or {}
    if dkim.get("Status") != "SUCCESS" or not dkim.get("SigningEnabled"):
        what = f"SES does not sign for {name} (DKIM), so large mailbox providers refuse the mail."
        yield what, _how_to_sign(name, identity)


def _said_at(answer: dict[str, Any]) -> datetime | None:
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        said = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return said if said.tzinfo is not None else None
