"""The sender's domain at SendGrid: the records that it wants in DNS, and whether it has seen them."""

from __future__ import annotations

from typing import Any

from newsletter.ports.resolver import RecordType
from newsletter.providers.sendgrid.api import SendGridApi
from newsletter.providers.sendgrid.refusal import in_sentences
from newsletter.providers.steps import DnsRecord, StepDone, StepLook, StepState, dmarc_record
from newsletter.words.mistake import NotNow

_PATH = "/v3/whitelabel/domains"
_WHAT, _PERMISSION = "look after domains", "Sender Authentication"
_KINDS = {"cname": RecordType.CNAME, "txt": RecordType.TXT, "mx": RecordType.MX}


def look_at_domain(api: SendGridApi, domain: str) -> StepLook:
    found = _find(api, domain)
    if found is None:
        return StepLook(state=StepState.OPEN, words=f"SendGrid does not know {domain} yet.")
    records = _records(found, domain)
    if found.get("valid"):
        return StepLook(state=StepState.DONE, words=f"SendGrid sends in the name of {domain}.", records=records)
    return StepLook(
        state=StepState.OPEN,
        words=f"SendGrid waits for the records of {domain}.",
        fix="Copy them to where your domain is looked after. They count some minutes, at times some hours later.",
        records=records,
    )


def prepare_domain(api: SendGridApi, domain: str) -> StepDone:
    """Make the domain known where it is not, and ask SendGrid to look at its records."""
    found = _find(api, domain)
    with in_sentences(_WHAT, _PERMISSION):
        if found is None:
            made = api.post(_PATH, {"domain": domain, "automatic_security": True, "default": False})
            if not isinstance(made, dict) or not isinstance(made.get("id"), int):
                raise NotNow("SendGrid took the domain, but did not say which records it wants.", fix="Do it again.")
            return StepDone(
                words=f"SendGrid knows {domain} now. Copy the records below to where your domain is looked after."
            )
        seen = api.post(f"{_PATH}/{found['id']}/validate", {})
    if isinstance(seen, dict) and seen.get("valid"):
        return StepDone(words=f"SendGrid has seen the records: it sends in the name of {domain}.")
    return StepDone(words=f"SendGrid has not seen all records yet. {_missing(seen)}".strip())


def forget_domain(api: SendGridApi, domain: str) -> StepDone:
    """Take a domain back that SendGrid does not send for yet; others may rely on one that it does."""
    found = _find(api, domain)
    if found is None:
        return StepDone(words=f"SendGrid does not know {domain}.")
    if found.get("valid"):
        raise NotNow(
            f"SendGrid sends in the name of {domain}, perhaps for another program too, so this leaves it alone.",
            fix="Take it away at SendGrid, under Settings, Sender Authentication.",
        )
    with in_sentences(_WHAT, _PERMISSION):
        api.delete(f"{_PATH}/{found['id']}")
    return StepDone(words=f"SendGrid has forgotten {domain}. Records that you made already do no harm.")


def _find(api: SendGridApi, domain: str) -> dict[str, Any] | None:
    with in_sentences(_WHAT, _PERMISSION):
        listed = api.get(_PATH, domain=domain, limit=50)
    rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    same = [one for one in rows if str(one.get("domain", "")).lower() == domain and isinstance(one.get("id"), int)]
    return next((one for one in same if one.get("valid")), same[0] if same else None)


def _records(found: dict[str, Any], domain: str) -> tuple[DnsRecord, ...]:
    dns = found.get("dns")
    rows = [one for one in dns.values() if isinstance(one, dict)] if isinstance(dns, dict) else []
    wanted = [
        DnsRecord(name=str(one["host"]), kind=_KINDS[str(one["type"]).lower()], value=str(one["data"]))
        for one in rows
        if "host" in one and "data" in one and str(one.get("type", "")).lower() in _KINDS
    ]
    return (*wanted, dmarc_record(domain))


def _missing(seen: object) -> str:
    """SendGrid's own reasons, which name the record and what was found in its place."""
    results = seen.get("validation_results") if isinstance(seen, dict) else None
    rows = results.values() if isinstance(results, dict) else ()
    return " ".join(str(one["reason"])[:200] for one in rows if isinstance(one, dict) and one.get("reason"))
