"""A fresh database for each history, of each kind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.faults.campaign import NewDatabase


@pytest.fixture
def sqlite_files(sqlite_template: Path) -> NewDatabase:
    """A fresh SQLite file for each history."""

    def new(seed: int, home: Path) -> str:
        shutil.copy(sqlite_template, home / "newsletter.db")
        return f"sqlite:///{home / 'newsletter.db'}"

    return new


@pytest.fixture
def postgres_databases(postgres_server: str) -> NewDatabase:
    """A fresh PostgreSQL database for each history."""
    return from_template(postgres_server)


def from_template(server: str) -> NewDatabase:
    """Makes databases on a server that has a `template_newsletter`."""
    address = make_url(server)

    def new(seed: int, home: Path) -> str:
        name = f"history_{seed}"
        admin = create_engine(address.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_newsletter STRATEGY = FILE_COPY"))
        admin.dispose()
        return address.set(database=name).render_as_string(hide_password=False)

    return new
