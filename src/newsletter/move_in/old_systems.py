"""The systems that a newsletter can move in from: what they are called, and how one gets an export out of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.move_in.export import Export, MoveInOptions
    from newsletter.move_in.export_files import ExportFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSystem:
    """`name` is that on the command line, and of the module in `systems/` that reads its exports.

    `steps` lead a person there to the export, and say which of its files are wanted. `people` names the form of its
    tables of readers (`imports/columns/formats.py`), None where their columns tell. Where a system `tells_by_name`, it takes
    its module to know who in a table left.
    """

    name: str
    title: str
    steps: tuple[str, ...]
    people: str | None = None
    tells_by_name: bool = False

    @property
    def spoken(self) -> str:
        """Its title within a sentence."""
        return self.title if self.name != "files" else "another system"

    def read(self, files: ExportFiles, asked: MoveInOptions) -> Export:
        """Raises Mistake where it is no export of this system."""
        # Each needs a parser of its own, which nobody waits for who only wants the names.
        reads: Callable[[ExportFiles, MoveInOptions], Export] = import_module(
            f"newsletter.move_in.systems.{self.name}"
        ).read
        export = reads(files, asked)
        # Where nobody left, the file of those who did may be brought empty.
        return replace(export, readers=[one for one in export.readers if one.size])


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
    OldSystem(
        name="beehiiv",
        title="beehiiv",
        steps=(
            "In beehiiv, open Settings, then Export data, and ask for your posts and for your full list of subscribers.",
            "Two mails bring links to a .csv of posts and one of subscribers.",
            "Choose both here. The file of posts has “posts” in its name.",
        ),
    ),
    OldSystem(
        name="kit",
        title="Kit",
        tells_by_name=True,
        steps=(
            "In Kit, open Subscribers. Show the confirmed ones and export them; then the cancelled, bounced and complained ones, each as a .csv of its own.",
            "Put what they are into the names: confirmed.csv, cancelled.csv, bounced.csv, complained.csv.",
            "Kit has no export of broadcasts. Save those that matter as .html or .eml files with the day before the name, or have somebody fetch them as JSON.",
            "Choose all of them here.",
        ),
    ),
    OldSystem(
        name="mailerlite",
        title="MailerLite",
        tells_by_name=True,
        steps=(
            "In MailerLite, open Subscribers. Show the active ones and export them; then the unsubscribed, bounced and junk ones, each as a .csv of its own.",
            "Put what they are into the names: active.csv, unsubscribed.csv, bounced.csv, junk.csv.",
            "Save old campaigns from their web view as .html files with the day before the name, such as 2024-03-15-the-winter-boat.html.",
            "Choose all of them here.",
        ),
    ),
    OldSystem(
        name="listmonk",
        title="listmonk",
        tells_by_name=True,
        steps=(
            "Have somebody save two addresses of your listmonk as files: /api/campaigns?per_page=all as campaigns.json, and /api/subscribers?per_page=all as subscribers.json.",
            "Without that: open Subscribers and export all as .csv; then open the list, show only those who unsubscribed, and export them into a second file with “unsubscribed” in its name.",
            "Choose the files here.",
        ),
    ),
    OldSystem(
        name="sendy",
        title="Sendy",
        tells_by_name=True,
        steps=(
            "In Sendy, open the list. Show Active and export it; then Unsubscribed, Bounced and Marked as spam. Leave the names of the files as they are: they say who left.",
            "Don’t take the export of all: nothing in it says who left.",
            "Save old campaigns from their web version as .html files with the day before the name, such as 2024-03-15-the-winter-boat.html.",
            "Choose all of them here.",
        ),
    ),
    OldSystem(
        name="mailman",
        title="Mailman",
        tells_by_name=True,
        steps=(
            "Have the one who looks after the server print the members into members.txt, and those whose delivery is off into nomail.txt; of those that bounced, nomail-bounced.txt.",
            "Have them copy the archive of the list as well: one file that ends in .mbox. Mails that began a thread become issues.",
            "Choose the files here. Bring nomail.txt even if it is empty.",
        ),
    ),
    OldSystem(
        name="files",
        title="Another system",
        steps=(
            "Export your readers as .csv or .xlsx, with a column that says who left, or with those who left in a file of their own that has “unsubscribed” in its name.",
            "Save old issues as .html pages or .eml mails. Put the day before the name of a page, such as 2024-03-15-the-winter-boat.html; a mail knows its own.",
            "Choose all of them here, or a .zip of them.",
        ),
    ),
)
OLD_SYSTEMS = {one.name: one for one in _ALL}
