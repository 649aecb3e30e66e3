"""The headers of a mail that a reader sends us: to whom it went, as far as they tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.parser import HeaderParser
from email.utils import getaddresses

# Where mail servers write down for which mailbox a mail came in.
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "to", "cc")
_TOKEN = re.compile(r"/u/([0-9a-z.]+\.[A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """`tokens` are candidates for a reader's own unsubscribe token, unverified; `addresses` are in order, each once."""

    tokens: tuple[str, ...]
    addresses: tuple[str, ...]


def read_headers(text: str) -> Pasted:
    """What stands in pasted headers, or in a whole mail; leading blanks and quote marks of a forwarded one do no harm."""
    plain = "\n".join(re.sub(r"^(?:>\s?)+", "", line) for line in text.strip().splitlines())
    message = HeaderParser(policy=policy.compat32).parsestr(plain)
    found = [
        address
        for name in _RECIPIENTS
        for _, address in getaddresses([str(value) for value in message.get_all(name, [])])
        if "@" in address
    ]
    # Mail programs fold long headers: a token may be broken by a line end and blanks.
    joined = re.sub(r"\r?\n[ \t]+", "", plain)
    return Pasted(tokens=tuple(dict.fromkeys(_TOKEN.findall(joined))), addresses=tuple(dict.fromkeys(found)))
