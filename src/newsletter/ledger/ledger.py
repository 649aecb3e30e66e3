"""The ledger, handed out by subject: what is planned, claimed, recorded and counted in one database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from newsletter.ledger.account.account_sql import Accounts
from newsletter.ledger.account.forecast_sql import Forecasts
from newsletter.ledger.account.tally_sql import Tallies
from newsletter.ledger.attempts_sql import Attempts
from newsletter.ledger.claim import Parcels
from newsletter.ledger.control_sql import Control
from newsletter.ledger.corrections.corrections_sql import Corrections
from newsletter.ledger.doubts_sql import Doubts
from newsletter.ledger.mailings_sql import Mailings
from newsletter.ledger.pace.halt_sql import Halts
from newsletter.ledger.plan_sql import IsAwaited, Planning, never_awaited
from newsletter.ledger.trials.trials_sql import Trials


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The parts of the ledger; each stands for itself, over the same tables."""

    mailings: Mailings
    planning: Planning
    parcels: Parcels
    attempts: Attempts
    doubts: Doubts
    control: Control
    corrections: Corrections
    accounts: Accounts
    tallies: Tallies
    forecasts: Forecasts
    halts: Halts
    trials: Trials


def open_ledger(engine: Engine, *, practice: bool = False, is_awaited: IsAwaited = never_awaited) -> Ledger:
    """The real ledger, or with `practice` the practice account in the same database."""
    mailings = Mailings(engine, practice=practice)
    return Ledger(
        mailings=mailings,
        planning=Planning(engine, mailings, practice=practice, is_awaited=is_awaited),
        parcels=Parcels(engine, practice=practice),
        attempts=Attempts(engine),
        doubts=Doubts(engine, practice=practice),
        control=Control(engine, practice=practice),
        corrections=Corrections(engine, practice=practice),
        accounts=Accounts(engine, practice=practice),
        tallies=Tallies(engine, practice=practice),
        forecasts=Forecasts(engine, practice=practice),
        halts=Halts(engine),
        trials=Trials(engine),
    )
