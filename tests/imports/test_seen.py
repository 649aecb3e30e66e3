"""The table of addresses that a file has shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter.imports.seen import AddressesSeen


@given(st.lists(st.text(max_size=5), max_size=300))
def test_it_answers_like_a_dictionary(keys: list[str]) -> None:
    """The first line of each key, however many there are."""
    seen, expected = AddressesSeen(len(keys)), dict[str, int]()
    for line, key in enumerate(keys, 1):
        assert seen.earlier(key, line) == expected.get(key)
        expected.setdefault(key, line)


def test_it_holds_as_many_as_it_was_made_for() -> None:
    """Full to the promised number it still finds each of them."""
    seen = AddressesSeen(50_000)
    assert not any(seen.earlier(f"r{number}", number + 1) for number in range(50_000))
    assert all(seen.earlier(f"r{number}", 99) == number + 1 for number in range(50_000))
