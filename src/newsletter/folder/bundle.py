"""Finds what comes with the program: built-in templates, the sample newsletter, example subscribers, files for servers."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

from newsletter.words.mistake import Missing

Kind = Literal["templates", "seeds", "subscribers", "deploy"]


def bundled(kind: Kind) -> Path:
    """The folder of that kind: inside the installed package, else at the top of an editable checkout."""
    package = Path(str(files("newsletter")))
    installed = package / "bundled" / kind
    if installed.is_dir():
        return installed
    # The wheel is built with these folders inside; an editable install still has them beside `src`.
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise Missing(
        f"The built-in {kind} are not here: this installation is not whole.", fix="Install the program again."
    )
