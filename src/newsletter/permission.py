"""Gathers what it takes to ask readers again whether they still want the newsletter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.store.asking_again import SqlAskingAgain

if TYPE_CHECKING:
    from newsletter.wiring import Parts


def asking_again(parts: Parts) -> SqlAskingAgain:
    return SqlAskingAgain(parts.engine)
