"""SPF (RFC 7208): whether a domain's record can be read, stays within its ten lookups, and lets the provider send."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from newsletter.ports.resolver import DnsAnswer, Lookup, RecordType, Resolver
from newsletter.words.verdict import Verdict, failed, passed, unknown, warned

MOST_LOOKUPS = 10
MOST_VOID = 2
_ABOUT = "SPF"
_MECHANISM = re.compile(r"[+?~-]?(all|include|a|mx|ptr|ip4|ip6|exists)(?:[:/](.*))?$", re.IGNORECASE)
_MODIFIER = re.compile(r"(redirect|exp|[a-z][\w.-]*)=(.*)$", re.IGNORECASE)


class _Broken(Exception):
    """What is wrong with the record, and how to mend it."""


class _NotKnown(Exception):
    """Why part of the record could not be read."""


@dataclass(slots=True)
class _RecordReading:
    """What a record and all that it includes came to. `names` are the domains of its includes."""

    resolver: Resolver
    n_lookups: int = 0
    n_void: int = 0
    names: set[str] = field(default_factory=set)
    ending: str = ""


def check_spf(domain: str, resolver: Resolver, *, provider_include: str | None) -> Verdict:
    """Judge the record of `domain`, which should be the domain that bounces go to.

    `provider_include` is the domain that a provider's senders include, None where that is not known.
    """
    reading = _RecordReading(resolver)
    try:
        record = _record(domain, reading, first=True)
        _read(domain, record, reading, ())
    except _Broken as problem:
        return failed(_ABOUT, f"{domain}: {problem.args[0]}", problem.args[1])
    except _NotKnown as problem:
        return unknown(_ABOUT, f"{domain}: {problem}")
    if reading.ending == "+all":
        return failed(_ABOUT, f"{domain} lets everybody send (+all).", "End the record with ~all or -all.")
    if provider_include and provider_include not in reading.names:
        return warned(
            _ABOUT,
            f"{domain} does not include {provider_include}. That is right only where bounces go to a domain of the provider's.",
            f"Add include:{provider_include}, or check that your domain is authenticated at the provider.",
        )
    if not reading.ending:
        return warned(_ABOUT, f"{domain} does not say what others may do.", "End the record with ~all or -all.")
    return passed(_ABOUT, f"{domain} has one record, with {reading.n_lookups} of {MOST_LOOKUPS} lookups.")


def _record(domain: str, reading: _RecordReading, *, first: bool = False) -> str:
    answer = _asked(reading.resolver.ask(domain, RecordType.TXT), domain)
    found = [text for text in answer.records if re.match(r"v=spf1(?:\s|$)", text, re.IGNORECASE)]
    if len(found) > 1:
        raise _Broken(f"{len(found)} SPF records; receivers then use none.", "Join them into one.")
    if not found and first:
        raise _Broken("there is no SPF record.", 'Add a TXT record such as "v=spf1 include:... ~all".')
    if not found:
        raise _Broken(f"it includes {domain}, which has no SPF record.", "Take the include out, or mend its name.")
    return found[0]


def _read(domain: str, record: str, reading: _RecordReading, path: tuple[str, ...]) -> None:
    if domain in path:
        raise _Broken(f"its includes lead in a circle, over {domain}.", "Take one of the includes out.")
    redirect = None
    for term in record.split()[1:]:
        mechanism, modifier = _MECHANISM.match(term), _MODIFIER.match(term)
        if mechanism is None and modifier is None:
            raise _Broken(f"“{term[:40]}” can't be read, so receivers use none of it.", "Mend that word of the record.")
        if modifier and not mechanism:
            redirect = modifier[2].lower() if modifier[1].lower() == "redirect" else redirect
        elif mechanism:
            _mechanism(domain, term, mechanism, reading, path)
    if redirect and not (not path and reading.ending):
        _count(reading)
        reading.names.add(redirect.rstrip("."))
        _read(redirect, _record(redirect, reading), reading, (*path, domain))


def _mechanism(
    domain: str, term: str, mechanism: re.Match[str], reading: _RecordReading, path: tuple[str, ...]
) -> None:
    name, value = mechanism[1].lower(), (mechanism[2] or "").lower()
    if name == "all":
        if not path:
            reading.ending = term.lower() if term[0] in "+?~-" else "+all"
        return
    if name in {"ip4", "ip6"}:
        return
    _count(reading)
    if "%" in value:
        # A macro differs by mail; there is nothing to look up beforehand.
        return
    if name == "include":
        inner = value.rstrip(".")
        reading.names.add(inner)
        _read(inner, _record(inner, reading), reading, (*path, domain))
    elif name in {"a", "mx", "exists"}:
        target = value.partition("/")[0] or domain
        answer = _asked(reading.resolver.ask(target, RecordType.MX if name == "mx" else RecordType.A), target)
        if answer.found is Lookup.NOTHING:
            reading.n_void += 1
            if reading.n_void > MOST_VOID:
                raise _Broken(
                    f"more than {MOST_VOID} of its names do not exist; receivers then use none of it.",
                    f"Take {term} out, or mend its name.",
                )


def _count(reading: _RecordReading) -> None:
    reading.n_lookups += 1
    if reading.n_lookups > MOST_LOOKUPS:
        raise _Broken(
            f"it needs more than {MOST_LOOKUPS} lookups, so receivers use none of it.",
            "Take out what you no longer send through.",
        )


def _asked(answer: DnsAnswer, name: str) -> DnsAnswer:
    if answer.found is Lookup.UNKNOWN:
        raise _NotKnown(f"{name} could not be asked for: {answer.reason}.")
    if answer.found is Lookup.LOOP:
        raise _Broken(f"{name} is an alias that leads back to itself.", "Mend the CNAME record.")
    return answer
