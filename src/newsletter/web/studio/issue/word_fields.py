"""The fields of an issue and its posts that hold words, and the places of a phrase in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from newsletter.compose.closed_stretches import quote_stretches, wordless_stretches
from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import parse_post
from newsletter.folder.touch import edit_of, with_sections
from newsletter.words.issue import Issue
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post
from newsletter.words.prose.phrase import SoughtPhrase, Span, replaced, surroundings, touches

_NEEDED = frozenset({"title", "subject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WordField:
    """A field of a file with its words; `title` says on a page which it is. `edit` is the edit that gives it others."""

    file: str
    field: str
    title: str
    text: str
    edit: Callable[[str], Callable[[str], str]]
    is_markdown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPlace:
    """A place of a phrase in a field, with the words around it."""

    field: WordField
    span: Span
    before: str
    words: str
    after: str
    is_quoted: bool

    @property
    def name(self) -> str:
        """Its name in a form, which holds for one version of the file."""
        return f"{self.field.file} {self.field.field} {self.span[0]}"


def fields_of(file: str, text: str) -> list[WordField]:
    """The fields of one file in reading order. Raises Mistake where it can't be read."""
    if file.startswith("issues/"):
        return list(_of_issue(parse_issue(text, file=file)))
    return list(_of_post(parse_post(text, slug=file.removeprefix("posts/").removesuffix(".md"), file=file)))


def places_in(field: WordField, phrase: SoughtPhrase) -> list[WordPlace]:
    """Where it stands: never in an address, a merge tag, a remark or code."""
    quotes = quote_stretches(field.text) if field.is_markdown else []
    found = []
    for span in phrase.spans(field.text, wordless_stretches(field.text)):
        before, after = surroundings(field.text, span)
        words = field.text[span[0] : span[1]]
        quoted = touches(span, quotes)
        found.append(WordPlace(field=field, span=span, before=before, words=words, after=after, is_quoted=quoted))
    return found


def edit_at(file: str, places: Sequence[WordPlace], phrase: SoughtPhrase, new: str) -> Callable[[str], str]:
    """The edit that puts `new` at these places of one file, in the version that they were found in.

    The edit raises Mistake where nothing would be left of a title or of the subject, without which no file can be read.
    """

    def edit(text: str) -> str:
        for field in fields_of(file, text):
            here = [place for place in places if place.field.field == field.field]
            if here:
                words = replaced(field.text, [(place.span, phrase.instead(place.words, new)) for place in here])
                if field.field in _NEEDED and not words.strip():
                    raise Mistake(f"Nothing would be left of {field.title}.", fix="Leave that place out.")
                text = field.edit(words)(text)
        return text

    return edit


def _of_issue(issue: Issue) -> Iterator[WordField]:
    named = {
        "subject": ("Subject", issue.subject),
        "preheader": ("Preheader", issue.preheader),
        "intro": ("Opening", issue.intro),
    }
    for field, (title, text) in named.items():
        yield _field(issue.file, field, title, text, is_markdown=field == "intro")
    for number, section in enumerate(issue.sections):
        yield WordField(
            file=issue.file,
            field=f"section-{number + 1}",
            title="Heading of a section",
            text=section.title,
            edit=_heading(issue.file, number),
        )
    yield _field(issue.file, "outro", "Closing", issue.outro, is_markdown=True)


def _of_post(post: Post) -> Iterator[WordField]:
    yield _field(post.file, "title", f"“{post.title}”, its title", post.title)
    if post.image:
        yield _field(post.file, "alt", f"“{post.title}”, the words of its picture", post.image.alt)
    yield _field(post.file, "body", f"“{post.title}”", post.body, is_markdown=True)


def _field(file: str, field: str, title: str, text: str, *, is_markdown: bool = False) -> WordField:
    return WordField(
        file=file,
        field=field,
        title=title,
        text=text,
        edit=lambda value: edit_of(file, field, value),
        is_markdown=is_markdown,
    )


def _heading(file: str, number: int) -> Callable[[str], Callable[[str], str]]:
    """The edit of the heading of one section, counted from 0."""

    def edit_to(title: str) -> Callable[[str], str]:
        def edit(text: str) -> str:
            sections = parse_issue(text, file=file).sections
            named = (replace(one, title=title) if n == number else one for n, one in enumerate(sections))
            return with_sections(text, tuple(named), file=file)

        return edit

    return edit_to
