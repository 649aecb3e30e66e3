"""Proxies that nobody has named, with when a request last came through each, for `doctor` to tell of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, select

from newsletter.access.tables import unnamed_proxy
from newsletter.db.engine import reading, writing
from newsletter.db.upsert import insert_into

_KEPT_FOR = timedelta(days=30)
_MOST = 20


class UnnamedProxies:
    """Proxies that pass requests on and that nobody has named, as the pages meet them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, address: str, *, at: datetime) -> None:
        """Note that a request came through this proxy. A bounded number is kept."""
        with writing(self._engine) as connection:
            connection.execute(delete(unnamed_proxy).where(unnamed_proxy.c.seen_at < at - _KEPT_FOR))
            others = select(func.count()).where(unnamed_proxy.c.address != address)
            if (connection.scalar(others) or 0) >= _MOST:
                return
            row = insert_into(connection, unnamed_proxy).values(address=address, seen_at=at)
            connection.execute(row.on_conflict_do_update(index_elements=["address"], set_={"seen_at": at}))

    def list_since(self, since: datetime) -> Sequence[str]:
        """Their addresses, the one that came last first."""
        asked = select(unnamed_proxy.c.address).where(unnamed_proxy.c.seen_at >= since)
        with reading(self._engine) as connection:
            return connection.scalars(asked.order_by(unnamed_proxy.c.seen_at.desc())).all()
