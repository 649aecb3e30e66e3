"""Pictures that editors put into the newsletter's folder from their browser: between the words, or at the head of a post."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.responses import Response

from newsletter.collect.literal import literal_inline, one_line
from newsletter.folder.touch import with_added, with_key, with_picture
from newsletter.sentences.sentences import Sentences
from newsletter.web.studio.issue.compose_form import save_form
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role

_MOST_BYTES = 45_000_000
# What goes with a picture between the words.
_ASKED = ("alt", "caption", "credit")


def put(studio: Studio, visit: Visit) -> Response:
    """Save a picture. Answers with its path, `src`, and as `text` the Markdown that shows it with its caption and credit."""
    src = _saved(studio, visit, visit.file("picture"))
    return visit.json({"src": src, "text": _shown(studio, visit, src)})


def insert(studio: Studio, visit: Visit) -> Response:
    """The same for a form without scripts: the picture comes to the end of the words that were typed."""
    file, base = visit.text("file"), save_form(studio, visit)
    if not visit.text("alt"):
        raise Mistake(
            "Say in words what the picture shows.",
            fix="It is read aloud to those who can't see it. Your text is saved.",
        )
    src = _saved(studio, visit, visit.file("picture"))
    words = _shown(studio, visit, src)
    studio.write(visit, file, base, lambda text: with_added(text, visit.text("into"), words, file=file))
    return _back(visit, "Inserted at the end.")


def lead(studio: Studio, visit: Visit) -> Response:
    """The picture at the head of a post: another one, all of the one that is cropped, or none."""
    file, base = visit.text("file"), save_form(studio, visit)
    if visit.text("lead") == "remove":
        studio.write(visit, file, base, lambda text: with_picture(text, "", "", file=file))
        return _back(visit, "The post has no picture now. Its file is still there.")
    if visit.text("lead") == "whole":
        studio.write(visit, file, base, lambda text: with_key(text, "focus", "", file=file))
        return _back(visit, "Readers get the whole picture.")
    alt = visit.text("lead-alt")
    if not alt:
        raise Mistake(
            "Say in words what the picture shows.",
            fix="It is read aloud to those who can't see it. Your text is saved.",
        )
    src = _saved(studio, visit, visit.file("lead-picture"))
    studio.write(visit, file, base, lambda text: with_picture(text, src, alt, file=file))
    return _back(visit, "The post has this picture now.")


def _shown(studio: Studio, visit: Visit, src: str) -> str:
    asked = {name: visit.text(name) for name in _ASKED}
    return markdown_of(src, **asked, words=studio.parts.translations.sentences(studio.newsletter.language))


def markdown_of(src: str, *, alt: str, caption: str, credit: str, words: Sentences) -> str:
    """A picture as a paragraph of its own; its caption and, in the newsletter's own words, its credit stand below it in italics."""
    shown = literal_inline(one_line(alt)).replace("[", "(").replace("]", ")")
    said = words("picture.credit", who=credit.strip()) if credit.strip() else ""
    below = ". ".join(part.strip().rstrip(".") for part in (caption, said) if part.strip())
    return f"![{shown}]({src})" + (f"\n\n*{literal_inline(one_line(below))}*" if below else "")


def _saved(studio: Studio, visit: Visit, given: UploadFile | None) -> str:
    if given is None:
        raise Mistake("No picture came with this.", fix="Choose a file.")
    src = studio.parts.images.add(given.filename or "picture", given.file.read())
    studio.sittings.note(visit.who, src)
    return src


def _back(visit: Visit, said: str) -> Response:
    return visit.go(f"/issues/{visit.number('number')}?part={visit.text('part')}", said=said)


PAGES = (
    Page(path="/pictures", change=put, do=Role.AUTHOR, largest=_MOST_BYTES),
    Page(path="/issues/{number:int}/picture", change=insert, do=Role.AUTHOR, largest=_MOST_BYTES),
    Page(path="/issues/{number:int}/lead", change=lead, do=Role.AUTHOR, largest=_MOST_BYTES),
)
