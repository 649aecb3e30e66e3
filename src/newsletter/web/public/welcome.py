"""The welcome mail: one Markdown file a list, posted once the sign-up is confirmed."""

from __future__ import annotations

import logging

from markdown_it import MarkdownIt

from newsletter.consent.letters.letters import note
from newsletter.consent.letters.post_office import mail_number
from newsletter.consent.letters.words import known_language
from newsletter.consent.requests import Confirmed
from newsletter.folder.text_files import read_text
from newsletter.web.public.site import Site
from newsletter.web.public.words import Words
from newsletter.words.consent import Asked
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted

log = logging.getLogger(__name__)

_LARGEST = 100_000


def welcome(site: Site, confirmed: Confirmed) -> None:
    """Post the welcome mail of each list that somebody joined by the form. A list without a file has none."""
    if confirmed.asked is not Asked.FORM:
        return
    office = site.parts.post_office
    for place, (list_id, name) in enumerate(confirmed.lists, 1):
        try:
            text = _read(site, name)
        except Mistake as error:
            log.error("the welcome mail of the list %s can't be read: %s", name, error.message)
            continue
        if not text:
            continue
        first, _, rest = text.partition("\n")
        language = known_language(confirmed.language, site.newsletter.language)
        words = Words(language)
        edition = note(
            site.newsletter,
            subject=first.lstrip("# ").strip() or site.newsletter.name,
            html_body=MarkdownIt("commonmark", {"html": False}).render(rest.strip()),
            text_body=rest.strip(),
            language=language,
            look=office.look,
            button=words("welcome.button"),
            foot=words("welcome.foot"),
        )
        link = office.link("p", confirmed.subscriber, list_id)
        for _, outcome in office.send(edition, [confirmed.email], [link], [mail_number(confirmed.request, place)]):
            if not isinstance(outcome, Accepted):
                log.warning("a welcome mail was not taken: %s", type(outcome).__name__)


def _read(site: Site, list_name: str) -> str:
    """The file `welcome/LIST.md`, whose first line is the subject. Only a name that is a plain file name has one."""
    if not list_name.replace("-", "").replace("_", "").isalnum():
        return ""
    path = site.parts.directory / "welcome" / f"{list_name}.md"
    if not path.is_file():
        return ""
    text = read_text(path, f"welcome/{path.name}", room=path.parent)
    return text.strip() if len(text) <= _LARGEST else ""
