"""What lies beside the readers in an export, and looks like them: who opened and who clicked, and leaflets."""

from __future__ import annotations

import re
from collections.abc import Collection

from newsletter.imports.files.csv_file import CsvFile

# What happened to mails, a row for each time. Substack writes such lists for each of its posts.
_EVENTS = tuple(
    frozenset(line.split("|"))
    for line in (
        "post id|timestamp|email",
        "event|timestamp|email",
        "event|message id|email",
        "event|processed|email",
        "campaign id|timestamp|email",
        "event type|timestamp|email",
    )
)
_EVENTS_NAME = re.compile(
    r"(?:^|[^a-z])(?:opens?|opened|opening|clicks?|clicked|delivers|delivered|deliveries)(?:[^a-z]|$)"
)
_LEAFLET = re.compile(r"(?:read[ _-]?me|licen[cs]e|lies[ _-]?mich|lisez|leggimi|l[eé]eme|leia|changelog|notice)")


def why_no_readers(source: CsvFile, headers: Collection[str], member: str) -> str:
    """Why none of its rows is a reader, as the end of a sentence; empty where they may be.

    `headers` are normalised. `member` is the file's name in an archive, where the readers are in another file; empty
    for a file that somebody named.
    """
    if any(sign <= frozenset(headers) for sign in _EVENTS):
        return "lists who opened, clicked or got something, not who subscribed"
    if not member:
        return ""
    name = member.rpartition("/")[2].lower()
    if _LEAFLET.match(name) and not source.has_header:
        return "is no list of people"
    if _EVENTS_NAME.search(name.rpartition(".")[0]):
        return "lists who opened, clicked or got something, not who subscribed"
    return "" if source.has_people else "names nobody's address"
