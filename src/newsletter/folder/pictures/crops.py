"""Which pictures of the folder are cropped, and where, as the posts say."""

from __future__ import annotations

from newsletter.folder.posts import PostFiles
from newsletter.folder.text_files import markdown_files
from newsletter.words.mistake import NewsletterError
from newsletter.words.picture.focus import Focus
from newsletter.words.post import own_picture

Crop = tuple[str, Focus]
_Version = tuple[str, int, int]
# What the posts said when they were last read in this process, by folder: a post is read again when its file changes.
_READ: dict[object, dict[_Version, Crop | None]] = {}


def crops_of(posts: PostFiles) -> set[Crop]:
    """The path in `images/` and the focus of each lead picture that is cropped. A post that can't be read has none."""
    before, now = _READ.get(posts.directory, {}), {}
    for path in markdown_files(posts.directory / "posts"):
        found = path.stat()
        version = (path.stem, found.st_mtime_ns, found.st_size)
        now[version] = before[version] if version in before else _crop_of(posts, path.stem)
    _READ[posts.directory] = now
    return {crop for crop in now.values() if crop}


def _crop_of(posts: PostFiles, slug: str) -> Crop | None:
    try:
        image = posts.get_post(slug).image
    except NewsletterError:
        return None
    path = own_picture(image.src) if image else None
    return (path, image.focus) if path and image and image.focus else None
