"""Where many machines are put to the test: a database server, a hostile provider, a wire to each, and the machines."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from newsletter.schedule.choice import approve_issue
from tests.conftest import with_template
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.fakes.signing import Signer
from tests.faults.history import BAD_ANSWERS
from tests.faults.machine import Machine, copies
from tests.faults.own_postgres import OwnPostgres, hurry, own_postgres
from tests.faults.wires import Wire
from tests.jobs.serving import Hands
from tests.schedule.clocked import CALL, LIMIT, TICK
from tests.schedule.world import SLOT, World, through

_NAMES = ("serve 1", "serve 2", "worker 1", "worker 2", "worker 3", "worker 4")
# These end a sending until a person has looked, and are tried elsewhere.
_FOR_A_PERSON = ("401", "403")
_READERS = """
INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', now());
INSERT INTO subscriber (id, email, email_key, first_name, fields, created_at, updated_at)
    SELECT n, 'reader'||n||'@example.com', 'reader'||n||'@example.com', 'Reader '||n, '{{}}', now(), now()
    FROM generate_series(1, {n}) n;
INSERT INTO subscription (list_id, subscriber_id, status, since_at) SELECT 1, id, 'active', now() FROM subscriber;
ANALYZE
"""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How large a siege is, and how long things last in it, in seconds.

    `frozen` is longer than any lease: a machine that wakes up after it finds that others have its work. `away` are the
    times for which a wire is cut or silent, `answers` those that the provider takes for a call. `most_still` is how
    long nothing may move while something could. `settings` make the leases of all machines short.
    """

    n_readers: int
    parcel_size: int
    n_faults: int
    frozen: float
    away: tuple[float, ...]
    answers: tuple[float, ...]
    most_still: float
    settings: dict[str, str] = field(default_factory=dict)
    hurries: bool = False


# What any two minutes are for the real program happens here in a few seconds.
SHORT = Scale(
    n_readers=20_000,
    parcel_size=200,
    n_faults=9,
    frozen=6.0,
    away=(0.3, 1.0),
    answers=(0.1, 0.5, 1.0),
    most_still=45.0,
    settings={LIMIT: "4", CALL: "2", TICK: "3"},
    hurries=True,
)


def full(n_readers: int) -> Scale:
    """With the program's own leases and a minute for each freeze."""
    return Scale(
        n_readers=n_readers,
        parcel_size=max(100, min(1_000, n_readers // 400)),
        n_faults=48,
        frozen=60.0,
        away=(1.0, 10.0, 40.0),
        answers=(0.2, 1.0, 5.0),
        most_still=60.0,
        settings={TICK: "15"},
    )


@dataclass(kw_only=True)
class Ground:
    """All that is there. `url` is the database by its own address, which no wire goes through."""

    folder: Path
    scale: Scale
    url: str
    provider: SendGridServer
    server: OwnPostgres
    world: World
    signer: Signer
    hands: Hands
    to_provider: Wire
    to_database: Wire
    machines: list[Machine]

    def taken(self) -> Iterator[dict[str, Any]]:
        """Whom the provider took, in order; not the notices to the owner."""
        with self.provider.log.open("rb") as log:
            for line in log:
                if b'"reader' in line:
                    yield orjson.loads(line)


@contextmanager
def ground(folder: Path, scale: Scale, draw: random.Random) -> Iterator[Ground]:
    """Set it up, five minutes before the slot of an issue to everybody; end all of it afterwards."""
    with ExitStack() as stack:
        provider = stack.enter_context(sendgrid_server(folder / "provider"))
        # Who has not paid for it can't ask: their log would hold a million readers in memory.
        provider.keep(status=403, remembers=False)
        n_calls = 4 * scale.n_readers // scale.parcel_size
        provider.plan(*_answers(draw, scale, n_calls), then={"do": "accept", "seconds": scale.answers[0]})
        server = stack.enter_context(own_postgres())
        if scale.hurries:
            hurry(server.address)
        url = _database(server, scale)
        to_provider, to_database = (stack.enter_context(_wire(one)) for one in (provider.url, url))
        signer, hands = Signer(), Hands(folder / "offset")
        settings = through(provider.url, parcel_size=scale.parcel_size)
        settings["NEWSLETTER_SENDGRID_WEBHOOK_KEY"] = signer.public
        world = World(folder / "weekly", url=url, now=SLOT - timedelta(days=2), n_readers=0, **settings)
        stack.callback(world.close)
        world.issue(1, words="This is revision 1.")
        world.set_timetable()
        approve_issue(world.desk, 1, by="mara")
        hands.turn(SLOT - timedelta(minutes=5))
        wires = {"NEWSLETTER_DATABASE_URL": to_database.url, "NEWSLETTER_SENDGRID_URL": to_provider.url}
        machines = _machines(world, hands, {**scale.settings, **wires})
        stack.callback(lambda: [one.kill() for one in machines])
        yield Ground(
            folder=folder,
            scale=scale,
            url=url,
            provider=provider,
            server=server,
            world=world,
            signer=signer,
            hands=hands,
            to_provider=to_provider,
            to_database=to_database,
            machines=machines,
        )


def _answers(draw: random.Random, scale: Scale, n_calls: int) -> list[dict[str, Any]]:
    """One call in seven is answered badly, and one in fifty with "too fast"."""
    bad = {do: weight for do, weight in BAD_ANSWERS.items() if do not in _FOR_A_PERSON}
    steps: list[dict[str, Any]] = []
    for _ in range(n_calls):
        step: dict[str, Any] = {"do": "accept", "seconds": draw.choice(scale.answers)}
        if draw.random() < 0.15:
            step["do"] = draw.choices(list(bad), list(bad.values()))[0]
        elif draw.random() < 0.02:
            step = {"do": "429", "headers": {"Retry-After": "1"}}
        steps.append(step)
    return steps


def _database(server: OwnPostgres, scale: Scale) -> str:
    """A database with all its readers."""
    address = make_url(with_template(server.address)).set(database="template_newsletter")
    admin = create_engine(address.set(drivername="postgresql+psycopg"))
    with admin.begin() as connection:
        for statement in _READERS.format(n=scale.n_readers).split(";"):
            connection.execute(text(statement))
    admin.dispose()
    return address.render_as_string(hide_password=False)


@contextmanager
def _wire(url: str) -> Iterator[Wire]:
    wire = Wire(url)
    try:
        yield wire
    finally:
        wire.close()


def _machines(world: World, hands: Hands, settings: dict[str, str]) -> list[Machine]:
    made = []
    for name, folder in zip(_NAMES, copies(world.folder, _NAMES), strict=True):
        kind = name.partition(" ")[0]
        words = (kind, "--port", "0") if kind == "serve" else (kind,)
        made.append(Machine(name, folder, hands, words, settings))
    return made
