"""Gathers what a check of an issue needs to know beside it: readers, earlier issues, pictures, a sample mail, the web."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.preflight.around import Around
from newsletter.preflight.gaps import bare_fields
from newsletter.sending.sample import sample
from newsletter.store.reader_values import SqlReaderValues

if TYPE_CHECKING:
    from newsletter.compose.press import Proof
    from newsletter.wiring import Parts


def around(parts: Parts, proof: Proof, *, online: bool, also: Collection[str] = ()) -> Around:
    """For `preflight.check.check`. Without `online` the web is not asked; `also` are checks that are off by default."""
    newsletter, issue = parts.config.newsletter, proof.issue
    values = SqlReaderValues(parts.engine)
    asked = frozenset(proof.rendered.fields) - {"unsubscribe_url", "preferences_url"}
    mail = sample(proof.rendered.edition, newsletter, parts.key, None, list_id=0, date=parts.clock.now())
    return Around(
        newsletter=newsletter,
        known_fields=frozenset(parts.readers.known_fields()),
        longest=values.longest(asked),
        shortfalls=values.shortfalls(issue.lists, bare_fields(proof)),
        shelf=parts.shelf,
        template=parts.templates.get_template(issue.template or newsletter.template),
        bytes_per_reader=parts.provider.limits.bytes_per_reader,
        provider=parts.provider.name,
        message=mail.message,
        images=_image_sizes(parts.directory),
        also=frozenset(also),
        fetcher=parts.fetcher if online else None,
    )


def _image_sizes(directory: Path) -> dict[str, int]:
    """The files in images/ by their path in the folder, with their bytes."""
    return {
        path.relative_to(directory).as_posix(): path.stat().st_size
        for path in (directory / "images").rglob("*")
        if path.is_file()
    }
