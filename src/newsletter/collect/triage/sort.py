"""Sorting finds: into a section of the next issue, onto the shortlist, to next Monday, or out; and each press taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from newsletter.collect.desk import CollectDesk
from newsletter.collect.finds_sql import WrittenPost
from newsletter.collect.keep import keep, withdraw
from newsletter.collect.triage.merged import merged
from newsletter.collect.triage.place import IssuePlace, put_in
from newsletter.collect.triage.presses_sql import MadePress
from newsletter.words.find import Find, Press
from newsletter.words.mistake import NewsletterError, NotNow
from newsletter.words.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What became of a press: the finds that it changed, the files, and a sentence for each find that stayed as it was.

    `names` are the titles, in the same order as `finds`.
    """

    finds: tuple[int, ...]
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def shortlist(desk: CollectDesk, finds: Sequence[int], *, by: User, place: IssuePlace | None = None) -> Sorted:
    """Make a post of each find, in the section `place` of an issue if one is given. What was kept before stays where it is."""
    files: list[str] = []
    homeless: list[str] = []

    def make(find_id: int, press: int) -> Find:
        kept = keep(desk, find_id, press=press)
        if not kept.is_new:
            raise NotNow(f"“{kept.post.title}” was kept already: {kept.post.file}.", fix="Load the page again.")
        files.append(kept.post.file)
        try:
            if place:
                put_in(desk, kept.post.slug, place, by=by.name)
        except NewsletterError as error:
            homeless.append(f"“{kept.post.title}” is on the shortlist only: {error.message}")
        return kept.find

    act = Press.SECTION if place else Press.SHORTLIST
    done = _press(desk, finds, by, act, make, issue=place.number if place else None)
    return Sorted(finds=done.finds, names=done.names, files=tuple(files), problems=(*done.problems, *homeless))


def merge(desk: CollectDesk, finds: Sequence[int], *, by: User, place: IssuePlace | None = None) -> Sorted:
    """Make one post of several finds, each quoted with its source, in their order; in a section of an issue if one is given."""
    press = desk.presses.begin(by.id, Press.MERGE, finds, issue=place.number if place else None)

    def write(free: Sequence[Find]) -> WrittenPost:
        written = desk.posts.add_post(merged(free, on=desk.today()))
        return WrittenPost(slug=written.slug, digest=desk.posts.digest(written.slug))

    done = desk.finds.keep_as_one([one.id for one in press.before], write, press=press.id)
    left = [desk.finds.get(one.id) for one in press.before if one.id not in {find.id for find in done}]
    problems = tuple(f"“{one.name}” was kept already: posts/{one.post}.md." for one in left)
    if not done:
        desk.presses.end(press.id)
        return Sorted(finds=(), problems=problems)
    slug = done[0].post or ""
    if place:
        put_in(desk, slug, place, by=by.name)
    names = tuple(one.name for one in done)
    return Sorted(finds=tuple(one.id for one in done), names=names, files=(f"posts/{slug}.md",), problems=problems)


def put_off(desk: CollectDesk, finds: Sequence[int], *, by: User) -> Sorted:
    """They come back next Monday."""
    until = next_monday(desk.now(), desk.zone)
    return _press(desk, finds, by, Press.LATER, lambda one, press: desk.finds.put_off(one, until, press=press))


def drop(desk: CollectDesk, finds: Sequence[int], *, by: User) -> Sorted:
    return _press(desk, finds, by, Press.DROP, lambda one, press: desk.finds.dismiss(one, press=press))


def take_back(desk: CollectDesk, *, by: User) -> Sorted:
    """Undo this person's last press that still stands. A find about which somebody else decided since stays with them.

    A post in which somebody wrote stays as well, and that is said. Raises NotNow where there is nothing to take back.
    """
    press = desk.presses.find_last(by.id)
    if press is None:
        raise NotNow(
            "There is nothing to take back.", fix="What was decided before is under Shortlist, Later and Dropped."
        )
    back: list[int] = []
    names: list[str] = []
    problems: list[str] = []
    files = {IssuePlace(number=press.issue, section="").file} if press.issue else set()
    for before in press.before:
        found = desk.finds.get(before.id)
        name = found.name
        files |= {f"posts/{found.post}.md"} if found.post else set()
        try:
            takes = partial(_withdraw, desk, press, by.name)
            is_back = desk.finds.restore(before.id, before, press=press.id, withdraw=takes)
        except NewsletterError as error:
            problems.append(f"“{name}”: {error.message}")
            continue
        if is_back:
            back.append(before.id)
            names.append(name)
        else:
            problems.append(f"“{name}” was decided about by somebody else since, and stays so.")
    desk.presses.end(press.id)
    return Sorted(finds=tuple(back), names=tuple(names), files=tuple(files) if back else (), problems=tuple(problems))


def next_monday(now: datetime, zone: str) -> datetime:
    """The beginning of the first Monday after today, where the newsletter is at home."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(), ZoneInfo(zone))


def _withdraw(desk: CollectDesk, press: MadePress, by: str, post: WrittenPost) -> None:
    withdraw(desk, post, out_of=press.issue, by=by)


def _press(
    desk: CollectDesk,
    finds: Sequence[int],
    by: User,
    act: Press,
    change: Callable[[int, int], Find],
    *,
    issue: int | None = None,
) -> Sorted:
    """One press for all of these. It is noted first, so that it can be taken back even if it is interrupted."""
    press = desk.presses.begin(by.id, act, finds, issue=issue)
    done: list[Find] = []
    problems: list[str] = []
    for before in press.before:
        try:
            done.append(change(before.id, press.id))
        except NewsletterError as error:
            problems.append(error.message)
    if not done:
        desk.presses.end(press.id)
    return Sorted(finds=tuple(one.id for one in done), names=tuple(one.name for one in done), problems=tuple(problems))
