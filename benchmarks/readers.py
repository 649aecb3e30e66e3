"""Puts made-up readers straight into a newsletter's database: PostgreSQL where its setting names one, else the file.

python -m benchmarks.readers FOLDER NUMBER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sqlalchemy import text

from newsletter.wiring.schema import metadata

_PEOPLE = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :n_readers)
INSERT INTO subscriber (id, email, email_key, first_name, last_name, fields, created_at, updated_at)
SELECT n, 'reader' || n || '@example.com', 'reader' || n || '@example.com',
       substr('MaraInesJonaNilsTomaAnja', 1 + (n % 6) * 4, 4) || CASE n % 50 WHEN 0 THEN ' & Co' ELSE '' END,
       'Aker' || n, '{}', '2026-11-01 09:00:00.000000', '2026-11-01 09:00:00.000000'
FROM number
"""
_ON_LIST = """
INSERT INTO subscription (list_id, subscriber_id, status, since_at)
SELECT 1, id, 'active', '2026-11-01 09:00:00.000000' FROM subscriber
"""


def add(folder: Path, n_readers: int) -> None:
    """Active subscribers of the list `weekly`. One in fifty has a name that must be escaped in HTML."""
    from newsletter.db.engine import connect, writing
    from newsletter.db.upgrade import prepare

    engine = connect(os.environ.get("NEWSLETTER_DATABASE_URL") or f"sqlite:///{folder / 'var' / 'newsletter.db'}")
    prepare(engine, metadata)
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO mailing_list (id, name, created_at) VALUES (1, 'weekly', '2026-11-01 09:00:00.000000')"
        )
        connection.execute(text(_PEOPLE), {"n_readers": n_readers})
        connection.exec_driver_sql(_ON_LIST)
    engine.dispose()


if __name__ == "__main__":
    add(Path(sys.argv[1]), int(sys.argv[2]))
