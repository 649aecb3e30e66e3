"""The sample newsletter as a mail in any template, complete in itself: for galleries and the demonstration."""

from __future__ import annotations

import base64
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.folder.templates import TemplateFolders

if TYPE_CHECKING:
    from newsletter.ports.folder import TemplateFiles


@dataclass(frozen=True, slots=True)
class TriedFolders(TemplateFolders):
    """The templates with one of them as somebody would have it, before it is written."""

    tried: TemplateFiles

    def get_template(self, name: str) -> TemplateFiles:
        return self.tried if name == self.tried.name else TemplateFolders(self.directory).get_template(name)


def sample_mail(folders: TemplateFolders, name: str) -> str:
    """The sample newsletter's first issue in a template, as a reader of whom nothing is known sees it, pictures inside.

    The template's logo is that of the newsletter to which the template belongs.
    """
    from newsletter.compose.press import press
    from newsletter.config import read_config
    from newsletter.folder.bundle import bundled
    from newsletter.folder.issues import IssueFiles
    from newsletter.folder.pictures.images import ImageFolder
    from newsletter.folder.posts import PostFiles
    from newsletter.folder.shelf import Shelf
    from newsletter.words.edition import as_reader

    with tempfile.TemporaryDirectory(prefix="newsletter-sample-") as scratch:
        # The bundled folder may be read-only, and the pictures made ready are written beside their sources.
        copy = Path(shutil.copytree(bundled("seeds"), Path(scratch) / "seeds"))
        _bring_logo(folders, name, copy / "images")
        shelf = Shelf(posts=PostFiles(copy), issues=IssueFiles(copy), templates=folders, images=ImageFolder(copy))
        paper = replace(read_config(copy, environ={}).newsletter, template=name)
        edition = press(shelf, paper, 1).rendered.edition
        links = {name: f"{paper.public_url}/{name}" for name in ("unsubscribe_url", "preferences_url")}
        return with_pictures(copy, as_reader(edition, links)[1])


def _bring_logo(folders: TemplateFolders, name: str, room: Path) -> None:
    """The pictures that the template names lie in the newsletter's folder; the sample has another."""
    from newsletter.compose.look import read_look
    from newsletter.folder.inside import open_within

    logo, own = read_look(folders.get_template(name)).tables.get("logo", {}), folders.directory / "images"
    for src in {str(logo.get(key, "")) for key in ("src", "dark")}:
        path = own / src.removeprefix("images/")
        if src.startswith("images/") and path.is_file() and not (room / path.name).exists():
            with open_within(path, own) as file:
                (room / path.name).write_bytes(file.read())


def with_pictures(directory: Path, mail: str) -> str:
    """Nobody serves the made-up newsletter's public address, so its pictures are shown from the folder."""
    from newsletter.folder.pictures.images import ImageFolder

    images = ImageFolder(directory)

    def embedded(found: re.Match[str]) -> str:
        path = images.find(found["name"])
        kind = {".jpg": "jpeg"}.get(path.suffix, path.suffix[1:])
        return f'src="data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"'

    return re.sub(r'src="https?://[^"]*/images/(?P<name>[0-9a-f]{32}\.\w+)"', embedded, mail)
