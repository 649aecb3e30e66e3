"""Deciding about finds: a post is made of one, once, or it is dropped; both can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter.collect.desk import CollectDesk
from newsletter.collect.file_name import slug_of
from newsletter.collect.finds_sql import WrittenPost
from newsletter.collect.pages.details import PageDetails
from newsletter.collect.quote import as_quotes, on_top
from newsletter.collect.seen import PostSeen, seen_before
from newsletter.collect.triage.place import take_out
from newsletter.words.canonical import canonical
from newsletter.words.find import Excerpt, Find
from newsletter.words.mistake import Missing, NewsletterError, NotNow
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`post` is the file that was written; `is_new` is False where it was kept before. `seen` are other posts that have it."""

    find: Find
    post: Post
    is_new: bool
    seen: tuple[PostSeen, ...]


def keep(desk: CollectDesk, find_id: int, *, press: int | None = None) -> Kept:
    """Make a post of a find: its page is fetched, if it was not read before, the note goes on top, and the quote stands below.

    `press` is the press on the page of finds by which it is kept. Where the page can't be fetched, the post is made of what the find says, with a line to check. Kept twice, by two
    people or after an interruption, it is one file. Raises Missing, and NotNow where one of its links is to be chosen.
    """
    found = desk.finds.get(find_id)
    if found.url is None and found.choices:
        raise NotNow("This mail has several links.", fix=f"Choose one first: newsletter finds choose {find_id} 1")
    seen = tuple(seen_before(found.url, desk.posts, desk.issues)) if found.url else ()
    page = _read(desk, found)
    planned = desk.finds.plan_post(find_id, desk.posts.free_slug(_post(desk, found, page).slug))

    def write(now: Find) -> WrittenPost:
        # As it stands now: while its page was fetched, somebody may have added words to it.
        post = _post(desk, now, page)
        # An interrupted keep had written its file already.
        if desk.posts.has(planned) and _is_of(desk.posts.get_post(planned), post):
            return WrittenPost(slug=planned, digest=desk.posts.digest(planned))
        written = desk.posts.add_post(replace(post, slug=planned))
        return WrittenPost(slug=written.slug, digest=desk.posts.digest(written.slug))

    kept, is_new = desk.finds.keep(find_id, write, press=press)
    return Kept(
        find=kept,
        post=desk.posts.get_post(kept.post or planned),
        is_new=is_new,
        seen=tuple(one for one in seen if one.post != kept.post),
    )


def dismiss(desk: CollectDesk, find_id: int) -> Find:
    """Drop a find. Raises Missing, and NotNow for one that was kept."""
    return desk.finds.dismiss(find_id)


def undo(desk: CollectDesk, find_id: int) -> Find:
    """Bring a find back. The post that was made of it goes, if nobody wrote in it and no issue uses it.

    Other finds that became the same post come back with it. Raises Missing, and NotNow where the post is somebody's work by now.
    """
    return desk.finds.undo(find_id, lambda post: withdraw(desk, post))


def withdraw(desk: CollectDesk, post: WrittenPost, *, out_of: int | None = None, by: str = "") -> None:
    """Delete the post of a find that goes back, taking it out of the issue `out_of` first.

    Raises NotNow where somebody wrote in it, where another issue has it, or where that issue is fixed or sent.
    """
    try:
        digest = desk.posts.digest(post.slug)
    except Missing:
        return
    numbers = [issue.number for issue in desk.issues.list_issues() if post.slug in issue.slugs()]
    if others := [number for number in numbers if number != out_of]:
        raise NotNow(
            f"Its post is in issue {others[0]}; nothing was changed.",
            fix=f"Take posts/{post.slug}.md out of the issue first.",
        )
    if digest != post.digest:
        raise NotNow(
            f"Somebody wrote in posts/{post.slug}.md since; nothing was changed.",
            fix="Delete that file yourself if it is not wanted.",
        )
    if numbers:
        take_out(desk, post.slug, number=numbers[0], by=by)
    desk.posts.remove_post(post.slug, digest=digest)


def choose(desk: CollectDesk, find_id: int, number: int) -> Find:
    """Settle which of a mail's links is meant; `number` counts from 1. Raises Missing."""
    found = desk.finds.get(find_id)
    if not 1 <= number <= len(found.choices):
        there = f"Choose from 1 to {len(found.choices)}." if found.choices else "It has no links to choose from."
        raise Missing(f"There is no link {number} in find {find_id}.", fix=there)
    return desk.finds.choose(find_id, found.choices[number - 1])


def _read(desk: CollectDesk, find: Find) -> PageDetails | NewsletterError | None:
    """What its page says, or why it can't be read; None for a find without one."""
    from newsletter.collect.pages.web_page import details_of, fetch_page

    if find.url is None:
        return None
    try:
        return desk.pages.find(find.id) or details_of(fetch_page(find.url, desk.fetcher), on=desk.today())
    except NewsletterError as error:
        return error


def _post(desk: CollectDesk, find: Find, page: PageDetails | NewsletterError | None) -> Post:
    """The post of a find whose page was read before."""
    from newsletter.collect.pages.web_page import post_from

    if page is None:
        return _from_words(desk, find, ())
    if isinstance(page, NewsletterError):
        return _from_words(desk, find, (f"The page was not read: {page.message}",))
    post = post_from(page, note=find.note, excerpts=find.excerpts, title=find.title)
    # The page may have been read on an earlier day.
    return replace(post, slug=slug_of(post.title, desk.today()))


def _from_words(desk: CollectDesk, find: Find, checks: tuple[str, ...]) -> Post:
    """A post of what the find says on its own."""
    title = find.name if find.title or find.url else find.site or "Without a title"
    quote = as_quotes(find.excerpts or (Excerpt(text=find.summary),), find.site or find.source, find.url)
    return Post(
        slug=slug_of(title, desk.today()),
        title=title,
        body=on_top(find.note, quote),
        url=find.url,
        source=find.site or None,
        author=find.author or None,
        published_on=find.published_at.date() if find.published_at else None,
        checks=checks,
    )


def _is_of(there: Post, post: Post) -> bool:
    """Whether a file is the one that an interrupted keep wrote for this find."""
    return there.title == post.title or bool(there.url and post.url and canonical(there.url) == canonical(post.url))
