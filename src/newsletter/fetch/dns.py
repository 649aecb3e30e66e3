"""Asks name servers over UDP and TCP, and says plainly when there is no answer to rely on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver

from newsletter.ports.resolver import DnsAnswer, Lookup, RecordType
from newsletter.words.domain import NotADomain, ascii_domain

SECONDS = 4.0
_MOST_ALIASES = 12
# .invalid exists nowhere (RFC 6761), so a server that knows this name invents what it tells.
_ANCHOR = "a.root-servers.net"
_CANARY = "no-such-name.newsletter.invalid"


class DnsResolver:
    """A `Resolver`. `servers` are (address, port); without them, those of this machine.

    The first two are both asked: where they tell different things, neither is relied on.
    """

    def __init__(self, servers: Sequence[tuple[str, int]] | None = None, *, seconds: float = SECONDS) -> None:
        self._servers = list(servers) if servers is not None else _system_servers()
        # Servers that a caller names may well know a small world only.
        self._anchor = _ANCHOR if servers is None else None
        self._seconds = seconds
        self._known: dict[tuple[str, RecordType], DnsAnswer] = {}
        self._distrust: str | None = None

    def ask(self, name: str, kind: RecordType) -> DnsAnswer:
        """Within one resolver's life a question is asked once."""
        if not self._servers:
            return _unknown("this machine knows no name server")
        if self._distrust is None:
            self._distrust = self._why_not()
        if self._distrust:
            return _unknown(self._distrust)
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._compared(*key)
        return self._known[key]

    def _why_not(self) -> str:
        """Why nothing that these servers say is relied on; empty where they are."""
        if self._compared(_CANARY, RecordType.A).found is Lookup.RECORDS:
            return "the name server invents answers for names that do not exist"
        if self._anchor and self._compared(self._anchor, RecordType.A).found is Lookup.NOTHING:
            return "this machine is cut off: its name server knows no name of the internet"
        return ""

    def _compared(self, name: str, kind: RecordType) -> DnsAnswer:
        answers = [self._chased(server, name, kind) for server in self._servers[:2]]
        told = [answer for answer in answers if answer.found is not Lookup.UNKNOWN]
        if not told:
            return answers[0]
        if any((one.found, one.records) != (told[0].found, told[0].records) for one in told):
            return _unknown("two name servers tell different things; a change may be on its way")
        return told[0]

    def _chased(self, server: tuple[str, int], name: str, kind: RecordType) -> DnsAnswer:
        """Follow aliases across answers, as a recursive server would have done."""
        seen: list[str] = []
        while True:
            answer = self._once(server, name, kind, seen)
            if answer is not None:
                return answer
            if seen.count(seen[-1]) > 1 or len(seen) > _MOST_ALIASES or seen[-1] == name:
                return DnsAnswer(found=Lookup.LOOP, aliases=tuple(seen), reason=f"{name} leads back to itself")
            name = seen[-1]

    def _once(self, server: tuple[str, int], name: str, kind: RecordType, seen: list[str]) -> DnsAnswer | None:
        """One question; None where the answer ends at an alias that has to be asked for in turn."""
        try:
            wanted = dns.name.from_text(ascii_domain(name))
            reply = self._reply(server, wanted, kind)
        except dns.exception.Timeout:
            return _unknown("no answer in time")
        except (dns.exception.DNSException, NotADomain, OSError, ValueError, EOFError) as error:
            return _unknown(f"no usable answer ({type(error).__name__})")
        code = reply.rcode()
        if code not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            return _unknown(f"the name server answers {dns.rcode.to_text(code)}")
        owner = wanted if kind is RecordType.CNAME else _follow(reply, wanted, seen)
        if owner is None:
            return DnsAnswer(found=Lookup.LOOP, aliases=tuple(seen), reason=f"{name} leads back to itself")
        found = reply.get_rrset(reply.answer, owner, dns.rdataclass.IN, dns.rdatatype.from_text(kind))
        if found is not None:
            records = tuple(sorted(_text(record, kind) for record in found))
            return DnsAnswer(found=Lookup.RECORDS, records=records, aliases=tuple(seen))
        if owner != wanted and code == dns.rcode.NOERROR and kind is not RecordType.CNAME:
            return None
        return DnsAnswer(found=Lookup.NOTHING, aliases=tuple(seen))

    def _reply(self, server: tuple[str, int], name: dns.name.Name, kind: RecordType) -> dns.message.Message:
        question = dns.message.make_query(name, dns.rdatatype.from_text(kind), use_edns=0, payload=1232)
        address, port = server
        # Answers to other questions are not answers: dnspython drops those whose id or question differs.
        reply, _ = dns.query.udp_with_fallback(
            question, address, timeout=self._seconds, port=port, ignore_unexpected=True, ignore_errors=True
        )
        return reply


def _follow(reply: dns.message.Message, owner: dns.name.Name, seen: list[str]) -> dns.name.Name | None:
    """Follow the aliases within one reply; None where they lead in a circle."""
    visited = {owner}
    while True:
        alias = reply.get_rrset(reply.answer, owner, dns.rdataclass.IN, dns.rdatatype.CNAME)
        if alias is None:
            return owner
        owner = alias[0].target
        if owner in visited:
            return None
        visited.add(owner)
        seen.append(_name(owner))


def _text(record: Any, kind: RecordType) -> str:
    match kind:
        case RecordType.TXT:
            return b"".join(record.strings).decode("utf-8", errors="replace")
        case RecordType.MX:
            return f"{record.preference} {_name(record.exchange)}"
        case RecordType.CNAME | RecordType.PTR:
            return _name(record.target)
    return str(record.to_text())


def _name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _unknown(reason: str) -> DnsAnswer:
    return DnsAnswer(found=Lookup.UNKNOWN, reason=reason)


def _system_servers() -> list[tuple[str, int]]:
    try:
        return [(str(server), 53) for server in dns.resolver.Resolver().nameservers]
    except dns.exception.DNSException:
        return []
