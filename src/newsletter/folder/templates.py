"""Finds a template by name: the folder's own first, then the built-in ones."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from newsletter.folder.bundle import bundled
from newsletter.folder.file_bytes import replace_bytes
from newsletter.folder.history import version_of
from newsletter.folder.inside import is_within
from newsletter.folder.slug import is_safe
from newsletter.folder.text_files import make_room, read_text
from newsletter.ports.folder import TemplateFiles
from newsletter.words.mistake import Missing, Mistake, NotNow, Place

# Pictures and fonts may lie beside a template; they are not part of its text.
_TEXT = frozenset({".mjml", ".txt", ".html", ".toml", ".css", ".md", ".jinja", ".j2"})

_SETTINGS = "template.toml"
# The largest built-in template has some 20,000; a million of tags takes half a minute to take in.
_MOST_TEXT = 500_000


@dataclass(frozen=True, slots=True)
class TemplateFolders:
    """The templates of the newsletter in `directory`, where `newsletter.toml` lies."""

    directory: Path

    def get_template(self, name: str) -> TemplateFiles:
        """The folder's own `templates/NAME`, else the built-in one. Raises Missing, naming what there is."""
        own = self.directory / "templates"
        for home, label in ((own, "templates"), (bundled("templates"), "built-in templates")):
            if is_safe(name) and (home / name).is_dir():
                found = _texts(home / name, f"{label}/{name}", room=home)
                if found:
                    return TemplateFiles(name=name, files=found, location=f"{label}/{name}")
        there = sorted({path.name for home in (own, bundled("templates")) for path in _folders(home)})
        raise Missing(f"There is no template `{name}`.", fix=f"There are: {', '.join(there)}." if there else "")

    def list_templates(self) -> list[tuple[TemplateFiles, bool]]:
        """Every template by name, each with whether it is the newsletter's own. An own one hides a built-in one."""
        own = self.directory / "templates"
        names = sorted({path.name for home in (own, bundled("templates")) for path in _folders(home)})
        found = [self.get_template(name) for name in names]
        return [(template, template.location == f"templates/{template.name}") for template in found]

    def copy_template(self, source: str, name: str) -> list[Path]:
        """Copy a built-in template into the newsletter's own folder as `name`; the files written.

        Raises Mistake where the name is taken or can't be one: nothing is ever overwritten.
        """
        target = self.directory / "templates" / name
        if not is_safe(name):
            raise Mistake(
                f"“{name}” can't be the name of a template.", fix="Use small letters, figures and hyphens: my-look"
            )
        if target.exists():
            raise Mistake(f"There is a templates/{name} already; nothing was changed.", fix="Choose another name.")
        home = bundled("templates") / source
        if not is_safe(source) or not home.is_dir():
            there = ", ".join(sorted(path.name for path in _folders(bundled("templates"))))
            raise Missing(f"There is no built-in template `{source}`.", fix=f"There are: {there}.")
        make_room(target.parent)
        # Whole or not at all: half a template would hide the built-in one.
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as making:
            shutil.copytree(home, Path(making) / name)
            (Path(making) / name).rename(target)
        return sorted(path for path in target.rglob("*") if path.is_file())

    def write_settings(self, name: str, text: str, *, was: str) -> str:
        """Rewrite the `template.toml` of an own template; a built-in one is copied first. Its path in the folder.

        `was` is the version that the change was made on. Raises NotNow where it is another one by now.
        """
        if version_of(self.get_template(name).files.get(_SETTINGS, "")) != was:
            raise NotNow("The template was changed meanwhile.", fix="Load the page again, and change it from there.")
        path = self.directory / "templates" / name / _SETTINGS
        if not path.parent.is_dir():
            self.copy_template(name, name)
        replace_bytes(path, text.encode(), mode=0o644)
        return f"templates/{name}/{_SETTINGS}"


def _texts(home: Path, label: str, *, room: Path) -> dict[str, str]:
    """The text files of a template by their path inside it. Raises Mistake where it has more text than any template."""
    root = home.resolve()
    found: dict[str, str] = {}
    if not is_within(home, room):
        raise Mistake(
            "This template is a link that leads out of templates/.",
            fix="Put the template itself in its place.",
            place=Place(label),
        )
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home).as_posix()
        # A link that leads out of the template could carry any file of this machine into a mail.
        if path.suffix in _TEXT and path.is_file() and path.resolve().is_relative_to(root):
            found[inside] = read_text(path, f"{label}/{inside}", room=room)
            if sum(map(len, found.values())) > _MOST_TEXT:
                raise Mistake(
                    f"This template holds more than {_MOST_TEXT:,} characters.",
                    fix="Take out what is no part of it.",
                    place=Place(label),
                )
    return found


def _folders(home: Path) -> list[Path]:
    return [path for path in home.iterdir() if path.is_dir() and is_safe(path.name)] if home.is_dir() else []
