"""Batches: whether a cancel also stops what arrives after it, and how many there may be."""

from __future__ import annotations

from dataclasses import dataclass

from tests.live.account import Account
from tests.live.assumption import Assumption, Finding

# A cancel counts for certain ten minutes before the time of sending; and mail takes a while to arrive.
_LEAD_MINUTES, _AFTER_MINUTES = 12.0, 5.0
_SLOTS = 10
_PATH = "/v3/user/scheduled_sends"


@dataclass(frozen=True, slots=True)
class _Story:
    """A batch that was cancelled before its only mail came, and what was seen of both after the mail's time."""

    problem: str
    arrived: bool = False
    is_listed: bool = False


def _cancelled_first(account: Account) -> _Story:
    made = account.call("POST", "/v3/mail/batch")
    if made.status != 201:
        return _Story(f"no batch could be made: {made.said}")
    batch = made.document["batch_id"]
    cancelled = account.call("POST", _PATH, {"batch_id": batch, "status": "cancel"})
    if cancelled.status != 201:
        return _Story(f"the batch could not be cancelled: {cancelled.said}")
    at = int(account.now().timestamp() + _LEAD_MINUTES * 60)
    body = account.body(batch_id=batch, send_at=at)
    sent = account.mail(body)
    if sent.status != 202:
        return _Story(f"a mail of the cancelled batch was not taken: {sent.said}")
    account.sleep((_LEAD_MINUTES + _AFTER_MINUTES) * 60)
    letter = account.letter(body, 0)
    return _Story("", arrived=letter is not None, is_listed=batch in _listed(account))


def _listed(account: Account) -> set[str]:
    found = account.call("GET", _PATH).document
    return {one["batch_id"] for one in found if isinstance(one, dict)} if isinstance(found, list) else set()


def _cancel_reaches_later_mail(account: Account) -> Finding:
    story: _Story = account.once("cancelled first", _cancelled_first)
    if story.problem:
        return Finding(holds=False, seen=story.problem)
    return Finding(holds=not story.arrived, seen="the mail arrived" if story.arrived else "the mail never arrived")


def _slot_is_freed(account: Account) -> Finding:
    story: _Story = account.once("cancelled first", _cancelled_first)
    if story.problem:
        return Finding(holds=False, seen=story.problem)
    words = "still among" if story.is_listed else "no longer among"
    seen = f"{_AFTER_MINUTES:.0f} minutes after its time the batch was {words} the cancelled ones"
    return Finding(holds=not story.is_listed, seen=seen)


def _ten_slots(account: Account) -> Finding:
    """Batches without any mail: taking their status away again releases nothing."""
    before, mine, refused = len(_listed(account)), [], ""
    try:
        while not refused and len(mine) < _SLOTS + 1:
            made = account.call("POST", "/v3/mail/batch")
            if made.status != 201:
                return Finding(holds=False, seen=f"no batch could be made: {made.said}")
            batch = made.document["batch_id"]
            answer = account.call("POST", _PATH, {"batch_id": batch, "status": "cancel"})
            if answer.status == 201:
                mine.append(batch)
            else:
                refused = answer.said
    finally:
        for batch in mine:
            account.call("DELETE", f"{_PATH}/{batch}")
    seen = (
        f"{before} were cancelled or paused before, and {len(mine)} more could be; then: {refused or 'no refusal yet'}"
    )
    return Finding(holds=before + len(mine) >= _SLOTS, seen=seen)


BATCHES = (
    Assumption(
        name="cancel before the mail",
        claim="A batch that was cancelled first is not delivered when its mail comes later.",
        rests="Nothing yet. With it a crash in mid-call could be undone: cancel, and send under another batch.",
        check=_cancel_reaches_later_mail,
        mails=1,
        needs=frozenset({"mailbox"}),
    ),
    Assumption(
        name="slot of a cancelled batch",
        claim="A cancelled batch takes no room any more once its time is past.",
        rests="Nothing yet. Such undoing could be done only so often.",
        check=_slot_is_freed,
        needs=frozenset({"mailbox"}),
    ),
    Assumption(
        name="ten slots",
        claim=f"At least {_SLOTS} batches can be cancelled or paused at one time.",
        rests="Nothing yet. It bounds the calls in flight of such a hand-over; the documents say 10, and once said 100.",
        check=_ten_slots,
    ),
)
