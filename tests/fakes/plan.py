"""How a stand-in provider behaves, call by call: a list, then a rule, both replayable from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

# Whether the mail is taken, and what the sender gets to see. An unknown name is an answer with that status.
BEHAVIOURS = {
    "accept": "takes the mail and answers 202",
    "accept-hangup": "takes the mail, answers 202, and closes the connection a moment later",
    "accept-reset": "takes the mail and resets the connection before answering",
    "accept-close": "takes the mail and closes the connection without an answer",
    "accept-hang": "takes the mail and never answers",
    "accept-half": "takes the mail and breaks off in the middle of the headers",
    "accept-cut": "takes the mail and breaks off in the middle of a body it announced",
    "accept-drip": "takes the mail and answers a byte at a time",
    "accept-garbage": "takes the mail and answers something that is not HTTP",
    "accept-500": "takes the mail and answers 500",
    "reset": "reads the request and resets the connection",
    "reset-early": "resets the connection before it has read the body",
    "hang": "reads the request and never answers",
    "html": "answers 200 with a page",
    "html-202": "answers 202 with a page and without a message id",
    "redirect": "answers 302 to a page that answers 200",
    "400-named": "answers 400 and blames the first reader",
    "413-early": "answers 413 before it has read the body, and hangs up",
}


@dataclass(frozen=True)
class Step:
    """What to do with one call. `seconds` is waited first; `headers` and `errors` go into an answer with a status."""

    do: str = "accept"
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Plan:
    """`calls` come first, in the order of arrival; then `then`, or a draw from `weights`.

    Addresses in `poison` cost a call a 400, which blames them if `blames`. More than `at_most` readers are a 413.
    """

    calls: list[Step] = field(default_factory=list)
    then: Step = field(default_factory=Step)
    weights: dict[str, float] = field(default_factory=dict)
    poison: frozenset[str] = frozenset()
    blames: bool = True
    at_most: int = 1000

    def step(self, call: int, seed: int) -> Step:
        """The step for a call, counted from 1. The same seed and number give the same step, in whatever order."""
        if call <= len(self.calls):
            return self.calls[call - 1]
        if self.weights:
            draw = random.Random(f"{seed}:{call}")
            return Step(do=draw.choices(list(self.weights), list(self.weights.values()))[0])
        return self.then


def plan_from(document: dict[str, Any]) -> Plan:
    """A plan from JSON; a step may be written as its name alone. Raises ValueError for a behaviour nobody has."""
    return Plan(
        calls=[_step(step) for step in document.get("calls", [])],
        then=_step(document.get("then", "accept")),
        weights={_step(name).do: weight for name, weight in document.get("weights", {}).items()},
        poison=frozenset(document.get("poison", [])),
        blames=document.get("blames", True),
        at_most=document.get("at_most", 1000),
    )


def _step(step: str | dict[str, Any]) -> Step:
    found = Step(do=step) if isinstance(step, str) else Step(**step)
    if found.do not in BEHAVIOURS and not found.do.isdecimal():
        raise ValueError(f"no such behaviour: {found.do}")
    return found
