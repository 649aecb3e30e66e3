"""How far an upload is: looked at first, then imported."""

from __future__ import annotations

from enum import StrEnum


class UploadState(StrEnum):
    """A look changes nothing. What is stopped goes on where it was, and what was imported has no files any more."""

    ARRIVING = "arriving"
    LOOKING = "looking"
    LOOKED = "looked"
    IMPORTING = "importing"
    STOPPED = "stopped"
    IMPORTED = "imported"


AT_WORK = (UploadState.LOOKING, UploadState.IMPORTING)
