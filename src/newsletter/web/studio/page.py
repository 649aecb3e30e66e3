"""A page of the studio as a row: its address, who may see it, who may change what it shows, and what answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.user import Role

Answer = Callable[[Studio, Visit], Response]

# A form of ours, or an issue with all its posts.
_TEXT_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`show` answers GET and never changes anything; `change` answers POST. Both run in a thread.

    `path` is below /studio. `see` and `do` are the least roles for each. An open page needs no sign-in.
    A public one answers under the newsletter's own name even while nobody has an account.
    `largest` is the number of bytes that a POST may bring.
    """

    path: str
    show: Answer | None = None
    change: Answer | None = None
    see: Role = Role.VIEWER
    do: Role = Role.EDITOR
    is_open: bool = False
    is_public: bool = False
    largest: int = _TEXT_BYTES

    @property
    def methods(self) -> list[str]:
        return [method for method, answer in (("GET", self.show), ("POST", self.change)) if answer]
