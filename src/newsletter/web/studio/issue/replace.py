"""Find and replace over an issue: every place is shown before, all are replaced in one step, and one step takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.web.studio.issue.word_fields import WordPlace, edit_at, fields_of, places_in
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Mistake, NewsletterError, NotNow
from newsletter.words.prose.phrase import SoughtPhrase
from newsletter.words.user import Role

_LONGEST = 200
_SWITCHES = ("whole", "capitals", "quotes")


def show(studio: Studio, visit: Visit) -> Response:
    """`?find=` words, `?with=` others; `?whole`, `?capitals` and `?quotes` narrow or widen it; `?done=` is what can be undone."""
    number = visit.number("number")
    asked = {name: visit.asked(name) for name in ("find", "with", *_SWITCHES)}
    issue_file = studio.parts.issues.get_issue(number).file
    phrase = _phrase(asked)
    versions, places = _places(studio, number, phrase) if asked["find"] else ({}, [])
    shown = [place for place in places if asked["quotes"] or not place.is_quoted]
    done = visit.asked("done")
    return studio.page(
        visit,
        "replace.html",
        number=number,
        issue_file=issue_file,
        asked=asked,
        instead=lambda place: phrase.instead(place.words, asked["with"]),
        versions=versions,
        n_places=len(shown),
        groups=[(title, list(group)) for title, group in groupby(shown, key=lambda place: place.field.title)],
        n_quoted=len(places) - len(shown),
        in_quotes=urlencode({**{name: value for name, value in asked.items() if value}, "quotes": "1"}),
        done=done,
        n_files=len(done.split()),
    )


def press(studio: Studio, visit: Visit) -> Response:
    """`act` is "replace", at the places that are ticked and in the versions they were shown in, or "undo"."""
    number, act = visit.number("number"), visit.text("act")
    if act == "undo":
        _put_back(studio, visit, visit.text("done").split())
        return visit.go(f"/issues/{number}/replace", said="Undone: the words are what they were.")
    if act != "replace":
        raise NoSuchAct
    asked = {name: visit.text(name) for name in ("find", *_SWITCHES)}
    phrase = _phrase(asked)
    versions, places = _places(studio, number, phrase)
    wanted = set(visit.texts("place"))
    chosen = [place for place in places if place.name in wanted]
    if set(visit.texts("version")) != {f"{file} {version}" for file, version in versions.items()}:
        raise NotNow("The words changed since you looked; nothing is replaced.", fix="Look at the places again.")
    if not chosen:
        raise Mistake("No place is ticked.", fix="Tick those that shall change.")
    new = visit.secret("with")
    done = _replace(studio, visit, versions, chosen, lambda file, here: edit_at(file, here, phrase, new))
    n_files = len(done)
    said = f"Replaced in {len(chosen)} place{'s' if len(chosen) > 1 else ''}, in {n_files} file{'s' if n_files > 1 else ''}."
    return visit.go(f"/issues/{number}/replace?{urlencode({'done': ' '.join(done)})}", said=said)


def _phrase(asked: dict[str, str]) -> SoughtPhrase:
    if len(asked["find"]) > _LONGEST:
        raise Mistake(f"At most {_LONGEST} letters can be looked for.", fix="Look for fewer words.")
    return SoughtPhrase(text=asked["find"], is_whole=bool(asked["whole"]), has_same_capitals=bool(asked["capitals"]))


def _places(studio: Studio, number: int, phrase: SoughtPhrase) -> tuple[dict[str, str], list[WordPlace]]:
    """The version of each file of the issue that can be read, and the places in them, in reading order."""
    issue = studio.parts.issues.get_issue(number)
    versions: dict[str, str] = {}
    found: list[WordPlace] = []
    for file in (issue.file, *(f"posts/{slug}.md" for slug in issue.slugs())):
        try:
            sheet = studio.parts.sheets.note(file, at=studio.now())
            fields = fields_of(file, sheet.text)
        except NewsletterError:
            # What can't be read is said where it is written; the rest has its places all the same.
            continue
        versions[file] = sheet.version
        found += [place for field in fields for place in places_in(field, phrase)]
    return versions, found


def _replace(
    studio: Studio,
    visit: Visit,
    versions: dict[str, str],
    chosen: Sequence[WordPlace],
    edit: Callable[[str, Sequence[WordPlace]], Callable[[str], str]],
) -> list[str]:
    """All of it, or nothing: where one file refuses, those before it get their words back. Returns what undo needs."""
    done: list[str] = []
    try:
        for file, group in groupby(chosen, key=lambda place: place.field.file):
            written = studio.write(visit, file, versions[file], edit(file, list(group)))
            done.append(f"{file}:{versions[file]}-{written.mine}")
    except NewsletterError:
        _put_back(studio, visit, done)
        raise
    return done


def _put_back(studio: Studio, visit: Visit, done: Sequence[str]) -> None:
    """Each file as it was before; what others wrote in other lines since stays."""
    for step in reversed(done):
        file, _, versions = step.partition(":")
        before, _, after = versions.partition("-")
        text = studio.parts.sheets.old_text(file, before)
        studio.write(visit, file, after, lambda _, text=text: text)  # type: ignore[misc]


PAGES = (Page(path="/issues/{number:int}/replace", show=show, change=press, see=Role.AUTHOR, do=Role.AUTHOR),)
