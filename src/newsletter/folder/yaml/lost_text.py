"""Parts of a value that YAML takes for a comment, a tag or an anchor, and that would be lost silently."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from newsletter.words.mistake import Mistake, Place

# PyYAML says None of a plain value, libyaml an empty text.
_PLAIN = frozenset({""})
_COMMENT = re.compile(r"(?:^|\s)#")
_AFTER_KEY = re.compile(r"^[\s-]*+[^\s:#][^:]*+:(?=\s|$)")
_BULLET = re.compile(r"^\s*-\s+")


def refuse_lost_text(node: yaml.ScalarNode, lines: Sequence[str], key: str, place: Place) -> None:
    """Raises Mistake where a comment, a tag (`!x`) or an anchor (`&x`) takes away a part of what somebody wrote.

    YAML 1.2, 6.6: a # after a blank begins a comment. "Weekly Ferries #42" would go out as "Weekly Ferries". Values in
    quotes and blocks of text are whole by themselves.
    """
    if (node.style or "") not in _PLAIN or place.line is None or not lines:
        return
    first, last = node.start_mark.line, max(node.start_mark.line, node.end_mark.line)
    written = lines[place.line - 1 : min(last, len(lines) - 1) + 1]
    if not written or first + 1 < place.line:
        return
    value = _written(written[0], place, key)
    if _COMMENT.search(value) or any(_COMMENT.search(line) for line in written[1:]):
        whole = " ".join([value.strip(), *(line.strip() for line in written[1:])])
        raise _lost(key, "What stands behind ` #` is a remark to YAML and would be lost.", whole, place)
    if len(written) == 1 and value.strip()[:1] in {"!", "&"} and value.strip() != node.value:
        sign = value.strip()[:1]
        raise _lost(key, f"A value that begins with {sign} means something else to YAML.", value.strip(), place)


def _written(line: str, place: Place, key: str) -> str:
    """What stands behind the key, or behind the hyphen of a list; of a list in brackets nothing: no # can stand there."""
    if place.column is not None:
        line = line[place.column - 1 :]
    if line.startswith(key) and (found := _AFTER_KEY.match(line)):
        return line[found.end() :]
    if found := _BULLET.match(line):
        return line[found.end() :]
    return line


def _lost(key: str, message: str, whole: str, place: Place) -> Mistake:
    quoted = "'" + whole.replace("'", "''") + "'"
    return Mistake(
        message, fix=f"Put the value in quotes: {key}: {quoted}, or the remark on a line of its own.", place=place
    )
