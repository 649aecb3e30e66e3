"""`feeds`: subscriptions to feeds, whose entries become finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import Folder
from newsletter.cli.context import collect_desk_of
from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.words.feed import Feed, FeedState
from newsletter.words.mistake import Missing

if TYPE_CHECKING:
    from newsletter.collect.desk import CollectDesk


@click.group(invoke_without_command=True)
@click.pass_context
def feeds(context: click.Context) -> None:
    """Show the feeds in feeds.toml, and how we stand with each.

    `serve` and `tick` ask each about once an hour. What is new becomes a find: see `newsletter finds`.

    \b
    Example:
      newsletter feeds
      newsletter feeds add https://example.com/
    """
    if context.invoked_subcommand is None:
        _show(collect_desk_of(context.obj), "text")


@feeds.command("list")
@format_option("opml", about="json for scripts, opml for feed readers.")
@click.pass_obj
def list_(folder: Folder, form: str) -> None:
    """Show the feeds, or export them for another feed reader.

    \b
    Example:
      newsletter feeds list
      newsletter feeds list --format opml > feeds.opml
    """
    _show(collect_desk_of(folder), form)


@feeds.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--title", metavar="TEXT", default="", help="What you call it, instead of its own title.")
@click.pass_obj
def add(folder: Folder, sources: tuple[str, ...], title: str) -> None:
    """Subscribe to each SOURCE: a feed's address, that of a page that names one, or an OPML file.

    An address is asked at once; the feeds of a file are asked when they are due.

    \b
    Example:
      newsletter feeds add https://example.com/ https://example.org/feed.xml
      newsletter feeds add subscriptions.opml
    """
    from newsletter.collect.feeds.feed_address import is_feed_address
    from newsletter.collect.feeds.subscribe import subscribe

    desk = collect_desk_of(folder)
    for source in sources:
        if not is_feed_address(source):
            _add_file(desk, source)
            continue
        subscribed = subscribe(desk, source, title=title)
        known = "" if subscribed.is_new else " (it was there before)"
        click.echo(f"{_name(subscribed.feed)}{known}: {subscribed.polled.said}")


@feeds.command()
@click.argument("url")
@click.pass_obj
def remove(folder: Folder, url: str) -> None:
    """Take a feed out of feeds.toml. What was found in it stays.

    \b
    Example:
      newsletter feeds remove https://example.org/feed.xml
    """
    from newsletter.collect.feeds.subscribe import unsubscribe

    click.echo(f"{_name(unsubscribe(collect_desk_of(folder), url))} is not looked through any more.")


@feeds.command()
@click.pass_context
def poll(context: click.Context) -> None:
    """Ask every feed now, due or not, and look into the letterbox.

    \b
    Example:
      newsletter feeds poll
    """
    from newsletter.collect.feeds.poll import poll as poll_one
    from newsletter.collect.mail.letterbox import empty_letterbox

    desk = collect_desk_of(context.obj)
    done = [poll_one(desk, feed) for feed in desk.book.list_feeds()]
    for polled in done:
        click.echo(f"{_name(polled.feed)}: {polled.said}")
    emptied = empty_letterbox(desk) if desk.mailbox and desk.editors else None
    if emptied:
        click.echo(f"Letterbox: {emptied.read} mails, {emptied.new} new finds.")
        if emptied.left:
            click.echo(
                f"  {emptied.left} could not be read within bounds and were left: read them in your mail program."
            )
    if desk.mailbox and not desk.editors:
        click.echo('Letterbox: not looked into, because newsletter.toml names no `editors = "me@example.com"`.')
    if not done and not emptied:
        click.echo("There is no feed yet. Add one: newsletter feeds add https://example.com/")
    if any(polled.problem for polled in done):
        context.exit(1)


def _add_file(desk: CollectDesk, source: str) -> None:
    from newsletter.collect.feeds.opml import MAX_BYTES, read_opml

    path = Path(source)
    if not path.is_file():
        raise Missing(f"There is no file {source}.", fix="Name an OPML file, or an address with https:// in front.")
    with path.open("rb") as stream:
        found = read_opml(stream.read(MAX_BYTES), name=source)
    added = desk.book.add_feeds(found.feeds)
    click.echo(f"{source}: {len(added)} feeds added, {len(found.feeds) - len(added)} were there before.")
    for sentence in found.left_out:
        click.echo(f"  {sentence}")


def _show(desk: CollectDesk, form: str) -> None:
    listed = desk.book.list_feeds()
    if form == "opml":
        from newsletter.collect.feeds.opml import write_opml

        click.echo(write_opml(listed, title="Feeds"), nl=False)
        return
    states = desk.memory.get_states([feed.url for feed in listed])
    if form == "json":
        rows = [_row(feed, states.get(feed.url)) for feed in listed]
        print_json({"feeds": rows})
        return
    _print(listed, states)


def _print(listed: Sequence[Feed], states: dict[str, FeedState]) -> None:
    for feed in listed:
        state = states.get(feed.url)
        how = "not asked yet" if state is None or not (state.answered_at or state.problem) else "fine"
        problem = state.problem if state and state.problem else how
        click.echo(f"{_name(feed)}  {feed.url}  ({problem})")
    if not listed:
        click.echo("There is no feed yet. Add one: newsletter feeds add https://example.com/")


def _row(feed: Feed, state: FeedState | None) -> dict[str, object]:
    return {
        "url": feed.url,
        "title": feed.title,
        "answered_at": state.answered_at if state else None,
        "next_at": state.next_at if state else None,
        "failures": state.failures if state else 0,
        "problem": state.problem if state else "",
    }


def _name(feed: Feed) -> str:
    return feed.title or feed.url
