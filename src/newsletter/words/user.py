"""The people who may enter the studio, and what each role may do there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """From the least to the most: each may do all that the ones before it may."""

    VIEWER = "viewer"
    AUTHOR = "author"
    EDITOR = "editor"
    OWNER = "owner"

    def may(self, needed: Role) -> bool:
        """Whether this role includes `needed`."""
        return _RANK[self] >= _RANK[needed]


_RANK = {role: rank for rank, role in enumerate(Role)}

# The person at the machine itself, who has the newsletter's folder, is the owner of it all.
AT_THE_MACHINE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may enter the studio. `id` 0 is the person at the machine that the folder is on."""

    id: int
    name: str
    email: str
    role: Role
