"""One post of several finds: each one's thought and quote, and under each quote where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from newsletter.collect.file_name import slug_of
from newsletter.collect.quote import as_quotes, on_top
from newsletter.words.find import Excerpt, Find
from newsletter.words.post import Post


def merged(finds: Sequence[Find], *, on: date) -> Post:
    """The first one gives the title and the link of the title; where nothing was selected, a page's first words are its quote."""
    first = finds[0]
    return Post(
        slug=slug_of(first.name, on),
        title=first.name,
        body="\n\n".join(part for part in map(_part, finds) if part),
        url=first.url,
        source=first.site or None,
        author=first.author or None,
        published_on=first.published_at.date() if first.published_at else None,
    )


def _part(find: Find) -> str:
    excerpts = find.excerpts or (Excerpt(text=find.summary or find.name),)
    source = ", ".join(part for part in (find.title, find.site) if part) or find.source
    return on_top(find.note, as_quotes(excerpts, source, find.url))
