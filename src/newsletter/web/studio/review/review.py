"""The page for a second pair of eyes: what is noted in an issue, asking for approval, and links for guests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.review.ask import ApprovalWish, ask_to_approve
from newsletter.review.field import part_of_file
from newsletter.review.links_sql import GOOD_FOR, ReviewLink
from newsletter.review.thread import NoteThread
from newsletter.web.loopback import has_loopback_name
from newsletter.web.number import read_number
from newsletter.web.studio.issue.draft_parts import outline_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.review.margin import open_threads, people_beside
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.clocks import desk_of
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.plain import printable_line
from newsletter.words.user import Role, User

_LONGEST_NAME, _LONGEST_WORDS = 80, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNote:
    """A note of the issue that is open, and the part that it is on."""

    thread: NoteThread
    part: str


def show(studio: Studio, visit: Visit) -> Response:
    number = visit.number("number")
    outline = outline_of(studio.parts, number)
    posts = [post for heading in outline.headings for post in heading.posts]
    links = studio.parts.review_links.list_good(number, studio.now())
    return studio.page(
        visit,
        "review.html",
        issue=outline.issue,
        posts=posts,
        titles={post.slug: post.title for post in posts},
        links=[(one, address_of(studio, visit, one)) for one in links],
        approvers=_approvers(studio, visit),
        open_notes=_open_notes(studio, number),
        days=GOOD_FOR.days,
        chosen=visit.asked("post"),
    )


def change(studio: Studio, visit: Visit) -> Response:
    """`act` is "link" (of the whole issue, or of one post), "withdraw" or "ask"."""
    number, act, now = visit.number("number"), visit.text("act"), studio.now()
    issue = studio.parts.issues.get_issue(number)
    if act == "link":
        slug, guest = visit.text("post"), printable_line(visit.text("guest"))[:_LONGEST_NAME]
        if slug and slug not in set(issue.slugs()):
            raise Mistake("This post is not in the issue any more.", fix="Load the page again.")
        studio.parts.review_links.make(number, slug, guest=guest, by=visit.who, now=now)
        return visit.go(f"/issues/{number}/review#links", said="The link is made: copy it from below.")
    if act == "withdraw":
        link = _link(studio, visit)
        studio.parts.review_links.withdraw(link.id, now)
        return visit.go(f"/issues/{number}/review#links", said="Withdrawn: the link opens nothing any more.")
    if act == "ask":
        return _ask(studio, visit, number)
    raise NoSuchAct


def address_of(studio: Studio, visit: Visit, link: ReviewLink) -> str:
    """The same address each time, until the link ends."""
    public = studio.newsletter.public_url
    base = public if studio.has_users() or not has_loopback_name(visit.request) else visit.base
    return f"{base}/studio/review/{studio.sessions.signed_for(f'review {link.id}', until=link.ends_at)}"


def _ask(studio: Studio, visit: Visit, number: int) -> Response:
    wanted = read_number(visit.text("person"))
    person = next((one for one in _approvers(studio, visit) if one.id == wanted), None)
    if person is None:
        raise Missing("There is nobody of that name who may approve.", fix="Load the page again, and choose somebody.")
    studio.parts.check_may_send()
    wish = ApprovalWish(
        issue=number,
        by=visit.who.name,
        person=person,
        words=visit.text("note")[:_LONGEST_WORDS],
        link=f"{studio.newsletter.public_url}/studio/issues/{number}/send",
    )
    is_new = ask_to_approve(desk_of(studio.parts), studio.parts.last_looks, wish)
    said = (
        f"{person.name} gets the issue by mail."
        if is_new
        else f"{person.name} was asked about these very words before."
    )
    return visit.go(f"/issues/{number}/review", said=said)


def _approvers(studio: Studio, visit: Visit) -> Sequence[User]:
    return [one for one in people_beside(studio.parts, visit.who) if one.role.may(Role.EDITOR)]


def _open_notes(studio: Studio, number: int) -> Sequence[OpenNote]:
    issue = studio.parts.issues.get_issue(number)
    return [
        OpenNote(thread=thread, part=part_of_file(file, thread.note.field))
        for file, thread in open_threads(studio.parts, issue)
    ]


def _link(studio: Studio, visit: Visit) -> ReviewLink:
    number = read_number(visit.text("link"))
    link = None if number is None else studio.parts.review_links.find(number)
    if link is None or link.issue != visit.number("number"):
        raise Missing("There is no such link any more.", fix="Load the page again.")
    return link


PAGES = (Page(path="/issues/{number:int}/review", show=show, change=change, do=Role.AUTHOR),)
