"""Writes the newsletter's own wording into `sentences/LANGUAGE.toml`, and leaves everything else in that file as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsletter.folder.edit import edit_lock
from newsletter.folder.file_bytes import replace_bytes
from newsletter.folder.history import version_of
from newsletter.folder.text_files import read_text
from newsletter.sentences.catalogue import LANGUAGES, Said, values_in
from newsletter.sentences.own_words import why_unusable
from newsletter.words.mistake import Mistake, NotNow

# A mail names its sender anyway.
_MAY_BE_LEFT_OUT = frozenset({"newsletter"})


def own_version(directory: Path, language: str) -> str:
    """The version of the newsletter's own file of a language, also where there is none."""
    return version_of(_written(directory, language))


def check_own(ours: Said, name: str, said: Said, *, label: str) -> None:
    """Raise Mistake where a sentence can't be said so, for `ours`: which value in braces is unknown or missing. `label` is what the page calls it."""
    wrong = why_unusable(name, said)
    if wrong is not None:
        raise Mistake(wrong[0].replace(f"“{name}”", f"“{label}”"), fix=wrong[1])
    missing = sorted(_in_every_form(ours) - _MAY_BE_LEFT_OUT - _in_every_form(said))
    if missing:
        raise Mistake(f"{{{missing[0]}}} is missing in “{label}”.", fix=f"Built in, it says: {_shown(ours)}")


def rewrite(directory: Path, language: str, changes: Mapping[str, Said | None], *, was: str) -> str:
    """Say these sentences in these words, None in ours again. The file's path in the folder.

    `was` is the version that the change was made on. Raises NotNow where it is another one by now, Mistake where the file
    can't be read or a sentence can't be used.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    if language not in LANGUAGES:
        raise Mistake("There is no such language here.", fix="Choose one of those in the list.")
    file = f"sentences/{language}.toml"
    with edit_lock(directory):
        text = _written(directory, language)
        if version_of(text) != was:
            raise NotNow(
                "These words were changed meanwhile.", fix="Look at them below, and save again what is to stand."
            )
        try:
            document = tomlkit.parse(text)
        except TOMLKitError as error:
            raise Mistake("Your own words of this language can't be read.", fix=f"Somebody wrote {error}") from error
        for name, said in changes.items():
            _take_out(document, name)
            if said is not None:
                document[name] = _inline(said)
        path = directory / file
        path.parent.mkdir(exist_ok=True)
        replace_bytes(path, tomlkit.dumps(document).encode(), mode=0o644)
    return file


def _written(directory: Path, language: str) -> str:
    home = directory / "sentences"
    path = home / f"{language}.toml"
    return read_text(path, f"sentences/{path.name}", room=home) if path.exists() else ""


def _take_out(table: Any, name: str) -> None:
    """Whether it stands as one name or under the names of tables."""
    table.pop(name, None)
    for at, letter in enumerate(name):
        if letter == "." and isinstance(inner := table.get(name[:at]), dict):
            _take_out(inner, name[at + 1 :])


def _inline(said: Said) -> Any:
    import tomlkit

    if isinstance(said, str):
        return said
    forms = tomlkit.inline_table()
    forms.update(dict(said))
    return forms


def _in_every_form(said: Said) -> set[str]:
    """The values that stand in every form; one that counts may leave its number out where that is one."""
    forms = [values_in(text) for text in ([said] if isinstance(said, str) else said.values())]
    return set.intersection(*forms) if forms else set()


def _shown(said: Said) -> str:
    return said if isinstance(said, str) else said["other"]
