"""Whether what a newsletter runs on is sound: what others say, the provider, the domain, the public address, other clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.words.mistake import NewsletterError, Unreachable
from newsletter.words.verdict import State, Verdict, failed, passed, unknown, warned

if TYPE_CHECKING:
    from newsletter.ports.resolver import Resolver
    from newsletter.wiring import Parts

# The answer with the provider's time takes a second or two to reach us.
_SECONDS_APART = 60.0
_OFFLINE = "Not asked: --offline."


def ask_others(
    parts: Parts,
    resolver: Resolver,
    *,
    offline: bool = False,
    selectors: tuple[str, ...] = (),
    bounces: str | None = None,
) -> list[Verdict]:
    """What the provider, the public address and the names of the domain tell. Takes seconds; with `offline` nobody is asked.

    `selectors` are DKIM selectors of the mail server, `bounces` is the domain that bounces go to.
    """
    found = [*ask_provider(parts, resolver, offline=offline), ask_address(parts, offline=offline)]
    return found + ask_domain(parts, resolver, offline=offline, selectors=selectors, bounces=bounces)


def ask_provider(parts: Parts, resolver: Resolver, *, offline: bool = False) -> Iterator[Verdict]:
    """Try the provider's key or password, which sends nothing. No answer says nothing about the key."""
    from newsletter.preflight.domain.mail_server import check_server

    carrier, kind = parts.carrier, parts.config.kind
    if isinstance(carrier, NewsletterError):
        yield failed("Provider", carrier.message, carrier.fix)
        return
    words = carrier.explain()
    if kind.is_practice:
        yield passed("Provider", words)
        return
    if offline:
        yield unknown("Provider", f"{words} {_OFFLINE}")
        return
    try:
        tried = kind.try_out(parts.provider_setup)
    except Unreachable as error:
        yield unknown("Provider", error.message, "Try again later: newsletter doctor")
    except NewsletterError as error:
        yield failed("Provider", error.message, f"Set it anew: newsletter connect {kind.name}")
    else:
        yield passed("Provider", tried.words)
        for warning, fix in tried.warnings:
            yield warned("Provider", warning, fix)
        if tried.said_at:
            yield _clock(parts.clock.now(), tried.said_at, kind.title)
        if tried.server:
            yield from check_server(*tried.server, resolver)


def _clock(ours: datetime, theirs: datetime, whose: str) -> Verdict:
    apart = abs((ours - theirs).total_seconds())
    if apart > _SECONDS_APART:
        return failed(
            "Clock beside others", f"This machine and {whose} are {apart:.0f} seconds apart.", "Let NTP set the clock."
        )
    return passed("Clock beside others", f"This machine and {whose} agree.")


def ask_address(parts: Parts, *, offline: bool = False) -> Verdict:
    """Whether readers' links lead to this program. From here it may look different than from outside."""
    from newsletter.ports.fetcher import NotFetched

    about, url = "Public address", parts.config.newsletter.public_url.rstrip("/")
    if url.endswith(".invalid"):
        return unknown(about, "There is none yet.", "Set `public_url` in newsletter.toml before you send real mail.")
    if offline:
        return unknown(about, f"{url}. {_OFFLINE}")
    try:
        answer = parts.fetcher.fetch(f"{url}/healthz/live", limit=4096, cut=True)
    except NotFetched as missing:
        return unknown(about, f"{url} was asked from here: {missing.reason}.", "Open it from another network.")
    if answer.status == 200:
        return passed(about, f"{url} answers.")
    return warned(
        about,
        f"{url} answers {answer.status} where this program would say that it is well.",
        "Readers could not unsubscribe there. Start `newsletter serve`, or mend the proxy before it.",
    )


def ask_domain(
    parts: Parts,
    resolver: Resolver,
    *,
    offline: bool = False,
    selectors: tuple[str, ...] = (),
    bounces: str | None = None,
) -> list[Verdict]:
    """What the names of the sender's domain tell about mail from it."""
    from newsletter.preflight.domain.check_domain import MailSetup, check_domain

    newsletter, kind = parts.config.newsletter, parts.config.kind
    if newsletter.domain.endswith(".invalid"):
        return [unknown("Domain", "There is no sender yet, so there is no domain to look at.", "Set `sender`.")]
    if offline:
        return [unknown("Domain", f"{newsletter.domain} was not looked at: --offline.")]
    sending = MailSetup(
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
        bounce_domain=bounces,
        selectors=selectors or kind.selectors,
        provider_domain=None if selectors else kind.domain,
        provider_include=kind.domain,
    )
    found = check_domain(sending, resolver)
    return [_in_practice(one) for one in found] if kind.is_practice else found


def _in_practice(one: Verdict) -> Verdict:
    """Practice mail needs no domain; real mail will."""
    if one.state is not State.FAIL:
        return one
    return warned(one.about, f"{one.message} Practice does without; real mail does not.", one.fix)
