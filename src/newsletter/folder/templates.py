"""Finds a template by name: the folder's own first, then the built-in ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.folder.bundled import bundled
from newsletter.folder.slug import is_safe
from newsletter.folder.text_files import read_text
from newsletter.ports.folder import TemplateFiles
from newsletter.words.mistake import Missing

# Pictures and fonts may lie beside a template; they are not part of its text.
_TEXT = frozenset({".mjml", ".txt", ".html", ".toml", ".css", ".md", ".jinja", ".j2"})


@dataclass(frozen=True, slots=True)
class TemplateFolders:
    """The templates of the newsletter in `directory`, where `newsletter.toml` lies. Implements the port Templates."""

    directory: Path

    def get_template(self, name: str) -> TemplateFiles:
        return _find(self.directory / "templates", name)


def _find(own: Path, name: str) -> TemplateFiles:
    for home, label in ((own, "templates"), (bundled("templates"), "built-in templates")):
        if is_safe(name) and (home / name).is_dir():
            found = _texts(home / name, f"{label}/{name}")
            if found:
                return TemplateFiles(name=name, files=found, location=f"{label}/{name}")
    there = sorted({path.name for home in (own, bundled("templates")) for path in _folders(home)})
    raise Missing(f"There is no template `{name}`.", fix=f"There are: {', '.join(there)}." if there else "")


def _texts(home: Path, label: str) -> dict[str, str]:
    root = home.resolve()
    found = {}
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home).as_posix()
        # A link that leads out of the template could carry any file of this machine into a mail.
        if path.suffix in _TEXT and path.is_file() and path.resolve().is_relative_to(root):
            found[inside] = read_text(path, f"{label}/{inside}")
    return found


def _folders(home: Path) -> list[Path]:
    return [path for path in home.iterdir() if path.is_dir() and is_safe(path.name)] if home.is_dir() else []
