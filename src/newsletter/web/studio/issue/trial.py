"""Showing an issue to somebody before it goes: a test mail, and a link that ends."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import HTMLResponse, Response

from newsletter.compose.press import press
from newsletter.consent.trial_address import whom_to_test
from newsletter.ledger.sample import sample
from newsletter.ledger.trials.send_test import send_test
from newsletter.web.studio.issue.preview import framed
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing
from newsletter.words.user import Role

_SHARED_FOR = timedelta(days=7)
# Pictures from elsewhere are left out: the visitor has no session that they could be fetched for.
_SHARED_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def test_mail(studio: Studio, visit: Visit) -> Response:
    """Hand over one copy for one address; it is counted nowhere."""
    number, parts = visit.number("number"), studio.parts
    people = None if visit.who.role.may(Role.EDITOR) else _people(studio)
    address, reader = whom_to_test(parts.readers, visit.word("to"), people=people)
    parts.check_may_send()
    edition = press(parts.shelf, studio.newsletter, number).rendered.edition
    send_test(parts.provider, studio.newsletter, edition, address, reader, parts.clock, parts.sender.new_token())
    parts.ledger.trials.begin(edition, n_addresses=1, by=visit.who.name)
    parts.after_sending()
    said = f"A test was handed over for {address}. {parts.provider.explain()}"
    back = {"home": "", "send": f"/issues/{number}/send"}.get(visit.word("back"), f"/issues/{number}")
    answer = visit.json({"said": said}) if visit.data is not None else visit.go(back, said=said)
    return visit.remembering_test_address(answer, address)


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
