"""What the owner and the editors are told, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.ledger.rows import MailingRow
from newsletter.ledger.sample import sample
from newsletter.notices.notice import Notice
from newsletter.schedule.desk import Desk
from newsletter.schedule.sendings_sql import SendingTally
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.moment import say_moment, say_span
from newsletter.words.slot import MENDABLE, Slot, Timetable, Why
from newsletter.words.times.cadence_text import say_time
from newsletter.words.token import reader_token

# Why a slot did not go, as it stands after "because".
BECAUSE: Mapping[Why, str] = {
    Why.LATE: "it was overdue for too long when this machine came back",
    Why.UNAPPROVED: "nobody has approved it",
    Why.FINDINGS: "something in it must be fixed",
    Why.NO_ISSUE: "there is no issue that has not gone yet",
    Why.FAULT: "it could not be planned",
    Why.CLOSED: "nothing can be sent yet",
    Why.UNFINISHED: "the issue before is not finished",
    Why.MOVED: "its time passed when the schedule was changed",
    Why.FEW_POSTS: "there are too few posts",
    Why.HELD: "the schedule is on hold",
    Why.TOO_CLOSE: "another issue went less than 12 hours before",
    Why.PASSED: "its time passed while nothing ran, and a later one had come",
    Why.DECIDED: "somebody skipped it",
    Why.STOPPED: "somebody stopped it by the link in the mail",
}


def asking(desk: Desk, timetable: Timetable, slot: Slot, why: Why, detail: str) -> Notice:
    """It did not go; here is why, and what can be done."""
    until = slot.due_at + timetable.ways.late
    ways_out = [
        f"Send it now: newsletter schedule decide --list {timetable.list_name} --now",
        f'Send it at a time: newsletter schedule decide --list {timetable.list_name} --at "thu 15:00"',
        f"Skip it: newsletter schedule decide --list {timetable.list_name} --skip",
    ]
    lines = [f"{_name(slot, timetable)} did not go, because {BECAUSE[why]}.", *([detail] if detail else []), ""]
    if why is Why.UNAPPROVED and slot.issue:
        ways_out.insert(0, f"Approve it first: newsletter schedule approve {slot.issue}")
    if why in MENDABLE and desk.clock.now() < until:
        before = say_moment(until, timetable.cadence.zone)
        lines += [f"Mend that before {before} and it goes by itself. Later, or instead:", ""]
    subject = f"{_issue(slot)} did not go, because {BECAUSE[why]}"
    return _notice(desk, timetable, slot, f"{why.value} {slot.due_at:%m%d%H%M}", subject, [*lines, *ways_out])


# Where the link stands in the line above a frozen issue.
STOP = "Stop it"


def frozen(desk: Desk, timetable: Timetable, slot: Slot, digest: str, *, segment: str) -> Notice:
    """The words of an issue are fixed: the issue itself, with when it goes, to how many, and the link that stops it."""
    assert slot.issue is not None
    n_readers = desk.count(slot.issue, timetable.list_name, segment)
    readers = "1 reader" if n_readers == 1 else f"{n_readers:,} readers"
    key = desk.key
    token = reader_token(
        key.secret, key_id=key.id, purpose="stop", subscriber=slot.id, mailing_list=timetable.id, issue=slot.issue
    )
    edition = desk.ledger.mailings.get_edition(digest)
    subject = sample(edition, desk.newsletter, key, None, list_id=0, date=desk.clock.now()).subject
    goes = f"Goes {_when(desk, timetable, slot)}"
    body = f"{goes} to {readers}. {STOP}: {desk.newsletter.public_url}/stop/{token}"
    # Other words, or another time, are news.
    kind = f"f{slot.due_at:%m%d%H%M} {digest[:10]}"
    told = _letter(desk, f"slot:{slot.id}", kind, desk.tell(timetable.ways), f"{goes}: {subject}", [body])
    return replace(told, shows=digest)


def _when(desk: Desk, timetable: Timetable, slot: Slot) -> str:
    """ "at 09:00", with the day where that is another one than today."""
    place = ZoneInfo(timetable.cadence.zone)
    local, today = slot.due_at.astimezone(place), desk.clock.now().astimezone(place).date()
    return f"at {local:%H:%M}" if local.date() == today else f"{local:%a} {local.day} {local:%b} at {local:%H:%M}"


def unapproved(desk: Desk, timetable: Timetable, slot: Slot) -> Notice:
    """Its words could be frozen now, and nobody has approved any."""
    due = say_moment(slot.due_at, timetable.cadence.zone)
    lines = [
        f"{_name(slot, timetable)} goes {due}, once somebody has approved it. Nobody has, so as it stands it does not go.",
        "",
        f"Read it, and approve it: newsletter schedule approve {slot.issue}",
    ]
    subject = f"{_issue(slot)} waits for an approval: it is due {due}"
    return _notice(desk, timetable, slot, f"unread {slot.due_at:%y%m%d%H%M}", subject, lines)


def skipped(desk: Desk, timetable: Timetable, slot: Slot, why: Why, detail: str) -> Notice:
    """It will not go, and nothing needs to be done."""
    lines = [f"{_name(slot, timetable)} did not go, because {BECAUSE[why]}.", *([detail] if detail else []), ""]
    past = slot.due_at if why is Why.PASSED else max(slot.due_at, desk.clock.now())
    following = next(timetable.cadence.after(past), None)
    if why is Why.HELD:
        lines += [f"Let it go on: newsletter schedule resume --list {timetable.list_name}"]
    elif following:
        lines += [f"What was ready goes in the next slot: {say_time(following.local)} {timetable.cadence.zone}."]
    return _notice(desk, timetable, slot, "result", f"{_issue(slot)} did not go, because {BECAUSE[why]}", lines)


def called_off(desk: Desk, timetable: Timetable, slot: Slot) -> Notice:
    """Somebody skips a time whose issue was shown to the editors already."""
    told = skipped(desk, timetable, slot, Why.DECIDED, "")
    return replace(told, kind=f"skip {desk.clock.now():%y%m%d%H%M%S}")


def slots_passed(desk: Desk, timetable: Timetable, slots: Sequence[Slot], why: Why) -> Notice:
    """Slots whose time is over, in one mail.

    It is not their result: where the clock was wrong their time is still to come.
    """
    last = slots[-1]
    if len(slots) == 1:
        told = skipped(desk, timetable, last, why, "")
    else:
        first, end = (say_time(one.asked) for one in (slots[0], last))
        lines = [
            f"{len(slots)} times of list {timetable.list_name!r} passed without an issue, because {BECAUSE[why]}:",
            f"from {first} to {end} {timetable.cadence.zone}.",
        ]
        told = _notice(desk, timetable, last, "passed", f"{len(slots)} times passed without an issue", lines)
    return replace(told, kind=f"passed {last.due_at:%y%m%d%H%M}")


def stopped(desk: Desk, timetable: Timetable, slot: Slot, reason: str) -> Notice:
    lines = _stands_still(f"issue {slot.issue}", slot.issue, reason)
    return _notice(desk, timetable, slot, "stopped", f"Issue {slot.issue} stands still", lines)


def one_off_stopped(desk: Desk, mailing: MailingRow) -> Notice:
    what = f"issue {mailing.issue} to {mailing.list_name!r}"
    lines = _stands_still(what, mailing.issue, mailing.pause_reason)
    return _one_off(desk, mailing, "stopped", f"Issue {mailing.issue} stands still", lines)


def _stands_still(what: str, issue: int | None, reason: str | None) -> list[str]:
    return [
        f"The sending of {what} stands still: {reason}",
        "Nobody is lost: who has not got it yet is written down.",
        "",
        f"When that is mended: newsletter resume {issue}",
    ]


def result(desk: Desk, timetable: Timetable, slot: Slot, tallies: Sequence[SendingTally], ended_at: datetime) -> Notice:
    """It went out, to how many, and what is open. The slot's own sending is the first of `tallies`."""
    began, late = slot.began_at or slot.due_at, (slot.began_at or slot.due_at) - slot.at
    when = f"{_clock(began, timetable)}-{_clock(ended_at, timetable)}"
    verb = "went out"
    if tallies[0].mailing.status is MailingStatus.CANCELLED:
        verb = "was cancelled on its way"
    line = f"Issue {slot.issue} {verb} {when}: {counts(tallies[0])}."
    lines = [line, f"Slot: {say_time(slot.asked)} {timetable.cadence.zone}, {_readers(tallies[0].mailing)}."]
    if late.total_seconds() >= 300:
        lines.append(f"It began {say_span(late)} after its time.")
    if tallies[0].handover[HandOver.UNCERTAIN]:
        lines += ["", f"Find out about the unknown: newsletter settle {slot.issue} --look"]
    return _notice(desk, timetable, slot, "result", line.removesuffix("."), [*lines, *_by_sending(tallies)])


def _by_sending(tallies: Sequence[SendingTally]) -> list[str]:
    """A line for each sending, where the issue went out in several."""
    if len(tallies) == 1:
        return []
    by_time = sorted(tallies, key=lambda tally: tally.mailing.id)
    each = [f"- {_readers(one.mailing)}, {one.mailing.status.value}: {counts(one)}" for one in by_time]
    return ["", f"Issue {tallies[0].mailing.issue} has {len(tallies)} sendings:", *each]


def _readers(mailing: MailingRow) -> str:
    return f"list {mailing.list_name!r}" + (f", those who fit {mailing.segment}" if mailing.segment else "")


def counts(tally: SendingTally) -> str:
    """ "7,981 handed over, 12 skipped (10 unsubscribed, 2 suppressed), 0 unknown"."""
    n = tally.handover
    why = ", ".join(f"{number:,} {reason}" for reason, number in sorted(tally.skipped.items()))
    skipped = f", {n[HandOver.SKIPPED]:,} skipped" + (f" ({why})" if why else "")
    rest = n[HandOver.PENDING] + n[HandOver.SENDING]
    parts = [f"{n[HandOver.ACCEPTED]:,} handed over{skipped}"]
    parts += [f"{n[HandOver.REFUSED]:,} refused"] if n[HandOver.REFUSED] else []
    parts += [f"{n[HandOver.LEFT]:,} left as unknown"] if n[HandOver.LEFT] else []
    parts += [f"{rest:,} waiting"] if rest else []
    return ", ".join([*parts, f"{n[HandOver.UNCERTAIN]:,} unknown"])


def fault(desk: Desk, timetable: Timetable, what: str) -> Notice:
    """The program itself failed; the details are in the log."""
    lines = [
        f"A fault of the program itself ({what}) keeps the schedule of {timetable.list_name!r} from going on.",
        "It is tried again at every look. The details are in the log of `newsletter serve`.",
    ]
    # The word before the number is part of what is kept: the same fault is told once a day.
    about, kind = f"plan:{timetable.id}", f"fault {desk.clock.now():%y%m%d}"
    subject = f"The schedule of {timetable.list_name!r} has a fault"
    return _letter(desk, about, kind, desk.tell(timetable.ways), subject, lines)


def reminder(desk: Desk, timetable: Timetable, slot: Slot, turn: int, open_points: list[str]) -> Notice:
    due = say_moment(slot.due_at, timetable.cadence.zone)
    frozen = say_moment(slot.due_at - timetable.ways.freeze_before, timetable.cadence.zone)
    head = f"{_issue(slot)} is due {due}; its words are frozen {frozen}. Before that:"
    subject = f"Reminder: {_issue(slot, lower=True)} is due {say_moment(slot.due_at, timetable.cadence.zone)}"
    return _notice(
        desk, timetable, slot, f"reminder {turn}", subject, [head, "", *(f"- {point}" for point in open_points)]
    )


def late_sending(desk: Desk, mailing: MailingRow, reason: str) -> Notice:
    lines = [
        f"The sending of issue {mailing.issue} to {mailing.list_name!r} did not begin. {reason}",
        "",
        f"Send it now: newsletter resume {mailing.issue}",
        f'Another time: newsletter send {mailing.issue} --list {mailing.list_name} --at "thu 15:00"',
        f"Not at all: newsletter cancel {mailing.issue}",
    ]
    subject = f"Issue {mailing.issue} did not go, because it was too late"
    return _one_off(desk, mailing, f"late {mailing.start_at:%y%m%d%H%M}", subject, lines)


def one_off_result(desk: Desk, tallies: Sequence[SendingTally], ended_at: datetime) -> Notice:
    mailing, zone = tallies[0].mailing, ZoneInfo(desk.newsletter.zone)
    when = f"{mailing.start_at.astimezone(zone):%H:%M}-{ended_at.astimezone(zone):%H:%M}"
    line = f"Issue {mailing.issue} went out {when}: {counts(tallies[0])}"
    begun = f"Begun {say_moment(mailing.start_at, desk.newsletter.zone)}, {_readers(mailing)}."
    return _one_off(desk, mailing, "result", line, [f"{line}.", begun, *_by_sending(tallies)])


def _one_off(desk: Desk, mailing: MailingRow, kind: str, subject: str, lines: list[str]) -> Notice:
    body = [*lines, "", _studio(desk, mailing.issue)]
    return _letter(desk, f"mailing:{mailing.id}", kind, desk.tell_about(mailing.list_name), subject, body)


def _notice(desk: Desk, timetable: Timetable, slot: Slot, kind: str, subject: str, lines: list[str]) -> Notice:
    body = [*lines, "", _studio(desk, slot.issue)]
    return _letter(desk, f"slot:{slot.id}", kind, desk.tell(timetable.ways), subject, body)


def _letter(desk: Desk, about: str, kind: str, tell: tuple[str, ...], subject: str, lines: list[str]) -> Notice:
    return Notice(
        about=about,
        kind=kind,
        tell=tell,
        subject=f"[{desk.newsletter.name}] {subject}",
        body="\n".join(lines),
        made_at=desk.clock.now(),
    )


def _studio(desk: Desk, issue: int | None) -> str:
    return f"In the studio: {desk.newsletter.public_url}/studio" + (f"/issues/{issue}" if issue else "")


def _issue(slot: Slot, *, lower: bool = False) -> str:
    if slot.issue:
        return f"{'issue' if lower else 'Issue'} {slot.issue}"
    return "the next issue" if lower else "The next issue"


def _name(slot: Slot, timetable: Timetable) -> str:
    return f"{_issue(slot)} ({say_time(slot.asked)} {timetable.cadence.zone}, list {timetable.list_name!r})"


def _clock(at: datetime, timetable: Timetable) -> str:
    return f"{at.astimezone(ZoneInfo(timetable.cadence.zone)):%H:%M}"
