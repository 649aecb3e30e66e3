"""A post from a mail in a file: the link that it is about is fetched, and the sender's words are our comment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from newsletter.collect.file_name import slug_of
from newsletter.collect.mail.message import MailLink, ReadMail
from newsletter.collect.outside import open_mail
from newsletter.collect.quote import as_forwarded, as_written, on_top
from newsletter.collect.source import require_small
from newsletter.folder.habits_file import Habit
from newsletter.ports.fetcher import Fetcher
from newsletter.words.mistake import Mistake, NewsletterError, Place
from newsletter.words.post import Post

# Asks which of several links is meant: its number from 1, or None where nobody can be asked.
Ask = Callable[[Sequence[MailLink]], int | None]


def mail_post(
    data: bytes,
    *,
    name: str,
    on: date,
    fetcher: Fetcher,
    note: str = "",
    link: int | None = None,
    habits: Sequence[Habit] = (),
    ask: Ask,
) -> Post:
    """Make a post of a mail. `link` is which of its links is meant, from 1; `habits` as in `collect`.

    Raises Mistake, with the links listed, where there are several and none was chosen. A page that can't be fetched
    leaves a post of the mail's own words, with a line to check.
    """
    require_small(data, name)
    mail = open_mail(data)
    chosen = _chosen(mail, name, link, ask)
    comment = on_top(note, as_written(mail.own))
    if chosen is None:
        return _words_only(mail, on, note, habits)
    from newsletter.collect.pages.web_page import fetch_page, post_of

    try:
        return post_of(fetch_page(chosen.url, fetcher), on=on, note=comment, title=mail.subject)
    except NewsletterError as error:
        title = chosen.words or mail.subject or chosen.url
        checks = (f"The page was not read: {error.message}",)
        return Post(slug=slug_of(title, on), title=title, body=comment, url=chosen.url, checks=checks)


def _chosen(mail: ReadMail, name: str, number: int | None, ask: Ask) -> MailLink | None:
    links = mail.links
    if number is not None and not 1 <= number <= len(links):
        raise Mistake(f"There is no link {number} in this mail.", fix=_listed(links), place=Place(name))
    if number is None and len(links) > 1:
        number = ask(links)
        if number is None:
            raise Mistake(
                f"This mail has {len(links)} links, and which is meant can't be told.",
                fix=f"{_listed(links)}\nAdd it again with the number: --link 1",
                place=Place(name),
            )
    return links[(number or 1) - 1] if links else None


def _listed(links: Sequence[MailLink]) -> str:
    return "\n".join(f"  {number}. {link.line}" for number, link in enumerate(links, 1)) or "It has none."


def _words_only(mail: ReadMail, on: date, note: str, habits: Sequence[Habit]) -> Post:
    """Without a link the mail itself is what was found: our words as they are, and theirs as a quote."""
    from newsletter.collect.plain_text import read_plain_text

    if mail.passed_on:
        title = mail.subject or " ".join(mail.passed_on.split()[:8])
        body = on_top(on_top(note, as_written(mail.own)), as_forwarded(mail.passed_on, mail.author))
        unsaid = () if mail.author else ("Say in `source` whose words the quote is.",)
        return Post(slug=slug_of(title, on), title=title, body=body, author=mail.author or None, checks=unsaid)
    post = read_plain_text(f"{mail.subject}\n\n{mail.own}" if mail.subject else mail.own, on=on, habits=habits)
    return replace(post, body=on_top(note, post.body))
