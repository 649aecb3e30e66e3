"""No regular expression of ours takes time that grows with the square of a text, whoever wrote the text.

Each is found in the source and tried in a child, on texts made from its own parse tree, by processor time.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import pytest

from newsletter.collect.voices.speech import speech, tables
from tests.attacks import Found, attacks, find_patterns

_SHORT, _LONG = 600, 2_400
# A linear pattern takes far less for the long text, and one that grows with the square far more, on any machine.
_SUSPICIOUS = 0.0007
_MOST_GROWTH = 6
_TRIES, _MOST_TRIES = 2, 20
# Those whose text only a run can know, and what they are made of.
_MADE_LATER = {
    "newsletter.imports.columns.spelling": "stems of ours, each a pattern that is found where its module keeps it",
    "newsletter.cli.machine.deploy": "escaped words of our own examples",
    "newsletter.compose.sentinels": "letters that do not occur in the text",
    "newsletter.compose.template": "one word of Jinja's, looked for in one line",
    "newsletter.move_in.export_files": "the names of files that `move_in` looks for",
    "newsletter.preflight.mail.clients": "one escaped word",
    "newsletter.providers.sendgrid.events": "one escaped address",
    "newsletter.providers.ses.events": "one escaped address",
    "newsletter.words.prose.phrase": "escaped words that an editor looks for",
    "newsletter.db.erase_text": "escaped addresses",
}


class _TooSlowError(Exception):
    """The pattern would take minutes, or for ever."""


def _stop(*_: Any) -> None:
    raise _TooSlowError


def _run(found: Found, how: str, text: Any) -> float:
    """Seconds of processor time for one use."""
    use = getattr(found.pattern, how)
    arguments = ("" if isinstance(text, str) else b"", text) if how in {"sub", "subn"} else (text,)
    start = time.thread_time()
    result = use(*arguments)
    if how == "finditer":
        for _ in result:
            pass
    return time.thread_time() - start


def _ratio(run: Callable[[int], float], short: int) -> float:
    """How many times longer four times the text takes: the best of two each, or of more where a busy machine may be the reason."""
    few = many = float("inf")
    for tried in range(1, _MOST_TRIES + 1):
        few, many = min(few, run(short)), min(many, run(4 * short))
        if tried >= _TRIES and many / few < _MOST_GROWTH:
            break
    return many / few


def _run_at(found: Found, how: str, attack: Any, size: int) -> float:
    return _run(found, how, attack.text(size))


def _growth(found: Found, patience: float) -> tuple[float, str]:
    """How many times longer a use takes for a text four times as long, and for which: the first that is too much."""
    tried = ""
    try:
        for attack in attacks(found.pattern):
            long = attack.text(_LONG)
            for how in found.how:
                tried = f"{how} {long[:30]!r}"
                signal.setitimer(signal.ITIMER_PROF, patience)
                if _run(found, how, long) < _SUSPICIOUS:
                    continue
                run = partial(_run_at, found, how, attack)
                # What grows with the square does so at any size; a clock is wrong about the short times of one.
                if (growth := _ratio(run, _SHORT)) >= _MOST_GROWTH and (longer := _ratio(run, _LONG)) >= _MOST_GROWTH:
                    return min(growth, longer), tried
    except _TooSlowError:
        return float("inf"), tried
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return 0.0, ""


def _try(patterns: list[Found], patience: float = 3) -> list[str]:
    signal.signal(signal.SIGPROF, _stop)
    wrong = []
    for found in {(one.pattern, one.how): one for one in patterns}.values():
        growth, tried = _growth(found, patience)
        if growth:
            wrong.append(f"{found.where}: {growth:.0f} times as long for {tried}: {found.pattern.pattern!r}")
    return wrong


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """What the child found out; one child, since it has to load the whole program."""
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_no_pattern_grows_with_the_square_of_a_text(answer: dict[str, Any]) -> None:
    """Four times the text takes four times as long, or less than six times as a clock may have it."""
    assert answer["tried"] > 300
    assert set(answer["made later"]) == set(_MADE_LATER)
    assert answer["wrong"] == []


def test_patterns_that_grow_with_the_square_are_found(answer: dict[str, Any]) -> None:
    """One of each kind that stood in the program once, so that the test above can fail."""
    assert len(answer["controls found"]) == len(_CONTROLS), answer["controls found"]


_CONTROLS = (
    (r"\s+$", "search"),
    (r"<!--.*?-->", "sub"),
    (r"!?\[([^\]]*)\]\([^)]*\)", "sub"),
    (r"[^\s@]+@[^\s@]+", "findall"),
    (r"(?:[a-z]+\s?)+;", "match"),
    (r"#+[ \t]+(?P<title>.*?)(?:[ \t]+#+)?[ \t]*", "fullmatch"),
    (r"<(script|style)\b.*?</\1>", "search"),
    (r"(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", "sub"),
    (r"\A---\n(?:[\w-]+:.*\n|[ \t-].*\n)+---\n", "sub"),
    (r"\{\{[^{}]*?default\(([\"'])(.*?)\1\)", "sub"),
)


def _speech() -> list[Found]:
    """How each language tells who speaks."""
    told = [(language, asdict(speech(language))) for language in tables()]
    return [
        Found(
            f"{language}.{name}",
            one,
            frozenset({"match" if name in {"label", "remark", "turn", "greeting"} else "search"}),
        )
        for language, patterns in told
        for name, one in patterns.items()
    ]


if __name__ == "__main__":
    patterns, later = find_patterns()
    patterns += _speech()
    controls = [Found("control", re.compile(pattern, re.DOTALL), frozenset({how})) for pattern, how in _CONTROLS]
    told = {"tried": len(patterns), "made later": sorted(set(later)), "wrong": _try(patterns)}
    print(json.dumps(told | {"controls found": _try(controls, patience=0.3)}))
