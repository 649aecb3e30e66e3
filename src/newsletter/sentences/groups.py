"""Our sentences in groups, as people look for them who say them in their own words: a mail or a page each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.sentences.catalogue import Said

# Said by an issue itself, in the words of its template; and what a language is called.
_ELSEWHERE = ("issue.", "language.name")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceGroup:
    """`key` names it in an address. A sentence is in it whose name begins with one of `prefixes`."""

    key: str
    title: str
    prefixes: tuple[str, ...]
    is_mail: bool = False


OTHERS = SentenceGroup(key="others", title="Everything else", prefixes=())

GROUPS = (
    SentenceGroup(key="confirm", title="To confirm a subscription", prefixes=("mail.confirm.",), is_mail=True),
    SentenceGroup(key="already", title="To somebody who gets it already", prefixes=("mail.already.",), is_mail=True),
    SentenceGroup(key="welcome", title="Below the welcome", prefixes=("mail.welcome.",), is_mail=True),
    SentenceGroup(key="again", title="Do you still want it?", prefixes=("mail.again.",), is_mail=True),
    SentenceGroup(key="address", title="To confirm a new address", prefixes=("mail.address.",), is_mail=True),
    SentenceGroup(key="moved", title="To the address that was given up", prefixes=("mail.moved.",), is_mail=True),
    SentenceGroup(key="own-link", title="With the link to a reader's own data", prefixes=("mail.own.",), is_mail=True),
    SentenceGroup(key="correction", title="A correction", prefixes=("correction.",), is_mail=True),
    SentenceGroup(key="answers", title="Answers to readers who complain", prefixes=("answer.",), is_mail=True),
    SentenceGroup(
        key="subscribing",
        title="Subscribing",
        prefixes=("subscribe.", "nothing_to_join.", "check_mail.", "too_many.", "paused.", "optional", "address."),
    ),
    SentenceGroup(
        key="confirming",
        title="Confirming",
        prefixes=("confirm.", "confirmed.", "confirmed_before.", "confirmed_nothing.", "confirm_again.", "stays."),
    ),
    SentenceGroup(
        key="leaving",
        title="Leaving",
        prefixes=(
            *("leave.", "leave_preview.", "left.", "reason.", "undone.", "undo_too_late.", "thanks.", "test_mail."),
        ),
    ),
    SentenceGroup(key="choices", title="What a reader gets", prefixes=("preferences.", "preferences_preview.")),
    SentenceGroup(
        key="own-data",
        title="A reader's address and data",
        prefixes=(
            *("own.", "own_asked_enough.", "check_own_mail.", "check_new_mail.", "confirm_address."),
            *("address_changed.", "erased."),
        ),
    ),
    SentenceGroup(key="archive", title="Past issues", prefixes=("archive.", "nav.")),
    SentenceGroup(
        key="stopping",
        title="Stopping an issue by a mailed link",
        prefixes=("stop.", "stop_skipped.", "stop_coming.", "stop_going.", "stop_stopped.", "stop_over."),
    ),
    SentenceGroup(key="farewell", title="A farewell", prefixes=("farewell.",)),
    SentenceGroup(
        key="troubles",
        title="When something goes wrong",
        prefixes=("no_such_link.", "not_found.", "wrong_method.", "unreadable.", "own_fault."),
    ),
    OTHERS,
)


def find_group(key: str) -> SentenceGroup | None:
    return next((one for one in GROUPS if one.key == key), None)


def sentences_in(group: SentenceGroup, catalogue: Mapping[str, Said]) -> dict[str, Said]:
    """Those of a catalogue that are in the group, in its order."""
    return {name: said for name, said in catalogue.items() if _group_of(name) is group}


def _group_of(name: str) -> SentenceGroup | None:
    if name.startswith(_ELSEWHERE):
        return None
    return next((one for one in GROUPS if one.prefixes and name.startswith(one.prefixes)), OTHERS)
