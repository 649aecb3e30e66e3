"""The stand-in provider's last mile: mails as it would put them together, written into a folder when their time has come."""

from __future__ import annotations

import html
import uuid
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from tests.fakes.filling import Mail, filled

Body = dict[str, Any]


class Postman:
    """Without a folder nothing is delivered. Every public value is a guess about the real provider."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.escapes = False
        self.nests = False
        self.merges_headers = True
        self.adds_unsubscribe = False

    def deliver(self, body: Body) -> None:
        for mail in filled(self._as_it_treats_it(body)) if self.folder else ():
            path = self.folder / f"{uuid.uuid4().hex}.eml"
            path.with_suffix(".part").write_bytes(self._message(mail).as_bytes(policy=_POLICY))
            path.with_suffix(".part").rename(path)

    def _as_it_treats_it(self, body: Body) -> Body:
        people = []
        for person in body["personalizations"]:
            values = person.get("substitutions", {})
            if self.escapes:
                values = {tag: html.escape(value) for tag, value in values.items()}
            if not self.nests:
                values = {tag: _hidden(value, values) for tag, value in values.items()}
            people.append({**person, "substitutions": values})
        call = body.get("headers", {}) if self.merges_headers else {}
        return {**body, "personalizations": people, "headers": call}

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["To"], message["Subject"] = mail.email, mail.subject
        for name, value in mail.headers.items():
            message[name] = value
        if self.adds_unsubscribe:
            message["List-Unsubscribe"] = "<https://provider.example/unsubscribe>"
        message.set_content(mail.text.replace(_JOINT, ""))
        message.add_alternative(mail.html.replace(_JOINT, ""), subtype="html")
        return message


# Stands inside a tag that came with a value, so that nothing replaces it; gone before anybody reads the mail.
_JOINT = "\x1f"
# Python would fold a long List-Unsubscribe into encoded words.
_POLICY = SMTP.clone(max_line_length=998)


def _hidden(value: str, tags: dict[str, str]) -> str:
    for tag in tags:
        value = value.replace(tag, f"{tag[0]}{_JOINT}{tag[1:]}")
    return value
