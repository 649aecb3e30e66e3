"""The event webhook at SendGrid: made, signed, tried and taken away again."""

from __future__ import annotations

from typing import Any

from newsletter.providers.sendgrid.api import SendGridApi
from newsletter.providers.sendgrid.refusal import in_sentences
from newsletter.providers.steps import StepDone, StepLook, StepState
from newsletter.words.mistake import NotNow
from newsletter.words.tracking import Tracking

KEY = "sendgrid_webhook_key"
_PATH = "/v3/user/webhooks/event/settings"
_WHAT, _PERMISSION = "set up the event webhook", "Mail Settings, Event Notification"
_TOLD = ("delivered", "bounce", "deferred", "dropped", "processed", "spam_report", "unsubscribe", "group_unsubscribe")


def look_at_webhook(api: SendGridApi, url: str, kept: str) -> StepLook:
    """`kept` are the verification keys that are set here."""
    found = _find(api, url)
    if found is None:
        return StepLook(state=StepState.OPEN, words="SendGrid does not tell us of bounces and complaints yet.")
    if not found.get("enabled"):
        return StepLook(state=StepState.OPEN, words="SendGrid's webhook is there, but switched off.")
    key = found.get("public_key")
    if not key:
        return StepLook(state=StepState.OPEN, words="SendGrid's webhook is there, but not signed: nothing is believed.")
    if key not in kept:
        return StepLook(state=StepState.OPEN, words="SendGrid's webhook is signed, but its key is not kept here yet.")
    if missing := [name.replace("_", " ") for name in _TOLD if not found.get(name)]:
        return StepLook(
            state=StepState.CHECK, words=f"SendGrid tells us, but not of: {', '.join(missing)}.", fix="Do it again."
        )
    return StepLook(state=StepState.DONE, words=f"SendGrid tells {url} what becomes of each mail, and signs it.")


def make_webhook(api: SendGridApi, url: str, tracking: Tracking) -> StepDone:
    """Found by its address, so that doing it again mends it instead of making a second one."""
    wanted = _wanted(url, tracking)
    found = _find(api, url)
    with in_sentences(_WHAT, _PERMISSION):
        if found is None:
            made = api.post(_PATH, wanted)
            found = made if isinstance(made, dict) else {}
        elif any(found.get(name) != value for name, value in wanted.items()):
            api.patch(f"{_PATH}/{found['id']}", wanted)
        if not isinstance(found.get("id"), str):
            raise NotNow("SendGrid made the webhook, but did not say which.", fix="Do it again: it is found then.")
        signed = api.patch(f"{_PATH}/signed/{found['id']}", {"enabled": True})
    key = signed.get("public_key") if isinstance(signed, dict) else None
    if not isinstance(key, str) or not key.isprintable() or not key:
        raise NotNow("SendGrid made the webhook, but does not sign it.", fix="Do it again: it is mended then.")
    return StepDone(words=f"SendGrid will tell {url} what becomes of each mail, signed.", keeps={KEY: key})


def try_webhook(api: SendGridApi, url: str) -> None:
    """Ask SendGrid to post samples of each event there."""
    found = _find(api, url)
    if found is None:
        raise NotNow("There is no webhook to try yet.", fix="Set it up first.")
    with in_sentences("try the event webhook", _PERMISSION):
        api.post("/v3/user/webhooks/event/test", {"id": found["id"], "url": url})


def drop_webhook(api: SendGridApi, url: str) -> StepDone:
    found = _find(api, url)
    if found is not None:
        with in_sentences(_WHAT, _PERMISSION):
            api.delete(f"{_PATH}/{found['id']}")
    return StepDone(
        words="SendGrid tells us nothing any more, and its key is taken out. Bounces are still asked for twice an hour.",
        keeps={KEY: ""},
    )


def _wanted(url: str, tracking: Tracking) -> dict[str, Any]:
    follows = tracking is not Tracking.NONE
    return {"enabled": True, "url": url, **dict.fromkeys(_TOLD, True), "open": follows, "click": follows}


def _find(api: SendGridApi, url: str) -> dict[str, Any] | None:
    with in_sentences(_WHAT, _PERMISSION):
        listed = api.get(f"{_PATH}/all")
    rows = listed.get("webhooks") if isinstance(listed, dict) else None
    found = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
    return next((one for one in found if one.get("url") == url and isinstance(one.get("id"), str)), None)
