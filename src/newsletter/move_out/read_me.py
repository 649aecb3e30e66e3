"""What can't leave and why, and the page to read first that lies in an export."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from newsletter.move_out.people import DO_NOT_MAIL, folder_of
from newsletter.move_out.plan import MoveOut

_WIDTH = 100
# What stays here whatever the system is. Why stands in the same sentence.
STAYS = (
    "Merge tags are filled as for a reader of whom nothing is known, since each system has its own kind.",
    "The look stays: what leaves is words, links and pictures, and the other system puts its own look round them.",
    "The record of who was sent, opened and clicked what stays, since no system takes it. Keep a backup as the proof.",
    "Unsubscribe links in mails that went lead to this program. Leave it running as a farewell, and bring what comes in.",
    "Finds, notes, posts that no issue has, segments, schedules and approvals stay: they are of this program only.",
    (
        "Readers who have not confirmed, who take a break or who left are in files of their own: a system that imports "
        "them would mail them."
    ),
)


def stays(move: MoveOut) -> list[str]:
    """What does not come along, and why."""
    return [*STAYS, *move.system.losses]


def read_me(move: MoveOut) -> str:
    return "\n".join(_lines(move)) + "\n"


def _lines(move: MoveOut) -> Iterator[str]:
    title = f"{move.newsletter.name}, to move to {move.system.title}"
    yield from (title, "=" * len(title), "")
    yield from _wrapped(
        f"{move.summary}. These files hold addresses of people: keep them as you would keep the list, and delete them "
        "when you are done."
    )
    yield from _part("What to do", move.system.steps, numbered=True)
    yield from _part("Readers", list(_files(move)))
    yield from _part("Addresses", _ADDRESSES)
    yield from _part("What does not come, and why", stays(move))
    if move.notes:
        yield from _part("Of some issues", [f"{one.what}: {one.why}" for one in move.notes])


_ADDRESSES = (
    (
        "redirects/redirects.csv has today's address of each issue and the new one, as this program gave it. Where the other "
        "system gave an issue another address, correct it there."
    ),
    "redirects/caddy.txt and redirects/nginx.conf say the same to the server at the old address.",
    "Pictures in mails that went are at the old address. They are gone when nothing answers there any more.",
)


def _files(move: MoveOut) -> Iterator[str]:
    names = [row.name for row in move.lists]
    for row in move.lists:
        yield (
            f"{folder_of(row.name, names)}/, the list {row.name}: active.csv ({row.active:,}), with all that is known of each, the day "
            f"and the words of their consent; on-a-break.csv ({row.resting:,}), who asked for no mail until a day; "
            f"not-confirmed.csv ({row.pending:,}); left.csv ({row.ended + row.suppressed:,}), who left or must not be mailed. "
            "A file that would be empty is not there."
        )
    yield (
        f"{DO_NOT_MAIL}: every address that must never be mailed again, with why and since when. Give it to the other "
        "system as its suppressions where it takes some; never as subscribers."
    )


def _part(title: str, said: Sequence[str], *, numbered: bool = False) -> Iterator[str]:
    yield from ("", title, "-" * len(title), "")
    for n, one in enumerate(said, 1):
        yield from _wrapped(one, f"{n}. " if numbered else "- ")


def _wrapped(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
