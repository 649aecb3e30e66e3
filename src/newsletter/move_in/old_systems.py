"""The systems that a newsletter can move in from: what they are called, and how one gets an export out of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.move_in.export import Export, MoveInOptions
    from newsletter.move_in.export_files import ExportFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSystem:
    """`name` is that on the command line, and of the module in `systems/` that reads its exports.

    `steps` lead a person there to the export, and say which of its files are wanted. `people` names the form of its
    tables of readers (`imports/columns/formats.py`), None where their columns tell.
    """

    name: str
    title: str
    steps: tuple[str, ...]
    people: str | None = None

    def read(self, files: ExportFiles, asked: MoveInOptions) -> Export:
        """Raises Mistake where it is no export of this system."""
        # Each needs a parser of its own, which nobody waits for who only wants the names.
        reads: Callable[[ExportFiles, MoveInOptions], Export] = import_module(
            f"newsletter.move_in.systems.{self.name}"
        ).read
        return reads(files, asked)


_ALL = (
    OldSystem(
        name="substack",
        title="Substack",
        people="substack",
        steps=(
            "In Substack, open Settings, then Exports.",
            "Press “Create new export”, and download it when it is ready.",
            "Choose the .zip here as it is: posts and readers are in it.",
        ),
    ),
    OldSystem(
        name="ghost",
        title="Ghost",
        people="ghost",
        steps=(
            "In Ghost, open Settings, then Import/Export, and export your content: a .json file.",
            "Open Members, and export all members: a .csv file.",
            "Choose both here, and write the old address below. With the folder content/images as a .zip beside them, the pictures come too.",
        ),
    ),
    OldSystem(
        name="mailchimp",
        title="Mailchimp",
        people="mailchimp",
        steps=(
            "In Mailchimp, open Account, Settings, Manage my data, and ask for the export of your account: a .zip.",
            "Open Audience, All contacts, Export audience: a second .zip, in which the names of the files say who left.",
            "Choose both here, as they are.",
        ),
    ),
    OldSystem(
        name="buttondown",
        title="Buttondown",
        people="buttondown",
        steps=(
            "In Buttondown, open Settings, then Export, and ask for everything.",
            "Choose the .zip here as it is. If the subscribers came as a .csv of their own, choose that as well.",
        ),
    ),
)
OLD_SYSTEMS = {one.name: one for one in _ALL}
