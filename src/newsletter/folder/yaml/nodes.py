"""YAML as nodes with their lines and columns: by libyaml where it is there, ten times as quick, and the same in every case."""

from __future__ import annotations

import re
from typing import Any

import yaml

# Absent where PyYAML was built without libyaml.
_FAST: Any = getattr(yaml, "CSafeLoader", None)
# Where the two part: tabs, byte order marks, tags, comments after | and >, and in [...] or {...} question marks and line ends.
_PARTING = re.compile(r"[\t\ufeff]|(?<!\w)!|[|>][^\s|>#]*+#|[\[{][^\[{\]}\n?]*+(?:\?|$)", re.MULTILINE)
# libyaml nests as deep as it is told to, on a stack that ends the process; each level takes one of these signs or an indent.
_NESTING, _MOST_NESTED, _LONGEST = "[{-?", 1_000, 8_000


def compose(source: str) -> yaml.Node | None:
    """The root of a document; None where it is empty. Raises yaml.YAMLError, always in PyYAML's own words.

    What libyaml refuses is read again without it, for its words are others.
    """
    if _FAST is not None and is_read_alike(source):
        try:
            return _composed(source, _FAST)
        except yaml.YAMLError:
            pass
    return _composed(source, yaml.SafeLoader)


def is_read_alike(source: str) -> bool:
    """Whether both loaders read it the same, and neither too deep."""
    return (
        len(source) < _LONGEST
        and sum(source.count(sign) for sign in _NESTING) < _MOST_NESTED
        and _PARTING.search(source) is None
    )


def _composed(source: str, loader: Any) -> yaml.Node | None:
    found: yaml.Node | None = yaml.compose(source, Loader=loader)
    return found
