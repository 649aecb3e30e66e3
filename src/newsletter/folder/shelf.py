"""Everything in the folder that an issue is made of."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.folder.pictures.images import ImageFolder
from newsletter.folder.templates import TemplateFolders
from newsletter.ports.folder import Issues, Posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Without `images`, pictures are named but not made ready."""

    posts: Posts
    issues: Issues
    templates: TemplateFolders
    images: ImageFolder | None = None
