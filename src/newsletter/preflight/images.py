"""Pictures: whether the file is there, what it weighs, and whether its description says something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from newsletter.compose.press import Proof
from newsletter.preflight.around import Around
from newsletter.preflight.author_text import AuthorText
from newsletter.preflight.mail.mail import Filled
from newsletter.preflight.rules import finding
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.picture_path import own_picture

HEAVY = 1_000_000
HEAVY_TOGETHER = 3_000_000
_FILE_NAME = re.compile(
    r"\S+\.(?:png|jpe?g|gif|webp|svg|avif|bmp|heic)|(?:img|dsc|image|screenshot)[\W_]*\d[\w .-]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPicture:
    src: str
    alt: str
    place: Place
    post: str | None

    @property
    def own_file(self) -> str | None:
        """Its path, as it is named, where it lies in the newsletter's folder."""
        return own_picture(self.src)


def pictures_of(proof: Proof, readings: Sequence[AuthorText]) -> list[MailPicture]:
    """The posts' own pictures, and those in texts."""
    found = [
        MailPicture(
            src=post.image.src, alt=post.image.alt, place=Place(post.file, post.line_of("image") or 1), post=post.slug
        )
        for post in proof.posts.values()
        if post.image
    ]
    found += [
        MailPicture(src=link.href, alt=link.words, place=link.place, post=link.post)
        for read in readings
        for link in read.links
        if link.is_picture
    ]
    return found


def findings(proof: Proof, pictures: Sequence[MailPicture], mail: Filled, around: Around) -> Iterator[Finding]:
    """What can be known without asking the web."""
    for picture in pictures:
        yield from _described(picture)
        if around.images is not None and picture.own_file:
            yield from _own(picture, around.images.get(picture.own_file))
    if around.images is not None:
        # One that stands twice is fetched once.
        sizes = {picture.own_file: around.images.get(picture.own_file or "", 0) for picture in pictures}
        if (total := sum(sizes.values())) > HEAVY_TOGETHER:
            yield finding(
                "heavy-images",
                Place(proof.issue.file, 1),
                f"The pictures of this issue weigh {total / 1e6:.1f} MB together, as they are mailed.",
                "Make them smaller: 1,200 pixels wide is enough for every screen.",
            )


def _described(picture: MailPicture) -> Iterator[Finding]:
    if not picture.alt.strip():
        yield finding(
            "no-alt",
            picture.place,
            f"The picture {picture.src[:80]} has no description.",
            "Say what it shows: alt in the post's head, or between the square brackets.",
            post=picture.post,
            url=picture.src,
        )
    elif _FILE_NAME.fullmatch(picture.alt.strip()):
        yield finding(
            "alt-is-file-name",
            picture.place,
            f"The picture's description, “{picture.alt}”, is the name of a file.",
            "Say what it shows.",
            post=picture.post,
            url=picture.src,
        )


def _own(picture: MailPicture, n_bytes: int | None) -> Iterator[Finding]:
    if n_bytes is None:
        yield finding(
            "missing-image",
            picture.place,
            f"There is no file {unquote(picture.own_file or '')} in the newsletter's folder.",
            "Put the picture there, or mend its name.",
            post=picture.post,
            url=picture.src,
        )
    elif n_bytes > HEAVY:
        yield finding(
            "heavy-image",
            picture.place,
            f"{unquote(picture.own_file or '')} weighs {n_bytes / 1e6:.1f} MB as it is mailed.",
            "Make it smaller: 1,200 pixels wide is enough for every screen.",
            post=picture.post,
            url=picture.src,
        )
