"""Where the steps of a sending service stood when somebody looked last, and which are being looked at, in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast

from sqlalchemy import Engine, delete, func, select, update

from newsletter.apart.wire import BadAnswer, read_as
from newsletter.connect.records import SeenRecord
from newsletter.connect.tables import step_look
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.providers.steps import StepLook

# For all steps of a service: each asks the service and a name server. A process that dies is not waited for longer.
_LOOK_SECONDS = 120.0
# A process that waits for records says so again at every round.
_ROUND_SECONDS = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLook:
    """Where a step stood, with its records as DNS had them."""

    look: StepLook
    records: tuple[SeenRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLooks:
    """The last look at each step by its name, the steps that are being looked at, and whether records are waited for."""

    seen: Mapping[str, KeptLook]
    under_way: frozenset[str]
    waits: bool


class KeptLooks:
    """The looks at all services, by the names of their kinds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, service: str) -> ServiceLooks:
        is_looking = func.coalesce(step_look.c.looking_until > database_now(), False).label("is_looking")
        waits = func.coalesce(step_look.c.waiting_until > database_now(), False).label("waits")
        wanted = select(step_look.c.step, step_look.c.seen, is_looking, waits)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.where(step_look.c.service == service)).all()
        seen = {row.step: look for row in rows if (look := _read(row.seen)) is not None}
        under_way = frozenset(row.step for row in rows if row.is_looking)
        return ServiceLooks(seen=seen, under_way=under_way, waits=any(row.waits for row in rows))

    def begin(self, service: str, steps: Sequence[str]) -> bool:
        """This process looks at these steps. False where one is looking at the service already."""
        return self._begin(service, steps, looking_until=database_now(_LOOK_SECONDS))

    def begin_to_wait(self, service: str, steps: Sequence[str]) -> bool:
        """This process waits for the records of these steps. False where one does already."""
        return self._begin(service, steps, waiting_until=database_now(_ROUND_SECONDS))

    def go_on_waiting(self, service: str) -> None:
        with writing(self._engine) as connection:
            waiting = update(step_look).where(step_look.c.service == service, step_look.c.waiting_until.is_not(None))
            connection.execute(waiting.values(waiting_until=database_now(_ROUND_SECONDS)))

    def end(self, service: str, *, waiting: bool = False) -> None:
        """This process no longer looks; with `waiting` it no longer waits."""
        column = "waiting_until" if waiting else "looking_until"
        with writing(self._engine) as connection:
            connection.execute(update(step_look).where(step_look.c.service == service).values({column: None}))

    def keep(self, service: str, step: str, kept: KeptLook) -> None:
        """It is looked at no longer, and this was seen."""
        values = {"seen": json.dumps(asdict(kept), ensure_ascii=False), "looking_until": None}
        with writing(self._engine) as connection:
            into = insert_into(connection, step_look).values(service=service, step=step, **values)
            connection.execute(into.on_conflict_do_update(index_elements=["service", "step"], set_=values))

    def forget(self, service: str) -> None:
        """What was seen with another key does not count."""
        with writing(self._engine) as connection:
            connection.execute(delete(step_look).where(step_look.c.service == service))

    def _begin(self, service: str, steps: Sequence[str], **until: database_now) -> bool:
        (column,) = (step_look.c[name] for name in until)
        is_begun = select(step_look.c.step).where(step_look.c.service == service, column > database_now())
        with writing(self._engine) as connection:
            if connection.scalar(is_begun.limit(1)) is not None:
                return False
            for step in sorted(steps):
                into = insert_into(connection, step_look).values(service=service, step=step, **until)
                connection.execute(into.on_conflict_do_update(index_elements=["service", "step"], set_=until))
        return True


def _read(seen: str) -> KeptLook | None:
    """None where nobody has looked, or another version of the program did."""
    if not seen:
        return None
    try:
        return cast("KeptLook", read_as(KeptLook, json.loads(seen)))
    except BadAnswer:
        return None
