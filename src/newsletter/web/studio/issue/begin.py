"""Begins what there is not yet: a post by its title, an issue by its number; and opens a post that is in no issue."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from newsletter.collect.file_name import slug_of
from newsletter.compose.draft import begun
from newsletter.folder.issue_file import parse_issue
from newsletter.folder.touch import with_sections
from newsletter.web.number import read_number
from newsletter.web.studio.finds.next_issue import find_next
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.arrangement import added
from newsletter.words.issue import Issue
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post
from newsletter.words.user import Role


def new_post(studio: Studio, visit: Visit) -> Response:
    """A post without words, which opens at once: in the section of the issue that it was asked for on, else on the shortlist."""
    title = " ".join(visit.text("title").split())
    if not title:
        raise Mistake("A post needs a title.", fix="Write one; you can change it later.")
    parts = studio.parts
    number, section = read_number(visit.text("issue")), read_number(visit.text("section"))
    file = "" if number is None else f"issues/{number:03d}.md"
    base = parts.sheets.note(file, at=studio.now()).version if file else ""
    same = [post for post in readable(parts).posts if post.title.casefold() == title.casefold()]
    desk = collect_desk(parts)
    post = parts.posts.add_post(Post(slug=slug_of(title, desk.today()), title=title, body=""))
    studio.sittings.note(visit.who, post.file)
    said = f"There is a post “{same[0].title}” already: this is another one." if same else ""
    if not file:
        return visit.go(f"/posts/{post.slug}", said=said)

    def edit(text: str) -> str:
        sections = parse_issue(text, file=file).sections
        at = None if section is None else section - 1
        return with_sections(text, added(sections, post.slug, section=at), file=file)

    studio.write(visit, file, base, edit)
    return visit.go(f"/issues/{number}?part=post:{post.slug}", said=said)


def new_issue(studio: Studio, visit: Visit) -> Response:
    """An issue without posts, with what the last one had: template, lists, sections and closing."""
    issue = _begin(studio, visit, readable(studio.parts).issues)
    return visit.go(f"/issues/{issue.number}?part=inbox", said=f"Issue {issue.number} is begun. Give it a subject.")


def open_post(studio: Studio, visit: Visit) -> Response:
    """The post on the page of its issue; one that no issue has, on that of the next issue. Raises Missing."""
    post = studio.parts.posts.get_post(str(visit.request.path_params["slug"]))
    issues = readable(studio.parts).issues
    its = next((issue for issue in reversed(issues) if post.slug in issue.slugs()), None)
    issue = its or find_next(studio, issues) or max(issues, key=lambda one: one.number, default=None)
    if issue is None:
        return visit.go(
            "/issues", said=f"“{post.title}” is on the shortlist. Begin an issue, and you can open it there."
        )
    return visit.go(f"/issues/{issue.number}?part=post:{post.slug}")


def issue_after(studio: Studio, visit: Visit, number: int) -> Issue:
    """The issue that comes next after this one; it is begun where there is none."""
    issues = readable(studio.parts).issues
    later = [issue for issue in issues if issue.number > number and not issue.moved_in]
    return min(later, key=lambda issue: issue.number) if later else _begin(studio, visit, issues)


def _begin(studio: Studio, visit: Visit, issues: Sequence[Issue]) -> Issue:
    last = max(issues, key=lambda issue: issue.number, default=None)
    planned = [plan.title for plan in studio.parts.config.sections]
    titles = planned or [section.title for section in (last.sections if last else ())]
    issue = studio.parts.issues.add_issue(begun(issues, titles))
    studio.sittings.note(visit.who, issue.file)
    return issue


PAGES = (
    Page(path="/posts", change=new_post, do=Role.AUTHOR),
    Page(path="/posts/{slug}", show=open_post, see=Role.AUTHOR),
    Page(path="/issues/begin", change=new_issue, do=Role.AUTHOR),
)
