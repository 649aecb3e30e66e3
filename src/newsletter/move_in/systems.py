"""The systems that a newsletter can move in from, by the names that the command line has for them."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.move_in import buttondown, ghost, mailchimp, substack
from newsletter.move_in.export import Export, MoveInOptions
from newsletter.move_in.export_files import ExportFiles

Read = Callable[[ExportFiles, MoveInOptions], Export]

SYSTEMS: dict[str, Read] = {
    "substack": substack.read,
    "ghost": ghost.read,
    "mailchimp": mailchimp.read,
    "buttondown": buttondown.read,
}
