"""Archives that people name: refused where they are made to fill a disk, and what is wrong with one as a sentence."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.words.mistake import Mistake

# An export of a million people has about 300 MB. Text shrinks to a tenth; what shrinks to less is no text of people's.
_MOST_BYTES = 4 << 30
_MOST_RATIO = 200
_SMALL = 20 << 20
_MOST_MEMBERS = 1_000
# An export of a whole newsletter has some files for each issue, and its pictures.
MOST_IN_NEWSLETTER = 100_000


def safe_members(path: Path, archive: zipfile.ZipFile, *, most: int = _MOST_MEMBERS) -> list[zipfile.ZipInfo]:
    """The members of an archive that was not made to fill a disk. zipfile gives no more than they declare."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    packed, whole = (sum(getattr(one, size) for one in members) for size in ("compress_size", "file_size"))
    if len(members) > most or is_bomb(packed, whole):
        raise Mistake(
            f"{path} would unpack to {len(members):,} files of {whole / 1e6:,.0f} MB: no export looks like that.",
            fix="If you trust it, unpack it yourself and name what is in it.",
        )
    return members


def is_bomb(packed: int, whole: int) -> bool:
    """Whether `packed` bytes that give `whole` ones were made to fill a disk."""
    return whole > _MOST_BYTES or (whole > _SMALL and whole > packed * _MOST_RATIO)


@contextmanager
def troubles(path: Path) -> Iterator[None]:
    """Turn what can go wrong while an archive is read, or unpacked to a temporary place, into a Mistake."""
    try:
        yield
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Mistake(f"{path} is a damaged archive: {error}.", fix="Download or export it again.") from None
    except RuntimeError:
        # How zipfile says that a password is wanted.
        raise Mistake(f"{path} is locked with a password.", fix="Unpack it, and name what is in it.") from None
    except OSError as error:
        raise Mistake(
            f"{path} cannot be unpacked: {error.strerror}.", fix="Make room in the temporary folder."
        ) from None
