"""The house keeps its shape: layers, file sizes, names of rooms, where SQL may stand."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from newsletter.providers.registry import KINDS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "newsletter"
MODULES = sorted(path for path in SOURCE.rglob("*.py"))
# Nouns that end like participles.
NOUNS_IN_ING = {"finding", "heading", "mapping", "setting", "spelling", "tracking"}
SHAPELESS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "services", "base"}


@dataclass(frozen=True, slots=True)
class _Module:
    """What the tests below ask of a file: its docstring, each module with the names taken from it, each class with its bases."""

    docstring: str
    imports: tuple[tuple[str, frozenset[str]], ...]
    classes: tuple[tuple[str, frozenset[str]], ...]


@cache
def _read(path: Path) -> _Module:
    """Walked through once: a tree of each file, kept, would take more memory than the rest of the tests."""
    tree = ast.parse(path.read_text())
    imports, classes = list[tuple[str, frozenset[str]]](), list[tuple[str, frozenset[str]]]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [(alias.name, frozenset()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imports.append((node.module or "", frozenset(alias.name for alias in node.names)))
        elif isinstance(node, ast.ClassDef):
            classes.append((node.name, frozenset(map(ast.unparse, node.bases))))
    return _Module(ast.get_docstring(tree) or "", tuple(imports), tuple(classes))


def test_who_may_import_whom() -> None:
    """import-linter finds every contract of pyproject.toml kept."""
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert 0 == run.returncode, run.stdout


def test_a_module_begins_with_a_sentence_and_stays_small() -> None:
    """The first line says what a file is for; no file outgrows 400 lines; no room is without a subject."""
    first = {path: _read(path).docstring.split("\n\n")[0].replace("\n", " ") for path in MODULES}

    assert not [path for path, sentence in first.items() if not re.match(r"\S.*[.:?]$", sentence)]
    # A migration is written by a tool and read once.
    assert not [path for path in MODULES if path.read_text().count("\n") > 400 and "migrations" not in path.parts]
    assert not [path for path in MODULES if path.stem in SHAPELESS]


def test_words_are_pure() -> None:
    """The nouns know the standard library and each other: no clock, no disk, no network."""
    # Tables and rules of IDNA 2008, loaded where a name needs them: the standard library knows IDNA 2003 only.
    beyond = {("domain.py", "idna")}
    forbidden = {"os", "pathlib", "socket", "time", "random", "secrets", "subprocess", "urllib.request", "http"}
    nouns = sorted((SOURCE / "words").rglob("*.py"))
    known = {(path.name, name) for path in nouns for name, _ in _read(path).imports} - beyond

    assert not [one for one in known if one[1] in forbidden]
    assert not [
        one
        for one in known
        if one[1].split(".")[0] not in sys.stdlib_module_names and not one[1].startswith("newsletter.words")
    ]


def test_sql_stands_only_where_its_name_says_so() -> None:
    """Statements are built in `tables.py`, in `*_sql.py` and in `db/`; a verb names an engine or a connection at most."""
    wrong = []
    for path in MODULES:
        room = path.relative_to(SOURCE).parts[0]
        if room in {"db", "wiring"} or path.stem == "tables" or path.stem.endswith("_sql"):
            continue
        taken = [names for module, names in _read(path).imports if module.startswith("sqlalchemy")]
        wrong += [path for names in taken if not names or not names <= {"Connection", "Engine"}]

    assert not wrong


# Files outside a provider's room that hold its name for another reason.
NAMES_OF_OTHER_THINGS = {
    "preflight/mail/headers.py": "SMTP is a way to write a message in the standard library",
    "readers/address.py": "SMTPUTF8 is an extension of the mail protocol",
    "collect/voices/speech.toml": "*ses* is a French word",
    "imports": "file formats: columns of an export, whatever carries the mail now",
    "db/migrations": "written once, about the rows of that time",
}


def _named(provider: str) -> str:
    """A short name stands in many words: it counts where it is a word, also in `ses_url` and `SesKind`."""
    if len(provider) > 3:
        return f"(?i:{provider})"
    return rf"(?<![A-Za-z])(?:{provider}(?![A-Za-z])|{provider.upper()}(?![A-Za-z])|{provider.title()}(?![a-z]))"


def test_a_provider_is_named_in_its_room_only() -> None:
    """Settings, screens and commands ask `providers/registry.py`: adding a provider changes nothing else."""
    names = re.compile("|".join(map(_named, KINDS)))
    texts = [path for path in SOURCE.rglob("*") if path.suffix in {".py", ".html", ".js", ".css", ".toml"}]
    named = {path.relative_to(SOURCE) for path in texts if names.search(path.read_text())}
    elsewhere = {path for path in named if path.parts[0] != "providers"}
    allowed = [Path(name) for name in NAMES_OF_OTHER_THINGS]

    assert not {path for path in elsewhere if not any(path.is_relative_to(one) for one in allowed)}
    assert not [one for one in allowed if not any(path.is_relative_to(one) for path in elsewhere)], "no longer needed"
    rooms = {path for path in named - elsewhere if len(path.parts) == 2}
    assert rooms == {Path("providers/registry.py")}


def test_a_folder_can_be_seen_at_a_glance() -> None:
    """No room holds more than 25 modules, and the nouns not more than 40; what a migration is, is listed by its number."""
    counts = Counter(path.parent.relative_to(SOURCE) for path in MODULES if "versions" not in path.parts)

    assert not {room: n for room, n in counts.items() if n > (40 if room.name == "words" else 25)}


def test_no_module_is_named_by_a_participle() -> None:
    """A file is a noun or a plain verb: which of `joining`, `returning`, `holding` is mine?"""
    named = {path.stem for path in MODULES if path.stem.endswith("ing")}

    assert named <= NOUNS_IN_ING


def test_a_class_name_stands_for_one_thing() -> None:
    """No two classes share a name, in whatever rooms they stand."""
    counts = Counter(name for path in MODULES for name, _ in _read(path).classes)

    assert not [name for name, n in counts.items() if n > 1]


def test_a_protocol_has_two_sides() -> None:
    """At most 12 are left: where the world or a file stands behind them, and a second thing that does the same."""
    protocols = {name for path in MODULES for name, bases in _read(path).classes if "Protocol" in bases}

    assert 0 < len(protocols) <= 12, protocols


def test_what_is_called_by_its_name_is_there() -> None:
    """Functions that a child process is told to call by name exist."""
    for path in MODULES:
        for module, name in re.findall(r'"(newsletter[\w.]+):(\w+)"', path.read_text()):
            assert hasattr(importlib.import_module(module), name), (path, module, name)


# Turns of phrase that no engineer would say aloud.
_ODD = (
    *(
        "otherwise than",
        "thrice",
        "lest",
        "be it",
        "to be had",
        "of then",
        "who has it has it",
        "anew",
        "for ever",
        "upon",
    ),
    *(
        "at one stroke",
        "hence",
        "to and fro",
        "whoever",
        "shall",
        "its like",
        "what is no",
        "what is none",
        "is none of",
    ),
    *("that is none", "where it is none", "of one's own", "over there"),
)
_NO_MARKS = str.maketrans(dict.fromkeys(".,:;!?()`", " "))
_WHO = re.compile(r"(?:^|(?<=[.:;!?] ))Who(?:ever|m|se)? [^.?!]*[.?!]?")


def _prose(text: str) -> Iterator[str]:
    """Texts in three quotes, most of them docstrings, and comments, each with its lines as one."""
    yield from (" ".join(quoted.split()) for quoted in text.split('"""')[1::2])
    for is_comment, lines in groupby(text.split("\n"), key=lambda line: line.lstrip().startswith("#")):
        remarks = [line.partition("# ")[2] for line in lines if "# " in line]
        yield from [" ".join(remarks)] if is_comment else remarks


def test_sentences_are_such_as_one_would_say_aloud() -> None:
    """Docstrings and comments hold no odd turns, and no sentence but a question begins with a bare "Who"."""
    odd = []
    for path in MODULES:
        if "versions" in path.parts:
            continue
        for prose in _prose(path.read_text()):
            words = f" {prose.lower().translate(_NO_MARKS)} "
            odd += [(path.name, turn) for turn in _ODD if f" {turn} " in words]
            odd += [(path.name, found[0]) for found in _WHO.finditer(prose) if not found[0].endswith("?")]

    assert not odd


def test_help_answers_without_loading_the_house() -> None:
    """`newsletter --help` imports none of the heavy libraries, and no provider."""
    heavy = [
        "newsletter.providers",
        "sqlalchemy",
        "alembic",
        "jinja2",
        "mjml",
        "sendgrid",
        "boto3",
        "rich",
        "trafilatura",
        "apscheduler",
        "procrastinate",
        "markdown_it",
    ]
    code = (
        "import sys\nfrom newsletter.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == run.stdout.strip().splitlines()[-1]
