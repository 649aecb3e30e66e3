"""The sender's domain at SES: the records that sign for it, and whether Amazon has seen them."""

from __future__ import annotations

from typing import Any

from newsletter.ports.resolver import RecordType
from newsletter.providers.ses.client import SesClient
from newsletter.providers.ses.questions import ask_ses, ask_unless
from newsletter.providers.steps import DnsRecord, StepDone, StepLook, StepState, dmarc_record
from newsletter.words.mistake import NotNow

_DKIM_HOST = "dkim.amazonses.com"


def look_at_domain(client: SesClient, domain: str) -> StepLook:
    found = _find(client, domain)
    if found is None:
        return StepLook(state=StepState.OPEN, words=f"SES in {client.access.region} does not know {domain} yet.")
    records = _records(found, domain)
    if found.get("VerifiedForSendingStatus"):
        return StepLook(state=StepState.DONE, words=f"SES sends in the name of {domain}.", records=records)
    return StepLook(
        state=StepState.OPEN,
        words=f"SES waits for the records of {domain}.",
        fix="Copy them to where your domain is looked after. Amazon may take up to a day to see them.",
        records=records,
    )


def prepare_domain(client: SesClient, domain: str) -> StepDone:
    found = _find(client, domain)
    if found is None:
        ask_ses(client, "create_email_identity", EmailIdentity=domain)
        return StepDone(words=f"SES knows {domain} now. Copy the records below to where your domain is looked after.")
    if found.get("VerifiedForSendingStatus"):
        return StepDone(words=f"SES sends in the name of {domain} already.")
    return StepDone(words="SES has not seen the records yet. It looks by itself, for three days.")


def forget_domain(client: SesClient, domain: str) -> StepDone:
    """Take a domain back that SES does not send for yet; others may rely on one that it does."""
    found = _find(client, domain)
    if found is None:
        return StepDone(words=f"SES does not know {domain}.")
    if found.get("VerifiedForSendingStatus"):
        raise NotNow(
            f"SES sends in the name of {domain}, perhaps for another program too, so this leaves it alone.",
            fix="Take it away in the SES console, under Identities.",
        )
    ask_ses(client, "delete_email_identity", EmailIdentity=domain)
    return StepDone(words=f"SES has forgotten {domain}. Records that you made already do no harm.")


def _find(client: SesClient, domain: str) -> dict[str, Any] | None:
    return ask_unless(client, "NotFoundException", "get_email_identity", EmailIdentity=domain)


def _records(found: dict[str, Any], domain: str) -> tuple[DnsRecord, ...]:
    dkim = found.get("DkimAttributes") or {}
    host = dkim.get("SigningHostedZone") or _DKIM_HOST
    signing = [
        DnsRecord(name=f"{token}._domainkey.{domain}", kind=RecordType.CNAME, value=f"{token}.{host}")
        for token in dkim.get("Tokens") or ()
    ]
    return (*signing, dmarc_record(domain))
