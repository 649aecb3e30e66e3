"""Settings: everything that the newsletter's own file holds, changed by an owner and shown to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from newsletter.config_changes import SettingWish, change_settings, secrets_set, where_it_stands
from newsletter.config_sources import PROVIDER_SETTINGS
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.fields import FIELDS, NAMES, zones
from newsletter.web.studio.settings.plain_words import plain_words, without_code
from newsletter.web.studio.settings.restart import waiting_for_restart
from newsletter.words.mistake import NewsletterError
from newsletter.words.user import Role

if TYPE_CHECKING:
    from newsletter.config_changes import SettingValue
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit

_SECRETS = {
    "NEWSLETTER_SECRET_KEY": "Signs readers' links",
    **{one.variable: one.about for one in PROVIDER_SETTINGS if one.is_secret},
    "NEWSLETTER_DATABASE_URL": "Where the database is",
    "NEWSLETTER_IMAP_URL": "The mailbox that editors forward finds to",
    "NEWSLETTER_BACKUP_URL": "The place for backups outside of this machine",
    "NEWSLETTER_BACKUP_PHRASE": "The pass phrase of those backups",
    "NEWSLETTER_METRICS_TOKEN": "Opens the figures for a monitor",
}


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit)


def change(studio: Studio, visit: Visit) -> Response:
    """Write what was changed; nothing, where one of it would be wrong."""
    typed = {key: " ".join(visit.text(key).split()) for key in NAMES if key in visit.form}
    try:
        changed = write_settings(studio, visit, typed)
    except NewsletterError as error:
        return _page(studio, visit, typed=typed, problem=error)
    return visit.go("/settings", said=said_of(changed))


def write_settings(studio: Studio, visit: Visit, typed: dict[str, str]) -> tuple[str, ...]:
    """The keys that were changed. `was-KEY` in the form is each value as the person saw it. Raises NewsletterError."""
    wishes = {key: SettingWish(was=visit.text(f"was-{key}"), now=value) for key, value in typed.items()}
    if typed.get("template"):
        studio.parts.templates.get_template(typed["template"])
    changed = change_settings(studio.parts.directory, wishes)
    if changed:
        studio.sittings.note(visit.who, "newsletter.toml")
    return changed


def said_of(changed: tuple[str, ...]) -> str:
    """What is said after a change."""
    if not changed:
        return "Nothing was changed."
    return f"Saved: {', '.join(NAMES[key] for key in changed)}."


def _page(
    studio: Studio, visit: Visit, *, typed: dict[str, str] | None = None, problem: NewsletterError | None = None
) -> Response:
    parts = studio.parts
    stands = where_it_stands(parts.directory, NAMES)
    carrier = _carrier(studio)
    return studio.page(
        visit,
        "settings.html",
        status=400 if problem else 200,
        groups=_groups(),
        stands=stands,
        typed={key: (typed or {}).get(key, stands[key].written) for key in NAMES},
        was={key: visit.text(f"was-{key}") if typed else stands[key].written for key in NAMES},
        problem=plain_words(problem, NAMES) if problem else "",
        wrong=_wrong(problem, stands, typed),
        waiting=waiting_for_restart(studio),
        can_restart=studio.start_over is not None,
        warnings=[said for said in map(without_code, parts.config.warnings) if said],
        lacks=[without_code(lack.message) for lack in parts.config.lacks],
        carrier=carrier,
        secrets=[(_SECRETS.get(one.variable, ""), bool(one.place)) for one in secrets_set(parts.directory)],
        zones=zones(),
        templates=[found.name for found, _ in parts.templates.list_templates()],
    )


def _groups() -> list[tuple[str, list[object]]]:
    groups: dict[str, list[object]] = {}
    for field in FIELDS:
        groups.setdefault(field.group, []).append(field)
    return list(groups.items())


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
        return without_code(str(error))


PAGES = (Page(path="/settings", show=show, change=change, do=Role.OWNER),)
