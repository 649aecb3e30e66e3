"""Which addresses a file has shown already, and in which line, at 18 to 36 bytes an address."""

from __future__ import annotations

from array import array

# A set of a million address strings takes more than 100 MB; this takes 25.
_SMALLEST = 1024


class AddressesSeen:
    """A hash table: open addressing over two flat arrays, which grow when more is shown than was promised.

    It keeps 64 bits of Python's own hash, which is salted in each process, so no file can aim at a clash. Among
    a million addresses two different ones clash once in 30 million files; the row is then reported, not lost.
    """

    def __init__(self, most: int = 0) -> None:
        """`most` is the number of addresses that will probably be shown."""
        self._make(most)

    def _make(self, most: int) -> None:
        size = _SMALLEST
        while size < most * 3 // 2:
            size *= 2
        self._mask = size - 1
        self._room = size * 2 // 3 + 1
        self._hashes = array("Q", bytes(8 * size))
        self._lines = array("I", bytes(4 * size))

    def earlier(self, key: str, line: int) -> int | None:
        """The line that showed this address before; None where this is the first, which is then remembered."""
        wanted = _hash(key)
        place = self._place(wanted)
        if self._hashes[place]:
            return self._lines[place]
        self._hashes[place] = wanted
        self._lines[place] = line & 0xFFFF_FFFF
        self._room -= 1
        if not self._room:
            self._grow()
        return None

    def find(self, key: str) -> int | None:
        """The line that showed this address first, if one did."""
        place = self._place(_hash(key))
        return self._lines[place] if self._hashes[place] else None

    def _place(self, wanted: int) -> int:
        """Where this hash stands, or the free place where it would."""
        hashes, place = self._hashes, wanted & self._mask
        while (found := hashes[place]) and found != wanted:
            place = (place + 1) & self._mask
        return place

    def _grow(self) -> None:
        known = [(found, line) for found, line in zip(self._hashes, self._lines, strict=True) if found]
        self._make(len(known) * 2)
        self._room -= len(known)
        for found, line in known:
            place = self._place(found)
            self._hashes[place], self._lines[place] = found, line


def _hash(key: str) -> int:
    """64 bits, none of them all zero: 0 marks a free place."""
    return (hash(key) & 0xFFFF_FFFF_FFFF_FFFF) or 1
