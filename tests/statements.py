"""Statements that one test compiled are not compiled again by the next: engines of one kind of database share them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event


class _Compiled(dict[Any, Any]):
    """What SQLAlchemy keeps of statements, for every engine alike: its own keys begin with the engine's dialect."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


def share_compiled_statements() -> None:
    """A process of the program has one engine, and compiles a statement once; that of the tests has thousands."""
    kept: dict[str, _Compiled] = {}

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept.setdefault(connection.dialect.name, _Compiled()))

    event.listen(Engine, "engine_connect", share)
