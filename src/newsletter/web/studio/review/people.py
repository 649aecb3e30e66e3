"""The other people in each part of an issue, as its outline shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsletter.web.studio.issue.draft_parts import Outline
from newsletter.web.studio.studio import Studio
from newsletter.words.user import User


def who_is_where(studio: Studio, visitor: User, outline: Outline) -> Mapping[str, Sequence[str]]:
    """The names by part: of those whose page is open there, and of those who changed its file in the last minutes."""
    others = studio.parts.presence.others(visitor, outline.issue.number)
    here = {part: list(names) for part, names in others.items()}
    seen = {name for names in here.values() for name in names}
    writers = studio.parts.open_sittings.writers()
    for key in outline.all_keys():
        if key.startswith("post:"):
            wrote = writers.get(f"posts/{key.removeprefix('post:')}.md", {})
            here.setdefault(key, []).extend(
                name for user, name in wrote.items() if user != visitor.id and name not in seen
            )
    return {part: names for part, names in here.items() if names}
