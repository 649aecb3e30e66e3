"""`connect`: choose the provider that carries the mail, and find out that it works before it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from newsletter.providers.registry import KINDS, PRACTICE

if TYPE_CHECKING:
    from newsletter.providers.kind import ProviderKind


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
            cmd_name, params=command.params, help=command.help, callback=_connects(kind, command.callback)
        )


@click.group(cls=_Providers)
def connect() -> None:
    """Say who carries your mail. It is tried without sending any, and kept only if it works.

    Passwords and keys are asked for, or read from standard input; they are never shown, and stand in var/secrets.env,
    which nobody else may read.
    """


def _connects(kind: ProviderKind, ask: Callable[..., dict[str, str]]) -> Callable[..., None]:
    """What the command does with what `ask` returns: try it, and keep it."""

    @click.pass_obj
    def run(folder: object, /, **options: object) -> None:
        from newsletter.cli import Folder
        from newsletter.config import read_config
        from newsletter.folder.secrets_file import SECRETS, keep_secrets
        from newsletter.wiring import SystemClock

        assert isinstance(folder, Folder)
        # As if for practice: what only real sending needs may still be missing.
        config = read_config(folder.directory, {**os.environ, "NEWSLETTER_PROVIDER": PRACTICE.name})
        given = ask(**options)
        setup = config.provider_setup(SystemClock())
        tried = kind.try_out(replace(setup, settings={**setup.settings, **given}))
        click.echo(tried.words)
        for warning, fix in tried.warnings:
            click.echo(f"{warning}\n{fix}")
        variables = {setting.variable: given[setting.key] for setting in kind.settings if setting.key in given}
        keep_secrets(folder.directory, {**variables, "NEWSLETTER_PROVIDER": kind.name})
        click.echo(
            f"Kept in {SECRETS}. From now on `send` goes to real people; to practise: "
            f"NEWSLETTER_PROVIDER={PRACTICE.name} there."
        )
        if (chosen := os.environ.get("NEWSLETTER_PROVIDER", kind.name)) != kind.name:
            click.echo(f"Note: NEWSLETTER_PROVIDER={chosen} in the environment wins over that.", err=True)
        for lack in read_config(folder.directory, {**os.environ, "NEWSLETTER_PROVIDER": kind.name}).lacks:
            click.echo(f"Before you can send: {lack.message}\n{lack.fix}")

    return run
