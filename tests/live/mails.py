"""What becomes of a mail: its headers, its values, what the log says of it, and how events are told."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from typing import Any

from newsletter.ports.events import Unverified
from newsletter.ports.provider import Trace, Tried
from newsletter.providers.sendgrid.api import NoAnswer, SendGridApi
from newsletter.providers.sendgrid.events import TIMESTAMP, SendGridEvents
from newsletter.providers.sendgrid.logs import SendGridLogs
from newsletter.wiring import SystemClock
from tests.live.account import Account, Body, marks
from tests.live.assumption import Assumption, Finding
from tests.live.mailbox import Letter

_MINUTES = 10.0
_LEAD_MINUTES = 12.0
_RAW = "<b>R&D</b> \"quoted\" 'and' -t.nested- 100%"
_NESTED = "this must not appear"


def _headed(account: Account) -> Letter | str:
    """One mail with headers of the call and headers of the reader, as it arrived; or why it did not."""
    body = account.body(headers={"X-Newsletter-Call": "of the call"})
    body["personalizations"][0]["headers"]["X-Newsletter-Reader"] = "of the reader"
    account.memo["headed"] = body
    return _arrived(account, body)


def _arrived(account: Account, body: Body) -> Letter | str:
    sent = account.mail(body)
    if sent.status != 202:
        return f"the mail was not taken: {sent.said}"
    return account.letter(body, _MINUTES) or f"the mail did not arrive within {_MINUTES:.0f} minutes"


def _own_unsubscribe(account: Account) -> Finding:
    letter = account.once("headed letter", _headed)
    if isinstance(letter, str):
        return Finding(holds=False, seen=letter)
    wanted = account.memo["headed"]["personalizations"][0]["headers"]["List-Unsubscribe"]
    found, post = letter.get_all("List-Unsubscribe", []), letter.get_all("List-Unsubscribe-Post", [])
    is_ours = [str(one).strip() for one in found] == [wanted]
    return Finding(
        holds=is_ours and [str(one) for one in post] == ["List-Unsubscribe=One-Click"],
        seen=f"List-Unsubscribe came {len(found)} times, {'as we wrote it' if is_ours else 'not as we wrote it'}, "
        f"-Post {len(post)} times",
    )


def _merge(account: Account) -> Finding:
    letter = account.once("headed letter", _headed)
    if isinstance(letter, str):
        return Finding(holds=False, seen=letter)
    there = {name: letter[name] is not None for name in ("X-Newsletter-Call", "X-Newsletter-Reader")}
    seen = ", ".join(f"{name} {'arrived' if is_there else 'is missing'}" for name, is_there in there.items())
    return Finding(holds=all(there.values()), seen=seen)


def _valued(account: Account) -> Letter | str:
    """One mail with values that would suffer from escaping, and one that holds the tag of another."""
    body = account.body()
    for part in body["content"]:
        part["value"] += " Value: [-t.value-] Nested: [-t.nested-]"
    body["personalizations"][0]["substitutions"] = {"-t.value-": _RAW, "-t.nested-": _NESTED}
    return _arrived(account, body)


def _texts(letter: Letter) -> list[str]:
    parts = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return [str(part.get_content()) if part else "" for part in parts]


def _raw_values(account: Account) -> Finding:
    letter = account.once("valued letter", _valued)
    if isinstance(letter, str):
        return Finding(holds=False, seen=letter)
    # Whether the tag in it was replaced is another question.
    begin, _, end = _RAW.partition("-t.nested-")
    is_raw = [begin in text and f"{end}]" in text for text in _texts(letter)]
    is_escaped = any(begin in html.unescape(text) and begin not in text for text in _texts(letter))
    seen = f"text {'unchanged' if is_raw[0] else 'changed'}, HTML {'unchanged' if is_raw[1] else 'changed'}"
    return Finding(holds=all(is_raw), seen=f"{seen}{', with HTML escapes' if is_escaped else ''}")


def _not_nested(account: Account) -> Finding:
    letter = account.once("valued letter", _valued)
    if isinstance(letter, str):
        return Finding(holds=False, seen=letter)
    times = [text.count(_NESTED) for text in _texts(letter)]
    return Finding(holds=times == [1, 1], seen=f"the inner value stands {times[0]} and {times[1]} times, not once")


def _log_names_the_try(account: Account) -> Finding:
    body = account.body()
    sent = account.mail(body)
    if sent.status != 202:
        return Finding(holds=False, seen=f"the mail was not taken: {sent.said}")
    attempt, delivery = marks(body)
    logs = _logs(account, account.now())

    def look() -> bool:
        return logs.find(attempt, [int(delivery)]).get(int(delivery)) is Trace.FOUND

    found, minutes = account.wait_for(look, _MINUTES)
    if not found:
        return Finding(holds=False, seen=f"after {minutes:.0f} minutes the log does not show the try")
    return Finding(holds=True, seen=f"the log showed the try after {minutes:.1f} minutes")


def _logs(account: Account, started_at: datetime) -> SendGridLogs:
    """Our own reading of the log, told of a try to the own address."""
    tried = Tried(started_at=started_at, deadline_at=started_at + timedelta(minutes=1), addresses={1: account.to})
    asking = SendGridApi(account.key, account.url, SystemClock().monotonic)
    return SendGridLogs(asking, lambda attempt, deliveries: tried)


def _processed_before_its_time(account: Account) -> Finding:
    at = int(account.now().timestamp() + _LEAD_MINUTES * 60)
    body = account.body(send_at=at)
    sent = account.mail(body)
    if sent.status != 202:
        return Finding(holds=False, seen=f"the mail was not taken: {sent.said}")
    kinds, minutes = account.wait_for(lambda: _events_of(account, body), _LEAD_MINUTES)
    seen = f"{minutes:.1f} of {_LEAD_MINUTES:.0f} minutes before its time: {', '.join(kinds or ()) or 'nothing'}"
    return Finding(holds=minutes < _LEAD_MINUTES and "processed" in (kinds or ()), seen=seen)


def _events_of(account: Account, body: Body) -> list[str]:
    """The kinds of events that the log has of a mail, without `received`, which is no event of a reader's."""
    asking = SendGridApi(account.key, account.url, SystemClock().monotonic)
    try:
        found: Any = asking.post("/v3/logs", {"query": f'subject = "{body["subject"]}"', "limit": 10})
        for message in found["messages"]:
            details: Any = asking.get(f"/v3/logs/{message['sg_message_id']}")
            return [one["event"] for one in details.get("events", ()) if one["event"] != "received"]
    except NoAnswer:
        pass  # six questions a minute; the next one may be answered
    return []


def _repeated_message(account: Account) -> Finding:
    assert account.hook
    hook, body = account.hook, account.body()
    sent = account.mail(body)
    if sent.status != 202:
        return Finding(holds=False, seen=f"the mail was not taken: {sent.said}")
    mark = marks(body)[0]
    twice, minutes = account.wait_for(lambda: _at_least_two(hook.tellings(mark)), 3 * _MINUTES)
    if not twice:
        n_told = len(hook.tellings(mark))
        return Finding(holds=False, seen=f"in {minutes:.0f} minutes the message was told {n_told} times")
    ours = SendGridEvents(hook.key, SystemClock())
    for telling in twice:
        try:
            ours.verify_and_parse(telling.headers, telling.body)
        except Unverified as reason:
            return Finding(holds=False, seen=f"a telling was not believed: {reason}")
    is_anew = len({telling.headers.get(TIMESTAMP.lower()) for telling in twice}) > 1
    words = "signed anew" if is_anew else "with the signature of the first"
    return Finding(holds=True, seen=f"told again after {minutes:.1f} minutes, {words}")


def _at_least_two(tellings: list[Any]) -> list[Any] | None:
    return tellings if len(tellings) >= 2 else None


MAILS = (
    Assumption(
        name="own List-Unsubscribe",
        claim="The reader's own List-Unsubscribe and its -Post arrive once, as we wrote them.",
        rests="One-click unsubscribing (RFC 8058), and that SendGrid adds none of its own.",
        check=_own_unsubscribe,
        mails=1,
        needs=frozenset({"mailbox"}),
    ),
    Assumption(
        name="headers merge",
        claim="Headers of the call and headers of a reader both arrive.",
        rests="Nothing: each reader's set is complete. If it holds, calls could be smaller.",
        check=_merge,
        needs=frozenset({"mailbox"}),
    ),
    Assumption(
        name="raw values",
        claim="Substitutions are put in as they are, in text and in HTML.",
        rests="Values are escaped here, once, for the place where they stand.",
        check=_raw_values,
        mails=1,
        needs=frozenset({"mailbox"}),
    ),
    Assumption(
        name="no nesting",
        claim="A value that holds the tag of another gap is left alone.",
        rests="Little: tags are made anew until no value holds one.",
        check=_not_nested,
        needs=frozenset({"mailbox"}),
    ),
    Assumption(
        name="log names the try",
        claim=f"Within {_MINUTES:.0f} minutes the log shows a mail with the name of its try.",
        rests="`settle --look`, and the look after a crash.",
        check=_log_names_the_try,
        mails=1,
    ),
    Assumption(
        name="processed at once",
        claim="A mail for later is processed when it is taken, not when its time has come.",
        rests="Nothing yet: no mail is for later. It would let a held call be proved before it goes out.",
        check=_processed_before_its_time,
        mails=1,
    ),
    Assumption(
        name="repeated message",
        claim="A message of events that was answered with 503 is told again, and its signature holds.",
        rests="While the database is away events are answered with 5xx, and believed when they come again, up to 48 hours old.",
        check=_repeated_message,
        mails=1,
        needs=frozenset({"hook"}),
    ),
)
