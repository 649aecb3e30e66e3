"""Log lines for machines to read: one JSON object a line, with ids, and without anybody's address."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

# A library may put addresses into its messages; a log that is kept and shipped must not hold them.
_LETTER = r"[^\s@\"'<>=,;:()\[\]{}]"
_ADDRESS = re.compile(rf"(?<!{_LETTER}){_LETTER}++@[^\s@\"'<>,;:()\[\]{{}}]++")


class JsonLines(logging.Formatter):
    """`at`, `level`, `room`, `event`, and `error` with the traceback where there is one.

    `lines_left_out_before` where there were too many to write.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("newsletter."),
            "event": without_addresses(record.getMessage()),
            "process": record.process,
        }
        if hasattr(record, "left_out"):
            line["lines_left_out_before"] = record.left_out
        if record.exc_info:
            line["error"] = without_addresses(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def without_addresses(text: str) -> str:
    return _ADDRESS.sub("(address)", text)


class Sparing(logging.Filter):
    """Limits the lines a second, of one kind and in all; the next line says how many were left out."""

    def __init__(self, *, of_one_kind: int = 10, of_all: int = 100, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._of_one_kind, self._of_all, self._now = of_one_kind, of_all, now
        self._second, self._n_left_out = -1, 0
        self._counted: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        # The handler takes its lock only after this: two threads may let a line too many through, which does no harm.
        second, kind = int(self._now()), (record.name, str(record.msg))
        if second != self._second:
            self._second, self._counted = second, Counter()
        if self._counted[kind] >= self._of_one_kind or self._counted.total() >= self._of_all:
            self._n_left_out += 1
            return False
        self._counted[kind] += 1
        if self._n_left_out:
            record.left_out, self._n_left_out = self._n_left_out, 0
        return True


def log_to_stderr(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(Sparing())
    logging.basicConfig(level=level, handlers=[handler], force=True)
