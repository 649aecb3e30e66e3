"""Encrypts what leaves the machine with a pass phrase, piece by piece, so that a large backup never lies in memory.

A sealed file is a line that says so, 16 bytes of salt, and pieces of a megabyte by AES-256-GCM, each with its 16 bytes of
proof. The key comes from the pass phrase by scrypt (RFC 7914). A piece's nonce is its number and whether it is the last
one, so that pieces can be neither changed nor left out, nor the end cut off (Rogaway's STREAM construction).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from newsletter.words.mistake import Mistake

SHORTEST_PHRASE = 12
_MARK = b"newsletter sealed 1\n"
_SALT, _PIECE, _PROOF = 16, 1 << 20, 16
# 64 MB and a quarter of a second for each guess.
_COST = 1 << 16


def check_phrase(phrase: str) -> str:
    """Raises Mistake for one that could be guessed."""
    if phrase and len(phrase) < SHORTEST_PHRASE:
        raise Mistake(
            f"The pass phrase is shorter than {SHORTEST_PHRASE} characters and could be guessed.",
            fix="Take four or five words that have nothing to do with each other.",
        )
    return phrase


def is_sealed(start: bytes) -> bool:
    """`start` is how a file begins: at least 20 bytes of it."""
    return start.startswith(_MARK)


def seal(chunks: Iterable[bytes], phrase: str) -> Iterator[bytes]:
    """The same, closed by the pass phrase."""
    salt = os.urandom(_SALT)
    cipher = AESGCM(_key(phrase, salt))
    yield _MARK + salt
    for number, (piece, is_last) in enumerate(_pieces(chunks)):
        yield cipher.encrypt(_nonce(number, is_last=is_last), piece, _MARK)


def unseal(file: IO[bytes], phrase: str) -> Iterator[bytes]:
    """What was sealed. Raises Mistake for another pass phrase, and for a file that is damaged or not whole."""
    head = file.read(len(_MARK) + _SALT)
    cipher = AESGCM(_key(phrase, head[len(_MARK) :]))
    number, piece = 0, file.read(_PIECE + _PROOF)
    while piece:
        following = file.read(_PIECE + _PROOF)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), piece, _MARK)
        except InvalidTag:
            raise _wrong(number) from None
        number, piece = number + 1, following
    if number == 0:
        raise _wrong(1)


def _wrong(number: int) -> Mistake:
    if number == 0:
        return Mistake("This pass phrase does not open the backup.", fix="Type the one that was set when it was made.")
    return Mistake("The backup is damaged, or its end is missing.", fix="Take another one.")


def _key(phrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(phrase.encode())


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _pieces(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of one length, and whether each is the last."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > _PIECE:
            yield bytes(waiting[:_PIECE]), False
            del waiting[:_PIECE]
    yield bytes(waiting), True
