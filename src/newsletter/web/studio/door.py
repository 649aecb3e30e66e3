"""The studio's door: which hosts it answers on, what each role may do, and that a form came from our own page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Message

from newsletter.web.loopback import LOOPBACK, visited_host
from newsletter.web.readable import is_text, with_marks
from newsletter.web.studio.page import Answer, Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Missing, NewsletterError, NotNow

Endpoint = Callable[[Request], Awaitable[Response]]


class RequestRefused(Exception):
    """A request that is refused, with its HTTP status."""

    def __init__(self, status: int, message: str, fix: str = "", form: FormData | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.fix = status, message, fix
        self.form = form or FormData()


def endpoint(studio: Studio, page: Page) -> Endpoint:
    """The page behind the door."""

    async def answer(request: Request) -> Response:
        visit = Visit(request=request, user=None, csrf="", root=studio.root)
        try:
            _check_host(studio, page, request)
            visit = await _visit(studio, page, request)
            handler = page.change if request.method == "POST" else page.show
            assert handler is not None
            return await run_in_threadpool(partial(_made, handler, studio, visit))
        except RequestRefused as refused:
            if refused.status == 401 and request.method in {"GET", "HEAD"}:
                return RedirectResponse(f"{studio.root}/studio/enter", status_code=303)
            visit = replace(visit, form=refused.form) if refused.form else visit
            return studio.refusal(visit, refused.status, refused.message, refused.fix)
        except NewsletterError as error:
            status = 404 if isinstance(error, Missing) else 409 if isinstance(error, NotNow) else 400
            return studio.refusal(visit, status, error.message, error.fix, error.place)
        finally:
            await visit.form.close()

    return answer


def _made(handler: Answer, studio: Studio, visit: Visit) -> Response:
    with studio.cache.making_a_page():
        return handler(studio, visit)


def _check_host(studio: Studio, page: Page, request: Request) -> None:
    """A page of another name that points at this machine (DNS rebinding) must not be answered."""
    host = visited_host(request)
    if host in LOOPBACK:
        return
    own = urlsplit(studio.newsletter.public_url).hostname
    if host != own:
        raise RequestRefused(
            421, "The studio does not answer under this name.", "Open it by the address that `serve` printed."
        )
    if not (page.is_public or studio.has_users()):
        raise RequestRefused(
            403,
            "The studio is closed to the outside while nobody has an account.",
            "On the machine itself: newsletter users add EMAIL --role owner",
        )


async def _visit(studio: Studio, page: Page, request: Request) -> Visit:
    session = await run_in_threadpool(studio.sessions.read, request)
    user = await run_in_threadpool(studio.sessions.user, session, request)
    needed = page.do if request.method == "POST" else page.see
    if not page.is_open:
        if user is None:
            raise RequestRefused(401, "You are not signed in, or no longer.", "Sign in, then do it again.")
        if not user.role.may(needed):
            raise RequestRefused(
                403, f"This needs the role {needed.value}, and yours is {user.role.value}.", "Ask an owner."
            )
    visit = Visit(request=request, user=user, csrf=studio.sessions.csrf(session), root=studio.root)
    if request.method != "POST":
        return visit
    _check_origin(request)
    form, data = await _read(request, page.largest)
    given = request.headers.get("x-csrf-token") or form.get("csrf") or ""
    if not isinstance(given, str) or not studio.sessions.is_csrf(session, given):
        raise RequestRefused(
            403, "This form is too old, or not of this session.", "Load the page again, then do it again.", form
        )
    return Visit(request=request, user=user, csrf=visit.csrf, root=studio.root, form=form, data=data)


def _check_origin(request: Request) -> None:
    """The origin that the browser names for a form must be this studio."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    if site not in {"same-origin", "none"} or (
        origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    ):
        raise RequestRefused(403, "This was sent from another page than the studio's.", "Do it in the studio itself.")


async def _read(request: Request, largest: int) -> tuple[FormData, object]:
    """The form or the JSON in a request.

    Raises RequestRefused for a body that is larger than the page expects, or can't be read.
    """
    too_large = RequestRefused(413, f"That is more than {largest / 1_000_000:,.0f} MB.", "Send less at once.")
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and (len(said) > 12 or int(said) > largest):
        raise too_large
    received = 0
    pass_on = request.receive

    async def bounded() -> Message:
        nonlocal received
        message = await pass_on()
        received += len(message.get("body", b""))
        if received > largest:
            raise too_large
        return message

    request = Request(request.scope, bounded)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            form, data = FormData(), orjson.loads(await request.body())
        else:
            form, data = await request.form(max_files=20, max_fields=2_000, max_part_size=largest), None
    except (MultiPartException, HTTPException, ValueError, LookupError) as error:
        raise RequestRefused(400, "What was sent can't be read.", "Load the page again, then do it again.") from error
    if not is_text(data) or not all(is_text(name) and is_text(_said(value)) for name, value in form.multi_items()):
        await form.close()
        raise RequestRefused(
            400,
            "What was sent holds a character that no text has.",
            "A mark stands in its place below: write that part anew.",
            FormData([(name, with_marks(value)) for name, value in form.multi_items() if isinstance(value, str)]),
        )
    return form, data


def _said(value: str | UploadFile) -> str:
    """The text of a field; for a file, its name: its content is checked where it is opened."""
    return value if isinstance(value, str) else value.filename or ""
