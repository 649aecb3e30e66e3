"""Runs every oracle, names each that is missing, and writes the dated results into docs/oracles.md: `make oracles`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests import oracles
from tests.oracles import tools
from tests.oracles.verdict import Oracle, Verdict

PAGE = Path(__file__).parents[2] / "docs" / "oracles.md"
_RESULTS = "## Results"


def main(names: list[str]) -> int:
    """All oracles, or those whose module is named. 1 where one finds fault; a missing one is named and is no fault."""
    tools.prepare()
    lines, is_good = [], True
    for name, oracle in found():
        if names and name not in names:
            continue
        how = oracle.missing()
        verdicts = [] if how else _asked(oracle)
        is_good = is_good and all(one.passed for one in verdicts)
        lines += _rows(oracle, verdicts, how)
        print("\n".join(_rows(oracle, verdicts, how)), flush=True)
    if not names:
        _keep(lines)
    return 0 if is_good else 1


def found() -> list[tuple[str, Oracle]]:
    modules = sorted(module.name for module in pkgutil.iter_modules(oracles.__path__) if module.name != "__main__")
    pairs = [(name, getattr(importlib.import_module(f"tests.oracles.{name}"), "ORACLE", None)) for name in modules]
    return [(name, oracle) for name, oracle in pairs if oracle is not None]


def _asked(oracle: Oracle) -> list[Verdict]:
    try:
        with tempfile.TemporaryDirectory(prefix="newsletter-oracle-") as folder:
            return oracle.examine(Path(folder))
    except Exception as error:  # noqa: BLE001 - the others are still to be asked, and this one has not said that it is good
        return [Verdict("the oracle itself", f"it failed: {type(error).__name__}: {error}"[:300], False)]


def _rows(oracle: Oracle, verdicts: list[Verdict], how: str | None) -> list[str]:
    if how:
        return [f"| {oracle.name} | {oracle.asks} | not asked | missing: `{how}` |"]
    return [
        f"| {oracle.name} | {one.what}: {oracle.asks} | {one.found.replace('|', '/')} | {'good' if one.passed else '**FAULT**'} |"
        for one in verdicts
    ]


def _keep(lines: list[str]) -> None:
    head = PAGE.read_text(encoding="utf-8").partition(_RESULTS)[0] if PAGE.is_file() else "# Oracles\n\n"
    versions = ", ".join(
        f"{name} {tools.version(name)}" for name in ("axe-core", "vnu-jar", "mjml", "mailparser", "postal-mime")
    )
    table = ["| oracle | held against it | what it said | |", "|---|---|---|---|", *lines]
    PAGE.write_text(
        f"{head}{_RESULTS}\n\n{datetime.now(UTC):%Y-%m-%d}, with {versions}.\n\n" + "\n".join(table) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
