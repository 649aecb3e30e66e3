"""A find as its row shows it: how long it is, in which language, who saved it, and where it ran before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.collect.seen import pages_in
from newsletter.web.studio.issue.broken import ReadableFiles
from newsletter.words.canonical import canonical
from newsletter.words.find import Find

# Names in English of the languages that are written most on the web; others are shown by their tag.
_LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "ga": "Irish", "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nb": "Norwegian", "nl": "Dutch", "nn": "Norwegian", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FindShown:
    """`about` is one line of what is known of it; `ran` says in which issues its page is, "" for none."""

    find: Find
    about: str
    ran: str


def shown(
    finds: Iterable[Find], *, language: str, files: ReadableFiles, sent: Sequence[int], next_number: int
) -> list[FindShown]:
    """`language` is the newsletter's own, which is not said; `sent` are the issues that went, all others are drafts."""
    uses = _uses(files)
    return [
        FindShown(
            find=find,
            about=_about(find, language.partition("-")[0].lower()),
            ran=say_runs(uses.get(canonical(find.url), ()) if find.url else (), set(sent), next_number),
        )
        for find in finds
    ]


def _about(find: Find, own_language: str) -> str:
    language = find.language if find.language != own_language else ""
    parts = (
        find.site,
        find.author,
        f"{find.minutes} min" if find.minutes else "",
        _LANGUAGES.get(language, language),
        "paywall" if find.is_paid else "",
        find.source,
    )
    return " · ".join(dict.fromkeys(part for part in parts if part))


def say_runs(numbers: Sequence[int], sent: set[int], next_number: int) -> str:
    """`ran in 41, is in draft 43`; "" for no issue."""
    went = [str(number) for number in numbers if number in sent or number < next_number]
    drafted = [str(number) for number in numbers if str(number) not in went]
    said = (f"ran in {', '.join(went)}" if went else "", f"is in draft {', '.join(drafted)}" if drafted else "")
    return ", ".join(part for part in said if part)


def _uses(files: ReadableFiles) -> dict[str, list[int]]:
    """The issues that have a page as a post, or as a link where they moved in, by its canonical address."""
    pages = {post.slug: canonical(post.url) for post in files.posts if post.url}
    uses: dict[str, list[int]] = {}
    for issue in files.issues:
        for slug in issue.slugs():
            if slug in pages:
                uses.setdefault(pages[slug], []).append(issue.number)
        for page in pages_in(issue.intro) if issue.moved_in else ():
            uses.setdefault(page, []).append(issue.number)
    return uses
