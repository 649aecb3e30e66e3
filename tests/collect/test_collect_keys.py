"""Collect-only keys: shown once, kept as digests, good for one thing, and ended at once."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import Engine, select

from newsletter.collect.keys_sql import CollectKeys
from newsletter.collect.tables import collect_key
from newsletter.db.engine import reading
from newsletter.words.mistake import Missing, Mistake


@pytest.fixture
def keys(engine: Engine) -> CollectKeys:
    return CollectKeys(engine, lambda: secrets.token_urlsafe(32))


def test_a_key_is_known_by_its_name_and_kept_nowhere(keys: CollectKeys, engine: Engine) -> None:
    """Whoever reads the database finds nothing that opens anything."""
    key = keys.new_key("phone")
    with reading(engine) as connection:
        kept = str(connection.execute(select(collect_key)).one())

    assert "phone" == keys.verify(key)
    assert key not in kept and key.removeprefix("collect_") not in kept
    assert keys.list_keys()[0].used_at is not None


def test_nothing_else_is_a_key(keys: CollectKeys) -> None:
    """Not one like it, not one without what it is for, not one that was ended."""
    key = keys.new_key("phone")
    wrong = ["", "collect_", key[:-1], key + "x", key.upper(), key.removeprefix("collect_"), f" {key}", "x" * 10_000,
             "collect_\0", "collect_ä"]  # fmt: skip

    assert [None] * len(wrong) == [keys.verify(one) for one in wrong]
    keys.revoke("phone")
    assert keys.verify(key) is None


def test_names_are_taken_once_and_keys_never_shown_again(keys: CollectKeys) -> None:
    """A second one of a name would leave nobody knowing which is which."""
    keys.new_key("phone")
    with pytest.raises(Mistake, match="already"):
        keys.new_key("phone")
    with pytest.raises(Mistake, match="can't be the name"):
        keys.new_key("two\nlines")
    with pytest.raises(Missing):
        keys.revoke("tablet")
