"""`add`: posts of addresses, files, mails and standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.collect.posts import newsletter_directory
from newsletter.words.mistake import Missing, Mistake, Place
from newsletter.words.post import Post

if TYPE_CHECKING:
    from newsletter.collect.mail.message import MailLink


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--note", metavar="TEXT", default="", help="Your own words, in Markdown; they go on top.")
@click.option("--link", metavar="N", type=click.IntRange(min=1), help="Which link of a mail is meant, counted from 1.")
def add(sources: tuple[str, ...], note: str, link: int | None) -> None:
    """Make a post of each SOURCE: an address, a .docx, .pdf, .html, .md, .txt or .eml file, or - for standard input.

    A page is fetched, and its text taken without its furniture. Of a mail the sender's words are kept as the comment, and
    the link in it is fetched. What you had before is said. If one of them can't be read, none is added.

    \b
    Example:
      newsletter add https://example.com/boats --note "Read this one slowly."
      newsletter add ~/Downloads/article.html forwarded.eml --link 2
      pbpaste | newsletter add -
    """
    from newsletter.collect.seen import seen_before
    from newsletter.collect.source import require_addable
    from newsletter.folder.issues import IssueFiles
    from newsletter.folder.posts import PostFiles

    directory = newsletter_directory()
    files = PostFiles(directory)
    for source in sources:
        require_addable(source)
    posts = [_collected(source, note, link) for source in sources]
    for post in posts:
        seen = seen_before(post.url, files, IssueFiles(directory)) if post.url else []
        written = files.add_post(post)
        click.echo(f"{written.file}: {written.title}")
        for sentence in (*(one.sentence for one in seen), *written.checks):
            click.echo(f"  {sentence}")


def _collected(source: str, note: str, link: int | None) -> Post:
    from newsletter.collect.source import collect, is_address, is_mail
    from newsletter.folder.post_file import parse_post

    # The author's own day: the name of the file should be the date on their wall.
    on = datetime.now().astimezone().date()
    if is_address(source):
        from newsletter.collect.pages.web_page import fetch_page, post_of
        from newsletter.wiring import open_newsletter

        return post_of(fetch_page(source, open_newsletter(newsletter_directory()).fetcher), on=on, note=note)
    from newsletter.folder.habits_file import HabitFile

    data, habits = _bytes_of(source), HabitFile(newsletter_directory()).list_remembered()
    if is_mail(data, source):
        from newsletter.collect.mail.mail_post import mail_post
        from newsletter.wiring import open_newsletter

        fetcher = open_newsletter(newsletter_directory()).fetcher
        return mail_post(data, name=source, on=on, fetcher=fetcher, note=note, link=link, habits=habits, ask=_ask)
    if link is not None:
        raise Mistake("--link chooses a link of a mail, and this is none.", fix="Leave --link out.")
    return collect(
        data,
        name=source,
        on=on,
        parse_post=lambda text, slug, file: parse_post(text, slug=slug, file=file),
        note=note,
        habits=habits,
    )


def _ask(links: Sequence[MailLink]) -> int | None:
    """Ask which link is meant, at a terminal; elsewhere nobody would answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    for number, link in enumerate(links, 1):
        click.echo(f"  {number}. {link.line}")
    return int(click.prompt("Which one is meant?", type=click.IntRange(1, len(links))))


def _bytes_of(source: str) -> bytes:
    """What a file or standard input holds, up to one byte more than is taken."""
    from newsletter.collect.source import MAX_BYTES, STANDARD_INPUT

    if source == STANDARD_INPUT:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(source).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Missing(f"There is no file {source}.", fix="Check its name and the folder you are in.") from error
    except OSError as error:
        raise Mistake(
            f"This can't be read: {error.strerror}.", fix="Name a file that you may read.", place=Place(source)
        ) from error
