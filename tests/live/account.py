"""A SendGrid account to try things with: the settings that it takes, calls to it, and mails to one's own address."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from newsletter.providers.sendgrid.body import ATTEMPT, DELIVERY, mail_body
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import Part
from tests.live.hook import Hook
from tests.live.mailbox import Letter, Mailbox

_SECONDS = 30.0
# Looks in one wait: the log answers six questions a minute.
_LOOKS = 20

Body = dict[str, Any]


class Refusal(Exception):
    """Settings are missing; the text says which, and what they are for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Header names in lower case. `document` is the JSON of the body, or None."""

    status: int
    headers: Mapping[str, str]
    document: Any

    @property
    def said(self) -> str:
        errors = self.document.get("errors") if isinstance(self.document, dict) else None
        return f"{self.status}: {errors[0].get('message')}" if errors else str(self.status)


@dataclass(kw_only=True)
class Account:
    """One account, one own address. `sleep` is replaced where a stand-in is in a hurry."""

    key: str
    to: str
    sender: str
    url: str = "https://api.sendgrid.com"
    mailbox: Mailbox | None = None
    hook: Hook | None = None
    sleep: Callable[[float], None] = time.sleep
    # What one check has done and another looks at, by name.
    memo: dict[str, Any] = field(default_factory=dict)

    @property
    def has(self) -> frozenset[str]:
        return frozenset(name for name, there in (("mailbox", self.mailbox), ("hook", self.hook)) if there is not None)

    def once(self, name: str, make: Callable[[Account], Any]) -> Any:
        """What `make` returned the first time."""
        if name not in self.memo:
            self.memo[name] = make(self)
        return self.memo[name]

    def call(self, method: str, path: str, document: Any = None) -> Answer:
        """One request with its answer. No redirects, no second try."""
        where = urlsplit(self.url)
        kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        more = {"context": ssl.create_default_context()} if where.scheme == "https" else {}
        line = kind(where.netloc, timeout=_SECONDS, **more)
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        content = None
        if document is not None:
            content, headers["Content-Type"] = json.dumps(document).encode(), "application/json"
        try:
            line.request(method, path, content, headers)
            answer = line.getresponse()
            raw = answer.read()
        except OSError as error:
            said = {"message": f"no answer from {where.netloc}: {error.strerror or type(error).__name__}"}
            return Answer(status=0, headers={}, document={"errors": [said]})
        finally:
            line.close()
        return Answer(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.getheaders()},
            document=_json(raw),
        )

    def body(self, *, sandbox: bool = False, **changes: Any) -> Body:
        """The body that this program would write for one mail to the own address, with `changes` of its fields."""
        attempt = uuid.uuid4().hex
        edition = Edition(
            issue=1,
            subject=Part((f"A test of the newsletter program, {attempt}",)),
            html=Part(("<p>A test mail. You may delete it.</p>",)),
            text=Part(("A test mail. You may delete it.",)),
            language="en",
            sender_name="Newsletter test",
            sender=self.sender,
            reply_to=None,
        )
        consignment = Consignment(
            attempt=attempt,
            edition=edition,
            deliveries=[1],
            addresses=[self.to],
            values=[],
            headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            reader_headers={"List-Unsubscribe": [f"<https://example.com/u/{attempt}>"]},
            deadline_at=datetime.now(UTC) + timedelta(minutes=5),
        )
        body: Body = mail_body(consignment, {}) | changes
        return body | {"mail_settings": {"sandbox_mode": {"enable": True}}} if sandbox else body

    def mail(self, body: Body) -> Answer:
        """POST /v3/mail/send."""
        return self.call("POST", "/v3/mail/send", body)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait_for(self, look: Callable[[], Any], minutes: float) -> tuple[Any, float]:
        """What `look` finds, looking now and then; None after so many minutes. And the minutes that it took."""
        for number in range(_LOOKS + 1):
            if number:
                self.sleep(minutes * 60 / _LOOKS)
            if found := look():
                return found, number * minutes / _LOOKS
        return None, minutes

    def letter(self, body: Body, minutes: float) -> Letter | None:
        """The mail of a body as it lies in the own mailbox, once it is there."""
        assert self.mailbox
        mark = body["custom_args"][ATTEMPT]
        letter: Letter | None = self.wait_for(lambda: self.mailbox and self.mailbox.find(mark), minutes)[0]
        return letter


def marks(body: Body) -> tuple[str, str]:
    """The name of the try and that of the delivery, as they travel with a body."""
    return body["custom_args"][ATTEMPT], body["personalizations"][0]["custom_args"][DELIVERY]


def from_environment(settings: Mapping[str, str]) -> Account:
    """The account that the settings name. Raises Refusal, with a sentence for each that is missing."""
    missing = [
        f"{name} is not set: {what}."
        for name, what in (
            ("SENDGRID_API_KEY", "the key of an account that may send"),
            ("NEWSLETTER_LIVE_TO", "an address of your own, the only one that will be mailed"),
        )
        if not settings.get(name)
    ]
    if missing:
        raise Refusal("make live asks a real SendGrid account and mails a real address. " + " ".join(missing))
    to = settings["NEWSLETTER_LIVE_TO"]
    mailbox, port = settings.get("NEWSLETTER_LIVE_MAILBOX"), settings.get("NEWSLETTER_LIVE_HOOK_PORT")
    return Account(
        key=settings["SENDGRID_API_KEY"],
        to=to,
        sender=settings.get("NEWSLETTER_LIVE_FROM") or to,
        url=settings.get("NEWSLETTER_SENDGRID_URL") or Account.url,
        mailbox=Mailbox(mailbox) if mailbox else None,
        hook=Hook(int(port), settings.get("NEWSLETTER_SENDGRID_WEBHOOK_KEY", "")) if port else None,
    )


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
