"""The tables of the ledger: editions, mailings, and who was handed which issue by which call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    case,
    exists,
    literal,
    literal_column,
    or_,
    text,
)

from newsletter.db.id_lists import IdList
from newsletter.db.metadata import metadata
from newsletter.db.types import Id, UtcDateTime, one_of, only_where
from newsletter.words.correction import numbers_of_mails
from newsletter.words.ledger import HOLDS, WRITTEN, Fate, HandOver, MailingStatus, ParcelStatus

edition = Table(
    "edition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("issue", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("frozen_at", UtcDateTime, nullable=False),
)

# Other words for an issue that went out. The words of a correction hold for all that is handed over after it.
correction = Table(
    "correction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue", Integer, nullable=False),
    Column("is_practice", Boolean, nullable=False),
    # Counted from 1 for each issue: of two people who correct at the same moment, one is first.
    Column("number", Integer, nullable=False),
    Column("edition_id", Id, ForeignKey("edition.id"), nullable=False),
    Column("replaces_id", Id, ForeignKey("edition.id"), nullable=False),
    # One sentence for readers, on the archive's page and in the mail.
    Column("note", Text, nullable=False),
    Column("corrected_by", Text, nullable=False),
    Column("corrected_at", UtcDateTime, nullable=False),
    UniqueConstraint("issue", "is_practice", "number", name="correction_once"),
    # Its mail goes out under a number that is made of this one: it must never be given twice.
    sqlite_autoincrement=True,
)

# Tests of an issue: in no account of who has it. Their addresses are not kept.
test_mail = Table(
    "test_mail",
    metadata,
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("edition_id", Id, ForeignKey("edition.id"), nullable=False),
    Column("n_addresses", Integer, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue", Integer, nullable=False),
    # The words of its next hand-over; what went before a correction is told by each attempt.
    Column("edition_id", Id, ForeignKey("edition.id"), nullable=False),
    Column("list_id", Id, ForeignKey("mailing_list.id"), nullable=False),
    Column("status", String(10), nullable=False),
    Column("pause_reason", Text),
    # A provider that can't be reached pauses the mailing after several failures in a row.
    Column("failures_in_a_row", Integer, nullable=False, server_default="0"),
    Column("start_at", UtcDateTime, nullable=False),
    Column("planned", Integer, nullable=False, server_default="0"),
    Column("already_had_it", Integer, nullable=False, server_default="0"),
    Column("parcel_size", Integer, nullable=False),
    # The question that its readers had to fit, as it was when the mailing was planned; "" for the whole list.
    Column("segment", Text, nullable=False, server_default=""),
    # In the practice account: planned while nothing leaves this machine, and never handed to a provider that carries
    # mail.
    Column("is_practice", Boolean, nullable=False, server_default=text("false")),
    # Readers in the canary that everyone else waits for; 0 where nobody waits, or not any more.
    Column("canary", Integer, nullable=False, server_default="0"),
    # A person looks at the canary before the others go: the mailing pauses when it is through.
    Column("canary_waits", Boolean, nullable=False, server_default=text("false")),
    # Where the next slice of the plan begins; its end is fixed when the audience is, at the start of planning.
    Column("planned_to_subscriber", Id, nullable=False, server_default="0"),
    Column("audience_ends_at_subscriber", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    one_of("status", MailingStatus),
    # One unfinished mailing of an issue to an audience: a second `send` resumes it.
    Index(
        "mailing_unfinished",
        "issue",
        "list_id",
        "is_practice",
        unique=True,
        **only_where("status NOT IN ('finished', 'cancelled')"),
    ),
    # An empty mailing is dropped: a process that still has its id must not find another mailing under it.
    sqlite_autoincrement=True,
)

parcel = Table(
    "parcel",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mailing_id", Id, ForeignKey("mailing.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("parent_id", Id, ForeignKey("parcel.id")),
    Column("root_id", Id),
    Column("status", String(10), nullable=False),
    Column("not_before", UtcDateTime),
    Column("n_readers", Integer, nullable=False),
    # Its readers by state when it was last settled; the rest of `n_readers` wait. While it is in a call, or divided,
    # only its deliveries tell.
    Column("n_accepted", Integer, nullable=False, server_default="0"),
    Column("n_uncertain", Integer, nullable=False, server_default="0"),
    Column("n_left", Integer, nullable=False, server_default="0"),
    Column("n_not_held", Integer, nullable=False, server_default="0"),
    # Refused calls of this parcel and its children: bisection gives up after a bounded number.
    Column("refused_calls", Integer, nullable=False, server_default="0"),
    Column("last_reason", Text),
    one_of("status", ParcelStatus),
    UniqueConstraint("mailing_id", "number", name="parcel_number_unique"),
    Index("parcel_queue", "mailing_id", "status", "id"),
    Index("parcel_family", "root_id", **only_where("root_id IS NOT NULL")),
    # Covers all that an account reads of them: a thousand rows side by side instead of on a thousand pages.
    Index("parcel_tally", "mailing_id", "status", "n_readers", "n_accepted", "n_uncertain", "n_left", "n_not_held"),
)

# For a mailing: it is the mail of a correction, and no issue.
is_correction_mail: ColumnElement[bool] = mailing.c.issue.between(*numbers_of_mails())

_HELD = ", ".join(f"'{state.value}'" for state in WRITTEN if state in HOLDS)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue", Integer, nullable=False),
    Column("subscriber_id", Id, nullable=False),
    # As in its mailing: practice is an account of its own, and nobody "has it already" because of it.
    Column("is_practice", Boolean, nullable=False, server_default=text("false")),
    Column("parcel_id", Id, ForeignKey("parcel.id"), nullable=False),
    # Read by `state_of` and `is_in` only: where it is pending, its parcel tells whether it waits or is on its way.
    Column("handover", String(10), nullable=False),
    Column("reason", Text),
    # The attempt whose acceptance counted; another attempt's acceptance of the same delivery makes it `doubled`.
    Column("accepted_by", Id),
    Column("doubled", Boolean, nullable=False, server_default=text("false")),
    Column("fate", String(10), nullable=False, server_default=Fate.NONE.value),
    # Skipped or refused, as `handover` says; NULL where the reader holds the issue. No index is over `handover`, which
    # changes for each delivery: a change of what an index is over costs three times as much.
    Column("unheld", String(10)),
    one_of("handover", WRITTEN),
    one_of("fate", Fate),
    CheckConstraint(
        f"(unheld IS NULL) = (handover IN ({_HELD})) AND coalesce(unheld, handover) = handover", name="unheld"
    ),
    Index("delivery_of_parcel", "parcel_id"),
    # The promise in one line: an issue is held by a reader at most once, whatever lists and mailings overlap.
    Index(
        "delivery_once",
        "issue",
        "subscriber_id",
        "is_practice",
        unique=True,
        **only_where("unheld IS NULL"),
    ),
    # Deliveries that went to nobody, for questions about one reader: they are few.
    Index("delivery_not_held", "subscriber_id", **only_where("unheld IS NOT NULL")),
    # The same with the reason, for questions about an issue.
    Index(
        "delivery_not_held_why",
        "issue",
        "is_practice",
        "unheld",
        "reason",
        **only_where("unheld IS NOT NULL"),
    ),
)


# For a delivery: nothing is known of it yet. It is on its way where its parcel is in a call, and waits anywhere else.
unanswered: ColumnElement[bool] = delivery.c.handover == HandOver.PENDING
_WITHOUT_ANSWER = frozenset({HandOver.PENDING, HandOver.SENDING})


def unanswered_in(parcel_id: Any) -> ColumnElement[bool]:
    """For a delivery: it is in this parcel, and nothing is known of it yet."""
    return and_(delivery.c.parcel_id == parcel_id, unanswered)


def state_of() -> ColumnElement[str]:
    """What we did with a delivery, joined with its parcel: what its row says, or that it is on its way."""
    is_on_its_way = and_(unanswered, parcel.c.status == ParcelStatus.SENDING)
    return case((is_on_its_way, literal(HandOver.SENDING.value)), else_=delivery.c.handover).label("state")


def is_in(*states: HandOver) -> ColumnElement[bool]:
    """For a delivery: it is in one of these states. Its parcel is asked only where those two have to be told apart."""
    asked = _WITHOUT_ANSWER.intersection(states)
    if len(asked) != 1:
        return delivery.c.handover.in_([state for state in states if state is not HandOver.SENDING])
    of = parcel.alias("of")
    calls = exists().where(of.c.id == delivery.c.parcel_id, of.c.status == ParcelStatus.SENDING).correlate(delivery)
    told = and_(unanswered, calls if HandOver.SENDING in asked else ~calls)
    settled = [state for state in states if state not in asked]
    return or_(delivery.c.handover.in_(settled), told) if settled else told


def moved_to(state: HandOver, out_of: Collection[HandOver]) -> dict[str, HandOver | None]:
    """The values of a delivery that moves to this state out of one of those."""
    if state not in HOLDS:
        return {"handover": state, "unheld": state}
    # Left alone where it stays as it is: SQLite writes the indexes of whatever a statement names.
    return {"handover": state} if HOLDS.issuperset(out_of) else {"handover": state, "unheld": None}


def holding(of: FromClause) -> ColumnElement[bool]:
    """For a delivery under any name: its reader holds the issue."""
    unheld: ColumnElement[str | None] = of.c.unheld
    return unheld.is_(None)


holds = holding(delivery)
not_held: ColumnElement[bool] = delivery.c.unheld.is_not(None)

# Spelled as in the index over doubled deliveries; "doubled = 1" would not use it.
is_doubled: ColumnElement[bool] = literal_column("delivery.doubled")

attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True),
    # Random; travels with the mail and comes back in events.
    Column("token", String(40), nullable=False, unique=True),
    Column("parcel_id", Id, ForeignKey("parcel.id"), nullable=False),
    # The words that it carried.
    Column("edition_id", Id, nullable=False, server_default="0"),
    Column("sender", String(40), nullable=False),
    Column("provider", String(20), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("deadline_at", UtcDateTime, nullable=False),
    # NULL while the call may still be under way.
    Column("outcome", String(10)),
    Column("reason", Text),
    Column("reference", Text),
    Column("ended_at", UtcDateTime),
    # How often the provider was asked what became of it, and when it may be asked again.
    Column("looks", Integer, nullable=False, server_default="0"),
    Column("look_after", UtcDateTime),
    # The deliveries in the call: written once, in the transaction that begins it, and never changed.
    Column("carried", IdList, nullable=False),
    Index("attempt_open", "deadline_at", **only_where("outcome IS NULL")),
    Index("attempt_of_parcel", "parcel_id"),
)

# Refused, and the provider has accepted nobody since: until it does, nothing shows that these readers are the cause.
# Only an acceptance in a call that began after `newest_attempt` counts, or a later one in the same call.
fresh_refusal = Table(
    "fresh_refusal",
    metadata,
    Column("delivery_id", Id, primary_key=True, autoincrement=False),
    Column("provider", String(20), nullable=False),
    Column("attempt_id", Id, nullable=False),
    Column("newest_attempt", Id, nullable=False),
    sqlite_with_rowid=False,
)

# Readers who left while a call that carried them was under way or in doubt: the mail could not be called back any more.
# No foreign key: the line outlives the person, as the delivery does.
late_departure = Table(
    "late_departure",
    metadata,
    Column("delivery_id", Id, primary_key=True, autoincrement=False),
    Column("left_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# A provider that says "later" means every sender: one row for each provider, checked by every claim.
provider_state = Table(
    "provider_state",
    metadata,
    Column("provider", String(20), primary_key=True),
    Column("not_before", UtcDateTime),
    # In its own words; and how often it said so without accepting anybody in between.
    Column("wait_reason", Text),
    Column("waits_in_a_row", Integer, nullable=False, server_default="0"),
    # The owner's pace: when the next call is due, and when the next day of warming up begins.
    Column("next_turn_at", UtcDateTime),
    Column("warm_until", UtcDateTime),
)

# Days of sending while warming up, counted from the first mail of each.
warm_up_day = Table(
    "warm_up_day",
    metadata,
    Column("provider", String(20), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("n_readers", Integer, nullable=False),
)
