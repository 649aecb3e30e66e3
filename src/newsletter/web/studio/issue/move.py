"""Moves a post to another section, to the next issue, or back to the shortlist: one press each."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.collect.triage.place import IssuePlace, put_in, require_open, take_out
from newsletter.folder.issue_file import parse_issue
from newsletter.folder.touch import with_sections
from newsletter.web.number import read_number
from newsletter.web.studio.issue.begin import issue_after
from newsletter.web.studio.issue.compose_form import save_form
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.arrangement import moved_to, removed
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role


def move(studio: Studio, visit: Visit) -> Response:
    """`to` is `section-2`, `next` (issue), or `shortlist`; what a form without scripts brings of typed words is saved before.

    The answer to a script has the `version` of the issue's file, what was `said`, and whether the post is `gone` from the issue.
    """
    number, slug = visit.number("number"), visit.word("slug") or visit.text("part").removeprefix("post:")
    to = visit.word("hold") or visit.word("to")
    if visit.data is None:
        save_form(studio, visit)
    said = _hold_over(studio, visit, number, slug) if to == "next" else _within(studio, visit, number, slug, to)
    is_gone = slug not in studio.parts.issues.get_issue(number).slugs()
    if visit.data is not None:
        version = studio.parts.sheets.read(f"issues/{number:03d}.md").version
        return visit.json({"version": version, "said": said, "gone": is_gone})
    return visit.go(f"/issues/{number}?part={'opening' if is_gone else f'post:{slug}'}", said=said)


def _within(studio: Studio, visit: Visit, number: int, slug: str, to: str) -> str:
    file, section = f"issues/{number:03d}.md", read_number(to.removeprefix("section-"))
    if to != "shortlist" and (not to.startswith("section-") or section is None):
        raise NoSuchAct
    base = visit.text("issue-base") or visit.word("base")

    def edit(text: str) -> str:
        sections = parse_issue(text, file=file).sections
        after = removed(sections, slug) if section is None else moved_to(sections, slug, section - 1)
        return with_sections(text, after, file=file)

    studio.write(visit, file, base, edit)
    if section is None:
        return "Back on the shortlist."
    title = studio.parts.issues.get_issue(number).section_of(slug)
    return f"Moved to “{title}”." if title else "Moved."


def _hold_over(studio: Studio, visit: Visit, number: int, slug: str) -> str:
    """Into the section of the same name in the next issue, which is begun where it is not there yet."""
    desk = collect_desk(studio.parts)
    issue = studio.parts.issues.get_issue(number)
    if slug not in issue.slugs():
        raise Mistake("This post is not in the issue any more.", fix="Load the page again.")
    require_open(desk, number)
    after = issue_after(studio, visit, number)
    require_open(desk, after.number)
    # In both for a moment rather than in neither.
    put_in(desk, slug, IssuePlace(number=after.number, section=issue.section_of(slug)), by=visit.who.name)
    take_out(desk, slug, number=number, by=visit.who.name)
    studio.sittings.note(visit.who, issue.file, after.file)
    return f"Held over to issue {after.number}."


PAGES = (Page(path="/issues/{number:int}/move", change=move, do=Role.AUTHOR),)
