"""The sender's domain as receivers see it: SPF, DKIM, DMARC, their alignment, the provider's names, and answers' way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.ports.resolver import Lookup, RecordType, Resolver
from newsletter.preflight.domain.dkim import check_dkim
from newsletter.preflight.domain.dmarc import Policy, check_dmarc
from newsletter.preflight.domain.spf import check_spf
from newsletter.words.domain import ascii_domain, is_related
from newsletter.words.verdict import State, Verdict, failed, passed, unknown, warned


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSetup:
    """How mail leaves. `sender` and `reply_to` are addresses; `bounce_domain` is the Return-Path's where it is known.

    `selectors` are the DKIM selectors; those of a provider must lead to its `provider_domain`.
    """

    sender: str
    reply_to: str | None = None
    bounce_domain: str | None = None
    selectors: Sequence[str] = ()
    provider_domain: str | None = None
    provider_include: str | None = None

    @property
    def domain(self) -> str:
        return ascii_domain(self.sender.rpartition("@")[2])


def check_domain(sending: MailSetup, resolver: Resolver) -> list[Verdict]:
    """Every verdict, also on what could not be known."""
    spf = check_spf(
        sending.bounce_domain or sending.domain,
        resolver,
        provider_include=None if sending.bounce_domain else sending.provider_include,
    )
    keys = [
        check_dkim(sending.domain, selector, resolver, should_lead_to=sending.provider_domain)
        for selector in sending.selectors
    ]
    if not keys:
        keys = [unknown("DKIM", "The selector is not known, so no key was looked for.", "Name it: --selector NAME.")]
    dmarc, policy = check_dmarc(sending.domain, resolver)
    return [
        spf,
        *keys,
        dmarc,
        _alignment(sending, keys, spf, policy),
        *_bounces(sending, resolver),
        *_answers(sending, resolver),
    ]


def _alignment(sending: MailSetup, keys: Sequence[Verdict], spf: Verdict, policy: Policy | None) -> Verdict:
    """DMARC passes where DKIM or SPF passes for the domain that readers see."""
    about = "Alignment"
    strict = policy is not None and policy.strict_spf
    if any(key.state in {State.PASS, State.WARN} for key in keys):
        return passed(about, f"DKIM signs for {sending.domain} itself, so DMARC passes.")
    bounces = (sending.bounce_domain or "").lower()
    related = bounces == sending.domain or (not strict and _under_one(bounces, sending.domain))
    if bounces and related and spf.state is State.PASS:
        return passed(about, f"Bounces go to {bounces}, which stands for {sending.domain}, so DMARC passes by SPF.")
    if any(key.state is State.UNKNOWN for key in keys) or not bounces or spf.state is State.UNKNOWN:
        return unknown(about, "Whether DKIM or SPF stands for the domain that readers see is not known.")
    return failed(
        about,
        f"Neither DKIM nor SPF stands for {sending.domain}, so DMARC fails.",
        "Mend DKIM first: it survives forwarding.",
    )


def _bounces(sending: MailSetup, resolver: Resolver) -> Iterator[Verdict]:
    if sending.bounce_domain is None:
        return
    name, about = sending.bounce_domain, "Bounces"
    answer = resolver.ask(name, RecordType.MX)
    if answer.found is Lookup.UNKNOWN:
        yield unknown(about, f"{name}: {answer.reason}.")
    elif answer.found is not Lookup.RECORDS:
        yield failed(about, f"{name} takes no mail, so bounces are lost.", "Copy the record from the provider's page.")
    elif sending.provider_domain and not any(alias.endswith(f".{sending.provider_domain}") for alias in answer.aliases):
        yield warned(
            about, f"{name} does not lead to {sending.provider_domain}.", "Compare it with the provider's page."
        )
    else:
        yield passed(about, f"{name} takes bounces.")


def _answers(sending: MailSetup, resolver: Resolver) -> Iterator[Verdict]:
    """Whether the sender's and the answers' domains take mail: an MX, or by an old rule an address (RFC 5321 5.1)."""
    domains = {sending.domain: "Sender"}
    if sending.reply_to:
        domains.setdefault(ascii_domain(sending.reply_to.rpartition("@")[2]), "Answers")
    for domain, about in domains.items():
        mx = resolver.ask(domain, RecordType.MX)
        if mx.found is Lookup.UNKNOWN:
            yield unknown(about, f"{domain}: {mx.reason}.")
        elif "0 ." in mx.records or "0 " in mx.records:
            yield failed(
                about,
                f"{domain} says that it takes no mail (RFC 7505), and some receivers refuse mail from it.",
                "Take an address that can be answered.",
            )
        elif mx.found is Lookup.RECORDS:
            yield passed(about, f"{domain} takes mail.")
        else:
            yield _by_address(about, domain, resolver)


def _by_address(about: str, domain: str, resolver: Resolver) -> Verdict:
    address = resolver.ask(domain, RecordType.A)
    if address.found is Lookup.UNKNOWN:
        return unknown(about, f"{domain}: {address.reason}.")
    if address.found is Lookup.RECORDS:
        return warned(about, f"{domain} has no MX record; mail goes to its address.", "Add an MX record.")
    return failed(about, f"{domain} does not take mail, so nobody can answer.", "Mend the domain's MX records.")


def _under_one(one: str, other: str) -> bool:
    """Relaxed alignment, without asking where the organisation's domain begins: one is above the other, or both are under one."""
    if is_related(one, other):
        return True
    return bool(one) and one.split(".")[-2:] == other.split(".")[-2:] and len(other.split(".")[-2]) > 3
