"""What is red on the first page whatever the week is at: each in a sentence, with the one thing to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.backups.desk import OLDEST
from newsletter.folder.health_file import kept_looks
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.backup import backup_desk
from newsletter.wiring.soundness.here import newest_backup
from newsletter.words.mistake import NewsletterError
from newsletter.words.user import Role
from newsletter.words.verdict import State


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioAlarm:
    """`act` is what the button says. It posts to `path`, or where `is_link`, goes there."""

    words: str
    act: str
    path: str
    is_link: bool = True


def alarms(studio: Studio) -> list[StudioAlarm]:
    """In practice nothing is lost by what is missing, so there is none."""
    return [] if studio.parts.config.is_practice else list(_found(studio))


def make_backup(studio: Studio, visit: Visit) -> Response:
    """Write the whole database into a file of the folder, while everything goes on; a copy outside follows by itself."""
    desk = backup_desk(studio.parts)
    desk.make()
    back = "/settings/backup" if visit.text("back") == "backup" else ""
    if desk.place is None:
        return visit.go(back, said="The backup is made. Keep a copy of it on another machine.")
    studio.carrying.call()
    return visit.go(back, said="The backup is made, and a copy is on its way out of this machine.")


def _found(studio: Studio) -> Iterator[StudioAlarm]:
    title = studio.parts.config.kind.title
    if studio.parts.refusal:
        words = f"Nothing can be sent yet: {studio.parts.refusal.message}"
        yield StudioAlarm(words=words, act="See what is missing", path="/settings/health")
    else:
        looks = kept_looks(studio.parts.directory)
        refused = [one for one in (looks.verdicts.get("provider", ()) if looks else ()) if one.state is State.FAIL]
        if refused:
            words = f"{title} does not take our mail: {refused[0].message}"
            yield StudioAlarm(words=words, act="Look again", path="/settings/health")
    yield from _about_backups(studio)


def _about_backups(studio: Studio) -> Iterator[StudioAlarm]:
    newest = newest_backup(studio.parts.directory)
    if not studio.parts.readers.has_any():
        return
    if newest is None or studio.now() - newest >= OLDEST:
        words = (
            f"The last backup of your readers is {(studio.now() - newest).days} days old."
            if newest
            else "There is no backup of your readers on this machine."
        )
        yield StudioAlarm(words=words, act="Make a backup now", path="/backup", is_link=False)
    try:
        trouble = backup_desk(studio.parts).trouble_outside()
    except NewsletterError as error:
        trouble = f"No copy can leave this machine: {error.message}"
    if trouble:
        yield StudioAlarm(words=trouble, act="See where copies go", path="/settings/backup")


PAGES = (Page(path="/backup", change=make_backup, do=Role.EDITOR),)
