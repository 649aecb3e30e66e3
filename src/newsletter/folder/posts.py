"""Posts as files: `posts/<date>-<slug>.md`."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from pathlib import Path

from newsletter.folder.inside import open_within
from newsletter.folder.post_file import format_post, parse_post
from newsletter.folder.slug import is_safe
from newsletter.folder.text_files import make_room, markdown_files, read_text, readable, write_new
from newsletter.words.mistake import Missing, Mistake, NewsletterError, NotNow, Place
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True)
class PostFiles:
    """The posts of the newsletter in `directory`, where `newsletter.toml` lies."""

    directory: Path

    def list_posts(self) -> Sequence[Post]:
        return tuple(self._read(path) for path in markdown_files(self.directory / "posts"))

    def list_readable(self) -> tuple[Sequence[Post], Sequence[NewsletterError]]:
        """The posts that can be read, oldest file first, and what is wrong with the others."""
        return readable(markdown_files(self.directory / "posts"), self._read)

    def get_post(self, slug: str) -> Post:
        path = self.directory / "posts" / f"{slug}.md"
        if not is_safe(slug) or not path.is_file():
            raise Missing(f"There is no post `{slug}`.", fix=self._closest(slug))
        return self._read(path)

    def add_post(self, post: Post) -> Post:
        """What could not be read again is never written: it raises Mistake first."""
        text = format_post(post)
        for slug in _slugs(post.slug):
            file = f"posts/{slug}.md"
            written = parse_post(text, slug=slug, file=file)
            try:
                write_new(make_room(self.directory / "posts") / f"{slug}.md", text)
            except FileExistsError:
                continue
            return written
        raise AssertionError("there is always a next free name")

    def mentioning(self, needles: Collection[str]) -> Sequence[Post]:
        """Years of posts are looked through as text; only those that may fit are parsed."""
        wanted = [needle.casefold() for needle in needles]
        found = []
        for path in markdown_files(self.directory / "posts"):
            with contextlib.suppress(NewsletterError):
                text = read_text(path, f"posts/{path.name}", room=path.parent)
                if not wanted or any(needle in text.casefold() for needle in wanted):
                    found.append(self._read(path))
        return found

    def has(self, slug: str) -> bool:
        return is_safe(slug) and (self.directory / "posts" / f"{slug}.md").is_file()

    def free_slug(self, wanted: str) -> str:
        """The slug that `add_post` would take now."""
        return next(slug for slug in _slugs(wanted) if not (self.directory / "posts" / f"{slug}.md").exists())

    def digest(self, slug: str) -> str:
        """SHA-256 of the file, 64 hexadecimal digits. Raises Missing."""
        if not self.has(slug):
            raise Missing(f"There is no post `{slug}`.", fix=self._closest(slug))
        path = self.directory / "posts" / f"{slug}.md"
        try:
            with open_within(path, path.parent) as file:
                return hashlib.sha256(file.read()).hexdigest()
        except OSError as error:
            raise Mistake(f"It can't be read: {error.strerror}.", place=Place(f"posts/{slug}.md")) from error

    def remove_post(self, slug: str, *, digest: str) -> None:
        """Delete the file if it is still that one. Raises Missing, and NotNow where it was changed."""
        if self.digest(slug) != digest:
            raise NotNow(f"posts/{slug}.md was changed since; it stays.", fix="Look at it before you delete it.")
        (self.directory / "posts" / f"{slug}.md").unlink(missing_ok=True)

    def _read(self, path: Path) -> Post:
        file = f"posts/{path.name}"
        if not is_safe(path.stem):
            raise Mistake(
                "This name can't be used in an issue.", fix="Rename it: letters, digits and hyphens.", place=Place(file)
            )
        return parse_post(read_text(path, file, room=path.parent), slug=path.stem, file=file)

    def _closest(self, slug: str) -> str:
        there = [path.stem for path in markdown_files(self.directory / "posts")]
        close = get_close_matches(slug, there, n=1, cutoff=0.4)
        if close:
            return f"Did you mean `{close[0]}`?"
        return "See what there is: newsletter posts" if there else "Add one: newsletter add FILE"


def _slugs(wanted: str) -> Iterator[str]:
    """The name that was asked for, then the same with 2, 3, 4 behind it. Raises Mistake for one that is not safe."""
    if not is_safe(wanted):
        raise Mistake(f"`{wanted}` can't be the name of a post.", fix="Use letters, digits and hyphens.")
    yield wanted
    yield from (f"{wanted}-{n}" for n in count(2))
