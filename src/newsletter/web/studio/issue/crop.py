"""The lead picture of a post with the frame that it is cropped to."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.web.studio.studio import Studio
from newsletter.words.mistake import NewsletterError
from newsletter.words.picture.focus import MIDDLE, Focus
from newsletter.words.post import Post, own_picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Cropping:
    """A picture as it is shown to be cropped: its address, its size in pixels, and its focus where it has one."""

    address: str
    width: int
    height: int
    focus: Focus | None

    @property
    def frame(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of the frame; that in the middle where nothing is cropped yet."""
        return (self.focus or MIDDLE).frame(self.width, self.height)


def cropping_of(studio: Studio, post: Post) -> Cropping | None:
    """None where there is nothing of ours to crop: no picture, one from the web, or one that can't be read."""
    if post.image is None or own_picture(post.image.src) is None:
        return None
    images = studio.parts.images
    try:
        name = images.publish(post.image.src)
        width, height = images.size(name)
    except NewsletterError:
        return None
    return Cropping(address=f"{studio.root}/images/{name}", width=width, height=height, focus=post.image.focus)
