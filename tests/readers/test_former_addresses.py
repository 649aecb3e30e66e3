"""Moves from before addresses were remembered: what they left in the database keeps the old address off after an upgrade."""

from __future__ import annotations

from sqlalchemy import Engine, select, text

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.db.upgrade import run, upgrade
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.readers.tables import erasure, had_before
from newsletter.wiring.schema import metadata
from newsletter.words.subscriber import SubscriptionStatus

_AT = "'2026-01-02 03:04:05'"
_EARLIER = (
    f"INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', {_AT})",
    # Ana signed up, moved, and moved again; Bo came by an import and moved; Cy has stayed.
    *(
        "INSERT INTO subscriber (id, email, email_key, fields, created_at, updated_at) "
        f"VALUES ({number}, '{email}', '{email}', '{{}}', {_AT}, {_AT})"
        for number, email in ((101, "ana3@example.com"), (102, "bo2@example.com"), (103, "cy@example.com"))
    ),
    *(
        "INSERT INTO consent_request (email, email_key, asked, subscriber_id, requested_at, confirmed_at, mail) "
        f"VALUES ('{email}', '{email}', '{asked}', {person}, {_AT}, {confirmed}, 'confirm')"
        for email, asked, person, confirmed in (
            ("ana1@example.com", "form", 101, _AT),
            ("ana2@example.com", "address", 101, _AT),
            ("ana3@example.com", "address", 101, _AT),
            ("typo@example.com", "address", 101, "NULL"),
            ("cy@example.com", "form", 103, _AT),
        )
    ),
    f"INSERT INTO import_run (id, list_name, files, started_at) VALUES (1, 'weekly', 'a.csv', {_AT})",
    "INSERT INTO import_change (run_id, email_key) VALUES (1, 'bo1@example.com'), (1, 'cy@example.com')",
)


def _stands_at(engine: Engine, number: str) -> None:
    """An empty database, brought to a migration of before today."""
    with writing(engine) as connection:
        if is_sqlite(connection):
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all():
                if not name.startswith("sqlite_"):
                    connection.execute(text(f"DROP TABLE {name}"))
        else:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        run(connection, number)


def test_addresses_given_up_before_they_were_remembered_stay_off_after_the_upgrade(engine: Engine) -> None:
    """Known by a confirmed request at an address that its person has no more, or by an import that made somebody of it."""
    _stands_at(engine, "0002")
    with writing(engine) as connection:
        for statement in _EARLIER:
            connection.execute(text(statement))
    upgrade(engine, metadata)

    given_up = ["ana1@example.com", "ana2@example.com", "bo1@example.com"]
    rows = [ReaderRow(email=email) for email in (*given_up, "cy@example.com", "typo@example.com")]
    joined = Membership(engine).join("weekly", rows, status=SubscriptionStatus.ACTIVE, consent="x")

    assert joined.moved == frozenset(given_up)
    assert list(joined.added) == ["cy@example.com", "typo@example.com"]
    assert {email for email, _ in Readers(engine).former_addresses(101)} == {"ana1@example.com", "ana2@example.com"}
    unknown = Readers(engine).find_former("bo1@example.com")
    assert unknown is not None and unknown.present is None


def test_issues_that_were_kept_without_their_account_are_those_of_real_mail(engine: Engine) -> None:
    """Of who is back and of who is not."""
    _stands_at(engine, "0007")
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO had_before (subscriber_id, issue) VALUES (7, 1), (7, 2)"))
        erased = "INSERT INTO erasure (hash, erased_at, request_of, issues) VALUES"
        connection.execute(text(f"{erased} ('a', {_AT}, 'owner', '[3, 4]'), ('b', {_AT}, 'owner', NULL)"))
    upgrade(engine, metadata)

    with reading(engine) as connection:
        rows = connection.execute(select(had_before).order_by(had_before.c.issue)).all()
        kept = connection.scalars(select(erasure.c.issues).order_by(erasure.c.hash)).all()
    assert [tuple(row) for row in rows] == [(7, 1, False), (7, 2, False)]
    assert list(kept) == [{"real": [3, 4], "practice": []}, None]
