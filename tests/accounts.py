"""Where an issue stands, looked at in both ways that there are: reader by reader, and by what the batches wrote down."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Engine

from newsletter.ledger.account.account_sql import Accounts
from newsletter.ledger.account.tally_sql import Tallies
from newsletter.ledger.rows import Account, Tally


def account_of(engine: Engine, issue: int = 1, *, practice: bool = False) -> Account:
    """The account of an issue that was sent. It adds up, and the quick tally says the same."""
    account = Accounts(engine, practice=practice).find(issue)
    tally = Tallies(engine, practice=practice).find(issue)
    assert account is not None
    assert account.planned == sum(account.handover.values())
    assert tally == Tally(**{one.name: getattr(account, one.name) for one in fields(Tally)})
    return account
