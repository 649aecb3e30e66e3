"""Values as lines of YAML that a person would have written: one key a line, no quotes where none are needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import yaml

Value = str | int | date | list[str] | list[dict[str, str | list[str]]] | dict[str, str] | None


class _Dumper(yaml.SafeDumper):
    """Never refers back to an earlier value, and indents the items of a list."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def yaml_lines(values: Mapping[str, Value]) -> str:
    """The mapping in its own order; empty values are left out."""
    kept = {key: value for key, value in values.items() if value not in (None, "", [], {})}
    return "".join(_entry(key, value) for key, value in kept.items())


def _entry(key: str, value: Value) -> str:
    short = isinstance(value, list) and all(isinstance(item, str) and len(item) < 30 for item in value)
    return yaml.dump(
        {key: value},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=1_000_000,
        default_flow_style=None if short else False,
    )
