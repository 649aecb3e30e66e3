"""The gallery: every template with the sample newsletter in it, and which of them is used."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from functools import lru_cache

from starlette.responses import HTMLResponse, Response

from newsletter.compose.look import read_look
from newsletter.config_changes import SettingWish, change_settings, where_it_stands
from newsletter.folder.templates import TemplateFolders
from newsletter.ports.folder import TemplateFiles
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.settings import said_of
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.samples import sample_mail
from newsletter.words.mistake import NewsletterError, NotNow
from newsletter.words.user import Role

# What is shown is complete in itself; it runs nothing, and asks nobody for anything.
_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
SAMPLE_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "private, no-cache"}
_MOST_KEPT = 20
one_at_a_time = threading.Lock()


def show(studio: Studio, visit: Visit) -> Response:
    parts = studio.parts
    stands = where_it_stands(parts.directory, ["template"])["template"]
    used_by = Counter(issue.template for issue in readable(parts).issues if issue.template)
    return studio.page(
        visit,
        "gallery.html",
        looks=[(found.name, is_own, _about(found)) for found, is_own in parts.templates.list_templates()],
        used=stands.value or "digest",
        written=stands.written,
        used_by=used_by,
    )


def use(studio: Studio, visit: Visit) -> Response:
    """Let issues look like this that name no other template."""
    name = visit.text("template")
    studio.parts.templates.get_template(name)
    stands = where_it_stands(studio.parts.directory, ["template"])["template"]
    if stands.written != visit.text("was"):
        raise NotNow("The template was changed meanwhile.", fix="Load the page again.")
    changed = change_settings(studio.parts.directory, {"template": SettingWish(was=stands.written, now=name)})
    return visit.go("/settings/templates", said=said_of(changed))


def sample(studio: Studio, visit: Visit) -> Response:
    """The sample newsletter in one template, for a frame."""
    folders = studio.parts.templates
    template = folders.get_template(str(visit.request.path_params["name"]))
    with one_at_a_time:
        mail = _sample(_digest(template), folders, template.name)
    return HTMLResponse(mail, headers=SAMPLE_HEADERS)


@lru_cache(_MOST_KEPT)
def _sample(digest: str, folders: TemplateFolders, name: str) -> str:
    """The sample in a template; `digest` is of its files, so that a changed one is made again."""
    return sample_mail(folders, name)


def _about(template: TemplateFiles) -> str:
    try:
        return read_look(template).about
    except NewsletterError as error:
        return str(error)


def _digest(template: TemplateFiles) -> str:
    said = "\0".join(part for name, text in sorted(template.files.items()) for part in (name, text))
    return hashlib.sha256(f"{template.name}\0{said}".encode()).hexdigest()


PAGES = (
    Page(path="/settings/templates", show=show, change=use, do=Role.OWNER),
    Page(path="/settings/templates/{name}/sample", show=sample),
)
