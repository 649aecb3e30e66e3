"""Mails that a click on a public page sends: the welcome, the reader's own link, and a notice to the old address."""

from __future__ import annotations

import logging

from markdown_it import MarkdownIt

from newsletter.consent.letters.letters import note, notice
from newsletter.consent.letters.post_office import mail_number, moment_number
from newsletter.consent.own_token import own_token
from newsletter.consent.requests_sql import Confirmed
from newsletter.folder.text_files import read_text
from newsletter.web.public.site import Site
from newsletter.words.consent import Asked
from newsletter.words.edition import Edition
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted
from newsletter.words.subscriber import Subscriber, SuppressionReason

log = logging.getLogger(__name__)

_LARGEST = 100_000


def post_welcome(site: Site, confirmed: Confirmed) -> None:
    """Post the welcome mail of each list that somebody joined by the form. A list without a file has none."""
    if confirmed.asked is not Asked.FORM:
        return
    office = site.parts.post_office
    words = site.parts.translations.sentences(confirmed.language, site.newsletter.language)
    for place, (list_id, name) in enumerate(confirmed.lists, 1):
        try:
            text = _read_welcome(site, name)
        except Mistake as error:
            log.error("the welcome mail of the list %s can't be read: %s", name, error.message)
            continue
        if not text:
            continue
        first, _, rest = text.partition("\n")
        edition = note(
            site.newsletter,
            subject=first.lstrip("# ").strip() or site.newsletter.name,
            html_body=MarkdownIt("commonmark", {"html": False}).render(rest.strip()),
            text_body=rest.strip(),
            language=words.language,
            look=office.look,
            button=words("mail.welcome.button"),
            foot=words("mail.welcome.foot"),
        )
        link, number = office.link("p", confirmed.subscriber, list_id), mail_number(confirmed.request, place)
        _post(site, edition, confirmed.email, link, number, "a welcome mail")


def post_own_link(site: Site, person: Subscriber) -> None:
    """Post the link for what a forwarded mail must not open to the reader's present address, where it may be mailed."""
    if person.suppressed not in {None, SuppressionReason.UNSUBSCRIBE}:
        return
    key, now = site.parts.key, site.parts.clock.now()
    token = own_token(key.secret, key_id=key.id, subscriber=person.id, email=person.email, now=now)
    words = site.parts.translations.sentences(str(person.fields.get("language", "")), site.newsletter.language)
    edition = notice(site.newsletter, "own", words, look=site.parts.post_office.look, button=True)
    link = f"{site.newsletter.public_url}/own/{token}"
    _post(site, edition, person.email, link, moment_number(now), "the mail with a reader's own link")


def tell_old_address(site: Site, confirmed: Confirmed) -> None:
    """Tell the address that a reader gave up, where mail to it is allowed: its owner must be able to object.

    The mail does not name the new address: the old one may be somebody else's by now.
    """
    if not confirmed.moved_from:
        return
    words = site.parts.translations.sentences(confirmed.language, site.newsletter.language)
    edition = notice(site.newsletter, "moved", words, look=site.parts.post_office.look)
    number = mail_number(confirmed.request, 1)
    _post(site, edition, confirmed.moved_from, "", number, "the mail to an address that was given up")


def _post(site: Site, edition: Edition, email: str, link: str, number: int, what: str) -> None:
    for _, outcome in site.parts.post_office.send(edition, [email], [link], [number]):
        if not isinstance(outcome, Accepted):
            log.warning("%s was not taken: %s", what, type(outcome).__name__)


def _read_welcome(site: Site, list_name: str) -> str:
    """The file `welcome/LIST.md`, whose first line is the subject. Only a name that is a plain file name has one."""
    if not list_name.replace("-", "").replace("_", "").isalnum():
        return ""
    path = site.parts.directory / "welcome" / f"{list_name}.md"
    if not path.is_file():
        return ""
    text = read_text(path, f"welcome/{path.name}", room=path.parent)
    return text.strip() if len(text) <= _LARGEST else ""
