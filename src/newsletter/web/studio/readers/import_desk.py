"""Imports in the background of the pages: uploaded files, a dry run, the import itself, and undoing it."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import orjson

from newsletter.consent.ask import AskProgress, ask_pending
from newsletter.imports.file_import import Imported, import_files
from newsletter.imports.questions import ImportUnanswered, Question
from newsletter.imports.report import ImportOptions
from newsletter.wiring import Parts
from newsletter.words.consent import Asked
from newsletter.words.mistake import Missing, Mistake, NewsletterError, NotNow
from newsletter.words.subscriber import SubscriptionStatus

log = logging.getLogger(__name__)

_CHUNK = 1 << 20
_KEPT_SECONDS = 24 * 3600
_OPTIONS = "options.json"
# Messages of the import name the options of the command; here these are fields of a form.
_FIELDS = {"--encoding": "Encoding", "--from": "Whose export", "--map": "Columns"}


@dataclass(slots=True)
class Work:
    """Something under way, or how it ended: with `imported`, or with `problem`."""

    is_look: bool = False
    done: int = 0
    total: int = 0
    imported: Imported | None = None
    asking: AskProgress | None = None
    n_undone: int | None = None
    problem: NewsletterError | None = None
    thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def is_over(self) -> bool:
        return self.thread is None or not self.thread.is_alive()

    def follow(self, done: int, total: int) -> None:
        self.done, self.total = done, total


class ImportDesk:
    """The uploads of one newsletter, in `var/uploads` until they are imported or a day old, and the work on them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._folder = parts.directory / "var" / "uploads"
        self._lock = threading.Lock()
        self._works: dict[str, Work] = {}

    def keep(self, files: Sequence[tuple[str, IO[bytes]]], options: ImportOptions) -> str:
        """Save files under their own names. Returns a token that is the same for the same files and list.

        So an import that was interrupted goes on when the files are uploaded again.
        """
        self._sweep()
        digest = hashlib.sha256(options.list_name.encode())
        arriving = self._folder / f"arriving-{threading.get_ident()}-{time.monotonic_ns()}"
        arriving.mkdir(parents=True, mode=0o700)
        for number, (name, file) in enumerate(files):
            path = arriving / _safe(name, number, arriving)
            digest.update(path.name.encode())
            with path.open("wb") as out:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
        (arriving / _OPTIONS).write_bytes(orjson.dumps(_as_json(options)))
        token = digest.hexdigest()[:16]
        with self._lock:
            work = self._works.get(token)
            if work and not work.is_over:
                shutil.rmtree(arriving)
                raise NotNow("These files are being worked on already.", fix="Look at how far it is.")
            shutil.rmtree(self._folder / token, ignore_errors=True)
            arriving.rename(self._folder / token)
        return token

    def find(self, token: str) -> tuple[ImportOptions | None, Work | None]:
        """What is to be imported, None where its files are gone; and the work on it, None where it has not begun."""
        kept, work = self._kept(token), self._works.get(token)
        if not kept and not work:
            raise _no_files()
        return _options(kept) if kept else None, work

    def questions(self, token: str) -> Sequence[Question]:
        """What has to be answered before these files are imported, as the last look found it."""
        work = self._works.get(token)
        problem = work.problem if work and work.is_over else None
        return problem.questions if isinstance(problem, ImportUnanswered) else ()

    def answers(self, token: str) -> dict[str, str]:
        """What was answered so far, by what stands before the equals sign of `--map`."""
        return dict(self._kept(token).get("answers", {}))

    def answer(self, token: str, answers: Mapping[str, str]) -> None:
        """Keep answers beside the files, in place of those before, and look again. Raises Missing where the files are gone."""
        kept = self._kept(token)
        if not kept:
            raise _no_files()
        arriving = self._path(token) / f".{_OPTIONS}"
        arriving.write_bytes(orjson.dumps({**kept, "answers": dict(answers)}))
        arriving.replace(self._path(token) / _OPTIONS)
        self.look(token)

    def look(self, token: str) -> None:
        """Begin a dry run."""
        self._begin(token, Work(is_look=True), self._import)

    def carry_out(self, token: str) -> None:
        self._begin(token, Work(), self._import)

    def forget(self, token: str) -> None:
        """Throw the files of an upload away."""
        work = self._works.get(token)
        if work and not work.is_over:
            raise NotNow("It is being worked on.", fix="Wait until it is done; an import can be taken back.")
        self._works.pop(token, None)
        shutil.rmtree(self._path(token), ignore_errors=True)

    def undo(self, number: int) -> Work:
        """Take an import back; a small one is done when this returns."""

        def back(_token: str, work: Work) -> None:
            work.n_undone = self._parts.imports.undo(number)

        work = self._begin(f"undo-{number}", Work(), back)
        if work.thread:
            work.thread.join(2.0)
        return work

    def being_undone(self) -> set[int]:
        return {int(token[5:]) for token, one in self._works.items() if token.startswith("undo-") and not one.is_over}

    def plain(self, token: str, text: str) -> str:
        """A message without the place of the files on this machine, and with the names of the form's fields."""
        text = text.replace(f"{self._path(token)}/", "")
        return re.sub("--(encoding|from|map)", lambda found: f"“{_FIELDS[found[0]]}”", text)

    def _begin(self, token: str, work: Work, run: Callable[[str, Work], None]) -> Work:
        with self._lock:
            before = self._works.get(token)
            if before and not before.is_over:
                return before
            self._works[token] = work
            work.thread = threading.Thread(target=self._guarded, args=(token, work, run), name="importing", daemon=True)
            work.thread.start()
        return work

    def _guarded(self, token: str, work: Work, run: Callable[[str, Work], None]) -> None:
        try:
            run(token, work)
        except NewsletterError as error:
            work.problem = error
        except Exception:
            log.exception("an import broke off")
            work.problem = NotNow("It broke off, and the log says where.", fix="Do it again: it goes on from there.")

    def _import(self, token: str, work: Work) -> None:
        folder, parts = self._path(token), self._parts
        options, _ = self.find(token)
        if options is None:
            raise _no_files()
        files = sorted(path for path in folder.iterdir() if path.name not in {_OPTIONS, f".{_OPTIONS}"})
        options = replace(options, dry_run=work.is_look)
        work.imported = import_files(
            parts.readers, parts.consent.membership, parts.imports, files, options, progress=work.follow
        )
        if work.is_look:
            return
        shutil.rmtree(folder)
        if options.status is SubscriptionStatus.PENDING:
            work.asking = ask_pending(
                parts.consent, parts.post_office, options.list_name, Asked.IMPORT, options.consent
            )
            parts.after_sending()

    def _kept(self, token: str) -> dict[str, Any]:
        """What was asked for with these files, as it was written down; empty where they are gone."""
        path = self._path(token) / _OPTIONS
        return dict(orjson.loads(path.read_bytes())) if path.is_file() else {}

    def _path(self, token: str) -> Path:
        if not re.fullmatch("[0-9a-f]{16}", token):
            raise Missing("There is no such import.", fix="Look under Readers.")
        return self._folder / token

    def _sweep(self) -> None:
        """Delete uploads older than a day: they hold personal data."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                work = self._works.get(path.name)
                is_idle = work is None or work.is_over
                if is_idle and path.stat().st_mtime < time.time() - _KEPT_SECONDS:
                    shutil.rmtree(path, ignore_errors=True)


def _no_files() -> Missing:
    return Missing("These files are not kept any more.", fix="Choose them again.")


def _safe(name: str, number: int, folder: Path) -> str:
    """The file's own name without its path, and changed where that name is taken."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(letter if letter.isprintable() else "_" for letter in last).lstrip(".")[-80:] or "file"
    return f"{number + 1}-{plain}" if plain == _OPTIONS or (folder / plain).exists() else plain


def _as_json(options: ImportOptions) -> dict[str, object]:
    return {
        "list_name": options.list_name,
        "status": options.status.value,
        "consent": options.consent,
        "columns": dict(options.columns),
        "encoding": options.encoding,
        "source": options.source,
    }


def _options(kept: dict[str, object]) -> ImportOptions:
    try:
        answers = kept.pop("answers", {})
        kept["columns"] = {**kept["columns"], **answers}  # type: ignore[dict-item]
        return ImportOptions(**{**kept, "status": SubscriptionStatus(str(kept["status"]))})  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as error:
        raise Mistake("What was asked of this import can't be read any more.", fix="Choose the files again.") from error
