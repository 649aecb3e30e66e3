"""Finds: what was found this week, kept with a note, and made into posts."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.collect.clip import Clip
from newsletter.collect.desk import CollectDesk
from newsletter.collect.drawer import find_unused
from newsletter.collect.keep import choose, dismiss, keep, undo
from newsletter.collect.mail.mail_post import mail_post
from newsletter.collect.mail.message import MailLink
from newsletter.collect.save import address_in, collect_find
from newsletter.collect.seen import seen_before
from newsletter.collect.source import MAX_BYTES, collect, is_mail
from newsletter.web.number import read_number
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindStatus
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.post import Post
from newsletter.words.user import Role

_PER_PAGE = 40
_SHOWN = {"waiting": FindStatus.WAITING, "kept": FindStatus.KEPT, "aside": FindStatus.DISMISSED}


def show(studio: Studio, visit: Visit) -> Response:
    """What waits, newest first; `?show=` is "kept" or "aside", `?q=` words to look for, `?before=` the page after."""
    desk = collect_desk(studio.parts)
    shown = visit.asked("show") if visit.asked("show") in _SHOWN else "waiting"
    before = visit.asked("before")
    found = desk.finds.list_finds(
        _SHOWN[shown],
        before=read_number(before),
        limit=_PER_PAGE + 1,
        matching=visit.asked("q"),
    )
    return studio.page(
        visit,
        "finds.html",
        finds=found[:_PER_PAGE],
        older=urlencode({"show": shown, "q": visit.asked("q"), "before": found[_PER_PAGE - 1].id})
        if len(found) > _PER_PAGE
        else "",
        shown=shown,
        matching=visit.asked("q"),
        unused=find_unused(desk.posts, desk.issues) if not before else [],
        numbers=[issue.number for issue in reversed(readable(studio.parts).issues)][:5],
    )


def act(studio: Studio, visit: Visit) -> Response:
    """Save an address with a thought, keep a find as a post, put it aside, or take either back."""
    desk, what = collect_desk(studio.parts), visit.text("act")
    if what == "save":
        return _save(studio, visit)
    find = read_number(visit.text("find"))
    if find is None:
        raise NoSuchAct
    if what == "keep":
        if (link := read_number(visit.text("link"))) is not None:
            choose(desk, find, link)
        kept = keep(desk, find)
        studio.sittings.note(visit.who, kept.post.file)
        return visit.go("/finds", said=" ".join([f"Kept as {kept.post.file}.", *(one.sentence for one in kept.seen)]))
    if what == "aside":
        return visit.go("/finds", said=f"Put aside: {dismiss(desk, find).title or 'it'}. It is under “Put aside”.")
    if what == "undo":
        post = desk.finds.get(find).post
        undo(desk, find)
        studio.sittings.note(visit.who, *([f"posts/{post}.md"] if post else []))
        return visit.go("/finds", said="It waits again.")
    raise NoSuchAct


def ask(studio: Studio, visit: Visit) -> Response:
    """The page that the bookmarklet and a phone open: what they sent, ready to save, and whether we had it before."""
    url, seen, problem = visit.asked("url") or visit.asked("text"), [], None
    try:
        url = address_in(url) if url else ""
        desk = collect_desk(studio.parts)
        seen = seen_before(url, desk.posts, desk.issues) if url else []
    except NewsletterError as error:
        problem = error
    return studio.page(
        visit,
        "find_add.html",
        url=url,
        title=visit.asked("title")[:300],
        quote=visit.asked("quote")[:20_000],
        seen=seen,
        problem=problem,
    )


def drop(studio: Studio, visit: Visit) -> Response:
    """Files that were dropped or chosen become posts at once; one that can't be read says why, and the others are kept."""
    said: list[str] = []
    desk = collect_desk(studio.parts)
    for item in visit.form.getlist("file"):
        if isinstance(item, str) or not item.filename:
            continue
        try:
            post = _post_of(desk, item.filename, item.file.read(MAX_BYTES + 1), visit.text("note"))
            seen = seen_before(post.url, desk.posts, desk.issues) if post.url else []
            written = studio.parts.posts.add_post(post)
            studio.sittings.note(visit.who, written.file)
            said.append(" ".join([f"{written.file} is a post now.", *(one.sentence for one in seen), *written.checks]))
        except NewsletterError as error:
            said.append(f"{item.filename}: {error.message} {error.fix}")
    if not said:
        raise Mistake("No file came with this.", fix="Choose one: .docx, .html, .md, .txt or .eml.")
    return visit.json({"said": said}) if visit.wants_json else visit.go("/finds", said=" ".join(said))


def _post_of(desk: CollectDesk, name: str, data: bytes, note: str) -> Post:
    """As `newsletter add` makes it, except that nobody can be asked here which link of a mail is meant."""
    if is_mail(data, name):
        return mail_post(data, name=name, on=desk.today(), fetcher=desk.fetcher, note=note, ask=_not_told)
    return collect(data, name=name, on=desk.today(), parse_post=desk.parse_post, note=note)


def _not_told(links: Sequence[MailLink]) -> int:
    raise Mistake(
        f"This mail has {len(links)} links, and which is meant can't be told.",
        fix=f"Save the one that is meant as a find: {', '.join(one.url for one in links[:5])}",
    )


def _save(studio: Studio, visit: Visit) -> Response:
    is_article, position = visit.text("whole") == "on" and not visit.text("quote"), read_number(visit.text("position"))
    is_clip = is_article or visit.text("quote")
    clip = Clip(
        html=visit.text("html") if is_clip else "",
        position=-1 if position is None else position,
        is_article=is_article,
    )
    saved = collect_find(
        collect_desk(studio.parts),
        visit.text("url"),
        note=visit.text("note"),
        quote=visit.text("quote"),
        title=visit.text("title"),
        source=f"saved by {visit.who.name}",
        clip=clip,
    )
    before = " ".join(one.sentence for one in saved.seen)
    how = "Saved." if saved.is_new else "It was a find already; your words are with it now."
    return visit.go("/finds", said=f"{how} {before}".strip())


PAGES = (
    Page(path="/finds", show=show, change=act, do=Role.AUTHOR),
    Page(path="/finds/add", show=ask, see=Role.AUTHOR),
    Page(path="/finds/files", change=drop, do=Role.AUTHOR, largest=4 * MAX_BYTES),
)
