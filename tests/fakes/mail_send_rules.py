"""The documented rules of POST /v3/mail/send, written from the provider's side: our sender's code is not consulted."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

Body = dict[str, Any]
Problem = dict[str, str]

_RESERVED = {
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
}
_TRACKING = ("click_tracking", "open_tracking", "subscription_tracking", "ganalytics")


def problems(body: object, *, substitution_bytes: int = 10_000) -> list[Problem]:
    """What SendGrid documents as wrong with a body, in the form of its own error list: `message` and `field`.

    Its pages disagree about `substitution_bytes`, for a reader.
    """
    found = [_problem(str(error.message), _path(error.instance_path)) for error in _schema().iter_errors(body)]
    if official := _official_schema():
        found += [_problem(str(error.message), _path(error.instance_path)) for error in official.iter_errors(body)]
    if found or not isinstance(body, dict):
        return found or [_problem("Bad Request", "")]
    for rule in _RULES:
        found += rule(body)
    found += _substitutions(body, substitution_bytes)
    return found


@cache
def _schema() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(Path(__file__).with_name("mail_send_schema.json").read_text()))


@cache
def _official_schema() -> jsonschema_rs.Validator | None:
    """The provider's own description, where a copy of it is at hand; root custom_args is mistyped there."""
    shared = os.environ.get("NEWSLETTER_SHARED")
    path = Path(shared or "", "data", "sendgrid-mail-openapi.json")
    if not shared or not path.exists():
        return None
    document = json.loads(path.read_text())
    schema = document["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"]["schema"]
    schema["properties"]["custom_args"] = {"type": "object"}
    return jsonschema_rs.validator_for({**schema, "components": document["components"]})


def _path(parts: list[str | int]) -> str:
    return ".".join(str(part) for part in parts)


def _problem(message: str, field: str) -> Problem:
    return {"message": message, "field": field}


def _people(body: Body) -> Iterator[tuple[str, Body]]:
    for row, person in enumerate(body["personalizations"]):
        yield f"personalizations.{row}", person


def _subject_and_content(body: Body) -> Iterator[Problem]:
    if "template_id" in body:
        return
    if not body.get("subject") and not all(person.get("subject") for _, person in _people(body)):
        yield _problem("The subject is required.", "subject")
    kinds = [part["type"] for part in body.get("content", ())]
    if not kinds:
        yield _problem("The content is required.", "content")
    order = [kind for kind in ("text/plain", "text/html") if kind in kinds]
    if kinds[: len(order)] != order:
        yield _problem("The content must be text/plain first, then text/html.", "content.0.type")


def _recipients(body: Body) -> Iterator[Problem]:
    n_recipients = 0
    seen: set[str] = set()
    for place, person in _people(body):
        for one in person["to"]:
            n_recipients += 1
            address = one["email"].casefold()
            if address in seen:
                yield _problem("Each email address may be included only once.", f"{place}.to.0.email")
            seen.add(address)
            if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", address):
                yield _problem("Does not contain a valid address.", f"{place}.to.0.email")
            if re.search("[;,]", one.get("name", "")):
                yield _problem("A name may not contain a comma or a semicolon.", f"{place}.to.0.name")
    if n_recipients > 1000:
        yield _problem("The total number of recipients must be no more than 1000.", "personalizations")


def _bytes(values: dict[str, str]) -> int:
    return sum(len(name.encode()) + len(value.encode()) for name, value in values.items())


def _substitutions(body: Body, most: int) -> Iterator[Problem]:
    for place, person in _people(body):
        if _bytes(person.get("substitutions", {})) > most:
            yield _problem(f"The substitutions are limited to {most} bytes.", f"{place}.substitutions")


def _sizes(body: Body) -> Iterator[Problem]:
    for place, person in _people(body):
        if _bytes({**body.get("custom_args", {}), **person.get("custom_args", {})}) > 10_000:
            yield _problem("The custom_args are limited to 10000 bytes.", f"{place}.custom_args")


def _headers(body: Body) -> Iterator[Problem]:
    for place, holder in [("", body), *_people(body)]:
        for name, value in holder.get("headers", {}).items():
            field = f"{place}.headers.{name}".lstrip(".")
            if not name.isascii() or " " in name or ":" in name or name.casefold() in _RESERVED:
                yield _problem("This header cannot be set.", field)
            if re.search("[\x00-\x1f\x7f]", value):
                yield _problem("A header may not hold control characters.", field)


def _sender(body: Body) -> Iterator[Problem]:
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", body["from"]["email"]):
        yield _problem("The from email does not contain a valid address.", "from.email")


def _times(body: Body) -> Iterator[Problem]:
    for place, holder in [("", body), *_people(body)]:
        if holder.get("send_at", 0) > time.time() + 72 * 3600:
            yield _problem("Scheduling more than 72 hours in advance is forbidden.", f"{place}.send_at".lstrip("."))


def _promises(body: Body) -> Iterator[Problem]:
    """Rules of this project rather than of SendGrid: without them an account's own settings would change our mail."""
    tracking = body.get("tracking_settings", {})
    promised = body.get("custom_args", {}).get("nl_tracking") in {"totals", "readers"}
    for name in _TRACKING:
        may_be_on = promised and name in {"click_tracking", "open_tracking"}
        if tracking.get(name, {}).get("enable") is not may_be_on:
            yield _problem("Tracking is to be as the mail says, and switched by name.", f"tracking_settings.{name}")
    automatic = any("Auto-Submitted" in person.get("headers", {}) for _, person in _people(body))
    if promised and automatic:
        yield _problem("A mail that a program wrote to one person is not tracked.", "tracking_settings")
    if not body.get("custom_args", {}).get("nl_attempt"):
        yield _problem("The attempt must travel with the mail.", "custom_args.nl_attempt")
    for place, person in _people(body):
        names = {name.casefold() for name in person.get("headers", {})}
        # A confirmation or a word to the owner is no mail of a list: it says that a program wrote it (RFC 3834).
        if "auto-submitted" not in names and not {"list-unsubscribe", "list-unsubscribe-post"} <= names:
            yield _problem("A reader must be able to leave with one click.", f"{place}.headers")
        if not person.get("custom_args", {}).get("nl_delivery"):
            yield _problem("The delivery must travel with the mail.", f"{place}.custom_args.nl_delivery")
        for token in person.get("substitutions", {}):
            if not token.isascii() or re.search("[<>& ]", token):
                yield _problem("A substitution tag may be encoded and then not match.", f"{place}.substitutions")


_RULES: tuple[Callable[[Body], Iterator[Problem]], ...] = (
    _subject_and_content,
    _recipients,
    _sizes,
    _headers,
    _sender,
    _times,
    _promises,
)
