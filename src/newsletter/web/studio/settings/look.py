"""How a template looks: its colours, logo and the words at the foot, with a mail in it beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from markupsafe import escape
from starlette.responses import HTMLResponse, Response

from newsletter.compose.look import read_look
from newsletter.compose.look_changes import LookKey, with_look
from newsletter.folder.history import version_of
from newsletter.ports.folder import TemplateFiles
from newsletter.preflight.mail.contrast import ratio
from newsletter.sentences.catalogue import words_around_an_issue
from newsletter.web.studio.issue.gallery import SAMPLE_HEADERS, one_at_a_time
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.plain_words import plain_words
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.samples import TriedFolders, sample_mail
from newsletter.words.mistake import NewsletterError
from newsletter.words.user import Role

_FILE = "template.toml"
_COLOURS = {
    "backdrop": "Around the mail",
    "sheet": "Paper",
    "ink": "Text",
    "soft": "Small print",
    "line": "Rules",
    "accent": "Links and buttons",
    "accent_ink": "Text on buttons",
    "underline": "Underlines",
}
_LOGO = {
    "src": "Logo",
    "dark": "Logo on a dark ground",
    "alt": "Its words, for those who see no pictures",
    "width": "Width",
}
_WORDS = {
    "why": "Why they get it",
    "preferences": "To their choices",
    "unsubscribe": "To unsubscribe",
    "browser": "To the page in a browser",
    "forwarded": "For somebody it was forwarded to",
    "subscribe": "To subscribe",
    "colophon": "Colophon: a line of your own at the very end",
}
_NEEDED = 4.5
_PAIRS = (("ink", "sheet"), ("soft", "sheet"), ("accent", "sheet"), ("accent_ink", "accent"))
_LOGO_BYTES = 6_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LookField:
    """A value of the template as a field; `key` is its table and name with a hyphen between.

    `stand_in` counts where it is empty.
    """

    key: str
    label: str
    value: str
    stand_in: str = ""


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit)


def change(studio: Studio, visit: Visit) -> Response:
    """Save it, once a mail could be made with it; a built-in template becomes one of the newsletter's own by that."""
    template = _template(studio, visit)
    try:
        values = {**_given(template, visit), **_uploads(studio, visit)}
        text = with_look(template.files.get(_FILE, ""), values)
        _sample(studio, template, text)
        file = studio.parts.templates.write_settings(template.name, text, was=visit.text("was"))
    except NewsletterError as error:
        return _page(studio, visit, problem=plain_words(error, {}))
    studio.sittings.note(visit.who, file)
    return visit.go(f"/settings/templates/{template.name}", said="Saved. The next mail that is made looks like this.")


def try_it(studio: Studio, visit: Visit) -> Response:
    """The sample mail with what stands in the form, for the frame beside it; nothing is saved."""
    template = _template(studio, visit)
    try:
        text = with_look(template.files.get(_FILE, ""), _given(template, visit))
        return HTMLResponse(_sample(studio, template, text), headers=SAMPLE_HEADERS)
    except NewsletterError as error:
        return HTMLResponse(f"<p>{escape(plain_words(error, {}))}</p>", 400, SAMPLE_HEADERS)


def _template(studio: Studio, visit: Visit) -> TemplateFiles:
    return studio.parts.templates.get_template(str(visit.request.path_params["name"]))


def _sample(studio: Studio, template: TemplateFiles, text: str) -> str:
    tried = replace(template, files={**template.files, _FILE: text})
    with one_at_a_time:
        return sample_mail(TriedFolders(studio.parts.templates.directory, tried), template.name)


def _given(template: TemplateFiles, visit: Visit) -> dict[LookKey, str]:
    """What the form holds of the values that the template has."""
    known = {one.key for fields in _groups(template, {}, words_around_an_issue("en")).values() for one in fields}
    return {
        (table, name): " ".join(visit.text(key).split())
        for key in known & visit.form.keys()
        for table, _, name in [key.partition("-")]
    }


def _uploads(studio: Studio, visit: Visit) -> dict[LookKey, str]:
    """The logos that came as files, put among the newsletter's pictures."""
    found: dict[LookKey, str] = {}
    for name in ("src", "dark"):
        given = visit.file(f"file-{name}")
        if given is not None:
            found["logo", name] = studio.parts.images.add(given.filename or "logo", given.file.read())
            studio.sittings.note(visit.who, found["logo", name])
    return found


def _groups(template: TemplateFiles, typed: Mapping[str, str], spoken: Mapping[str, str]) -> dict[str, list[LookField]]:
    """The fields by group. Words are `spoken` as the language has them where the template has none; a template that was copied earlier may lack others."""
    tables = read_look(template).tables
    groups = {"colors": _COLOURS, "dark": _COLOURS, "logo": _LOGO, "words": _WORDS}
    return {
        table: [
            LookField(
                key=f"{table}-{name}",
                label=label,
                value=typed.get(f"{table}-{name}", str(tables.get(table, {}).get(name, ""))),
                stand_in=spoken.get(name, "") if table == "words" else "",
            )
            for name, label in labels.items()
            if name in tables.get(table, {}) or (table == "words" and name in spoken)
        ]
        for table, labels in groups.items()
    }


def _page(studio: Studio, visit: Visit, *, problem: str = "") -> Response:
    template = _template(studio, visit)
    typed = {key: value for key, value in visit.form.items() if isinstance(value, str)} if problem else {}
    newsletter = studio.newsletter
    groups = _groups(template, typed, words_around_an_issue(newsletter.language, newsletter.form_of_address))
    return studio.page(
        visit,
        "look.html",
        status=400 if problem else 200,
        name=template.name,
        is_own=template.location.startswith("templates/"),
        groups=groups,
        was=typed.get("was", version_of(template.files.get(_FILE, ""))),
        pictures=sorted(f"images/{path.name}" for path in (studio.parts.directory / "images").glob("*.*")),
        faint=[*_faint(groups["colors"], "On a light ground"), *_faint(groups["dark"], "On a dark ground")],
        problem=problem,
    )


def _faint(fields: list[LookField], where: str) -> Iterator[str]:
    """What is hard to read, by the rule for text (WCAG 2.2, 1.4.3)."""
    colours = {one.key.partition("-")[2]: one.value for one in fields}
    for one, ground in _PAIRS:
        try:
            found = ratio(_rgb(colours[one]), _rgb(colours[ground]))
        except (KeyError, ValueError):
            continue
        if found < _NEEDED:
            names = f"“{_COLOURS[one]}” on “{_COLOURS[ground]}”"
            yield f"{where}, {names} is hard to read: {found:.1f}, where {_NEEDED} is needed."


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


PAGES = (
    Page(
        path="/settings/templates/{name}", show=show, change=change, see=Role.OWNER, do=Role.OWNER, largest=_LOGO_BYTES
    ),
    Page(path="/settings/templates/{name}/try", change=try_it, do=Role.OWNER, largest=_LOGO_BYTES),
)
