"""An issue rendered and frozen: what goes out, word for word, with the gaps for what differs by reader."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from newsletter.words import gap
from newsletter.words.gap import Choice, Context, Gap, Part, fill_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Immutable. `holes` are the distinct gaps of all three parts, in the order in which they first stand."""

    issue: int
    subject: Part
    html: Part
    text: Part
    language: str
    sender_name: str
    sender: str
    reply_to: str | None

    @property
    def holes(self) -> tuple[Gap | Choice, ...]:
        parts = (self.subject, self.html, self.text)
        return tuple(dict.fromkeys(hole for part in parts for hole in part.holes))

    @property
    def digest(self) -> str:
        """A name for exactly these words: SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def fields(self) -> frozenset[str]:
        """The reader's values that this edition asks for."""
        return self.subject.fields() | self.html.fields() | self.text.fields()

    def to_json(self) -> str:
        return json.dumps(_encoded(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str) -> Edition:
        edition = _decoded(json.loads(document))
        if not isinstance(edition, cls):
            raise TypeError("not an edition")
        return edition


def as_reader(edition: Edition, reader: Mapping[str, str]) -> tuple[str, str, str]:
    """The subject, the HTML and the text for a reader with these fields; a field that is not there is empty."""
    columns = {name: [value] for name, value in reader.items()}
    subject, html, text = (fill_part(part, columns, 1)[0] for part in (edition.subject, edition.html, edition.text))
    return subject, html, text


_NODES: dict[str, type[Any]] = {
    node.__name__: node
    for node in (
        Edition,
        Part,
        Gap,
        Choice,
        gap.Field,
        gap.Literal,
        gap.Filtered,
        gap.Default,
        gap.Compared,
        gap.Combined,
        gap.Negated,
    )
}


def _encoded(node: Any) -> Any:
    if type(node).__name__ in _NODES:
        return {"is": type(node).__name__} | {f.name: _encoded(getattr(node, f.name)) for f in fields(node)}
    if isinstance(node, tuple):
        return [_encoded(item) for item in node]
    return node


def _decoded(node: Any) -> Any:
    if isinstance(node, dict):
        values = {name: _decoded(value) for name, value in node.items() if name != "is"}
        if "context" in values:
            values["context"] = Context(values["context"])
        return _NODES[node["is"]](**values)
    if isinstance(node, list):
        return tuple(_decoded(item) for item in node)
    return node
