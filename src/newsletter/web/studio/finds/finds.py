"""The page of finds: what was found this week, row by row, beside the next issue that it is sorted into."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.collect.desk import CollectDesk
from newsletter.collect.keep import undo
from newsletter.collect.mail.mail_post import mail_post
from newsletter.collect.mail.message import MailLink
from newsletter.collect.read_later.imports import MAX_BYTES as LONGEST_LIST
from newsletter.collect.read_later.imports import import_list, is_list
from newsletter.collect.seen import seen_before
from newsletter.collect.source import MAX_BYTES, collect, is_mail
from newsletter.compose.draft import unused_posts
from newsletter.web.number import read_number
from newsletter.web.studio.finds.next_issue import next_issue
from newsletter.web.studio.finds.press import press
from newsletter.web.studio.finds.save import save
from newsletter.web.studio.finds.shown import shown
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindFilter, FindStatus
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.post import Post
from newsletter.words.user import Role

_PER_PAGE = 60
_SHOWN = {
    "waiting": FindStatus.WAITING,
    "later": FindStatus.WAITING,
    "kept": FindStatus.KEPT,
    "aside": FindStatus.DISMISSED,
}
_AGES = {"day": 1, "week": 7}
# Minutes: least and most.
_LENGTHS = {"short": (None, 4), "middle": (5, 10), "long": (11, None)}


def show(studio: Studio, visit: Visit) -> Response:
    """What waits, people's before feeds', newest first.

    `?show=` is "later", "kept" or "aside"; `?q=` words to look for; `?person=`, `?feed=`, `?age=` and `?length=` narrow it;
    `?before=` is the page after.
    """
    desk, files = collect_desk(studio.parts), readable(studio.parts)
    tab = visit.asked("show") if visit.asked("show") in _SHOWN else "waiting"
    asked = {name: visit.asked(name) for name in ("q", "person", "feed", "age", "length") if visit.asked(name)}
    found = desk.finds.list_finds(
        _SHOWN[tab],
        later=tab == "later",
        before=read_number(visit.asked("before")),
        limit=_PER_PAGE + 1,
        matching=visit.asked("q"),
        only=_filter(visit),
        people_first=True,
    )
    people, feeds = desk.finds.list_sources()
    next_one = next_issue(studio, files)
    sent = studio.parts.ledger.accounts.list_issues_sent()
    return studio.page(
        visit,
        "finds.html",
        rows=shown(
            found[:_PER_PAGE],
            language=studio.newsletter.language,
            files=files,
            sent=sent,
            next_number=next_one.number,
        ),
        older=urlencode({"show": tab, **asked, "before": found[_PER_PAGE - 1].id}) if len(found) > _PER_PAGE else "",
        tab=tab,
        asked=asked,
        asked_words=urlencode({"show": tab, **asked}),
        n_waiting=desk.finds.count(),
        n_later=desk.finds.count(later=True),
        people=people,
        feeds=feeds,
        next=next_one,
        unused=list(reversed(unused_posts(files.posts, files.issues))),
    )


def _filter(visit: Visit) -> FindFilter:
    least, most = _LENGTHS.get(visit.asked("length"), (None, None))
    return FindFilter(
        person=visit.asked("person"),
        feed=visit.asked("feed"),
        days=_AGES.get(visit.asked("age")),
        least=least,
        most=most,
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Save an address with a thought, bring a find back, or whatever else was pressed."""
    if visit.text("press"):
        return press(studio, visit)
    desk, what = collect_desk(studio.parts), visit.text("act")
    if what == "save":
        return save(studio, visit)
    find = read_number(visit.text("find"))
    if find is None or what != "undo":
        raise NoSuchAct
    post = desk.finds.get(find).post
    name = undo(desk, find).name
    studio.sittings.note(visit.who, *([f"posts/{post}.md"] if post else []))
    return visit.go("/finds", said=f"Waiting again: “{name}”.")


def drop(studio: Studio, visit: Visit) -> Response:
    """Files that were dropped or chosen become posts at once, and the pages of a reading list finds; one that can't be read says why, and the others are kept."""
    said: list[str] = []
    desk = collect_desk(studio.parts)
    for item in visit.form.getlist("file"):
        if isinstance(item, str) or not item.filename:
            continue
        try:
            data = item.file.read(LONGEST_LIST + 1)
            if is_list(data, item.filename):
                said += import_list(desk, data, name=item.filename).sentences
                continue
            post = _post_of(desk, item.filename, data, visit.text("note"))
            seen = seen_before(post.url, desk.posts, desk.issues) if post.url else []
            written = studio.parts.posts.add_post(post)
            studio.sittings.note(visit.who, written.file)
            said.append(" ".join([f"{written.file} is a post now.", *(one.sentence for one in seen), *written.checks]))
        except NewsletterError as error:
            said.append(f"{item.filename}: {error.message} {error.fix}")
    if not said:
        raise Mistake(
            "No file came with this.", fix="Choose one: .docx, .pdf, .html, .md, .txt, .eml, or a reading list."
        )
    return visit.json({"said": said}) if visit.wants_json else visit.go("/finds", said=" ".join(said))


def _post_of(desk: CollectDesk, name: str, data: bytes, note: str) -> Post:
    """As `newsletter add` makes it, except that nobody can be asked here which link of a mail is meant."""
    habits = desk.habits.list_remembered()
    if is_mail(data, name):
        return mail_post(
            data, name=name, on=desk.today(), fetcher=desk.fetcher, note=note, habits=habits, ask=_not_told
        )
    return collect(data, name=name, on=desk.today(), parse_post=desk.parse_post, note=note, habits=habits)


def _not_told(links: Sequence[MailLink]) -> int:
    raise Mistake(
        f"This mail has {len(links)} links, and which is meant can't be told.",
        fix=f"Save the one that is meant as a find: {', '.join(one.url for one in links[:5])}",
    )


PAGES = (
    Page(path="/finds", show=show, change=act, do=Role.AUTHOR),
    Page(path="/finds/files", change=drop, do=Role.AUTHOR, largest=4 * MAX_BYTES),
)
