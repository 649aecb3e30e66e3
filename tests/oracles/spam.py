"""SpamAssassin without the network: our mails must not look like spam, and a shouting one must."""

from __future__ import annotations

import re
import subprocess
from email.message import EmailMessage
from pathlib import Path

from tests.oracles import mails, tools
from tests.oracles.verdict import Oracle, Verdict

_STATUS = re.compile(r"^X-Spam-Status: \w+, score=(-?[\d.]+)", re.MULTILINE)
_RULE = re.compile(r"^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)\s", re.MULTILINE)


def examine(folder: Path) -> list[Verdict]:
    del folder
    verdicts = []
    for name in mails.NAMES:
        score, rules = _score(mails.made(name).mail.message)
        dear = {rule: points for rule, points in rules.items() if points > 0.5}
        verdicts.append(Verdict(name, f"{score:+.1f} ({_said(rules)})", score <= 0.0 and not dear))
    score, rules = _score(_shouting())
    verdicts.append(Verdict("a shouting mail, to see that it looks", f"{score:+.1f} ({_said(rules)})", score > 5))
    return verdicts


def _score(message: bytes) -> tuple[float, dict[str, float]]:
    done = subprocess.run(["spamassassin", "-L", "-t"], input=message, capture_output=True, timeout=180, check=False)
    text = done.stdout.decode(errors="replace")
    status = _STATUS.search(text)
    if status is None:
        raise RuntimeError(done.stderr.decode()[-1000:] or "SpamAssassin gave no score")
    return float(status[1]), {rule: float(points) for points, rule in _RULE.findall(text)}


def _said(rules: dict[str, float]) -> str:
    return (
        ", ".join(f"{rule} {points}" for rule, points in sorted(rules.items(), key=lambda pair: -pair[1])) or "no rule"
    )


def _shouting() -> bytes:
    mail = EmailMessage()
    mail["From"] = "WINNER <lucky123456@example.net>"
    mail["To"] = "undisclosed-recipients:;"
    mail["Subject"] = "CONGRATULATIONS!!! YOU HAVE WON $1,000,000.00 - 100% FREE - ACT NOW!!!"
    mail.set_content(
        '<html><body bgcolor="#ffffff"><font color="#fefefe" size="1">x</font><h1>CLICK HERE NOW!!! VIAGRA $0.99</h1>'
        "<p>DEAR FRIEND, I AM A BANKER WITH $25,000,000 (TWENTY FIVE MILLION US DOLLARS) FOR YOU. NO RISK. 100% GUARANTEED.</p>"
        '<a href="http://192.0.2.7/win?id=1">http://www.bank.example.com/</a><img src="http://192.0.2.7/a.gif"></body></html>',
        subtype="html",
    )
    return mail.as_bytes()


ORACLE = Oracle(
    name="SpamAssassin -L",
    asks="at most 0.0, no rule over 0.5; the shouting one over 5",
    missing=lambda: tools.missing(programs=("spamassassin",)),
    examine=examine,
)
