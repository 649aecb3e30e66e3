"""Words of mails and pages: every sentence that readers are told, ours beside the newsletter's own, with the mail as they get it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import escape
from starlette.responses import HTMLResponse, Response

from newsletter.consent.letters.samples import sample_letter
from newsletter.sentences.catalogue import LANGUAGES, Said, choose_language, language_names, read_catalogue, values_in
from newsletter.sentences.groups import GROUPS, SentenceGroup, find_group, sentences_in
from newsletter.sentences.own_words import read_own_words
from newsletter.sentences.own_words_file import check_own, own_version, rewrite
from newsletter.sentences.sentences import Sentences
from newsletter.web.studio.issue.gallery import SAMPLE_HEADERS
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.plain import shortened

_LABELS = {
    "subject": "Subject",
    "head": "Heading",
    "body": "Text",
    "button": "Button",
    "foot": "Small print",
    "lead": "First lines",
    "more": "Further text",
    "leave": "Link to leave",
}
_FORMS = {"one": "for 1", "two": "for 2", "few": "for a few", "many": "for many", "other": "for all other numbers"}
_VALUES = {
    "newsletter": "the newsletter's name",
    "lists": "the lists they chose",
    "list": "the list",
    "email": "the reader's address",
    "first_name": "the reader's first name",
    "n": "the number",
    "number": "the issue's number",
    "issue": "the issue's number",
    "subject": "the issue's subject",
    "day": "the day",
    "date": "the day",
    "time": "the hour",
    "zone": "the time zone",
    "reason": "what is wrong with it",
    "contact": "your address",
    "words": "the words that they agreed to",
    "who": "the person who took the picture",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceField:
    """A sentence, or one form of it, as a field: `ours` says what counts while `own` is empty."""

    key: str
    label: str
    ours: str
    own: str
    values: tuple[tuple[str, str], ...] = ()


def show(studio: Studio, visit: Visit) -> Response:
    """The mails and pages, and how many sentences of each are said in the newsletter's own words."""
    language = _language(studio, visit.asked("language"))
    own, faults = read_own_words(studio.parts.directory, language)
    ours = _ours(studio, language)
    groups = [(group, len(found), len(found.keys() & own)) for group in GROUPS if (found := sentences_in(group, ours))]
    return studio.page(
        visit,
        "reader_words.html",
        language=language,
        languages=language_names(),
        mails=[one for one in groups if one[0].is_mail],
        pages=[one for one in groups if not one[0].is_mail],
        n_faults=len(faults),
    )


def show_one(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit, _language(studio, visit.asked("language")))


def change(studio: Studio, visit: Visit) -> Response:
    """Say these sentences in these words; "ours" takes all of the group back."""
    group, language = _group(visit), _language(studio, visit.text("language"))
    names = sentences_in(group, _ours(studio, language))
    try:
        if visit.text("act") == "ours":
            changes: dict[str, Said | None] = dict.fromkeys(names)
        elif visit.text("act") == "save":
            # What was left as it is stays as it was written: also words in the file that can't be used, which no field shows.
            own, _ = read_own_words(studio.parts.directory, language)
            changes = {name: said for name, said in _typed(visit, names) if said != own.get(name)}
            for name, said in changes.items():
                if said is not None:
                    check_own(names[name], name, said, label=_label(name, names[name]))
        else:
            raise NoSuchAct
        file = rewrite(studio.parts.directory, language, changes, was=visit.text("was"))
    except NoSuchAct:
        raise
    except NewsletterError as error:
        return _page(studio, visit, language, problem=error)
    studio.sittings.note(visit.who, file)
    said = (
        "These are the built-in words again."
        if visit.text("act") == "ours"
        else "Saved. Readers are told so from now on."
    )
    return visit.go(f"/settings/words/{group.key}?language={language}", said=said)


def mail(studio: Studio, visit: Visit) -> Response:
    """The mail in the words of now, for the frame."""
    language = _language(studio, visit.asked("language"))
    own, _ = read_own_words(studio.parts.directory, language)
    return _mail(studio, _group(visit), language, own)


def try_it(studio: Studio, visit: Visit) -> Response:
    """The mail in the words of the form; nothing is saved."""
    group, language = _group(visit), _language(studio, visit.text("language"))
    names = sentences_in(group, _ours(studio, language))
    own = {name: said for name, said in _typed(visit, names) if said is not None}
    try:
        for name, said in own.items():
            check_own(names[name], name, said, label=_label(name, names[name]))
    except Mistake as wrong:
        return HTMLResponse(f"<p>{escape(wrong.message)} {escape(wrong.fix or '')}</p>", 400, SAMPLE_HEADERS)
    return _mail(studio, group, language, own)


def _group(visit: Visit) -> SentenceGroup:
    group = find_group(str(visit.request.path_params["group"]))
    if group is None:
        raise Missing("There is no such mail or page.", fix="Choose one under Settings, Words of mails and pages.")
    return group


def _ours(studio: Studio, language: str) -> Mapping[str, Said]:
    return read_catalogue(language, studio.newsletter.form_of_address)


def _language(studio: Studio, wish: str) -> str:
    return wish if wish in LANGUAGES else choose_language(studio.newsletter.language)


def _typed(visit: Visit, names: Mapping[str, Said]) -> Iterator[tuple[str, Said | None]]:
    """What the form holds for each sentence; None for ours.

    A form that is left empty is said as all others are, and in our words where those are empty too.
    """
    for name, ours in names.items():
        if isinstance(ours, str):
            yield name, _line(visit, name) or None
            continue
        forms = {form: _line(visit, f"{name}-{form}") for form in ours}
        said = {form: text or forms["other"] or ours[form] for form, text in forms.items()}
        yield name, said if any(forms.values()) else None


def _line(visit: Visit, key: str) -> str:
    return " ".join(visit.text(f"say-{key}").split())


def _page(studio: Studio, visit: Visit, language: str, *, problem: NewsletterError | None = None) -> Response:
    group = _group(visit)
    own, _ = read_own_words(studio.parts.directory, language)
    names = sentences_in(group, _ours(studio, language))
    return studio.page(
        visit,
        "reader_words_one.html",
        status=400 if problem else 200,
        group=group,
        language=language,
        languages=language_names(),
        fields=[field for name, ours in names.items() for field in _fields(name, ours, own.get(name))],
        typed={key: visit.text(key) for key in visit.form if key.startswith("say-")} if problem else {},
        was=own_version(studio.parts.directory, language),
        n_own=len(names.keys() & own),
        has_mail=_sample(studio, group, language, {}) is not None,
        problem=f"{problem.message} {problem.fix}".strip() if problem else "",
    )


def _fields(name: str, ours: Said, own: Said | None) -> Iterator[SentenceField]:
    values = tuple((f"{{{one}}}", _VALUES.get(one, "")) for one in sorted(values_in(ours)))
    if isinstance(ours, str):
        said = own if isinstance(own, str) else ""
        yield SentenceField(key=f"say-{name}", label=_label(name, ours), ours=ours, own=said, values=values)
        return
    for form, text in ours.items():
        said = own.get(form, "") if own is not None and not isinstance(own, str) else ""
        label = f"{_label(name, ours)} {_FORMS[form]}"
        yield SentenceField(key=f"say-{name}-{form}", label=label, ours=text, own=said, values=values)


def _label(name: str, ours: Said) -> str:
    """What a sentence is on its page; one that is nothing in particular is called by its own words."""
    known = _LABELS.get(name.rpartition(".")[2]) if name.startswith("mail.") else None
    return known or shortened(ours if isinstance(ours, str) else ours["other"], 60)


def _mail(studio: Studio, group: SentenceGroup, language: str, own: Mapping[str, Said]) -> Response:
    sample = _sample(studio, group, language, own)
    if sample is None:
        raise Missing("No mail is made of these words alone.", fix="Save them, and look where they stand.")
    subject, html = sample
    line = f'<p style="font:14px Arial,sans-serif;margin:0;padding:10px 16px;color:#14202b;background:#eef2f5">{escape(subject)}</p>'
    return HTMLResponse(_with_line(html, line), headers=SAMPLE_HEADERS)


def _with_line(html: str, line: str) -> str:
    """The subject above the mail, as an inbox would have it."""
    head, body, rest = html.partition("<body")
    opening, end, words = rest.partition(">")
    return f"{head}{body}{opening}{end}{line}{words}"


def _sample(studio: Studio, group: SentenceGroup, language: str, own: Mapping[str, Said]) -> tuple[str, str] | None:
    if not group.is_mail or not group.prefixes[0].startswith("mail."):
        return None
    name = group.prefixes[0].removeprefix("mail.").rstrip(".")
    return sample_letter(
        name,
        studio.newsletter,
        Sentences(language, own, form=studio.newsletter.form_of_address),
        studio.parts.post_office.look,
    )


_WORDS = "/settings/words"
PAGES = (
    Page(path=_WORDS, show=show),
    Page(path=f"{_WORDS}/{{group}}", show=show_one, change=change),
    Page(path=f"{_WORDS}/{{group}}/mail", show=mail),
    Page(path=f"{_WORDS}/{{group}}/try", change=try_it),
)
