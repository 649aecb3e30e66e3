"""Tokens are HMAC as the standard library makes it, however they are made, and say what they were made of."""

from __future__ import annotations

import base64
import hmac

import pytest

from newsletter.words.token import base36, read_reader_token, reader_tokens

# As short as a key may be, a block of SHA-256 and one byte around it, and longer.
_LENGTHS = (0, 1, 32, 63, 64, 65, 200)


@pytest.mark.parametrize("length", _LENGTHS)
@pytest.mark.parametrize("purpose", ["u", "p"])
def test_the_tag_is_that_of_the_standard_library(length: int, purpose: str) -> None:
    key, people = bytes(range(length)), [0, 1, 35, 36, 1295, 1296, 60_466_176, 2**40]

    made = reader_tokens(key, key_id=3, purpose=purpose, subscribers=people, mailing_list=40, issue=1_300)

    for person, token in zip(people, made, strict=True):
        said, _, tag = token.rpartition(".")
        whole = hmac.digest(key, f"{purpose}:{said}".encode(), "sha256")
        assert base64.urlsafe_b64encode(whole[:16]).rstrip(b"=").decode() == tag
        read = read_reader_token(token, {3: key}, purpose=purpose)
        assert read and (person, 40, 1_300) == (read.subscriber, read.mailing_list, read.issue)


def test_numbers_in_base_36_are_read_by_python() -> None:
    numbers = [*range(3_000), *(36**power + more for power in range(1, 12) for more in (-1, 0, 1))]
    written = [base36(one) for one in numbers]
    assert numbers == [int(one, 36) for one in written]
    assert not [one for one in written if len(one) > 1 and one.startswith("0")]
