"""Composing an issue: one part open at a time, saved as it is typed into the same files that git and editors see."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from newsletter.collect.paste.snippets import list_snippets
from newsletter.compose.press import press
from newsletter.folder.sheet import Clash
from newsletter.folder.touch import edit_of, with_sections
from newsletter.preflight.content import why_unwritten
from newsletter.schedule.lock import find_lock, unlock
from newsletter.web.number import read_number
from newsletter.web.studio.issue.compose_form import save_form
from newsletter.web.studio.issue.crop import cropping_of
from newsletter.web.studio.issue.draft_parts import OpenPart, number_after, outline_of, part_of, unused_in
from newsletter.web.studio.issue.whose import offers_of, other_checks, paragraphs_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.review.margin import count_open, margin_of
from newsletter.web.studio.review.people import who_is_where
from newsletter.web.studio.send.offer import find_offer
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.words.arrangement import Sections, added, arranged, moved, removed, split_before
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.user import Role

_PIECES = {"bare": "part.html", "notes": "margin.html", "outline": "outline.html"}


def show(studio: Studio, visit: Visit) -> Response:
    """The whole page, with the part that `?part=` names; `?bare` gives that part alone, `?notes` its notes
    and `?outline` the outline, for the script; `?all` asks whose words
    every paragraph of a post is.
    """
    number = visit.number("number")
    try:
        outline = outline_of(studio.parts, number)
    except Mistake as mistake:
        return _broken(studio, visit, number, mistake)
    part = part_of(studio.parts, outline, visit.asked("part"))
    wanted = visit.request.query_params
    template = next((_PIECES[name] for name in _PIECES if name in wanted), "compose.html")
    unused = unused_in(studio.parts) if template == "compose.html" else []
    file_versions = _versions(studio, part)
    lock = find_lock(desk_of(studio.parts), number) if template == "compose.html" else None
    offer = find_offer(studio, number) if template == "compose.html" and not lock else None
    return studio.page(
        visit,
        template,
        outline=outline,
        part=part,
        unused=unused,
        file_versions=file_versions,
        lock=lock,
        offer=offer,
        is_counting=offer is not None and (offer.n_readers is None or offer.findings is None),
        folder_words=_words(studio, number) if lock else "",
        cropping=cropping_of(studio, part.post) if part.post else None,
        paragraphs=paragraphs_of(part.post) if part.post else [],
        other_checks=other_checks(part.post) if part.post else [],
        offers=offers_of(studio, part.post) if part.post else [],
        is_all="all" in wanted and part.post is not None,
        presses=visit.asked("presses"),
        next_number=number_after(studio.parts, number),
        snippets=list_snippets(studio.parts.directory),
        is_inside=part.key in outline.all_keys(),
        why_unwritten=why_unwritten(outline.issue, outline.titles()) if part.kind == "inbox" else "",
        present=who_is_where(studio, visit.who, outline),
        n_notes=count_open(studio.parts, outline.issue),
        margin=margin_of(studio.parts, part.key, part.file, visit.who),
    )


def save(studio: Studio, visit: Visit) -> Response:
    """One field of one file. From a script JSON comes and goes; from a form, the page again.

    JSON: `file`, `base` (the version it was typed on), `field`, `value`. The answer has the file's new `version`, and
    `mine` as in `Changed`; where they differ, others' words were merged in. A clash is 409 with `mine` and `theirs`.
    """
    if visit.data is None:
        save_form(studio, visit)
        return visit.go(f"/issues/{visit.number('number')}?part={visit.text('part')}", said="Saved.")
    file, base = str(visit.value("file", str)), str(visit.value("base", str))
    field, value = str(visit.value("field", str)), str(visit.value("value", str))
    try:
        done = studio.write(visit, file, base, edit_of(file, field, value))
    except Clash as clash:
        theirs = {"version": clash.theirs.version, "text": clash.theirs.text}
        return visit.json({"message": clash.message, "fix": clash.fix, "mine": clash.mine, "theirs": theirs}, 409)
    return visit.json({"version": done.sheet.version, "mine": done.mine})


def arrange(studio: Studio, visit: Visit) -> Response:
    """The order of the posts: a script sends all of it, a form one step and the words that were typed before it."""
    number = visit.number("number")
    file = f"issues/{number:03d}.md"
    if visit.data is None:
        save_form(studio, visit)
    before = studio.parts.issues.get_issue(number).sections
    is_whole = isinstance(visit.data, dict) and "sections" in visit.data
    after = _whole_order(visit, before) if is_whole else _one_step(visit, before)
    base = visit.text("issue-base") or visit.word("base")
    done = studio.write(visit, file, base, lambda text: with_sections(text, after, file=file))
    if visit.data is not None:
        return visit.json({"version": done.sheet.version})
    return visit.go(f"/issues/{number}?part={visit.text('part')}")


def versions(studio: Studio, visit: Visit) -> Response:
    """The version of each file of the issue as it is on disk now: how a page hears of edits made elsewhere."""
    issue = studio.parts.issues.get_issue(visit.number("number"))
    # A post that is open here may be in no issue.
    also = visit.asked("also")
    files = [issue.file, *(f"posts/{slug}.md" for slug in issue.slugs()), *([also] if also else [])]
    found: dict[str, str] = {}
    for file in files:
        try:
            found[file] = studio.parts.sheets.read(file).version
        except NewsletterError:
            found[file] = ""
    return visit.json(found)


def open_lock(studio: Studio, visit: Visit) -> Response:
    """Unlock the issue: what is written from now on goes, until it is approved or its time comes."""
    number = visit.number("number")
    unlock(desk_of(studio.parts), number)
    return visit.go(
        f"/issues/{number}", said="Unlocked: what you write now goes, once it is approved or its time comes."
    )


def _words(studio: Studio, number: int) -> str:
    """The digest of what the folder would give now; "" where it can't be made."""
    try:
        return studio.looks.show(press(studio.parts.shelf, studio.newsletter, number).rendered.edition)
    except NewsletterError:
        return ""


def _whole_order(visit: Visit, before: Sections) -> Sections:
    sections = visit.value("sections", list)
    wanted = []
    for section in sections:
        if not isinstance(section, dict) or not isinstance(section.get("posts"), list):
            raise Mistake("The page did not send the order as it should.", fix="Load the page again.")
        slugs = [slug for slug in cast("list[object]", section["posts"]) if isinstance(slug, str)]
        wanted.append((str(section.get("title") or ""), slugs))
    return arranged(before, wanted)


def _one_step(visit: Visit, before: Sections) -> Sections:
    slug, step = visit.word("slug") or visit.text("part").removeprefix("post:"), visit.word("step")
    if step in {"up", "down"}:
        return moved(before, slug, up=step == "up")
    if step == "add":
        section = read_number(visit.word("section"))
        return added(before, slug, section=None if section is None else section - 1)
    if step == "remove":
        return removed(before, slug)
    if step == "split":
        return split_before(before, slug, visit.word("title") or "New section")
    if step == "title":
        at = visit.word("section")
        titles = [visit.word("title") if str(n) == at else section.title for n, section in enumerate(before, 1)]
        return arranged(before, [(title, one.posts) for title, one in zip(titles, before, strict=True)])
    raise Mistake("This page sent a step that there is not.", fix="Load the page again.")


def _broken(studio: Studio, visit: Visit, number: int, mistake: Mistake) -> Response:
    """Show an issue whose file can't be parsed as plain text, with what is wrong above it."""
    sheet = studio.parts.sheets.note(f"issues/{number:03d}.md", at=studio.now())
    save_to = f"/issues/{number}/save"
    return studio.page(visit, "broken.html", title=f"Issue {number}", action=save_to, sheet=sheet, problem=mistake)


def _versions(studio: Studio, part: OpenPart) -> dict[str, str]:
    file = part.issue.file
    return {file: studio.parts.sheets.read(file).version, **({part.file: part.version} if part.version else {})}


PAGES = (
    Page(path="/issues/{number:int}", show=show),
    Page(path="/issues/{number:int}/save", change=save, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/order", change=arrange, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/versions", show=versions),
    Page(path="/issues/{number:int}/unlock", change=open_lock, do=Role.EDITOR),
)
