"""Showing an issue to somebody before it goes: a test mail, and a link that ends."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import HTMLResponse, Response

from newsletter.compose.press import press
from newsletter.consent.trial_address import addresses_of_us, whom_to_test
from newsletter.ledger.sample import sample
from newsletter.web.studio.issue.preview import framed
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing, NewsletterError, NotNow
from newsletter.words.subscriber import Subscriber
from newsletter.words.user import Role

_SHARED_FOR = timedelta(days=7)
# Pictures from elsewhere are left out: the visitor has no session that they could be fetched for.
_SHARED_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def test_mail(studio: Studio, visit: Visit) -> Response:
    """Hand over one copy for one address, or for all of us; no reader's account counts it."""
    number, parts = visit.number("number"), studio.parts
    people = None if visit.who.role.may(Role.EDITOR) else _people(studio)
    is_for_us = visit.word("us") == "yes"
    to, barred = _us(studio) if is_for_us else ([whom_to_test(parts.readers, visit.word("to"), people=people)], "")
    parts.check_may_send()
    edition = press(parts.shelf, studio.newsletter, number).rendered.edition
    went = number in parts.ledger.tallies.list_went([number])
    tested = parts.tester.send(edition, to, by=visit.who.name, went=went)
    parts.after_sending()
    said = f"{tested.said}{barred} {'They lie in the inbox.' if parts.config.is_practice else parts.provider.explain()}"
    back = {"home": "", "send": f"/issues/{number}/send"}.get(visit.word("back"), f"/issues/{number}")
    answer = visit.json({"said": said}) if visit.data is not None else visit.go(back, said=said)
    return answer if is_for_us else visit.remembering_test_address(answer, to[0][0])


def _us(studio: Studio) -> tuple[list[tuple[str, Subscriber | None]], str]:
    """The addresses of those who make the newsletter, and a sentence about those that may not be mailed."""
    parts, newsletter = studio.parts, studio.newsletter
    users = [account.user for account in parts.users.list_users()]
    ours = addresses_of_us(users, more=parts.config.editors, otherwise=(newsletter.reply_to, newsletter.sender))
    may, barred = [], []
    for address in ours:
        try:
            may.append(whom_to_test(parts.readers, address, people=None))
        except NewsletterError as why:
            barred.append(f" Not for {address}: {why.message}")
    if not may:
        raise NotNow("There is no address of ours to send a test to.", fix="Add the people who write, under Users.")
    return may, "".join(barred)


def _people(studio: Studio) -> list[str]:
    """The addresses of the people who make the newsletter: users with an account, and those in the settings."""
    config = studio.parts.config
    own = (studio.newsletter.sender, studio.newsletter.reply_to, *config.editors)
    return [*(account.user.email for account in studio.parts.users.list_users()), *filter(None, own)]


def share(studio: Studio, visit: Visit) -> Response:
    """A link to the issue as it stands, for somebody without an account."""
    number = visit.number("number")
    studio.parts.issues.get_issue(number)
    base = studio.newsletter.public_url if studio.has_users() else visit.base
    link = f"{base}/studio/shared/{studio.sessions.signed_for(f'share {number}', until=studio.now() + _SHARED_FOR)}"
    return visit.json({"link": link, "days": _SHARED_FOR.days})


def shared(studio: Studio, visit: Visit) -> Response:
    """The issue as an unknown reader would get it, for everybody who has the link."""
    said = studio.sessions.read_signed(visit.request.path_params["token"], now=studio.now())
    if said is None or not said.startswith("share "):
        raise Missing("This link has ended, or was cut off.", fix="Ask for a new one.")
    parts = studio.parts
    edition = press(parts.shelf, studio.newsletter, int(said.removeprefix("share "))).rendered.edition
    mail = sample(edition, studio.newsletter, parts.key, None, list_id=0, date=studio.now())
    return HTMLResponse(framed(studio, mail.html), headers={"Content-Security-Policy": _SHARED_POLICY})


PAGES = (
    Page(path="/issues/{number:int}/test", change=test_mail, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/share", change=share, do=Role.AUTHOR),
    Page(path="/shared/{token}", show=shared, is_open=True, is_public=True),
)
