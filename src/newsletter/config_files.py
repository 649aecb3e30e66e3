"""The text of the files that settings stand in: `newsletter.toml` and `var/secrets.env`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from newsletter.words.mistake import Missing, Mistake, Place

FILE = "newsletter.toml"
SECRETS = "var/secrets.env"


def toml_text(directory: Path) -> str:
    path = directory / FILE
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise Missing(
            f"There is no newsletter in {directory}: it has no {FILE}.",
            fix="Name its folder with -C DIR, or make one: newsletter init DIR",
        ) from error
    except UnicodeDecodeError as error:
        raise Mistake("This file is not UTF-8.", fix="Save it as UTF-8 in your editor.", place=Place(FILE)) from error
    except OSError as error:
        raise Mistake(
            f"This file can't be read: {error.strerror}.", fix="Check its permissions.", place=Place(FILE)
        ) from error


def toml_mistake(message: str, text: str) -> Mistake:
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    line, column = (int(match[1]), int(match[2])) if match and match[1] else (text.count("\n") + 1, None)
    problem = message[: match.start()] if match else message
    return Mistake(
        f"This is not valid TOML: {problem}.",
        fix='Each line is a key, an equals sign and a value; text stands in quotes: name = "The Slow Line"',
        place=Place(FILE, line, column),
    )


def line_of(text: str, key: str) -> int | None:
    """The line on which a key is set; TOML's reader does not tell."""
    pattern = re.compile(rf"\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[.=\]]")
    return next((number for number, line in enumerate(text.split("\n"), 1) if pattern.match(line)), None)


def secrets(directory: Path, warnings: list[str]) -> dict[str, str]:
    path = directory / SECRETS
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(
            "This file can't be read.", fix="Check its permissions, and that it is UTF-8.", place=Place(SECRETS)
        ) from error
    if os.name == "posix" and path.stat().st_mode & 0o077:
        warnings.append(f"Others on this machine can read {SECRETS}. Close it: chmod 600 {SECRETS}")
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.fullmatch(r"\s*+(?:export\s++)?([A-Za-z_]\w*+)\s*+=(.*)", line)
        if match is None:
            raise Mistake("This line is not a setting.", fix="Write it as NAME=value.", place=Place(SECRETS, number))
        values[match[1]] = re.sub(r"\A([\"'])(.*)\1\Z", r"\2", match[2].strip())
    return values
