"""Puts the tools into a folder outside of the checkout, where they can be had, and says how where they can't."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(os.environ.get("NEWSLETTER_ORACLES") or Path.home() / ".cache" / "newsletter-oracles")
# Major versions: the results name what was there.
_NPM = {"axe-core": "4", "vnu-jar": "26", "mjml": "5", "mailparser": "3", "postal-mime": "4"}
# Program that proves it: Debian's package.
_APT = {
    "java": "default-jre-headless",
    "spamassassin": "spamassassin",
    "notmuch": "notmuch",
    "Email::MIME": "libemail-mime-perl",
}


def prepare() -> None:
    """Install what is missing, as far as this machine lets us. A failure shows up as a missing tool."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lacking = [f"{name}@{major}" for name, major in _NPM.items() if not package(name)]
    if lacking and shutil.which("npm"):
        (FOLDER / "package.json").touch()
        if not (FOLDER / "package.json").read_text():
            (FOLDER / "package.json").write_text('{"private": true}\n')
        print(f"Installing into {FOLDER}: {' '.join(lacking)}", flush=True)
        _quietly(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *lacking])
    debian = [package_ for program_, package_ in _APT.items() if not there(program_)]
    if debian and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing with apt-get: {' '.join(debian)}", flush=True)
        _quietly(["apt-get", "update", "-qq"])
        _quietly(["apt-get", "install", "-y", "-qq", *debian])


def package(name: str) -> Path | None:
    """The folder of an npm package, where it is installed."""
    found = FOLDER / "node_modules" / name
    return found if (found / "package.json").is_file() else None


def version(name: str) -> str:
    found = package(name)
    return str(json.loads((found / "package.json").read_text())["version"]) if found else "none"


def there(program: str) -> bool:
    if "::" in program:
        return (
            shutil.which("perl") is not None
            and not subprocess.run(["perl", f"-M{program}", "-e", "1"], capture_output=True, check=False).returncode
        )
    return shutil.which(program) is not None


def missing(*, npm: tuple[str, ...] = (), programs: tuple[str, ...] = ()) -> str | None:
    """How to install what is not there of these, in a sentence; None where all is."""
    steps = []
    if not_there := [program for program in programs if not there(program)]:
        names = [_APT.get(program, {"node": "nodejs npm"}.get(program, program)) for program in not_there]
        steps.append(f"apt-get install {' '.join(names)}")
    if lacking := [f"{name}@{_NPM[name]}" for name in npm if not package(name)]:
        steps.append(f"npm install --prefix {FOLDER} {' '.join(lacking)}")
    return " and ".join(steps) or None


def node(script: str, *arguments: str) -> str:
    """Run a script in the tools' folder, so that it finds its packages there; what it prints."""
    path = FOLDER / "ask.mjs"
    path.write_text(script)
    done = subprocess.run(
        ["node", str(path), *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


def _quietly(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, check=False, timeout=900)
