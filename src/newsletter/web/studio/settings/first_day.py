"""The first day: six things on one page, and after that one link at a time."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.config import read_config
from newsletter.config_changes import where_it_stands
from newsletter.schedule.setting import set_timetable
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.fields import FIELDS, NAMES, zones
from newsletter.web.studio.settings.plain_words import plain_words
from newsletter.web.studio.settings.restart import waiting_for_restart
from newsletter.web.studio.settings.settings import write_settings
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.slot import Ways
from newsletter.words.times.cadence import Cadence, Weekday
from newsletter.words.times.cadence_text import describe, parse_cadence
from newsletter.words.user import Role

_KEYS = ("name", "sender", "address", "zone", "language")
_ASKED = tuple(field for field in FIELDS if field.key in _KEYS)
_NEVER, _FIRST_LIST = "never", "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What to do next: the page that does it, and why."""

    words: str
    why: str
    path: str


def is_untouched(studio: Studio) -> bool:
    """Whether nobody has set or written anything yet."""
    parts = studio.parts
    written = where_it_stands(parts.directory, ["sender"])["sender"].value
    is_empty = not any(any((parts.directory / room).glob("*.md")) for room in ("posts", "issues"))
    return not written and is_empty and not parts.readers.list_names()


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit)


def change(studio: Studio, visit: Visit) -> Response:
    """Save all six; where one of them would be wrong, none of them, and what was typed stays."""
    typed = {key: " ".join(visit.text(key).split()) for key in _KEYS if key in visit.form}
    try:
        rule = _rule(visit, typed.get("zone") or studio.newsletter.zone)
        write_settings(studio, visit, typed)
    except NewsletterError as error:
        return _page(studio, visit, typed=typed, problem=error)
    said = "Saved."
    if rule is not None:
        set_timetable(studio.parts.schedule.timetables, _list_of(studio), rule, Ways(), now=studio.now())
        said = f"Saved. It goes out {describe(rule)[0].lower()}{describe(rule)[1:]}, once there is an issue and you approve it."
    else:
        _list_of(studio)
    return visit.go("/first-day", said=said)


def _rule(visit: Visit, zone: str) -> Cadence | None:
    """None for no fixed day."""
    day, at = visit.text("day") or _NEVER, visit.text("at") or "09:00"
    if day == _NEVER:
        return None
    if day not in {one.name.lower() for one in Weekday}:
        raise Mistake("That is no day of the week.", fix="Choose one.")
    return parse_cadence(f"every {day} {at}", zone=zone)


def _list_of(studio: Studio) -> str:
    """The list that readers come onto: the one that is there, else a first one."""
    names = studio.parts.readers.list_names()
    name = names[0] if names else _FIRST_LIST
    studio.parts.consent.membership.add_list(name)
    return name


def _page(
    studio: Studio, visit: Visit, *, typed: dict[str, str] | None = None, problem: NewsletterError | None = None
) -> Response:
    parts = studio.parts
    stands = where_it_stands(parts.directory, NAMES)
    timetable = next(iter(parts.schedule.timetables.list_all()), None)
    is_set = bool(stands["sender"].value) and bool(parts.readers.list_names())
    return studio.page(
        visit,
        "first_day.html",
        status=400 if problem else 200,
        fields=_ASKED,
        stands=stands,
        typed={key: (typed or {}).get(key, stands[key].written) for key in NAMES},
        was={key: visit.text(f"was-{key}") if typed else stands[key].written for key in NAMES},
        day=visit.text("day") or ("" if timetable is None else _NEVER if is_set else "thursday") or "thursday",
        at=visit.text("at") or "09:00",
        rhythm=describe(timetable.cadence) if timetable else "",
        weekdays=[(one.name.lower(), one.title) for one in Weekday],
        problem=plain_words(problem, NAMES) if problem else "",
        zones=zones(),
        waiting=waiting_for_restart(studio),
        can_restart=studio.start_over is not None,
        following=_following(studio) if is_set and not problem else None,
    )


def _following(studio: Studio) -> NextStep | None:
    """The first thing that is not done yet; None where all is."""
    parts = studio.parts
    has_posts, has_issues = (any((parts.directory / room).glob("*.md")) for room in ("posts", "issues"))
    if not has_posts and not has_issues:
        return NextStep(
            words="Save your first find",
            why="An address, a mail or a text: what your issues are made of.",
            path="/finds",
        )
    if not has_issues:
        return NextStep(words="Write the first issue", why="From what you have saved.", path="/issues")
    if not parts.readers.has_any():
        return NextStep(
            words="Bring your readers",
            why="With your old issues, from the system where they are now; or add yourself to see it arrive.",
            path="/settings/move-in",
        )
    if read_config(parts.directory).is_practice:
        return NextStep(
            words="Connect a sending service", why="Until then mail stays on this machine.", path="/settings/service"
        )
    return None


PAGES = (Page(path="/first-day", show=show, change=change, see=Role.OWNER, do=Role.OWNER),)
