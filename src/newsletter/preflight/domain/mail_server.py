"""Your own mail server as receivers see it: whether its address and its name belong together, both ways."""

from __future__ import annotations

import ipaddress
import re

from newsletter.ports.resolver import Lookup, RecordType, Resolver
from newsletter.words.verdict import Verdict, passed, unknown, warned

_ABOUT_PTR, _ABOUT_NAME = "Reverse DNS", "Server name"
_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_WHO_SENDS = "If mail leaves from another machine than this one, look at that one instead."


def check_server(name: str, address: str, resolver: Resolver) -> list[Verdict]:
    """The server at `address` that calls itself `name`. What Google and Yahoo ask for: RFC 1912 2.1, RFC 5321 4.1.1.1.

    The machine that takes mail from us may not be the one that hands it on, so the worst here is something to look
    at.
    """
    if not ipaddress.ip_address(address).is_global:
        because = f"{address} is in a network of its own: from which address its mail goes out can't be seen from here."
        return [unknown(_ABOUT_PTR, because), unknown(_ABOUT_NAME, because)]
    return [_reverse(address, resolver), _name(name, address, resolver)]


def _reverse(address: str, resolver: Resolver) -> Verdict:
    pointer = ipaddress.ip_address(address).reverse_pointer
    answer = resolver.ask(pointer, RecordType.PTR)
    if answer.found is Lookup.UNKNOWN:
        return unknown(_ABOUT_PTR, f"{address}: {answer.reason}.")
    if answer.found is not Lookup.RECORDS:
        return warned(
            _ABOUT_PTR,
            f"{address} has no name, and large mailbox providers refuse mail from such an address.",
            f"Whoever gave you the address can set its PTR record. {_WHO_SENDS}",
        )
    states = [_leads_to(name, address, resolver) for name in answer.records]
    if True in states:
        return passed(_ABOUT_PTR, f"{address} is {answer.records[states.index(True)]}, and that is {address}.")
    if None in states:
        return unknown(_ABOUT_PTR, f"{address} is called {answer.records[0]}; where that leads is not known.")
    return warned(
        _ABOUT_PTR,
        f"{address} is called {answer.records[0]}, which does not lead back to it.",
        f"Give that name an address record, or change the PTR record. {_WHO_SENDS}",
    )


def _name(name: str, address: str, resolver: Resolver) -> Verdict:
    shown = name[:100] or "nothing"
    if not _HOST_NAME.fullmatch(name):
        return warned(
            _ABOUT_NAME,
            f"The server calls itself {shown}, which is no whole host name.",
            f"Set its host name, such as mail.example.org. {_WHO_SENDS}",
        )
    leads = _leads_to(name, address, resolver)
    if leads is None:
        return unknown(_ABOUT_NAME, f"The server calls itself {shown}; where that leads is not known.")
    if leads:
        return passed(_ABOUT_NAME, f"The server calls itself {shown}, and that is {address}.")
    return warned(
        _ABOUT_NAME,
        f"The server calls itself {shown}, and that is not {address}.",
        f"Let the name that it gives and its address belong together. {_WHO_SENDS}",
    )


def _leads_to(name: str, address: str, resolver: Resolver) -> bool | None:
    """None where that can't be known."""
    wanted = ipaddress.ip_address(address)
    answer = resolver.ask(name, RecordType.A if wanted.version == 4 else RecordType.AAAA)
    if answer.found is Lookup.UNKNOWN:
        return None
    return any(ipaddress.ip_address(record) == wanted for record in answer.records)
