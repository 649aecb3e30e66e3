"""The judge: reads whom the provider took, what the database says at the end, and when people acted. Nothing of the sender's runs here.

The letters are the invariants: D nobody twice, L nobody in limbo, T the books do not lie, U who left is left out,
N nobody unplanned and nothing after a pause or cancel, C the frozen words, P it ends by itself, R waiting when asked to,
S one sending at a time and not before its time, B nothing from a restored copy, W the same fates whatever the order of events.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

# Answers "too fast" of the campaign's plans ask for a second; what the provider measures may differ a little.
_ASKED_TO_WAIT = timedelta(seconds=0.9)
# The rule of docs/sending.md: "Who asks us to wait is not called again for a batch that is taken afterwards". On PostgreSQL
# a batch of the same mailing waits for that answer's transaction, which holds the mailing's row. A batch of another mailing
# does not: where it is being taken while the answer is committed it goes out, as calls under way do. Taking a batch is one
# transaction, and on two processors under a campaign it has been seen to take up to this long. On SQLite, where
# transactions queue, there is no such batch.
_TAKING_A_BATCH = timedelta(seconds=0.3)
_MOST_REFUSED_CALLS = 24
# A time that was asked for is the sender's, that of a call the database's; and two transactions may tell theirs at once.
_CLOCKS_DIFFER = timedelta(milliseconds=10)
_NEVER = datetime.max.replace(tzinfo=UTC)
# docs/events.md: of all that is told of a mail, what stands furthest down here counts.
_FATES = ("none", "deferred", "dropped", "bounced", "delivered", "bounced", "complained")
# SendGrid's words for what it tells, a bounce by its type: a block says "not now", a bounce "never".
_WEIGHTS = {
    "processed": 0,
    "deferred": 1,
    "dropped": 2,
    "blocked": 3,
    "delivered": 4,
    "open": 4,
    "click": 4,
    "unsubscribe": 4,
    "bounce": 5,
    "spamreport": 6,
}
_LEAVING = frozenset({"unsubscribe", "suppress", "erase"})


@dataclass(frozen=True, kw_only=True)
class Ack:
    """Somebody acted, and was told at `at` that it is so; they had asked at `asked_at`. `who` is an address or empty."""

    what: str
    asked_at: datetime
    at: datetime
    who: str = ""
    mailings: frozenset[int] = frozenset()


@dataclass(kw_only=True)
class Evidence:
    """All that the judge gets to see."""

    url: str
    accepted: Sequence[dict[str, Any]]
    bodies: Path
    # Who is who, by the number in the books: who was erased is no longer in these.
    people: Mapping[int, str] = field(default_factory=dict)
    acks: Sequence[Ack] = ()
    ended: bool = True
    shown: dict[str, int] = field(default_factory=dict)
    # The same by what the batches wrote down of their readers.
    tallied: dict[str, int] | None = None


@dataclass(kw_only=True)
class Verdict:
    """What is wrong, each line begun by its letter, and how many readers ended how."""

    wrong: list[str]
    states: Counter[str]
    in_flight_after_leaving: int


def judge(evidence: Evidence) -> Verdict:
    """Look at everything. Nothing wrong is an empty list."""
    books = _Books(evidence.url, evidence.people)
    in_flight: list[str] = []
    wrong = [
        *_progress(evidence, books),
        *_nobody_twice(evidence, books),
        *_nobody_in_limbo(evidence, books),
        *_books_do_not_lie(evidence, books),
        *_who_left(evidence, books, in_flight),
        *_nobody_unplanned(evidence, books),
        *_after_a_pause(evidence, books),
        *_frozen_words(evidence, books),
        *_waited(books),
        *_one_at_a_time(books),
        *_from_a_copy(evidence, books),
    ]
    states = Counter(row["handover"] for row in books.deliveries.values())
    return Verdict(wrong=wrong, states=states, in_flight_after_leaving=len(in_flight))


class _Books:
    """The final database, by plain SQL."""

    def __init__(self, url: str, people: Mapping[int, str]) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.mailings = {row["id"]: row for row in _rows(url, "SELECT * FROM mailing")}
        self.editions = {row["id"]: row["document"] for row in _rows(url, "SELECT id, document FROM edition")}
        self.parcels = {row["id"]: row for row in _rows(url, "SELECT * FROM parcel")}
        people = {**people, **{row["id"]: row["email"] for row in _rows(url, "SELECT id, email FROM subscriber")}}
        self.deliveries = {row["id"]: row for row in _rows(url, "SELECT * FROM delivery")}
        for row in self.deliveries.values():
            row["email"] = people.get(row["subscriber_id"], "")
            row["mailing"] = self.mailings[self.parcels[row["parcel_id"]]["mailing_id"]]
        self.attempts = {row["token"]: row for row in _rows(url, "SELECT * FROM attempt")}
        for row in self.attempts.values():
            row["mailing_id"] = self.parcels[row["parcel_id"]]["mailing_id"]
        self.late = {row["delivery_id"] for row in _rows(url, "SELECT delivery_id FROM late_departure")}
        self.carried = {(row["id"], one) for row in self.attempts.values() for one in ids_in(row["carried"])}


def _rows(url: str, query: str) -> list[dict[str, Any]]:
    if url.startswith("sqlite:///"):
        with sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True) as lite:
            lite.row_factory = sqlite3.Row
            rows = [dict(row) for row in lite.execute(query)]
        lite.close()
    else:
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as server:
            rows = server.execute(query).fetchall()
    return [{name: _instant(value) if name.endswith("_at") else value for name, value in row.items()} for row in rows]


def ids_in(value: Any) -> list[int]:
    return json.loads(value) if isinstance(value, str) else value


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC) if value else None


def _progress(evidence: Evidence, books: _Books) -> Iterator[str]:
    if not evidence.ended:
        stuck = Counter(row["status"] for row in books.mailings.values())
        yield f"P: it did not come to an end by itself: {dict(stuck)}"


def _nobody_twice(evidence: Evidence, books: _Books) -> Iterator[str]:
    copies: Counter[tuple[Any, str]] = Counter()
    for line in evidence.accepted:
        row = books.deliveries.get(line["delivery"])
        copies[row["issue"] if row else None, line["email"]] += 1
    for (issue, email), n in copies.items():
        if n > 1:
            yield f"D: {email} got issue {issue} {n} times"


def _nobody_in_limbo(evidence: Evidence, books: _Books) -> Iterator[str]:
    left = {ack.who for ack in evidence.acks if ack.what in _LEAVING}
    for row in books.deliveries.values():
        state, reason, cancelled = row["handover"], row["reason"], row["mailing"]["status"] == "cancelled"
        if state == "pending":
            yield f"L: {row['email']} is still {state} in a mailing that is {row['mailing']['status']}"
        if state == "skipped" and not (reason == "cancelled" and cancelled) and row["email"] not in left:
            yield f"L: {row['email']} was skipped as {reason} without a cause"
    per_mailing = Counter(row["mailing"]["id"] for row in books.deliveries.values())
    for mailing_id, row in books.mailings.items():
        if row["status"] != "cancelled" and row["planned"] != per_mailing[mailing_id]:
            yield f"L: mailing {mailing_id} planned {row['planned']}, but {per_mailing[mailing_id]} are in its books"
        if row["status"] == "finished" and any(
            d["handover"] == "uncertain" for d in books.deliveries.values() if d["mailing"]["id"] == mailing_id
        ):
            yield f"L: mailing {mailing_id} is finished, with readers in doubt"


def _books_do_not_lie(evidence: Evidence, books: _Books) -> Iterator[str]:
    took = {line["delivery"] for line in evidence.accepted}
    for delivery_id, row in books.deliveries.items():
        if row["handover"] == "accepted" and delivery_id not in took:
            yield f"T: {row['email']} has it, say the books, but the provider never took it"
        if delivery_id in took and row["handover"] not in {"accepted", "uncertain", "left"}:
            yield f"T: {row['email']} is {row['handover']}, say the books, but the provider took it"
    # Who was skipped or refused, and planned again later, counts once: by the last line.
    latest = {(row["issue"], row["subscriber_id"]): row for _, row in sorted(books.deliveries.items())}
    states = Counter(row["handover"] for row in latest.values())
    if evidence.shown and {state: n for state, n in evidence.shown.items() if n} != dict(states):
        yield f"T: what is shown, {evidence.shown}, is not what the ledger holds, {dict(states)}"
    if evidence.tallied is not None and evidence.tallied != evidence.shown:
        yield f"T: the batches add up to {evidence.tallied}, their readers to {evidence.shown}"
    for line in evidence.accepted:
        attempt = books.attempts.get(line["attempt"])
        if attempt is None or (attempt["id"], line["delivery"]) not in books.carried:
            yield f"T: {line['email']} was in a call that is not in the books"


def _who_left(evidence: Evidence, books: _Books, in_flight: list[str]) -> Iterator[str]:
    for ack in evidence.acks:
        if ack.what not in _LEAVING:
            continue
        for line in evidence.accepted:
            attempt = books.attempts.get(line["attempt"])
            if line["email"] != ack.who or attempt is None:
                continue
            if attempt["started_at"] > ack.at:
                yield f"U: {ack.who} had left at {ack.at}, and was in a call that began at {attempt['started_at']}"
            elif datetime.fromtimestamp(line["at"], UTC) > ack.at:
                in_flight.append(ack.who)
                if line["delivery"] not in books.late:
                    yield f"U: {ack.who} left at {ack.at}, in a call of {attempt['started_at']}, and the books don't say so"


def _nobody_unplanned(evidence: Evidence, books: _Books) -> Iterator[str]:
    for line in evidence.accepted:
        row = books.deliveries.get(line["delivery"])
        if row is None or row["email"] != line["email"]:
            yield f"N: {line['email']} was mailed, and is not in the frozen audience"


def _after_a_pause(evidence: Evidence, books: _Books) -> Iterator[str]:
    took = {line["attempt"] for line in evidence.accepted}
    for number, ack in enumerate(evidence.acks):
        if ack.what not in {"pause", "cancel"}:
            continue
        later = [one for one in evidence.acks[number + 1 :] if one.what == "resume" and ack.what == "pause"]
        until = later[0].asked_at if later else _NEVER
        for token, row in books.attempts.items():
            if token in took and row["mailing_id"] in ack.mailings and ack.at < row["started_at"] < until:
                yield f"N: a call began at {row['started_at']}, after the {ack.what} of {ack.at}"


def _frozen_words(evidence: Evidence, books: _Books) -> Iterator[str]:
    for reference in {line["reference"] for line in evidence.accepted}:
        body = json.loads((evidence.bodies / f"{reference}.json").read_text())
        attempt = books.attempts.get(body["custom_args"]["nl_attempt"])
        if attempt is None:
            continue
        document = books.editions[books.mailings[attempt["mailing_id"]]["edition_id"]]
        words = re.search(r"This is revision \d+\.", document)
        if not words or not all(words[0] in part["value"] for part in body["content"]):
            yield f"C: a call of mailing {attempt['mailing_id']} did not carry the frozen words"


def _waited(books: _Books) -> Iterator[str]:
    for row in books.attempts.values():
        if row["outcome"] == "deferred" and "429" in (row["reason"] or ""):
            for other in books.attempts.values():
                is_apart = other["mailing_id"] != row["mailing_id"] and not books.is_sqlite
                known_at = row["ended_at"] + (_TAKING_A_BATCH if is_apart else timedelta())
                if known_at < other["started_at"] < row["ended_at"] + _ASKED_TO_WAIT:
                    yield f"R: asked to wait at {row['ended_at']}, called again at {other['started_at']}"
    for parcel_id, row in books.parcels.items():
        if row["refused_calls"] > _MOST_REFUSED_CALLS:
            yield f"R: batch {parcel_id} was refused {row['refused_calls']} times"


def _one_at_a_time(books: _Books) -> Iterator[str]:
    """Whoever else plans or ticks: an issue goes to a list by one sending at a time, whose calls begin at its time."""
    for row in books.attempts.values():
        of = books.mailings[row["mailing_id"]]
        if row["started_at"] < of["start_at"] - _CLOCKS_DIFFER:
            yield f"S: a call began at {row['started_at']}, and mailing {of['id']} was for {of['start_at']}"
    for one in books.mailings.values():
        for other in books.mailings.values():
            is_same = (one["issue"], one["list_id"]) == (other["issue"], other["list_id"])
            if (
                is_same
                and one["id"] < other["id"]
                and (one["finished_at"] or _NEVER) > other["created_at"] + _CLOCKS_DIFFER
            ):
                yield f"S: mailing {other['id']} began before mailing {one['id']} to the same list had ended"


def _from_a_copy(evidence: Evidence, books: _Books) -> Iterator[str]:
    """While an older copy stood in the place of the database nothing may go out that the newer one does not know."""
    for ack in evidence.acks:
        for line in evidence.accepted if ack.what == "restore" else ():
            if (
                ack.asked_at < datetime.fromtimestamp(line["at"], UTC) < ack.at
                and line["attempt"] not in books.attempts
            ):
                yield f"B: {line['email']} was mailed from a restored copy"


def judge_events(evidence: Evidence, told: Iterable[Mapping[str, Any]]) -> list[str]:
    """When all was told: nobody whose call arrived is in doubt, and each fate is that of the set of events.

    `told` are the events in the provider's own words. Raises KeyError for a kind that no campaign tells of.
    """
    books = _Books(evidence.url, evidence.people)
    heard: dict[int, list[str]] = defaultdict(list)
    for event in told:
        kind = str(event["event"])
        heard[int(event["nl_delivery"])].append(str(event["type"]) if kind == "bounce" else kind)
    wrong = []
    for delivery_id, kinds in heard.items():
        row, fate = books.deliveries[delivery_id], _FATES[max(map(_WEIGHTS.__getitem__, kinds))]
        if row["handover"] != "accepted":
            wrong.append(f"W: {row['email']} is {row['handover']}, although the provider told of the mail")
        if row["fate"] != fate:
            wrong.append(f"W: the fate of {row['email']} is {row['fate']}, and should be {fate}")
    return wrong
