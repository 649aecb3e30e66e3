"""What every public page shares: the parts, the look, the language, and the page for what is not there."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from functools import cached_property
from importlib.resources import files
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from newsletter.consent.sign_up import FormLimits
from newsletter.sentences.sentences import Sentences
from newsletter.web.public.theme import Theme, read_theme
from newsletter.wiring import Parts
from newsletter.words.consent import Visitor
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.token import ReaderToken, read_reader_token, reader_token

log = logging.getLogger(__name__)

_LONGEST_AGENT = 300
# How long an edit of the template takes to be seen on the pages.
_THEME_SECONDS = 60


class Site:
    """One newsletter's public pages."""

    def __init__(self, parts: Parts, limits: FormLimits | None = None) -> None:
        self.parts = parts
        self.limits = limits or FormLimits()
        self.newsletter = parts.config.newsletter
        # The path of the public address, where the newsletter does not have a host to itself.
        self.root = urlsplit(self.newsletter.public_url).path.rstrip("/")
        self._theme: tuple[float, Theme] | None = None

    @property
    def theme(self) -> Theme:
        now = self.parts.clock.monotonic()
        if self._theme is None or now - self._theme[0] > _THEME_SECONDS:
            self._theme = now, read_theme(self.parts)
        return self._theme[1]

    @cached_property
    def style(self) -> str:
        return (files("newsletter.web.public") / "public.css").read_text(encoding="utf-8")

    def style_version(self) -> str:
        """Changes with the styles, so that nobody sees a new page in an old one."""
        return hashlib.sha256((self.style + self.theme.css).encode()).hexdigest()[:8]

    @cached_property
    def _templates(self) -> Environment:
        return Environment(
            loader=PackageLoader("newsletter.web.public", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def words(self, request: Request, *wishes: str) -> Sentences:
        """In the language that the reader chose, or the browser asks for, or the newsletter is written in."""
        header = request.headers.get("accept-language", "")
        return self.parts.translations.sentences(
            request.query_params.get("lang", ""), *wishes, header, self.newsletter.language
        )

    def page(
        self,
        template: str,
        words: Sentences,
        *,
        status: int = 200,
        background: BackgroundTask | None = None,
        **values: object,
    ) -> Response:
        text = self._templates.get_template(template).render(
            w=words,
            newsletter=self.newsletter,
            root=self.root,
            logo=self.theme.logo,
            version=self.style_version(),
            **values,
        )
        return HTMLResponse(text, status_code=status, background=background)

    def message(
        self,
        words: Sentences,
        name: str,
        *,
        status: int = 200,
        background: BackgroundTask | None = None,
        link: tuple[str, str] | None = None,
        more: str = "",
        **values: object,
    ) -> Response:
        """A page that says one thing: `NAME.head` and `NAME.body` of the catalogue. `link` is (address, words).

        `more` is a second paragraph.
        """
        return self.page(
            "message.html",
            words,
            status=status,
            background=background,
            head=words(f"{name}.head", **values),
            body=words(f"{name}.body", **values),
            link=link,
            more=more,
        )

    def look_into_mail(self, words: Sentences, name: str, background: BackgroundTask) -> Response:
        """A mail answers, where one may: the page says the same whether or not one goes, so it promises none."""
        more = words(f"{name}.more", contact=self.newsletter.reply_to or self.newsletter.sender)
        return self.message(words, name, more=more, background=background)

    def preferences_path(self, subscriber: int, mailing_list: int, issue: int = 0) -> str:
        key = self.parts.key
        token = reader_token(
            key.secret, key_id=key.id, purpose="p", subscriber=subscriber, mailing_list=mailing_list, issue=issue
        )
        return f"{self.root}/preferences/{token}"

    def titles(self, words: Sentences, names: Iterable[str]) -> str:
        """What readers call these lists, as the mail that asks says it; the newsletter's own name where there is none."""
        known = {page.name: page.title for page in self.parts.readers.list_pages()}
        return words.listed([known.get(name, name) for name in names]) or self.newsletter.name

    def post_some(self) -> None:
        """Called after an answer: post the mail that it announced.

        Other waiting mails are left to the process that posts.
        """
        self.parts.post_office.post_waiting(most=1)

    def token(self, request: Request, purpose: str) -> ReaderToken | None:
        """What the token in the address says. None where it is not genuine, for whatever reason."""
        return read_reader_token(request.path_params["token"], self.parts.keys, purpose=purpose)

    def visitor(self, request: Request) -> Visitor:
        agent = request.headers.get("user-agent", "")[:_LONGEST_AGENT]
        printable = "".join(letter for letter in agent if letter.isprintable())
        return Visitor(ip=request.client.host if request.client else None, agent=printable or None)

    def no_such_link(self, request: Request) -> Response:
        """One answer for a link that is forged, cut off or expired, or whose reader is gone."""
        return self.message(self.words(request), "no_such_link", status=404)

    async def not_found(self, request: Request, _error: Exception) -> Response:
        return self.message(self.words(request), "not_found", status=404)

    async def wrong_method(self, request: Request, error: Exception) -> Response:
        answer = self.message(self.words(request), "wrong_method", status=405)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer

    async def interrupted(self, request: Request, error: Exception) -> Response:
        """The database could not do it this time: mail providers repeat a one-click after such an answer."""
        log.warning("%s was not done: %s", _first_part(request), type(error).__name__)
        answer = self.message(self.words(request), "own_fault", status=503)
        answer.headers["Retry-After"] = "10"
        return answer

    async def refused(self, request: Request, error: Exception) -> Response:
        """The error's sentence is about settings or files, which a reader does not have: it goes to the log."""
        log.warning("%s was refused: %s", _first_part(request), type(error).__name__)
        status = 404 if isinstance(error, Missing) else 409 if isinstance(error, NotNow) else 400
        return self.message(self.words(request), "unreadable", status=status)

    async def broken_off(self, request: Request, _error: Exception) -> Response:
        """The client went away in the middle of its request, so nobody reads this answer. Nothing was done."""
        log.info("%s broke off in the middle of what was sent", _first_part(request))
        return Response(status_code=400)

    async def own_fault(self, request: Request, _error: Exception) -> Response:
        return self.message(self.words(request), "own_fault", status=500)


def _first_part(request: Request) -> str:
    """The first part of the path, for the log: the rest may be a reader's own link."""
    part = request.url.path.split("/")[1][:40] or "/"
    return part if part.isprintable() else "an address"
