"""The newsletter's own wording of our sentences: `sentences/LANGUAGE.toml` in its folder, formal or informal as it speaks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.folder.text_files import read_text
from newsletter.sentences.catalogue import LANGUAGES, Said, choose_language, read_catalogue, values_in
from newsletter.sentences.sentences import Sentences
from newsletter.words.mistake import Mistake, NewsletterError, Place
from newsletter.words.newsletter import FormOfAddress

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Translations:
    """The sentences of the newsletter in `directory`, which speaks to its readers in this form, read again when its file of a language has changed."""

    directory: Path
    form: FormOfAddress = FormOfAddress.USUAL
    _read: dict[str, tuple[object, Mapping[str, Said]]] = field(default_factory=dict)

    def sentences(self, *wishes: str) -> Sentences:
        """In the first language of `wishes` that we speak. A sentence that can't be used is said in our words."""
        language = choose_language(*wishes)
        return Sentences(language, self._own(language), form=self.form)

    def faults(self) -> list[Mistake]:
        """What is wrong in the newsletter's own files, one for each sentence that is not used."""
        found = [fault for language in LANGUAGES for fault in read_own_words(self.directory, language)[1]]
        known = {f"{language}.toml" for language in LANGUAGES}
        strange = sorted(path.name for path in self._home.glob("*.toml") if path.name not in known)
        return found + [
            Mistake(
                f"Nobody is spoken to by this file: there is no language “{name.removesuffix('.toml')}” here.",
                fix=f"There are {', '.join(LANGUAGES)}.",
                place=Place(f"sentences/{name}"),
            )
            for name in strange
        ]

    @property
    def _home(self) -> Path:
        return self.directory / "sentences"

    def _own(self, language: str) -> Mapping[str, Said]:
        try:
            stat = (self._home / f"{language}.toml").stat()
        except OSError:
            return {}
        state = stat.st_mtime_ns, stat.st_size, stat.st_ino
        if self._read.get(language, (None,))[0] != state:
            self._read[language] = state, read_own_words(self.directory, language)[0]
        return self._read[language][1]


def read_own_words(directory: Path, language: str) -> tuple[Mapping[str, Said], list[Mistake]]:
    """The sentences of a language that can be used, and what is wrong with the others. No file is no sentence."""
    home, name = directory / "sentences", f"sentences/{language}.toml"
    if not (home / f"{language}.toml").exists():
        return {}, []
    try:
        written = tomllib.loads(read_text(home / f"{language}.toml", name, room=home))
    except tomllib.TOMLDecodeError as error:
        return {}, [Mistake(f"This is no TOML: {error}.", fix='Write lines like "left.head" = "…".', place=Place(name))]
    except NewsletterError as error:
        return {}, [Mistake(error.message, fix=error.fix, place=Place(name))]
    used: dict[str, Said] = {}
    faults = []
    for sentence, said in _flat(written).items():
        wrong = why_unusable(sentence, said)
        if wrong is None:
            used[sentence] = said
        else:
            faults.append(Mistake(wrong[0], fix=wrong[1], place=Place(name)))
    return used, faults


def _flat(written: Mapping[str, object], before: str = "") -> dict[str, Said]:
    """By their names with dots: `[left]` over `head = "…"` is `"left.head" = "…"`."""
    flat: dict[str, Said] = {}
    for key, value in written.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and isinstance(read_catalogue("en").get(name), str | None):
            flat |= _flat(value, f"{name}.")
        else:
            flat[name] = value if isinstance(value, str | dict) else str(value)
    return flat


def why_unusable(name: str, said: Said) -> tuple[str, str] | None:
    """What keeps a sentence from being used, and what to do; None where nothing does."""
    ours = read_catalogue("en").get(name)
    if name.startswith("issue."):
        return f"“{name}” is said by an issue itself.", "Its words are those in the template's template.toml, [words]."
    if ours is None:
        return f"There is no sentence “{name}”.", "Names are those in docs/sentences.md."
    texts = [said] if isinstance(said, str) else list(said.values())
    if not all(isinstance(text, str) and text.strip() and len(text) <= _LONGEST for text in texts):
        return f"“{name}” says nothing, or has more than {_LONGEST} letters.", "Write a sentence, or take the line out."
    if not isinstance(said, str) and "other" not in said:
        return f"“{name}” has no form `other`.", 'Write it like { one = "…", other = "…" }.'
    if any(not text.isprintable() for text in texts):
        return f"“{name}” holds a sign that can't be shown.", "Write it in one line, without tabs."
    known = values_in(ours)
    may_stand = f"What may stand in braces here: {', '.join(f'{{{one}}}' for one in sorted(known))}." if known else ""
    try:
        strange = values_in(said) - known
    except ValueError:
        return f"“{name}” has braces that can't be filled in.", may_stand or "Nothing is filled in here."
    if strange:
        return f"Nothing is known for {{{min(strange)}}} in “{name}”.", may_stand or "Nothing is filled in here."
    return None
