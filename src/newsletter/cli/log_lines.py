"""Log lines for machines to read: one JSON object a line, with ids, and without anybody's address."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

# Whatever a library puts into its messages: an address has no place in a log that is kept and shipped.
_ADDRESS = re.compile(r"[^\s@\"'<>=,;:()\[\]{}]+@[^\s@\"'<>,;:()\[\]{}]+")


class JsonLines(logging.Formatter):
    """`at`, `level`, `room`, `event`, and `error` with the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("newsletter."),
            "event": without_addresses(record.getMessage()),
            "process": record.process,
        }
        if record.exc_info:
            line["error"] = without_addresses(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def without_addresses(text: str) -> str:
    return _ADDRESS.sub("(address)", text)


def log_to_stderr(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
