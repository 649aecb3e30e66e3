"""What a press on the page of finds asks for, by a key, a thumb or a form: done at once, for one find or for many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from newsletter.collect.desk import CollectDesk
from newsletter.collect.keep import choose
from newsletter.collect.triage.place import IssuePlace, require_open
from newsletter.collect.triage.sort import Sorted, drop, merge, next_monday, put_off, shortlist, take_back
from newsletter.web.number import read_number
from newsletter.web.studio.finds.next_issue import next_issue, place_for
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindStatus
from newsletter.words.mistake import Missing, Mistake

_ASKED = ("show", "q", "person", "feed", "age", "length", "before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """`act` is `s` and the number of a section, or one of `e`, `l`, `x`, `u`; `finds` those that it is meant for."""

    act: str
    finds: tuple[int, ...]


def press(studio: Studio, visit: Visit) -> Response:
    """Do what was pressed, and say what came of it: to a script with the next issue as it is then, else on the page."""
    desk, pressed = collect_desk(studio.parts), read_press(visit)
    done, sentence = _done(studio, visit, desk, pressed)
    studio.sittings.note(visit.who, *done.files)
    said = " ".join([*([sentence] if sentence else []), *done.problems])
    if not visit.wants_json:
        asked = [(name, value) for name, value in parse_qsl(visit.text("asked")) if name in _ASKED]
        return visit.go(f"/finds{'?' if asked else ''}{urlencode(asked)}", said=said)
    return visit.json(
        {
            "said": said,
            "changed": done.finds,
            "waits": [one for one in pressed.finds if one not in done.finds and _waits(desk, one)],
            "waiting": desk.finds.count(),
            "next": studio.piece("finds_next.html", next=next_issue(studio, readable(studio.parts)), visit=visit),
        }
    )


def _waits(desk: CollectDesk, find: int) -> bool:
    """Whether it still waits for a decision, so that its row comes back."""
    try:
        return desk.finds.get(find).status is FindStatus.WAITING
    except Missing:
        return False


def read_press(visit: Visit) -> Pressed:
    """`57 s2` is meant for find 57 alone; `s2` for those that were chosen. Raises NoSuchAct, and Mistake where none was."""
    words = visit.text("press").split()
    if not words or len(words) > 2:
        raise NoSuchAct
    named = words[:-1] or visit.texts("find")
    finds = tuple(number for one in named if (number := read_number(one)) is not None)
    if not finds and words[-1] != "u":
        raise Mistake("No find was chosen.", fix="Tick the finds that you mean, or press a button beside one.")
    return Pressed(act=words[-1], finds=finds)


def _done(studio: Studio, visit: Visit, desk: CollectDesk, pressed: Pressed) -> tuple[Sorted, str]:
    """What was done, and the sentence that says it; "" where nothing was."""
    who, finds = visit.who, pressed.finds
    if pressed.act == "u":
        done = take_back(desk, by=who)
        return done, f"Waiting again: {_named(done)}." if done.finds else ""
    if pressed.act == "l":
        done = put_off(desk, finds, by=who)
        monday = studio.said_day(next_monday(studio.now(), desk.zone))
        return done, f"Back on Monday, {monday}: {_named(done)}." if done.finds else ""
    if pressed.act == "x":
        done = drop(desk, finds, by=who)
        return done, f"Dropped: {_named(done)}." if done.finds else ""
    if pressed.act == "e":
        return _made(visit, desk, finds, place=None)
    if pressed.act.startswith("s") and f"section-{pressed.act[1:]}" in visit.form:
        place = place_for(studio, visit, visit.text(f"section-{pressed.act[1:]}"))
        require_open(desk, place.number)
        return _made(visit, desk, finds, place=place)
    raise NoSuchAct


def _made(visit: Visit, desk: CollectDesk, pressed: tuple[int, ...], *, place: IssuePlace | None) -> tuple[Sorted, str]:
    """Posts of these finds, or one post of all of them where that is ticked."""
    finds = _settled(visit, desk, pressed)
    is_one = visit.text("as-one") == "on" and len(finds) > 1
    done = (merge if is_one else shortlist)(desk, finds, by=visit.who, place=place)
    if not done.finds:
        return done, ""
    what = f"one post of {len(done.finds)} finds" if is_one else _named(done)
    if place is None:
        return done, f"On the shortlist: {what}."
    where = f"in “{place.section}” of issue {place.number}" if place.section else f"in issue {place.number}"
    return replace(done, files=(*done.files, place.file)), f"Now {where}: {what}."


def _settled(visit: Visit, desk: CollectDesk, finds: tuple[int, ...]) -> list[int]:
    """The finds, after the link that was chosen of a mail with several is settled."""
    settled = []
    for one in finds:
        link = read_number(visit.text(f"link-{one}"))
        settled.append(choose(desk, one, link).id if link is not None and desk.finds.get(one).choices else one)
    return settled


def _named(done: Sorted) -> str:
    return f"“{done.names[0]}”" if len(done.names) == 1 else f"{len(done.names)} finds"
