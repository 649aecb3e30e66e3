"""`connect`: choose the provider that carries the mail, and prepare it step by step before it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from newsletter.cli.machine.connect_steps import do_step, print_steps, undo_step, walk_steps
from newsletter.cli.machine.doctor import name_server_address
from newsletter.providers.registry import KINDS, PRACTICE

if TYPE_CHECKING:
    from newsletter.connect.desk import ConnectDesk
    from newsletter.providers.kind import ProviderKind

_SHARED = (
    click.Option(["--prepare"], is_flag=True, help="Keep the key, and go on practising until `--do use`."),
    click.Option(
        ["--look"], is_flag=True, help="Show where each step stands, with the records for DNS. Nothing is changed."
    ),
    click.Option(["--do", "do_name"], metavar="STEP", help="Do one step; it may be done again at any time."),
    click.Option(["--undo", "undo_name"], metavar="STEP", help="Take one step back."),
    click.Option(["--to", "answer"], metavar="ADDRESS", help="With `--do test`: where the test mail goes."),
    click.Option(
        ["--wait", "minutes"],
        type=click.IntRange(1, 24 * 60),
        metavar="MINUTES",
        help="With --look: look every 15 seconds until the records are live, for so long at most.",
    ),
    click.Option(["--name-server"], metavar="ADDRESS[:PORT]", help="Ask this one instead of this machine's."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What the options that all providers share ask for."""

    prepare: bool = False
    look: bool = False
    do_name: str | None = None
    undo_name: str | None = None
    answer: str | None = None
    minutes: int | None = None
    name_server: str | None = None

    @property
    def is_of_steps(self) -> bool:
        return bool(self.look or self.do_name or self.undo_name)


class _Providers(click.Group):
    """A command for each provider that can be connected; its questions are in the provider's own room."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, kind in KINDS.items() if not kind.is_practice]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        kind = KINDS.get(cmd_name)
        command = kind.connect_command() if kind else None
        if kind is None or command is None or command.callback is None:
            return None
        return click.Command(
            cmd_name,
            params=[*command.params, *_SHARED],
            help=command.help,
            callback=_connects(kind, command.callback),
        )


@click.group(cls=_Providers)
def connect() -> None:
    """Say who carries your mail. It is tried without sending any, and kept only if it works.

    Passwords and keys are asked for, or read from standard input; they are never shown, and stand in var/secrets.env,
    which nobody else may read. After that come the steps of the provider, such as the records of your domain: each says
    what it will do, and may be done again or taken back. The studio has the same under Settings, Sending service.
    """


def _connects(kind: ProviderKind, ask: Callable[..., dict[str, str]]) -> Callable[..., None]:
    """What the command does with what `ask` returns: try it, and keep it."""

    @click.pass_obj
    def run(folder: object, /, **options: object) -> None:
        from newsletter.cli import Folder
        from newsletter.cli.context import parts_of
        from newsletter.wiring.connect import connect_desk

        assert isinstance(folder, Folder)
        wish = _Wish(**{option.name: options.pop(option.name) for option in _SHARED if option.name})  # type: ignore[arg-type]
        server = name_server_address(wish.name_server)
        if wish.is_of_steps:
            desk = connect_desk(parts_of(folder), kind, name_servers=[server] if server else None)
            _steps(desk, wish)
            return
        desk = connect_desk(parts_of(folder), kind, name_servers=[server] if server else None)
        _connect(desk, ask(**options), wish)
        walk_steps(desk)

    return run


def _steps(desk: ConnectDesk, wish: _Wish) -> None:
    if wish.do_name:
        do_step(desk, wish.do_name, wish.answer or "")
    if wish.undo_name:
        undo_step(desk, wish.undo_name)
    if wish.look:
        print_steps(desk, minutes=wish.minutes or 0)


def _connect(desk: ConnectDesk, given: Mapping[str, str], wish: _Wish) -> None:
    from newsletter.folder.secrets_file import SECRETS, keep_secrets

    kind, directory = desk.kind, desk.setup().directory
    tried = desk.keep_tried(given, kind.try_key if wish.prepare else kind.try_out)
    click.echo(tried.words)
    for warning, fix in tried.warnings:
        click.echo(f"{warning}\n{fix}")
    if wish.prepare:
        click.echo(f"Kept in {SECRETS}. Mail stays on this machine until: newsletter connect {kind.name} --do use")
        return
    keep_secrets(directory, {"NEWSLETTER_PROVIDER": kind.name})
    click.echo(
        f"Kept in {SECRETS}. From now on `send` goes to real people; to practise: "
        f"NEWSLETTER_PROVIDER={PRACTICE.name} there."
    )
    _say_what_lacks(desk)


def _say_what_lacks(desk: ConnectDesk) -> None:
    from newsletter.config import read_config

    kind = desk.kind
    if (chosen := os.environ.get("NEWSLETTER_PROVIDER", kind.name)) != kind.name:
        click.echo(f"Note: NEWSLETTER_PROVIDER={chosen} in the environment wins over that.", err=True)
    for lack in read_config(desk.setup().directory, {**os.environ, "NEWSLETTER_PROVIDER": kind.name}).lacks:
        click.echo(f"Before you can send: {lack.message}\n{lack.fix}")
