"""Each mail about a subscription as somebody gets it, with made-up lists and links: for people who choose its words."""

from __future__ import annotations

from newsletter.consent.letters.letters import LEAVE, LINK, letter, note, notice
from newsletter.consent.letters.look import LetterLook
from newsletter.sentences.sentences import Sentences
from newsletter.words.consent import Mail
from newsletter.words.edition import Edition, as_reader
from newsletter.words.newsletter import Newsletter

_DAYS = 14
_NOTICES = {"moved": False, "own": True}


def sample_letter(name: str, newsletter: Newsletter, words: Sentences, look: LetterLook) -> tuple[str, str] | None:
    """Subject and HTML of the mail that is `mail.NAME` in the catalogue; None where no mail is made of that alone."""
    edition = _edition(name, newsletter, words, look)
    if edition is None:
        return None
    subject, html, _ = as_reader(edition, {LINK: newsletter.public_url, LEAVE: newsletter.public_url})
    return subject, html


def _edition(name: str, newsletter: Newsletter, words: Sentences, look: LetterLook) -> Edition | None:
    if name in _NOTICES:
        return notice(newsletter, name, words, look=look, button=_NOTICES[name])
    if name == "welcome":
        return note(
            newsletter,
            subject=newsletter.name,
            html_body="<p>…</p>",
            text_body="…",
            language=words.language,
            look=look,
            button=words("mail.welcome.button"),
            foot=words("mail.welcome.foot"),
        )
    if name in set(Mail):
        return letter(Mail(name), newsletter, words, lists=[newsletter.name], look=look, days=_DAYS)
    return None
