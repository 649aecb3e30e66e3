"""How a stand-in mail server behaves, connection by connection and mail by mail, replayable from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

OFFERS = ("PIPELINING", "SIZE 10240000", "STARTTLS", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES", "8BITMIME")


@dataclass(frozen=True)
class Step:
    """What to do `at` a stage: connect, ehlo, starttls, auth, mail, rcpt, data, body, end (the answer to a whole mail).

    `do` is one of say, drop, reset, hang, cut (half an answer), garbage, flood, drip (a letter at a time); `seconds` are
    waited first. `takes` says whether a mail is taken before its end is answered so; a mail that is told no is not.
    """

    at: str = ""
    do: str = "say"
    say: str = ""
    seconds: float = 0.0
    takes: bool = True
    then_hangs_up: bool = False


@dataclass(frozen=True)
class Plan:
    """`mails` come first, in the order of arrival, then `then` or a draw from `draws`; `connections` and `ever` likewise.

    `poison` answers RCPT for an address. `login` is the one pair of user and password that is right, None: nobody has to
    log in. A `naive` server asks for the mail even where it has refused the reader. `asks` says how it takes a password with
    AUTH PLAIN where not in one step: "first" refuses what comes with the command, "again" asks for it once more. Beyond
    `most_connections` at once, where that is not 0, nobody is let in.
    """

    mails: list[Step] = field(default_factory=list)
    then: Step | None = None
    draws: list[tuple[Step | None, float]] = field(default_factory=list)
    connections: list[Step] = field(default_factory=list)
    ever: Step | None = None
    poison: dict[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = OFFERS
    login: list[str] | None = None
    naive: bool = False
    asks: str = ""
    most_connections: int = 0

    def step(self, mail: int, seed: int) -> Step | None:
        """The step for a mail, counted from 1. The same seed and number give the same step, in whatever order."""
        if mail <= len(self.mails):
            return self.mails[mail - 1]
        if self.draws:
            draw = random.Random(f"{seed}:{mail}")
            return draw.choices([step for step, _ in self.draws], [weight for _, weight in self.draws])[0]
        return self.then

    def session_step(self, connection: int) -> Step | None:
        """The step for a connection, counted from 1."""
        return self.connections[connection - 1] if connection <= len(self.connections) else self.ever


# By name, for plans drawn at random.
BEHAVIOURS: dict[str, Step | None] = {
    "accept": None,
    "accept-drop": Step(at="end", do="drop"),
    "accept-reset": Step(at="end", do="reset"),
    "accept-hang": Step(at="end", do="hang"),
    "accept-cut": Step(at="end", do="cut"),
    "accept-garbage": Step(at="end", do="garbage"),
    "accept-drip": Step(at="end", do="drip"),
    "drop-at-end": Step(at="end", do="drop", takes=False),
    "drop-in-body": Step(at="body", do="drop"),
    "drop-at-mail": Step(at="mail", do="drop"),
    "450-at-rcpt": Step(at="rcpt", say="450 4.2.0 greylisted, come back"),
    "550-at-rcpt": Step(at="rcpt", say="550 5.1.1 no such user"),
    "554-at-end": Step(at="end", say="554 5.6.0 not like this", takes=False),
    "451-at-end": Step(at="end", say="451 4.3.0 later", takes=False),
    "421-at-mail": Step(at="mail", say="421 4.7.0 enough for now"),
    "421-at-end": Step(at="end", say="421 4.3.2 going down", takes=False),
}


def plan_from(document: dict[str, Any]) -> Plan:
    """A plan from JSON; a step may be written as its name alone, and `weights` by names. Raises KeyError for a wrong name."""
    weights = document.get("weights", {})
    return Plan(
        mails=[_step(one) or Step() for one in document.get("mails", [])],
        then=_step(document.get("then")),
        draws=[(_step(name), weight) for name, weight in weights.items()],
        connections=[_step(one) or Step() for one in document.get("connections", [])],
        ever=_step(document.get("ever")),
        poison=document.get("poison", {}),
        offers=tuple(document.get("offers", OFFERS)),
        login=document.get("login"),
        naive=document.get("naive", False),
        asks=document.get("asks", ""),
        most_connections=document.get("most_connections", 0),
    )


def _step(step: str | dict[str, Any] | None) -> Step | None:
    if step is None:
        return None
    return BEHAVIOURS[step] if isinstance(step, str) else Step(**step)
