"""What went wrong, where, and what to do about it: the only errors that reach a user."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file of the author's: `file` as the author would type it, `line` and `column` from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class NewsletterError(Exception):
    """Base of every refusal: `message` says what happened and what it means, `fix` what to do."""

    def __init__(self, message: str, *, fix: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.place = place

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message}" + (f"\n{self.fix}" if self.fix else "")


class Mistake(NewsletterError):
    """Something in a file or an argument that its author can mend."""


class Missing(NewsletterError):
    """Something was named that does not exist: an issue, a post, a list, a subscriber."""


class NotNow(NewsletterError):
    """The request is sound but the present state forbids it: a paused mailing, a copied database, a held lock."""


class Interrupted(NotNow):
    """The database did not do it, and nothing is wrong with the request: the same request may succeed later."""


class Unreachable(NotNow):
    """A server that had to be asked gave no usable answer, so nothing is known."""
