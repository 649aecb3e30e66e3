"""One request to the studio: the user, what they sent, and the ways to answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import orjson
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from newsletter.access.sign_in import SignInTry
from newsletter.web.readable import with_marks
from newsletter.words.mistake import Mistake, Place
from newsletter.words.user import User

SAID = "newsletter_said"
_TEST_TO = "newsletter_test_to"
_YEAR_SECONDS = 366 * 86_400


class NoSuchAct(Mistake):
    """A form named something to do that its page does not do."""

    def __init__(self) -> None:
        super().__init__("This page sent something that there is not to do.", fix="Load the page again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`form` holds the fields of a posted form, `data` what came as JSON; `csrf` goes into every form of the answer."""

    request: Request
    user: User | None
    csrf: str
    root: str
    form: FormData = field(default_factory=FormData)
    data: Any = None

    @property
    def csrf_field(self) -> Markup:
        """The hidden field without which a form is refused."""
        return Markup('<input type="hidden" name="csrf" value="{}">').format(self.csrf)

    @property
    def who(self) -> User:
        """The signed-in user. An open page may have none, so it must not ask."""
        assert self.user is not None
        return self.user

    def text(self, name: str) -> str:
        """A field of the form as text, without blanks around it; "" where it was not sent."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def secret(self, name: str) -> str:
        """A field with every blank that was typed."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    def attempt(self, *, email: str = "", device: str = "") -> SignInTry:
        """The password and the code of the form, and where they come from."""
        return SignInTry(
            email=email, password=self.secret("password"), code=self.text("code"), place=self.place, device=device
        )

    @property
    def place(self) -> str:
        """The network address that the request came from, as far as it is known."""
        return self.request.client.host if self.request.client else ""

    @property
    def base(self) -> str:
        """The address of the pages as this browser knows it, without a slash at its end."""
        return f"{self.request.url.scheme}://{self.request.headers.get('host', '')}{self.root}"

    def number(self, name: str) -> int:
        """A number of the path, such as the issue's."""
        return int(self.request.path_params[name])

    def asked(self, name: str) -> str:
        """A parameter of the address, stripped; what is not text in it is marked, so that it finds nothing."""
        return with_marks(self.request.query_params.get(name, "").strip())

    def value(self, name: str, kind: type) -> Any:
        """A value of what came as JSON. Raises Mistake where it is not there or of another kind."""
        found = self.data.get(name) if isinstance(self.data, dict) else None
        if not isinstance(found, kind):
            raise Mistake(f"The page did not send `{name}` as it should.", fix="Load the page again.")
        return found

    def word(self, name: str) -> str:
        """A short text, whether it came in a form or as JSON; "" where it was not sent."""
        if self.data is None:
            return self.text(name)
        found = self.data.get(name) if isinstance(self.data, dict) else None
        return str(found).strip() if isinstance(found, str | int) else ""

    @property
    def test_address(self) -> str:
        """Where this browser sent its last test mail to, else the address of the user; "" for neither."""
        return unquote(self.request.cookies.get(_TEST_TO, "")) or self.who.email

    def remembering_test_address(self, answer: Response, address: str) -> Response:
        answer.set_cookie(
            _TEST_TO,
            quote(address),
            max_age=_YEAR_SECONDS,
            path=f"{self.root}/studio",
            httponly=True,
            samesite="lax",
            secure=self.request.url.scheme == "https",
        )
        return answer

    @property
    def wants_json(self) -> bool:
        return "application/json" in (self.request.headers.get("accept") or "") or self.data is not None

    def go(self, path: str, said: str = "") -> Response:
        """See another page (below /studio), which then says `said` once."""
        answer = RedirectResponse(f"{self.root}/studio{path}", status_code=303)
        if said:
            answer.set_cookie(
                SAID, quote(said[:1000]), max_age=60, path=f"{self.root}/studio", httponly=True, samesite="lax"
            )
        return answer

    def json(self, value: object, status: int = 200) -> Response:
        return Response(orjson.dumps(value), status, media_type="application/json")


def place_json(place: Place | None) -> dict[str, object] | None:
    return {"file": place.file, "line": place.line, "column": place.column} if place else None
