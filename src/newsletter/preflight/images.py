"""Pictures: whether the file is there, what it weighs, and whether its description says something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from newsletter.compose.press import Manuscript, Proof
from newsletter.preflight.around import Around
from newsletter.preflight.author_text import AuthorLink, AuthorText
from newsletter.preflight.mail.finished import Filled
from newsletter.preflight.rules import finding, link_finding
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.post import own_picture

HEAVY = 1_000_000
HEAVY_TOGETHER = 3_000_000
_FILE_NAME = re.compile(
    r"\S+\.(?:png|jpe?g|gif|webp|svg|avif|bmp|heic)|(?:img|dsc|image|screenshot)[\W_]*\d[\w .-]*", re.IGNORECASE
)


def pictures_of(manuscript: Manuscript, readings: Sequence[AuthorText]) -> list[AuthorLink]:
    """The posts' own pictures, and those in texts: `href` is the picture, `words` are its description."""
    own = [
        AuthorLink(
            href=post.image.src,
            words=post.image.alt,
            place=post.place("image"),
            post=post.slug,
            is_picture=True,
        )
        for post in manuscript.posts.values()
        if post.image
    ]
    return own + [link for read in readings for link in read.links if link.is_picture]


def findings(proof: Proof, pictures: Sequence[AuthorLink], mail: Filled, around: Around) -> Iterator[Finding]:
    """What can be known without asking the web."""
    for picture in pictures:
        yield from _described(picture)
        if around.images is not None and (file := own_picture(picture.href)):
            yield from _own(picture, file, around.images.get(file))
    if around.images is not None:
        # One that stands twice is fetched once.
        files = {file for picture in pictures if (file := own_picture(picture.href))}
        if (total := sum(around.images.get(file, 0) for file in files)) > HEAVY_TOGETHER:
            yield finding(
                "heavy-images",
                Place(proof.issue.file, 1),
                f"The pictures of this issue weigh {total / 1e6:.1f} MB together, as they are mailed.",
                "Make them smaller: 1,200 pixels wide is enough for every screen.",
            )


def file_name(href: str) -> str:
    """What people call a picture's file: its name without the folders."""
    return PurePosixPath(unquote(href)).name


def _described(picture: AuthorLink) -> Iterator[Finding]:
    if not picture.words.strip():
        yield link_finding(
            "no-alt",
            picture,
            f"The picture {picture.href[:80]} has no description.",
            "Say what it shows: alt in the post's head, or between the square brackets.",
            on_page=f"The picture “{file_name(picture.href)}” has no description.",
            fix_on_page="Say what it shows, where the picture stands.",
        )
    elif _FILE_NAME.fullmatch(picture.words.strip()):
        yield link_finding(
            "alt-is-file-name",
            picture,
            f"The picture's description, “{picture.words}”, is the name of a file.",
            "Say what it shows.",
        )


def _own(picture: AuthorLink, file: str, n_bytes: int | None) -> Iterator[Finding]:
    if n_bytes is None:
        yield link_finding(
            "missing-image",
            picture,
            f"There is no file {unquote(file)} in the newsletter's folder.",
            "Put the picture there, or mend its name.",
            on_page=f"The picture “{file_name(file)}” is not there any more.",
            fix_on_page="Insert it again, or take it out.",
        )
    elif n_bytes > HEAVY:
        yield link_finding(
            "heavy-image",
            picture,
            f"{unquote(file)} weighs {n_bytes / 1e6:.1f} MB as it is mailed.",
            "Make it smaller: 1,200 pixels wide is enough for every screen.",
            on_page=f"The picture “{file_name(file)}” weighs {n_bytes / 1e6:.1f} MB as it is mailed.",
        )
