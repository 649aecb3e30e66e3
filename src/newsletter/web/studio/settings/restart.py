"""What counts from the next start of the program only, and the button that starts it."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.config import Config, read_config
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.fields import FIELDS
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.web.webhooks import webhook_routes
from newsletter.wiring import open_newsletter
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.user import Role

_BACK = {
    "service": "/settings/service",
    "first-day": "/first-day",
    "settings": "/settings",
    "templates": "/settings/templates",
    "letterbox": "/settings/letterbox",
}
# Read again whenever they are needed.
_AT_ONCE = frozenset({"backup_every", "backup_keep"})


def waiting_for_restart(studio: Studio) -> tuple[str, ...]:
    """The names of settings that differ from those that this process read when it started."""
    try:
        written = read_config(studio.parts.directory)
    except Mistake:
        return ()
    before = studio.parts.config
    named = [
        field.name
        for field in FIELDS
        if field.key not in _AT_ONCE and setting_value(written, field.key) != setting_value(before, field.key)
    ]
    if written.kind is not before.kind or written.provider_settings != before.provider_settings:
        named.append("Sending service")
    if written.imap_url != before.imap_url:
        named.append("Mailbox for finds")
    return tuple(named)


def setting_value(config: Config, key: str) -> object:
    """The value that counts, by its key in the settings."""
    if key in {"per_hour", "warm_up"}:
        return getattr(config.pace, key)
    place = {"keep_ip": "keep_ip_days", "unapproved": "unapproved_goes"}.get(key, key)
    value: object = getattr(config if hasattr(config, place) else config.newsletter, place)
    return value


def start_over(studio: Studio, visit: Visit) -> Response:
    """Begin again with the settings as they are now; first looked through, so that it does begin again."""
    if studio.start_over is None:
        raise NotNow(
            "The program can't be started again from here.", fix="Start it again where it was started: on the machine."
        )
    fresh = open_newsletter(studio.parts.directory, studio.parts.timing)
    webhook_routes(fresh)
    studio.parts.drivers.ask_to_begin_again()
    studio.start_over()
    return visit.go(_BACK.get(visit.text("back"), "/settings"), said="Started again: the new settings count.")


PAGES = (Page(path="/settings/restart", change=start_over, do=Role.OWNER),)
