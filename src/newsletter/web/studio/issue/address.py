"""An address that somebody pastes into their words: as a link with the title of its page, as a card, or kept as a find."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.collect.page_card import as_card, as_link
from newsletter.collect.pages.web_page import details_of, fetch_page
from newsletter.collect.save import address_in, collect_find
from newsletter.folder.touch import with_added
from newsletter.web.studio.issue.compose_form import save_form
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.collect import collect_desk
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post
from newsletter.words.user import Role


def bring(studio: Studio, visit: Visit) -> Response:
    """`how` is `link`, `card` or `find`. A script gets the `text` to insert, "" for a find; a form has it at the end of its words."""
    how = visit.word("how")
    file, base = visit.word("file"), "" if visit.data is not None else save_form(studio, visit)
    text, said = _made(studio, visit, address_in(visit.word("address")), how)
    if visit.data is not None:
        return visit.json({"text": text, "said": said})
    if text:
        studio.write(visit, file, base, lambda before: with_added(before, visit.text("into"), text, file=file))
    return visit.go(f"/issues/{visit.number('number')}?part={visit.text('part')}", said=said or "Inserted at the end.")


def _made(studio: Studio, visit: Visit, url: str, how: str) -> tuple[str, str]:
    """The Markdown, and what the writer should know."""
    desk = collect_desk(studio.parts)
    if how == "find":
        saved = collect_find(desk, url, source=f"saved by {visit.who.name}")
        kept = "Kept as a find." if saved.is_new else "It is a find already."
        return "", " ".join([kept, *(one.sentence for one in saved.seen)])
    if how not in {"link", "card"}:
        raise NoSuchAct
    post: Post | None = None
    said = ""
    try:
        post = details_of(fetch_page(url, desk.fetcher), on=desk.today()).post
    except NewsletterError as error:
        said = f"The page was not read: {error.message}"
    return (as_link if how == "link" else as_card)(url, post), said


PAGES = (Page(path="/issues/{number:int}/address", change=bring, do=Role.AUTHOR),)
