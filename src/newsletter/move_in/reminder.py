"""The mail that reminds the owner, two weeks after a move, of those who unsubscribe at the old system since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from newsletter.move_in.old_systems import OLD_SYSTEMS
from newsletter.move_in.record import MoveRecord
from newsletter.notices.notice import Notice
from newsletter.words.newsletter import Newsletter


def title_of(move: MoveRecord) -> str:
    """What people call the system that it came from, within a sentence."""
    known = OLD_SYSTEMS.get(move.system)
    return known.spoken if known else move.system


def letter(move: MoveRecord, newsletter: Newsletter, *, tell: Sequence[str], now: datetime) -> Notice:
    """`move` is due: it has a time to be reminded of."""
    assert move.remind_at and move.moved_at
    title = title_of(move)
    page = f"{newsletter.public_url.rstrip('/')}/studio/settings/move-in?late={move.id}"
    return Notice(
        about=f"move:{move.id}",
        kind=f"late {move.remind_at:%Y-%m-%d}",
        tell=tuple(tell),
        subject=f"Who unsubscribed at {title} since {newsletter.name} moved?",
        body=(
            f"{newsletter.name} moved in from {title} on {move.moved_at:%-d %B %Y}.\n"
            f"The last mails from there still have {title}'s unsubscribe links, and those who used one since are not known "
            "here: they would get the next issue.\n"
            f"Export from {title} once more, and bring the file here. Nothing else has to be done, and it takes two minutes.\n"
            f"{page}"
        ),
        made_at=now,
    )
