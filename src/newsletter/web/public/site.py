"""What every public page shares: the parts, the look, the language, and the page for what is not there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from newsletter.audience.sign_up import Limits
from newsletter.web.public.words import Words, choose_language
from newsletter.words.consent import Visitor
from newsletter.words.token import ReaderToken, read_reader_token

if TYPE_CHECKING:
    from newsletter.wiring import Parts

_LONGEST_AGENT = 300


class Site:
    """One newsletter's public pages."""

    def __init__(self, parts: Parts, limits: Limits | None = None) -> None:
        self.parts = parts
        self.limits = limits or Limits()
        self.newsletter = parts.config.newsletter
        # The path of the public address, where the newsletter does not have a host to itself.
        self.root = urlsplit(self.newsletter.public_url).path.rstrip("/")

    @cached_property
    def _templates(self) -> Environment:
        return Environment(
            loader=PackageLoader("newsletter.web.public", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def words(self, request: Request, *wishes: str) -> Words:
        """In the language that the reader chose, or the browser asks for, or the newsletter is written in."""
        header = request.headers.get("accept-language", "")
        return Words(choose_language(request.query_params.get("lang", ""), *wishes, header, self.newsletter.language))

    def page(
        self,
        template: str,
        words: Words,
        *,
        status: int = 200,
        background: BackgroundTask | None = None,
        **values: object,
    ) -> Response:
        text = self._templates.get_template(template).render(
            w=words, newsletter=self.newsletter, root=self.root, **values
        )
        return HTMLResponse(text, status_code=status, background=background)

    def message(
        self,
        words: Words,
        name: str,
        *,
        status: int = 200,
        background: BackgroundTask | None = None,
        link: tuple[str, str] | None = None,
        **values: object,
    ) -> Response:
        """A page that says one thing: `NAME.head` and `NAME.body` of the catalogue. `link` is (address, words)."""
        return self.page(
            "message.html",
            words,
            status=status,
            background=background,
            head=words(f"{name}.head", **values),
            body=words(f"{name}.body", **values),
            link=link,
        )

    def token(self, request: Request, purpose: str) -> ReaderToken | None:
        """What the token in the address says. None for every one that is not genuine, whatever is wrong with it."""
        return read_reader_token(request.path_params["token"], self.parts.keys, purpose=purpose)

    def visitor(self, request: Request) -> Visitor:
        agent = request.headers.get("user-agent", "")[:_LONGEST_AGENT]
        printable = "".join(letter for letter in agent if letter.isprintable())
        return Visitor(ip=request.client.host if request.client else None, agent=printable or None)

    def no_such_link(self, request: Request) -> Response:
        """One answer for a link that is forged, cut off, expired or of nobody any more."""
        return self.message(self.words(request), "no_such_link", status=404)

    async def not_found(self, request: Request, _error: Exception) -> Response:
        return self.message(self.words(request), "not_found", status=404)

    async def wrong_method(self, request: Request, error: Exception) -> Response:
        answer = self.message(self.words(request), "wrong_method", status=405)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer

    async def own_fault(self, request: Request, _error: Exception) -> Response:
        return self.message(self.words(request), "own_fault", status=500)
