"""Asks SendGrid what a key may do, which sends nothing."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from newsletter.ports.clock import Clock
from newsletter.providers.kind import ProviderTried
from newsletter.providers.sendgrid.client import Host, Key
from newsletter.providers.sendgrid.transport import AnswerLost, Deadline, HttpAnswer, HttpLine, Unreached
from newsletter.providers.steps import StepLook, StepState
from newsletter.words.mistake import NotNow, Unreachable

_SECONDS = 25.0
_MAY_SEND = "mail.send"
_NOT_CHANGED = "Nothing was changed."
# What else is worth allowing: what the key can't do without it, and what SendGrid's page of permissions calls it.
_USEFUL = (
    ("whitelabel.create", "prepare your domain", "Sender Authentication"),
    ("user.webhooks.event.settings.update", "set up the webhook for bounces", "Mail Settings, Event Notification"),
    ("suppression.read", "bring in addresses that bounced", "Suppressions"),
    ("user.credits.read", "see how many mails are left", "User Account"),
)


def try_key(key: str, *, url: str, clock: Clock) -> ProviderTried:
    """Say how it went. Raises NotNow with the reason, Mistake for a key or an address that can't be right.

    Raises Unreachable where the answer says nothing about the key. `GET /v3/scopes` lists what the key that asks may
    do.
    """
    _, said_at = _ask_scopes(key, url, clock)
    words = f"{Host(url).name} takes the key, and it may send mail."
    return ProviderTried(words=words, said_at=said_at)


def look_at_key(key: str, *, url: str, clock: Clock) -> StepLook:
    """As `try_key`, with what the key may not do of what helps."""
    scopes, _ = _ask_scopes(key, url, clock)
    missing = [(what, where) for scope, what, where in _USEFUL if not _allows(scopes, scope)]
    if not missing:
        return StepLook(state=StepState.DONE, words="SendGrid takes the key, and it may do all that is needed.")
    return StepLook(
        state=StepState.CHECK,
        words=f"SendGrid takes the key, and it may send mail. It may not {_joined([what for what, _ in missing])}.",
        fix=f"At SendGrid, under Settings, API Keys, allow it: {'; '.join(where for _, where in missing)}. "
        "Or do that there by hand.",
    )


def _allows(scopes: list[str], wanted: str) -> bool:
    """Whether a scope is there, or one below it, as SendGrid lists single lists of suppressions."""
    begin = wanted.rpartition(".")[0]
    return wanted in scopes or any(
        one.startswith(f"{begin}.") and one.endswith(".read") for one in scopes if ".read" in wanted
    )


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _ask_scopes(key: str, url: str, clock: Clock) -> tuple[list[str], datetime | None]:
    host, secret = Host(url), Key(key)
    context = ssl.create_default_context if host.is_secure else None
    line = HttpLine(host.name, host.port, tls=context, monotonic=clock.monotonic)
    question = f"GET /v3/scopes HTTP/1.1\r\nHost: {host.header}\r\nAuthorization: {secret.header}\r\nAccept: application/json\r\n\r\n"
    try:
        answer = line.exchange(question.encode("ascii"), b"", Deadline(_SECONDS, clock.monotonic))
    except (Unreached, AnswerLost) as error:
        raise Unreachable(f"{host.name} could not be asked: {error}.", fix=_NOT_CHANGED) from None
    finally:
        line.close()
    if answer.status in {401, 403}:
        raise NotNow(
            f"SendGrid does not take this key (it answered {answer.status}).", fix=f"Copy it again. {_NOT_CHANGED}"
        )
    scopes = _scopes(answer)
    if scopes is None:
        raise Unreachable(f"{host.name} answered {answer.status}, but not as SendGrid does.", fix=_NOT_CHANGED)
    if _MAY_SEND not in scopes:
        raise NotNow(
            "SendGrid knows this key, but it may not send mail.",
            fix=f"Give it the permission Mail Send. {_NOT_CHANGED}",
        )
    return scopes, _said_at(answer.headers)


def _said_at(headers: Mapping[str, str]) -> datetime | None:
    try:
        said = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return said if said.tzinfo is not None else None


def _scopes(answer: HttpAnswer) -> list[str] | None:
    try:
        scopes = json.loads(answer.body)["scopes"] if answer.status == 200 and answer.whole else None
    except (ValueError, LookupError, TypeError):
        return None
    return scopes if isinstance(scopes, list) else None
