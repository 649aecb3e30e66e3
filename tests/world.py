"""Builders for a small newsletter world: readers on lists, an edition, a ledger."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, insert, select

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.readers.tables import mailing_list, subscriber, subscription
from newsletter.words.edition import Edition
from newsletter.words.gap import Context, Default, Field, Gap, Literal, Part
from newsletter.words.newsletter import Newsletter

WEEKLY = Newsletter(
    name="Weekly Ferries",
    sender="mara@ferries.example.com",
    address="Quay 1, 20359 Hamburg",
    public_url="https://ferries.example.com",
)

_FIRST = Default(Field("first_name"), Literal("there"))


def an_edition(issue: int = 1, *, words: str = "Three ferries this week.") -> Edition:
    """An edition with a gap in every part and the reader's own link in two."""
    return Edition(
        issue=issue,
        subject=Part((f"Issue {issue} for ", Gap(_FIRST, Context.HEADER))),
        html=Part(
            (
                "<html lang='en'><body><h1>Hello ",
                Gap(_FIRST, Context.TEXT),
                f'</h1><p>{words}</p><a href="',
                Gap(Field("unsubscribe_url"), Context.URL),
                '">Leave</a></body></html>',
            )
        ),
        text=Part(
            (
                "Hello ",
                Gap(_FIRST, Context.PLAIN),
                f"\n\n{words}\n\nLeave: ",
                Gap(Field("unsubscribe_url"), Context.PLAIN),
                "\n",
            )
        ),
        language="en",
        sender_name=WEEKLY.name,
        sender=WEEKLY.sender,
        reply_to=None,
    )


def add_readers(engine: Engine, list_name: str, numbers: Sequence[int], *, status: str = "active") -> list[int]:
    """People `reader1@example.com` ... by number, on a list; those who exist are put on the list as well. Their ids."""
    with writing(engine) as connection:
        list_id = connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == list_name))
        if list_id is None:
            list_id = connection.execute(
                insert(mailing_list).values(name=list_name, created_at=database_now()).returning(mailing_list.c.id)
            ).scalar_one()
        emails = [f"reader{number}@example.com" for number in numbers]
        known = _ids(connection, emails)
        rows = [
            {"email": email, "email_key": email, "first_name": f"Reader {number}", "fields": {}}
            for number, email in zip(numbers, emails, strict=True)
            if email not in known
        ]
        if rows:
            connection.execute(insert(subscriber).values(created_at=database_now(), updated_at=database_now()), rows)
        ids = _ids(connection, emails)
        connection.execute(
            insert(subscription).values(list_id=list_id, status=status, since_at=database_now()),
            [{"subscriber_id": ids[email]} for email in emails],
        )
    return [ids[email] for email in emails]


def _ids(connection: Connection, emails: list[str]) -> dict[str, int]:
    rows = connection.execute(select(subscriber.c.email, subscriber.c.id).where(subscriber.c.email.in_(emails)))
    return {email: one for email, one in rows}  # noqa: C416 - a Row is not a pair to dict()
