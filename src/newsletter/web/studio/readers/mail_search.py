"""A reader's mail, pasted: whose it is, and the page of that person."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.report.mail_clues import read_clues
from newsletter.report.mail_owner import Clue, MailOwner
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.user import Role

_WHY = {
    Clue.LINK: "The unsubscribe link in the mail is theirs.",
    Clue.MESSAGE: "The mail answers, or quotes, the copy that went to them.",
    Clue.ADDRESS: "{words} stands in the mail.",
    Clue.FORMER: "{words} stands in the mail; they gave it up for this address.",
    Clue.ALIKE: "{words} stands in the mail; this address reaches the same mailbox.",
    Clue.NAME: "The mail was written by somebody called {words}.",
}
_SURE = frozenset({Clue.LINK, Clue.MESSAGE, Clue.ADDRESS, Clue.FORMER})


def show(studio: Studio, visit: Visit) -> Response:
    return studio.page(visit, "mail_search.html", owners=[], text="")


def find(studio: Studio, visit: Visit) -> Response:
    """The page of the reader behind the mail; where several may be, or it is a guess, all of them with what speaks for each.

    Nothing is changed and nothing of the mail is kept. Raises Mistake without a text, Missing where it names nobody.
    """
    text = visit.text("mail")
    if not text:
        raise Mistake("No mail was pasted.", fix="Copy all of it, also what it quotes of ours, and paste it here.")
    newsletter = studio.newsletter
    ours = {newsletter.sender.casefold(), (newsletter.reply_to or "").casefold()}
    owners = [one for one in studio.parts.mail_owners.find(read_clues(text)) if one.reader.email.casefold() not in ours]
    if not owners:
        raise Missing(
            "This mail names no reader of this newsletter, and holds no link of ours.",
            fix="Ask them to forward the issue as they got it: the link at its end tells whose copy it is.",
        )
    if len(owners) == 1 and owners[0].clue in _SURE:
        return visit.go(f"/readers/{owners[0].reader.id}", said=_why(owners[0]))
    return studio.page(visit, "mail_search.html", owners=[(one, _why(one)) for one in owners], text=text)


def _why(owner: MailOwner) -> str:
    issue = f" It is that of issue {owner.issue}." if owner.issue else ""
    return _WHY[owner.clue].format(words=owner.words) + issue


PAGES = (Page(path="/readers/mail", show=show, change=find, do=Role.VIEWER),)
