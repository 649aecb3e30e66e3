"""What stands in the folder of a newsletter, each part built when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import Config

if TYPE_CHECKING:
    from newsletter.archive.old_issues import OldIssues
    from newsletter.folder.issues import IssueFiles
    from newsletter.folder.notes.files import NoteFiles
    from newsletter.folder.pictures.images import ImageFolder
    from newsletter.folder.posts import PostFiles
    from newsletter.folder.sheets import SheetFiles
    from newsletter.folder.shelf import Shelf
    from newsletter.folder.templates import TemplateFolders
    from newsletter.sentences.own_words import Translations


@dataclass(frozen=True)
class Files:
    """The files of a newsletter, and the settings among them."""

    directory: Path
    config: Config

    @cached_property
    def posts(self) -> PostFiles:
        from newsletter.folder.posts import PostFiles

        return PostFiles(self.directory)

    @cached_property
    def issues(self) -> IssueFiles:
        from newsletter.folder.issues import IssueFiles

        return IssueFiles(self.directory)

    @cached_property
    def templates(self) -> TemplateFolders:
        from newsletter.folder.templates import TemplateFolders

        return TemplateFolders(self.directory)

    @cached_property
    def translations(self) -> Translations:
        from newsletter.sentences.own_words import Translations

        return Translations(self.directory, self.config.newsletter.form_of_address)

    @cached_property
    def images(self) -> ImageFolder:
        from newsletter.folder.pictures.images import ImageFolder

        return ImageFolder(self.directory)

    @cached_property
    def sheets(self) -> SheetFiles:
        from newsletter.folder.sheets import SheetFiles

        return SheetFiles(self.directory)

    @cached_property
    def notes(self) -> NoteFiles:
        from newsletter.folder.notes.files import NoteFiles

        return NoteFiles(self.directory)

    @cached_property
    def shelf(self) -> Shelf:
        from newsletter.folder.shelf import Shelf

        return Shelf(posts=self.posts, issues=self.issues, templates=self.templates, images=self.images)

    @cached_property
    def old_issues(self) -> OldIssues:
        from newsletter.archive.old_issues import OldIssues
        from newsletter.folder.pictures.images import ImageFolder
        from newsletter.folder.shelf import Shelf

        # Their files are all that there is of them: a machine without those has no page that points to their pictures.
        shelf = Shelf(
            posts=self.posts, issues=self.issues, templates=self.templates, images=ImageFolder(self.directory)
        )
        return OldIssues(shelf, self.config.newsletter)
