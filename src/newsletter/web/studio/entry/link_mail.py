"""The mails that let people into the studio: an invitation, a link for a new password, and one for signing in."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape

from newsletter.access.account import UserAccount
from newsletter.access.links import LinkKind
from newsletter.consent.letters.hand_over import hand_over_one
from newsletter.consent.letters.letters import note
from newsletter.wiring import Parts
from newsletter.wiring.letter_theme import letter_look
from newsletter.words.mistake import NewsletterError

log = logging.getLogger(__name__)

# More than these wait only where strangers ask from many networks at once; the rest is let go.
_MOST_WAITING = 50
_FOOT = "If you did not expect this mail, let it be: nothing happens by itself, and the link ends."


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinkWords:
    """What a mail says: its subject, a sentence, and what stands on the link. `{}` is the newsletter's name."""

    subject: str
    body: str
    path: str


_WORDS = {
    LinkKind.INVITATION: _LinkWords(
        subject="Your account at {}",
        body="You have an account in the studio of {}. With this link you choose how you sign in. It can be used once, within three days:",
        path="welcome",
    ),
    LinkKind.RESET: _LinkWords(
        subject="A new password for {}",
        body="With this link you choose a new password for the studio of {}. It can be used once, within an hour:",
        path="welcome",
    ),
    LinkKind.SIGN_IN: _LinkWords(
        subject="Sign in to {}",
        body="With this link you sign in to the studio of {}. It can be used once, within 20 minutes:",
        path="enter/link",
    ),
}


def can_mail_links(parts: Parts) -> bool:
    """Whether a mail would reach anybody, and a link in it this studio: else links are shown, to be handed over."""
    url = parts.config.newsletter.public_url
    return not parts.config.is_practice and parts.refusal is None and url.startswith("https://")


def link_address(base: str, kind: LinkKind, token: str) -> str:
    """`base` is the address of the pages, without a slash at its end."""
    return f"{base}/studio/{_WORDS[kind].path}/{token}"


def mail_link(parts: Parts, account: UserAccount, kind: LinkKind) -> None:
    """Make a link and mail it. Raises NewsletterError where the mail was not taken; then the link opens nothing.

    It leads to the newsletter's public address, whatever name the studio was asked by.
    """
    token = parts.access_links.make(account.user.id, kind, now=parts.clock.now())
    link = link_address(parts.config.newsletter.public_url, kind, token)
    words, name = _WORDS[kind], parts.config.newsletter.name
    body = words.body.format(name)
    edition = note(
        parts.config.newsletter,
        subject=words.subject.format(name),
        html_body=f'<p>{escape(body)}</p><p><a href="{escape(link)}">{escape(link)}</a></p>',
        text_body=f"{body}\n\n{link}",
        language="en",
        look=letter_look(parts),
        foot=_FOOT,
    )
    try:
        hand_over_one(parts.provider, edition, account.user.email, now=parts.clock.now())
    except NewsletterError:
        parts.access_links.take(token, [kind], now=parts.clock.now())
        raise


class LinkPost:
    """Mails links beside the pages: how long an answer takes does not tell whether an address has an account."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._worker = ThreadPoolExecutor(1, "mailing links")
        self._room = threading.BoundedSemaphore(_MOST_WAITING)

    def ask(self, email: str, kind: LinkKind) -> None:
        """Somebody typed this address, which may be anybody's. Answers at once, and the same for all."""
        if self._room.acquire(blocking=False):
            self._worker.submit(self._mail, email, kind)

    def end(self) -> None:
        """Wait for those that were asked for."""
        self._worker.shutdown()

    def _mail(self, email: str, kind: LinkKind) -> None:
        try:
            account = self._parts.users.find_by_email(email)
            if account is not None:
                mail_link(self._parts, account, kind)
        except NewsletterError as error:
            log.warning("a link was not mailed: %s", error.message)
        except Exception:
            log.exception("mailing a link: a fault of the program itself")
        finally:
            self._room.release()
