"""Lists by their names: found, required, numbered."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from newsletter.readers.tables import mailing_list
from newsletter.words.mistake import Missing


def find_list(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == name))


def get_list(connection: Connection, name: str) -> int:
    """Raises Missing where there is no such list."""
    number = find_list(connection, name)
    if number is None:
        raise no_such_list(name)
    return number


def no_such_list(name: str) -> Missing:
    return Missing(f"There is no list called {name!r}.", fix="See the lists with: newsletter lists")


def list_numbers(connection: Connection, names: Collection[str]) -> list[int]:
    """The numbers of these lists, as far as they are there; of all lists where none is named."""
    query = select(mailing_list.c.id).order_by(mailing_list.c.id)
    return list(connection.scalars(query.where(mailing_list.c.name.in_(names)) if names else query))
