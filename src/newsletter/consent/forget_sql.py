"""What a person who is forgotten asked for, confirmed and took back, and what imports noted of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, select

from newsletter.consent.tables import (
    asking_again,
    consent_request,
    consent_request_list,
    import_change,
    import_run,
    import_suppression,
    import_tag,
    pardon,
)
from newsletter.db.erase_text import erase_everywhere
from newsletter.readers.forgotten import Forgotten

# What imports noted so that they can be taken back, names and all; and the owner's decision about an address.
_BY_ADDRESS = (import_change, import_tag, import_suppression, pardon)


def forget(connection: Connection, gone: Forgotten) -> int:
    erase_everywhere(connection, (asking_again.c.segment, import_run.c.files), gone.names)
    if gone.person is not None:
        _forget_requests(connection, consent_request.c.subscriber_id == gone.person)
        connection.execute(delete(import_change).where(import_change.c.subscriber_id == gone.person))
    n_known = _forget_requests(connection, consent_request.c.email_key.in_(gone.keys))
    for table in _BY_ADDRESS:
        n_known += connection.execute(delete(table).where(table.c.email_key.in_(gone.keys))).rowcount
    return n_known


def _forget_requests(connection: Connection, theirs: ColumnElement[bool]) -> int:
    requests = select(consent_request.c.id).where(theirs)
    connection.execute(delete(consent_request_list).where(consent_request_list.c.request_id.in_(requests)))
    return connection.execute(delete(consent_request).where(theirs)).rowcount
