"""The `newsletter` command: groups are loaded when they are called, so that --help answers at once."""

from __future__ import annotations

import errno
import gc
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter import __version__
from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.wiring import Timing

# A command loads hundreds of thousands of objects that stay. To look at them again and again meanwhile, for what could be
# thrown away, took a sixth of its start; and a batch on its way to a provider is thousands of small dicts, none in a circle.
gc.set_threshold(10_000)

# Command: (module of this package, one line for the overview). The order is that of a newsletter's week.
COMMANDS = {
    "init": ("init", "Make a new newsletter folder."),
    "demo": ("demo", "Walk through everything with made-up readers; nothing leaves this machine."),
    "add": ("collect.add", "Turn an address, files, mails or standard input into posts."),
    "feeds": ("collect.feeds", "Subscribe to feeds, and look through them for finds."),
    "finds": ("collect.finds", "Show what was found, and keep or dismiss it."),
    "posts": ("collect.posts", "List the posts, and which issue used them."),
    "draft": ("collect.posts", "Make an issue from the posts that no issue uses yet."),
    "render": ("issue.render", "Write an issue as one reader gets it."),
    "check": ("issue.check", "Find what you would regret before your readers do."),
    "studio": ("serve.serve", "Compose and preview in the browser."),
    "test": ("send.send", "Send an issue to yourself."),
    "template": ("issue.templates", "List the templates, and make one of your own."),
    "subscribers": ("readers.readers", "Import, export, add, remove and show subscribers."),
    "move-in": ("collect.move_in", "Bring old issues and readers from another system."),
    "move-out": ("machine.move_out", "Write everything that moves to another system into a folder."),
    "farewell": ("machine.farewell", "Stop sending for good; what readers have links to goes on answering."),
    "lists": ("readers.readers", "Show the mailing lists and how many are on them."),
    "segments": ("readers.segments", "Save questions about readers, and count who fits."),
    "suppressions": (
        "readers.suppressions",
        "Show who is on the do-not-mail list, and put or take addresses on and off it.",
    ),
    "send": ("send.send", "Send an issue to a list, once."),
    "status": ("send.status", "Say where every reader of an issue stands."),
    "who": ("send.who", "Say whether a reader got an issue, in a sentence to forward."),
    "report": ("send.status", "Say what came of an issue."),
    "proof": ("send.who", "Write who got an issue, and how we know, as a file."),
    "pause": ("send.control", "Hold a sending between two batches."),
    "resume": ("send.control", "Go on with a paused sending."),
    "cancel": ("send.control", "End a sending; readers who have not been mailed will not be."),
    "correct": ("send.correct", "Correct an issue that went, and tell those who have it."),
    "settle": ("send.control", "Find out about, or decide on, readers we don't know about."),
    "schedule": ("schedule.cadences", "Say when the newsletter goes out by itself, and see what will go."),
    "tick": ("serve.serve", "Do what is due now, once: for cron."),
    "serve": ("serve.serve", "Run the pages, the schedule and the sender."),
    "worker": ("serve.serve", "Send from another machine what is planned (PostgreSQL)."),
    "connect": ("machine.connect", "Say who carries your mail, and try it without sending any."),
    "doctor": ("machine.doctor", "Look whether settings, domain, provider, database and disk are sound."),
    "users": ("machine.users", "Say who may come into the studio from outside."),
    "sync": ("collect.sync", "Exchange words and pictures with others through git."),
    "backup": ("machine.backup", "Write the whole database into one file, and a copy of everything outside."),
    "restore": ("machine.restore", "Put a backup back; nothing is sent from it until you say so."),
    "deploy": ("machine.deploy", "Print the files with which a server runs this newsletter."),
    "db": ("machine.database", "Upgrade or move the database, and say which one is live."),
}


# No room, or no permission to write: a person has to fix it.
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class Folder:
    """The newsletter folder that a command works on, and the clock that it goes by where that is not the machine's."""

    directory: Path
    timing: Timing | None = None


class LazyGroup(click.Group):
    """Loads a command's module when the command is named, and prints our refusals as sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"newsletter.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Answer a mistyped command with what it may have meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not close:
                raise
            raise click.UsageError(f"{error.format_message()} Did you mean {close[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NewsletterError as error:
            click.secho(f"newsletter: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("newsletter: stopped. Run the same command again to go on.", err=True)
            ctx.exit(1)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            click.echo(f"newsletter: {_own_fault(error) if error.errno not in _DISK else _disk(error)}", err=True)
            ctx.exit(1)
        except Exception as error:  # noqa: BLE001 - our own bug: its details are for us, a sentence is for the user
            click.echo(f"newsletter: {_own_fault(error)}", err=True)
            ctx.exit(1)


def _disk(error: OSError) -> str:
    """A disk error as a refusal: it is not a bug, the given place or the disk can't be written to."""
    where = error.filename or "The output"
    return f"{where} could not be written or read: {error.strerror}.\nMake room there, or name a place where you may write."


def _own_fault(error: Exception) -> str:
    """Keep the details of a bug in a file of the user's own and say where; they may hold readers' addresses."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="newsletter-error-", suffix=".txt", delete=False) as file:
        traceback.print_exception(error, file=file)
    return (
        f"a fault of the program itself stopped it ({type(error).__name__}). What was done so far is kept.\n"
        f"The details are in {file.name}: look through it for addresses before you show it to anybody."
    )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C", "directory", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="The newsletter's folder."
)
@click.version_option(__version__, prog_name="newsletter")
@click.pass_context
def main(ctx: click.Context, directory: Path) -> None:
    """Compose a weekly newsletter from posts you collected, see it as readers will, and send it once.

    \b
    Example:
      newsletter init weekly && cd weekly
      newsletter add ~/Downloads/article.html
      newsletter draft
    """
    from newsletter.folder.private import close_new_files, close_room, open_new_files

    # Most files that a command writes are about readers; a file for others to read sets its own mode.
    before = close_new_files()
    ctx.call_on_close(lambda: open_new_files(before))
    # `doctor` reports what others can read, and must find it unchanged.
    if ctx.invoked_subcommand != "doctor":
        ctx.call_on_close(lambda: close_room(directory))
    ctx.obj = Folder(directory=directory.resolve(), timing=ctx.obj)
    _speak_utf8()


def _speak_utf8() -> None:
    """Names and titles are printed whatever the terminal's locale says it can show."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


if __name__ == "__main__":
    main()
