"""The order of an issue: posts moved, put in and taken out, sections named, split off and joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.words.issue import Section
from newsletter.words.mistake import Mistake

Sections = tuple[Section, ...]


def moved(sections: Sections, slug: str, *, up: bool) -> Sections:
    """One place up or down; past the first or last of its section into the next one. At an end nothing changes."""
    at, inside = _find(sections, slug)
    posts = list(sections[at].posts)
    other = inside - 1 if up else inside + 1
    if 0 <= other < len(posts):
        posts[inside], posts[other] = posts[other], posts[inside]
        return _with(sections, at, tuple(posts))
    beside = at - 1 if up else at + 1
    if not 0 <= beside < len(sections):
        return sections
    del posts[inside]
    target = sections[beside].posts
    target = (*target, slug) if up else (slug, *target)
    return _with(_with(sections, at, tuple(posts)), beside, target)


def added(sections: Sections, slug: str, *, section: int | None = None) -> Sections:
    """At the end of a section (counted from 0), or of the last one. Raises Mistake where it is in the issue already."""
    if any(slug in one.posts for one in sections):
        raise Mistake("This post is in the issue already; readers would see it twice.", fix="Move it instead.")
    if not sections:
        return (Section(title="", posts=(slug,)),)
    at = len(sections) - 1 if section is None or not 0 <= section < len(sections) else section
    return _with(sections, at, (*sections[at].posts, slug))


def added_to(sections: Sections, slug: str, title: str) -> Sections:
    """At the end of the section of this title, which comes last where there is none; a post that is there already stays."""
    if any(slug in one.posts for one in sections):
        return sections
    at = next((n for n, one in enumerate(sections) if one.title.casefold() == title.casefold()), None)
    if at is None:
        return (*sections, Section(title=title, posts=(slug,)))
    return added(sections, slug, section=at)


def moved_to(sections: Sections, slug: str, section: int) -> Sections:
    """At the end of a section (counted from 0). Raises Mistake where it is not there, or the post is not in the issue."""
    at, _ = _find(sections, slug)
    if not 0 <= section < len(sections):
        raise Mistake("This section is not there any more.", fix="Load the page again.")
    without = _with(sections, at, tuple(post for post in sections[at].posts if post != slug))
    return _with(without, section, (*without[section].posts, slug))


def removed(sections: Sections, slug: str) -> Sections:
    """Without the post; a section that has no title and no post left goes too."""
    at, inside = _find(sections, slug)
    left = _with(sections, at, sections[at].posts[:inside] + sections[at].posts[inside + 1 :])
    return tuple(section for section in left if section.title or section.posts)


def arranged(sections: Sections, wanted: Sequence[tuple[str, Sequence[str]]]) -> Sections:
    """The same posts in the sections and the order that are `wanted`: (title, slugs).

    Raises Mistake where a post would be lost, come twice or come from nowhere: that is another act.
    """
    before = sorted(slug for section in sections for slug in section.posts)
    after = sorted(slug for _, slugs in wanted for slug in slugs)
    if before != after:
        raise Mistake("The posts of this issue are others now.", fix="Load the page again, then move them.")
    return tuple(
        Section(title=" ".join(title.split()), posts=tuple(slugs)) for title, slugs in wanted if slugs or title.strip()
    )


def split_before(sections: Sections, slug: str, title: str) -> Sections:
    """A new section that begins with this post."""
    at, inside = _find(sections, slug)
    first, second = sections[at].posts[:inside], sections[at].posts[inside:]
    head = (replace(sections[at], posts=first),) if first or sections[at].title else ()
    return (*sections[:at], *head, Section(title=" ".join(title.split()), posts=second), *sections[at + 1 :])


def _find(sections: Sequence[Section], slug: str) -> tuple[int, int]:
    for at, section in enumerate(sections):
        if slug in section.posts:
            return at, section.posts.index(slug)
    raise Mistake("This post is not in the issue any more.", fix="Load the page again.")


def _with(sections: Sections, at: int, posts: tuple[str, ...]) -> Sections:
    return (*sections[:at], replace(sections[at], posts=posts), *sections[at + 1 :])
