"""Settings: what the newsletter is called and how it is sent, where each is set, and an owner's changes to them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from starlette.responses import Response

from newsletter.config import Config, read_config
from newsletter.config_changes import SettingWish, change_settings, secrets_set, where_it_stands
from newsletter.config_sources import PROVIDER_SETTINGS
from newsletter.providers.registry import KINDS
from newsletter.web.studio.page import Page
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.tracking import Tracking
from newsletter.words.user import Role

if TYPE_CHECKING:
    from newsletter.config_changes import SettingValue
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit

_TELLING = [kind.title for kind in KINDS.values() if kind.tells]
# Key, name on the screen, what it is for. The order is that of the page.
_FIELDS = (
    ("name", "Name", "What readers know it by, and whom mails say that they are from."),
    ("sender", "Sender", "The address that mails come from, such as editor@example.com."),
    ("reply_to", "Answers go to", "Empty: to the sender."),
    ("address", "Postal address", "Stands at the foot of every mail. Law in most countries wants it."),
    ("public_url", "Public address", "Where this program is reached from outside, for unsubscribing and the archive."),
    ("language", "Language", "A tag such as en, de or pt-BR."),
    ("zone", "Time zone", "Such as Europe/Berlin. Times without a zone are read in it."),
    ("template", "Template", "What issues look like that name no other."),
    (
        "sections",
        "Sections",
        "Those that an issue has, with how many posts they have places for: The long read: 2; To look at; Short: 6",
    ),
    (
        "tracking",
        "Opens and clicks",
        f"Off unless you choose otherwise here. Only {' and '.join(_TELLING)} can tell; a mail server can't.",
    ),
)
# What readers' acts may be known for, in the words of people.
_TRACKING = (
    (Tracking.NONE, "Off: nothing is asked, and nothing kept"),
    (Tracking.TOTALS, "Totals: how many opened and followed links, not who"),
    (Tracking.READERS, "Readers: who opened and who followed which link"),
)
_NAMES = {key: name for key, name, _ in _FIELDS}
_SECRETS = {
    "NEWSLETTER_SECRET_KEY": "Signs readers' links",
    **{one.variable: one.about for one in PROVIDER_SETTINGS if one.is_secret},
    "NEWSLETTER_DATABASE_URL": "Where the database is",
    "NEWSLETTER_IMAP_URL": "The mailbox that editors forward finds to",
    "NEWSLETTER_METRICS_TOKEN": "Opens the figures for a monitor",
}


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit)


def change(studio: Studio, visit: Visit) -> Response:
    """Write what was changed into newsletter.toml; nothing, where one of it would be wrong."""
    typed = {key: " ".join(visit.text(key).split()) for key in _NAMES if key in visit.form}
    wishes = {key: SettingWish(was=visit.text(f"was-{key}"), now=value) for key, value in typed.items()}
    try:
        if typed.get("template"):
            studio.parts.templates.get_template(typed["template"])
        changed = change_settings(studio.parts.directory, wishes)
    except NewsletterError as error:
        return _page(studio, visit, typed=typed, problem=error)
    if changed:
        studio.sittings.note(visit.who, "newsletter.toml")
    return visit.go("/settings", said=said_of(changed))


def said_of(changed: tuple[str, ...]) -> str:
    """What is said after a change."""
    if not changed:
        return "Nothing was changed."
    names = ", ".join(_NAMES[key] for key in changed)
    return f"Written to newsletter.toml: {names}. It counts from the next start of this program."


def waiting_for_restart(studio: Studio) -> tuple[str, ...]:
    """The names of settings that differ in the file from those that this process read when it started."""
    try:
        written = read_config(studio.parts.directory)
    except Mistake:
        return ()
    return tuple(name for key, name, _ in _FIELDS if _value(written, key) != _value(studio.parts.config, key))


def _value(config: Config, key: str) -> object:
    value: object = getattr(config if key in {"tracking", "sections"} else config.newsletter, key)
    return value


def _page(
    studio: Studio, visit: Visit, *, typed: dict[str, str] | None = None, problem: NewsletterError | None = None
) -> Response:
    parts = studio.parts
    stands = where_it_stands(parts.directory, _NAMES)
    return studio.page(
        visit,
        "settings.html",
        status=400 if problem else 200,
        fields=[(key, name, about, stands[key]) for key, name, about in _FIELDS],
        typed={key: (typed or {}).get(key, stands[key].written) for key in _NAMES},
        was={key: visit.text(f"was-{key}") if typed else stands[key].written for key in _NAMES},
        problem=problem,
        wrong=_wrong(problem, stands, typed),
        waiting=waiting_for_restart(studio),
        stand_ins=_stand_ins(parts.config),
        warnings=parts.config.warnings,
        lacks=parts.config.lacks,
        carrier=_carrier(studio),
        connectable=[kind.name for kind in KINDS.values() if not kind.is_practice],
        secrets=[(one.variable, _SECRETS.get(one.variable, ""), one.place) for one in secrets_set(parts.directory)],
        zones=_zones(),
        trackings=_TRACKING,
        templates=[found.name for found, _ in parts.templates.list_templates()],
    )


@cache
def _zones() -> tuple[str, ...]:
    """The zones of places, for choosing; the file may name others as well."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))


def _stand_ins(config: Config) -> dict[str, str]:
    """The values that count where nothing is set."""
    has = ("language", "zone", "template", "tracking")
    return {key: str(_value(config, key)) if key in has else "" for key in _NAMES}


def _wrong(problem: NewsletterError | None, stands: dict[str, SettingValue], typed: dict[str, str] | None) -> str:
    """The key that a refusal is about, as far as its words name one."""
    if problem is None or typed is None:
        return ""
    changed = [key for key, value in typed.items() if value != stands[key].written]
    named = [key for key in changed if f"`{key}`" in problem.message or (typed[key] and typed[key] in problem.message)]
    return (named or changed or [""])[0]


def _carrier(studio: Studio) -> str:
    try:
        return studio.parts.provider.explain()
    except NewsletterError as error:
        return str(error)


PAGES = (Page(path="/settings", show=show, change=change, do=Role.OWNER),)
