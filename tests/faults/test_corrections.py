"""kill -9 at every step of a correction: in its press, in the planning of its mail and in the sending. Then start again."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import text

from tests.fakes.filling import filled
from tests.fakes.running import SendGridServer
from tests.faults.campaign import SIDE_BY_SIDE, NewDatabase, servers
from tests.faults.dying import DIE_AT, STEPS
from tests.faults.house import connect, end_leases, furnish, page_in_archive, reading, shown
from tests.forking import run_forked
from tests.running import environment
from tests.world import add_readers

_WRONG, _RIGHT = "this week is about ice", "this week is about fog"
_NOTE = "We wrote ice and it is fog."
# Of ten readers four have the wrong words when it is paused. The eleventh came later and has nothing.
_N_READERS, _N_WRONG = 10, 4
# The mail of the correction takes two calls.
_PARCEL = "2"
_HAVE_WRONG = {f"reader{number}@example.com" for number in range(_N_WRONG)}
_WAITED = {f"reader{number}@example.com" for number in range(_N_WRONG, _N_READERS)}
_PRESSES = {"correct": ("--note", _NOTE), "mail": ("--mail",)}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one history came to: how many steps its press took, and whether the process died in it."""

    wrong: list[str]
    steps: int
    died: bool
    in_doubt: int


class History:
    """An issue that is paused with a mistake in it is corrected by two presses, and one of them dies at a step."""

    def __init__(self, home: Path, url: str, provider: SendGridServer) -> None:
        self._folder, self._home, self._provider = home / "weekly", home, provider
        self._since = provider.taken_bytes()
        furnish(self._folder, url, provider.url, n_readers=_N_READERS, parcel_size=_N_WRONG)
        self._engine = connect(self._url(url))

    def play(self, press: str, die_at: int | None) -> Outcome:
        """Killed in a press, the same is pressed again; then everything goes that waits."""
        self._send_to_the_first()
        died, steps = False, 0
        for name in _PRESSES:
            done = self._press(name, die_at=die_at if name == press else None)
            if name == press:
                steps, died = self._steps(), done.returncode < 0
            if done.returncode < 0:
                end_leases(self._engine)
                self._press(name)
            if name == "correct":
                self._run("resume", "1")
        self._run("tick")
        wrong, in_doubt = self._judge()
        if in_doubt and not (died and press == "mail"):
            wrong.append(f"{in_doubt} are in doubt, and no call was lost")
        self._engine.dispose()
        return Outcome(wrong=wrong, steps=steps, died=died, in_doubt=in_doubt)

    def _send_to_the_first(self) -> None:
        self._run("send", "1", "--list", "weekly", "--canary", str(_N_WRONG), "--look", "--yes")
        add_readers(self._engine, "weekly", [_N_READERS])
        issue = self._folder / "issues" / "001.md"
        issue.write_text(issue.read_text().replace(_WRONG, _RIGHT))

    def _press(self, name: str, *, die_at: int | None = None) -> CompletedProcess[str]:
        words = ["correct", "1", *_PRESSES[name], "--yes"]
        counting = {
            STEPS: str(self._home / "steps"),
            "NEWSLETTER_PARCEL_SIZE": _PARCEL,
            **({DIE_AT: str(die_at)} if die_at else {}),
        }
        return self._run(*words, module="tests.faults.dying", **counting)

    def _run(self, *words: str, module: str = "newsletter", **more: str) -> CompletedProcess[str]:
        done = run_forked(["-C", str(self._folder), *words], environment(**more), module=module)
        with (self._home / "said.log").open("a") as log:
            print(words, done.returncode, done.stdout, done.stderr, sep="\n", file=log)
        return done

    def _steps(self) -> int:
        count = self._home / "steps"
        return int(count.read_text()) if count.exists() else 0

    def _url(self, url: str) -> str:
        return f"sqlite:///{self._folder / 'var' / 'newsletter.db'}" if url.startswith("sqlite") else url

    def _judge(self) -> tuple[list[str], int]:
        """What is wrong, and how many may or may not have the mail of the correction."""
        got = self._by_words()
        mails = self._mails()
        stand = Counter(shown(self._engine, mails[0]) if mails else {})
        draft = "".join(path.read_text() for path in (self._folder / "issues").glob("*.md"))
        mailed, in_doubt = got["correction"].keys(), stand["uncertain"]
        sound = {
            "one correction": len(mails) == 1,
            "nobody twice": all(n == 1 for copies in got.values() for n in copies.values()),
            "the wrong words before": got["wrong"].keys() == _HAVE_WRONG,
            "the right words for all who waited": got["right"].keys() == _WAITED,
            "its mail to nobody else": mailed <= _HAVE_WRONG,
            "its mail to all of them": stand["accepted"] <= len(mailed) <= stand["accepted"] + in_doubt,
            "nobody forgotten": stand["accepted"] + in_doubt == _N_WRONG == stand.total(),
            "one line in the archive": page_in_archive(self._folder, 1).count(_NOTE) == 1,
            "one line in the next issue": draft.count("correction-1-1") == 1,
            "one post of the line": len(list((self._folder / "posts").glob("*correction-1-1*"))) == 1,
        }
        wrong = [name for name, holds in sound.items() if not holds]
        return [*wrong, *([f"{got} {dict(stand)}"] if wrong else [])], in_doubt

    def _by_words(self) -> dict[str, Counter[str]]:
        """Whom the provider took with which words."""
        got: dict[str, Counter[str]] = {"wrong": Counter(), "right": Counter(), "correction": Counter()}
        accepted = self._provider.accepted(since=self._since)
        for reference in {line["reference"] for line in accepted}:
            body = json.loads((self._provider.bodies_folder / f"{reference}.json").read_text())
            for mail in filled(body):
                if mail.email.startswith("reader"):
                    got[_kind(mail.subject, mail.text)][mail.email] += 1
        return got

    def _mails(self) -> list[int]:
        """The numbers that the mails of all corrections have in the ledger."""
        with reading(self._engine) as connection:
            return [900_000_000 + one for one in connection.scalars(text("SELECT id FROM correction"))]


def _kind(subject: str, words: str) -> str:
    if subject.startswith("Correction: "):
        return "correction"
    return "wrong" if _WRONG in words else "right"


def _every_step(folder: Path, new_database: NewDatabase, press: str) -> None:
    """Play once to count the steps of a press, then once for each, side by side."""
    begun = time.monotonic()
    with servers(folder, SIDE_BY_SIDE) as free:

        def one(step: int | None) -> Outcome:
            home = folder / f"step-{step or 0}"
            home.mkdir()
            provider = free.get()
            try:
                return History(home, new_database(step or 0, home), provider).play(press, step)
            finally:
                free.put(provider)

        whole = one(None)
        assert not whole.wrong and not whole.died and whole.steps > 10, whole
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            outcomes = dict(enumerate(pool.map(one, range(1, whole.steps + 1)), start=1))
    wrong = {step: outcome.wrong for step, outcome in outcomes.items() if outcome.wrong}
    n_died, in_doubt = sum(one.died for one in outcomes.values()), sum(one.in_doubt for one in outcomes.values())
    took = time.monotonic() - begun
    print(f"\n{press}: {whole.steps} steps, died at {n_died}: {len(wrong)} wrong; {in_doubt} in doubt; {took:.0f} s")
    assert not wrong, wrong
    # How the calls fall among threads differs by a few steps.
    assert n_died > 0.8 * whole.steps


@pytest.mark.faults
@pytest.mark.parametrize("press", _PRESSES)
def test_killed_at_every_step_on_sqlite(press: str, tmp_path: Path, sqlite_files: NewDatabase) -> None:
    """Nobody twice, nobody outside those with the wrong words, the archive's line once and the next issue's line once."""
    _every_step(tmp_path, sqlite_files, press)


@pytest.mark.faults
@pytest.mark.parametrize("press", _PRESSES)
def test_killed_at_every_step_on_postgresql(press: str, tmp_path: Path, postgres_databases: NewDatabase) -> None:
    """The same where only the deadline of a call tells that its process is dead."""
    _every_step(tmp_path, postgres_databases, press)
