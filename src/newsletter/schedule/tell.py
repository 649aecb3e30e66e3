"""Hands over the owner's mails through the provider that carries the newsletter."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from html import escape

from newsletter.ledger.sample import sample
from newsletter.notices.notice import Notice
from newsletter.schedule.desk import Desk
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import Part
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Accepted

log = logging.getLogger(__name__)

_LINE = '<div style="font-weight:normal;font-size:14px">{}</div>'
_BODY = re.compile(r"<body\b[^<>]*+>", re.IGNORECASE)


def tell_all(desk: Desk) -> int:
    """Hand over every notice that waits. Returns how many were taken.

    A machine that dies between sending a mail and noting it sends it again: better than not at all.
    """
    told = 0
    for notice in desk.notices.list_all(waiting=True):
        now = desk.clock.now()
        if notice.may_be_tried(now):
            if not desk.lock.is_mine():
                break  # another process went on while this one stood still, and tells it
            taken = _hand_over(desk, notice)
            desk.notices.mark_tried(notice.id, now, taken=taken)
            told += taken
    return told


def letter(notice: Notice, newsletter: Newsletter) -> Edition:
    """A notice as an edition of issue 0: the same words for everybody, and nothing to fill in."""
    paragraphs = "".join(f"<p>{_linked(line)}</p>" for line in notice.body.split("\n") if line)
    page = f'<!doctype html><html lang="en"><body style="font-family:sans-serif">{paragraphs}</body></html>'
    return Edition(
        issue=0,
        subject=Part((notice.subject,)),
        html=Part((page,)),
        text=Part((f"{notice.body}\n",)),
        language="en",
        sender_name=newsletter.name,
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
    )


def _linked(line: str) -> str:
    """A line as HTML; one that is an address alone is a link."""
    words = escape(line)
    return f'<a href="{words}">{words}</a>' if line.startswith("https://") and " " not in line else words


def _shown(desk: Desk, notice: Notice) -> Edition:
    """A version of an issue as a reader gets it, with the notice's line above it."""
    assert notice.shows
    edition = desk.ledger.mailings.get_edition(notice.shows)
    mail = sample(edition, desk.newsletter, desk.key, None, list_id=0, date=notice.made_at)
    return replace(
        letter(notice, desk.newsletter),
        html=Part((with_line(mail.html, notice.body),)),
        text=Part((f"{notice.body}\n\n{'-' * 60}\n\n{mail.text}",)),
        language=edition.language,
    )


def with_line(html: str, said: str) -> str:
    """The page of a mail with lines above it; an address at the end of the first is a link on the words before it."""
    first, *more = said.split("\n")
    words, _, url = first.rpartition(": ")
    before, _, label = words.rpartition(". ")
    bar = (
        '<div style="background:#fffbe6;color:#1a1a1a;border-bottom:2px solid #b38600;padding:14px 16px;'
        'font:bold 16px/1.5 sans-serif;text-align:left">'
        f'{escape(before)}. <a href="{escape(url)}" style="color:#a3150d">{escape(label)}</a>'
        f"{''.join(_LINE.format(escape(line)) for line in more)}</div>"
    )
    begin = _BODY.search(html)
    at = begin.end() if begin else 0
    return f"{html[:at]}{bar}{html[at:]}"


def _hand_over(desk: Desk, notice: Notice) -> bool:
    consignment = Consignment(
        attempt=desk.new_token(),
        edition=_shown(desk, notice) if notice.shows else letter(notice, desk.newsletter),
        deliveries=[notice.id * 100 + place for place in range(len(notice.tell))],
        addresses=list(notice.tell),
        values=[],
        headers={"Auto-Submitted": "auto-generated"},
        reader_headers={},
        deadline_at=desk.clock.now() + desk.provider.limits.deadline,
    )
    taken = False
    for _, outcome in desk.provider.hand_over(consignment):
        if isinstance(outcome, Accepted):
            # One address that is refused must not bring the others the same mail again and again.
            taken = True
        else:
            log.warning("notice %s was not taken: %s", notice.id, type(outcome).__name__)
    return taken
