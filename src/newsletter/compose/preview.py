"""Shows an edition as one reader gets it, filled by the same code that fills it for a million."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.words.edition import Edition
from newsletter.words.gap import fill_part


def as_reader(edition: Edition, reader: Mapping[str, str]) -> tuple[str, str, str]:
    """The subject, the HTML and the text for a reader with these fields; a field that is not there is empty."""
    columns = {name: [value] for name, value in reader.items()}
    subject, html, text = (fill_part(part, columns, 1)[0] for part in (edition.subject, edition.html, edition.text))
    return subject, html, text
