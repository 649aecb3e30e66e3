"""`finds`: what feeds, mails and bookmarks brought, to be kept as a post or dismissed."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.cli import Folder
from newsletter.cli.context import collect_desk_of
from newsletter.cli.options import format_option
from newsletter.cli.output import one_line, print_json
from newsletter.words.find import Find, FindStatus
from newsletter.words.mistake import Missing


@click.group(invoke_without_command=True)
@click.option("--status", type=click.Choice(["waiting", "kept", "dismissed"]), default="waiting", show_default=True)
@click.option("--matching", metavar="WORDS", default="", help="Only those that hold all of these words.")
@click.option("--before", metavar="N", type=int, help="Those below find N: the next page.")
@click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many.")
@format_option()
@click.pass_context
def finds(context: click.Context, status: str, matching: str, before: int | None, limit: int, form: str) -> None:
    """Show what was found, newest first.

    \b
    Example:
      newsletter finds
      newsletter finds --matching "winter ferry"
    """
    if context.invoked_subcommand is not None:
        return
    desk = collect_desk_of(context.obj)
    found = desk.finds.list_finds(FindStatus(status), before=before, limit=limit, matching=matching)
    if form == "json":
        print_json({"finds": [_row(one) for one in found]})
        return
    for one in found:
        _print(one)
    left = desk.finds.count(FindStatus(status))
    click.echo(f"{left} {status}." if found or left else "Nothing was found yet.")


@finds.command()
@click.argument("source", metavar="URL")
@click.option("--note", metavar="TEXT", default="", help="Your thought about it, in Markdown.")
@click.option("--quote", metavar="TEXT", default="", help="What you want to quote of it.")
@click.pass_obj
def save(folder: Folder, source: str, note: str, quote: str) -> None:
    """Save an address for later, without fetching it now.

    \b
    Example:
      newsletter finds save https://example.com/boats --note "For the winter issue."
    """
    from newsletter.collect.save import collect_find

    saved = collect_find(collect_desk_of(folder), source, note=note, quote=quote)
    click.echo(f"Find {saved.find.id}: {saved.find.name}{'' if saved.is_new else ' (it was a find before)'}")
    for seen in saved.seen:
        click.echo(f"  {seen.sentence}")


@finds.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only count; nothing is saved.")
@format_option()
@click.pass_obj
def import_(folder: Folder, files: tuple[Path, ...], dry_run: bool, form: str) -> None:
    """Save the pages of a reading list: an export of Raindrop, Pinboard, Readwise, Instapaper or Pocket, or the
    bookmarks of a browser, Mastodon or Bluesky.

    Notes and highlights come along, tags don't. What you had before is not taken twice.

    \b
    Example:
      newsletter finds import raindrop.csv --dry-run
    """
    from newsletter.cli.readers.imports import progress_bar
    from newsletter.collect.read_later.imports import MAX_BYTES, import_list

    desk, done = collect_desk_of(folder), []
    for file in files:
        if not file.is_file():
            raise Missing(f"There is no file {file}.", fix="Name an export file: a .csv, .json or .html.")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        with progress_bar("Saving") as follow:
            done.append(import_list(desk, data, name=file.name, dry_run=dry_run, progress=follow))
        if form == "text":
            for sentence in done[-1].sentences:
                click.echo(one_line(f"{file}: {sentence}"))
    if form == "json":
        print_json({"imports": [{"file": str(file), **one.row} for file, one in zip(files, done, strict=True)]})


@finds.command()
@click.argument("numbers", metavar="N...", nargs=-1, required=True, type=int)
@click.pass_obj
def keep(folder: Folder, numbers: tuple[int, ...]) -> None:
    """Make posts of finds: each page is fetched, with the note on top.

    \b
    Example:
      newsletter finds keep 12 14
    """
    from newsletter.collect.keep import keep as keep_one

    desk = collect_desk_of(folder)
    for number in numbers:
        kept = keep_one(desk, number)
        click.echo(f"{kept.post.file}: {kept.post.title}{'' if kept.is_new else ' (it was kept before)'}")
        for sentence in (*(seen.sentence for seen in kept.seen), *(kept.post.checks if kept.is_new else ())):
            click.echo(f"  {sentence}")


@finds.command()
@click.argument("numbers", metavar="N...", nargs=-1, required=True, type=int)
@click.pass_obj
def dismiss(folder: Folder, numbers: tuple[int, ...]) -> None:
    """Drop finds.

    \b
    Example:
      newsletter finds dismiss 13
    """
    from newsletter.collect.keep import dismiss as dismiss_one

    desk = collect_desk_of(folder)
    for number in numbers:
        click.echo(f"Dropped: {dismiss_one(desk, number).name}")


@finds.command()
@click.argument("number", metavar="N", type=int)
@click.pass_obj
def undo(folder: Folder, number: int) -> None:
    """Bring a find back. A post that was made of it goes, unless somebody wrote in it or an issue uses it.

    \b
    Example:
      newsletter finds undo 13
    """
    from newsletter.collect.keep import undo as undo_one

    click.echo(f"Waiting again: {undo_one(collect_desk_of(folder), number).name}")


@finds.command()
@click.argument("number", metavar="N", type=int)
@click.argument("link", metavar="LINK", type=click.IntRange(min=1))
@click.pass_obj
def choose(folder: Folder, number: int, link: int) -> None:
    """Say which LINK of a mail with several is meant, counted from 1.

    \b
    Example:
      newsletter finds choose 15 2
    """
    from newsletter.collect.keep import choose as choose_one

    chosen = choose_one(collect_desk_of(folder), number, link)
    click.echo(f"Find {chosen.id}: {chosen.url}")


@finds.command()
@click.argument("name")
@click.pass_obj
def key(folder: Folder, name: str) -> None:
    """Make a key that may only add finds, for a phone or a script. It is shown this once.

    \b
    Example:
      newsletter finds key phone
    """
    click.echo(collect_desk_of(folder).keys.new_key(name))
    click.echo("Keep it now: it is not shown again. It can add finds and do nothing else.", err=True)


@finds.command()
@click.pass_obj
def keys(folder: Folder) -> None:
    """Show the keys that may add finds, and when each was used.

    \b
    Example:
      newsletter finds keys
    """
    listed = collect_desk_of(folder).keys.list_keys()
    for one in listed:
        used = f"used {one.used_at:%Y-%m-%d %H:%M} UTC" if one.used_at else "never used"
        click.echo(f"{one.name}  (made {one.created_at:%Y-%m-%d}, {used})")
    if not listed:
        click.echo("There is no key. Make one: newsletter finds key phone")


@finds.command()
@click.argument("name")
@click.pass_obj
def revoke(folder: Folder, name: str) -> None:
    """End a key at once.

    \b
    Example:
      newsletter finds revoke phone
    """
    collect_desk_of(folder).keys.revoke(name)
    click.echo(f"The key {name} is no longer good.")


def _print(found: Find) -> None:
    click.echo(f"{found.id:>6}  {found.name}" + (f"  ({found.source})" if found.source else ""))
    if found.title and found.url:
        click.echo(f"        {found.url}")
    for number, link in enumerate(found.choices, 1):
        click.echo(f"        {number}. {link}")
    for line in found.thoughts.split("\n") if found.thoughts else ():
        click.echo(f"        | {line}")


def _row(found: Find) -> dict[str, object]:
    return {
        "id": found.id,
        "status": found.status.value,
        "url": found.url,
        "title": found.title,
        "site": found.site,
        "author": found.author,
        "summary": found.summary,
        "minutes": found.minutes,
        "language": found.language,
        "is_paid": found.is_paid,
        "published_at": found.published_at,
        "found_at": found.found_at,
        "origin": found.origin.value,
        "source": found.source,
        "note": found.thoughts,
        "quote": found.quoted,
        "quotes": [{"text": one.text, "thought": one.thought} for one in found.excerpts],
        "choices": list(found.choices),
        "post": found.post,
    }
