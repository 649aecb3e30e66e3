"""Looks at what would come out of an export, and brings it: the same export twice brings nothing new."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from newsletter.folder.pictures.images import ImageFolder
from newsletter.move_in.export import Export, LeftOut, MoveInOptions
from newsletter.move_in.export_files import LARGEST_PICTURE, ExportFiles, Member
from newsletter.move_in.issue_text import OldIssueText, as_issue, followed, write
from newsletter.move_in.numbers import by_age, known_here, numbers_for
from newsletter.move_in.pictures import Pictures, with_addresses
from newsletter.ports.folder import Issues
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The newsletter that an export moves into. `taken` are numbers of issues that went out, whether or not there is a file."""

    issues: Sequence[Issue]
    taken: Collection[int]
    public_url: str


@dataclass(slots=True, kw_only=True)
class MoveIn:
    """What would come, or came: `issues`, with the `pictures` of the export in them by their stand-ins.

    `known` are old issues that are here already. `remote` are addresses of pictures that the export does not hold;
    `unusable` are those that it holds and no mail can show, with why.
    """

    issues: list[Issue] = field(default_factory=list)
    known: list[Issue] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    remote: list[str] = field(default_factory=list)
    pictures: dict[str, Member] = field(default_factory=dict)
    unusable: list[tuple[str, str]] = field(default_factory=list)


def look(
    export: Export,
    files: ExportFiles,
    here: Here,
    *,
    asked: MoveInOptions,
    first: int = 1,
    progress: Progress = lambda *_: None,
) -> MoveIn:
    """What would come. Nothing is written.

    The oldest gets the number `first`, or the next that is free; whatever came before keeps the number that it has.
    """
    pictures, everyone = Pictures(files), by_age(export.issues)
    known = known_here(export, asked, here.issues)
    move = MoveIn(left_out=list(export.left_out), known=[known[old.name] for old in everyone if old.name in known])
    written: list[OldIssueText] = []
    new = [old for old in everyone if old.name not in known]
    for done, old in enumerate(new):
        progress(done, len(new))
        found = write(old, export=export, pictures=pictures, asked=asked)
        written.append(found) if isinstance(found, OldIssueText) else move.left_out.append(found)
    taken = {issue.number for issue in here.issues} | set(here.taken)
    numbers = numbers_for([one.old for one in written], everyone, known, taken=taken, first=first)
    now = {name: f"{here.public_url}/issues/{number}" for name, number in numbers.items()}
    now |= {name: f"{here.public_url}/issues/{issue.number}" for name, issue in known.items()}
    paths = {old.path.rstrip("/"): now[old.name] for old in everyone if old.path and old.name in now}
    for one in written:
        words = followed(one.words, paths, asked.url or "")
        move.issues.append(as_issue(one, numbers[one.old.name], words, export=export, asked=asked))
    for address in dict.fromkeys(address for one in written for address in one.pictures):
        member = pictures.of(address)
        if member is None:
            move.remote.append(address)
        else:
            move.pictures[address] = member
    return move


def bring(
    move: MoveIn, files: ExportFiles, *, issues: Issues, album: ImageFolder, progress: Progress = lambda *_: None
) -> None:
    """Write what `look` found; one that can't be written is left out. Killed in between, the next time brings the rest."""
    where: dict[str, str] = {}
    wanted, move.issues = move.issues, []
    for done, issue in enumerate(wanted):
        progress(done, len(wanted))
        for address, member in move.pictures.items():
            if address not in where and f"({address})" in issue.intro:
                where[address] = _keep(move, files, album, member)
        try:
            move.issues.append(issues.add_issue(replace(issue, intro=with_addresses(issue.intro, where))))
        except NewsletterError as error:
            move.left_out.append(LeftOut(title=issue.subject, why=error.message))


def _keep(move: MoveIn, files: ExportFiles, album: ImageFolder, member: Member) -> str:
    """Its path in the folder; empty where mail can't show it, which is then noted."""
    try:
        return album.add(member.name.rpartition("/")[2], files.data(member, most=LARGEST_PICTURE))
    except NewsletterError as error:
        move.unusable.append((member.name, error.message))
        return ""
