"""What is sealed by a pass phrase opens by it alone, and whole."""

from __future__ import annotations

import io

import pytest

from newsletter.backups.sealed import check_phrase, is_sealed, seal, unseal
from newsletter.words.mistake import Mistake

PHRASE = "four words and a boat"
PIECE = (1 << 20) + 16


@pytest.fixture(scope="module")
def plain() -> bytes:
    """Two pieces and a byte."""
    return bytes(range(256)) * 8_192 + b"x"


@pytest.fixture(scope="module")
def sealed(plain: bytes) -> bytes:
    return b"".join(seal([plain[:1000], plain[1000:]], PHRASE))


def test_what_was_sealed_opens_whole(plain: bytes, sealed: bytes) -> None:
    """Nothing of it can be read before; of nothing at all too."""
    assert is_sealed(sealed) and plain[:256] not in sealed
    assert b"".join(unseal(io.BytesIO(sealed), PHRASE)) == plain
    assert b"".join(unseal(io.BytesIO(b"".join(seal([], PHRASE))), PHRASE)) == b""


@pytest.mark.parametrize("wrong", ["cut behind a piece", "swapped", "changed"])
def test_what_was_tampered_with_is_refused(sealed: bytes, wrong: str) -> None:
    head, first, second, last = sealed[:36], sealed[36:][:PIECE], sealed[36 + PIECE :][:PIECE], sealed[36 + 2 * PIECE :]
    made = {
        "cut behind a piece": head + first + second,
        "swapped": head + second + first + last,
        "changed": head + first + second[:-1] + bytes([second[-1] ^ 1]) + last,
    }[wrong]
    with pytest.raises(Mistake):
        b"".join(unseal(io.BytesIO(made), PHRASE))


def test_another_pass_phrase_does_not_open_it(sealed: bytes) -> None:
    with pytest.raises(Mistake, match="This pass phrase does not open the backup"):
        b"".join(unseal(io.BytesIO(sealed), "four words and a ship"))


def test_a_pass_phrase_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(Mistake, match="could be guessed"):
        check_phrase("elevenchars")
    assert check_phrase("") == ""
