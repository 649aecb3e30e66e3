"""The address check: email-validator's policy, at the speed of an import."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.readers.address import check_address, is_plain, show, tidy_address
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import address_key, ascii_domain, mailable_address

_GOOD = [
    "ana@example.com",
    "Ana.Ng+news@Sub.Example.ORG",
    "o'neil@example.com",
    "user%relay@example.com",
    "=1+1@example.com",
    "+plus@example.com",
    "-dash@example.net",
    "_@example.net",
    "!#$%&'*+-/=?^_`{|}~@example.org",
    "a@b.co",
    "a@b-c.d-e.museum",
    "x" * 64 + "@example.com",
    "y@" + "d" * 63 + ".example.com",
    "z@" + ".".join(["d" * 59] * 4) + ".com",
    "a@1.2.3.example.com",
    "a@0-9.example.com",
    "postmaster@example.com",
    "a@a--b.example.com",
    "a@xn--mnchen-3ya.example",
    "gus@münchen.example",
    "gus@bücher.example.com",
    "a@例子.example.com",
    "a@παράδειγμα.example.com",
    "a@пример.example.com",
    "a@straße.example.com",
]
_BAD = [
    "",
    "@",
    "ana",
    "ana@",
    "@example.com",
    "no-at-sign.example.com",
    "two@@example.com",
    "a@b@example.com",
    ".lead@example.com",
    "dot..dot@example.com",
    "trail.@example.com",
    "a@b",
    "a@example..com",
    "a@.example.com",
    "a@example.com.",
    "a@-example.com",
    "a@example-.com",
    "a@ab--cd.example.com",
    "a@example.c0",
    "a@example.123",
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "x" * 65 + "@example.com",
    "y@" + "d" * 64 + ".com",
    "a@" + "d." * 130 + "com",
    '"quoted local"@example.com',
    '"a"@example.com',
    "a b@example.com",
    "a@exam ple.com",
    "a@example.com,b@example.com",
    "a@example.com;b@example.com",
    "a@example.com\nBcc: b@example.net",
    "a\r@example.com",
    "a\0@example.com",
    "a@exa\0mple.com",
    "a(comment)@example.com",
    "a@example.com(comment)",
    "a<b@example.com",
    "Ana <ana@example.com>",
    "a@under_score.example.com",
    "a@localhost",
    "a@foo.localhost",
    "a@example.test",
    "a@x.TEST",
    "a@example.invalid",
    "a@host.local",
    "a@1.in-addr.arpa",
    "a@hidden.onion",
    "jörg@example.com",
    "用户@example.com",
    "a\u200b@example.com",
    "\u200ba@example.com",
    "a@exam\u00adple.com",
    "a@xn--a.example.com",
    "a@xn--zzzzzzzzz99999.example.com",
    "a@ex\ud800ample.com",
    "a@examрle.com",
    "a@exampl\u03b5.com",
]


def _validator_takes(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return False
    return True


@pytest.mark.parametrize("address", _GOOD)
def test_good_addresses_are_kept_as_typed(address: str) -> None:
    """The local part and the spelling of the domain are the person's own."""
    assert check_address(address) == address
    assert _validator_takes(address)


@pytest.mark.parametrize("address", _BAD)
def test_bad_addresses_are_refused_with_a_reason_on_one_line(address: str) -> None:
    """The reason is a sentence that can be printed, whatever the address holds."""
    with pytest.raises(Mistake) as refusal:
        check_address(address)
    assert refusal.value.message.endswith(".")
    assert refusal.value.message.isprintable()


@pytest.mark.parametrize(
    "address", [address for address in _BAD if address not in {"a@examрle.com", "a@exampl\u03b5.com"}]
)
def test_only_look_alikes_are_refused_that_the_validator_would_take(address: str) -> None:
    """Our policy is the validator's, and one rule more."""
    assert not _validator_takes(address)


_ALPHABET = "abzAZ019._-+!#$%&'*/=?^`{|}~@ \"(),:;<>[]\\\t\nüрß\u200b\u0301xn"


@settings(max_examples=1_000, deadline=None)
@given(st.text(alphabet=_ALPHABET, max_size=30))
@example("a@b.co")
@example("a@ab--cd.com")
def test_what_the_fast_path_takes_the_validator_takes(address: str) -> None:
    """The fast path accepts nothing of its own, over text made of every sign that matters."""
    if is_plain(address):
        assert _validator_takes(address)


_atom = st.text(alphabet="abz019-+_!'%{~", min_size=1, max_size=22)
_label = st.text(alphabet="abzAZ019-_", min_size=1, max_size=24)
_tld = st.sampled_from(["com", "org", "c", "co", "c1", "1c", "test", "TEST", "invalid", "local", "localhost", "arpa"])


@settings(max_examples=1_000, deadline=None)
@given(st.lists(_atom, min_size=1, max_size=4), st.lists(_label, max_size=14), _tld)
def test_of_ascii_addresses_the_fast_path_misses_next_to_none(atoms: list[str], labels: list[str], tld: str) -> None:
    """Both say the same of what is shaped like an address; Punycode, one-letter ends and a text mark go the long way."""
    address = f"{'.'.join(atoms)}@{'.'.join([*labels, tld])}"
    if is_plain(address):
        assert _validator_takes(address)
    elif (
        not address.startswith("'")
        and "xn--" not in address.lower()
        and len(tld) > 1
        and not tld[-1].isdigit()
        and tld != "1c"
    ):
        assert not _validator_takes(address)


@settings(max_examples=800, deadline=None)
@given(st.text(alphabet="abüößéрдлΣσςİßẞ例子あa-.。．", min_size=1, max_size=12))
def test_the_key_of_a_domain_is_the_one_that_mail_servers_know(label: str) -> None:
    """Our key, made with the standard library alone, equals the IDNA form of whatever address is accepted."""
    try:
        kept = check_address(f"a@{label}.example.com")
    except Mistake:
        return
    known = validate_email(kept, check_deliverability=False).ascii_email
    assert address_key(kept) == address_key(mailable_address(kept)) == str(known).lower()


def test_idn_spellings_share_a_key_and_go_out_in_ascii() -> None:
    """Typed with umlauts or as xn--, in any case, it is one person."""
    assert (
        address_key("Gus@MÜNCHEN.example") == address_key("gus@xn--mnchen-3ya.example") == "gus@xn--mnchen-3ya.example"
    )
    assert mailable_address("Gus@MÜNCHEN.example") == "Gus@xn--mnchen-3ya.example"
    assert ascii_domain("Example.COM") == "example.com"


def test_plus_and_dots_are_other_people() -> None:
    """Only case is folded."""
    assert len({address_key(address) for address in ("ana@example.com", "a.na@example.com", "ana+x@example.com")}) == 3


@pytest.mark.parametrize(
    ("cell", "address", "name"),
    [
        ("  bo@example.com\t", "bo@example.com", ""),
        ("\u00a0carl@example.com\u3000", "carl@example.com", ""),
        ("mailto:eve@example.com", "eve@example.com", ""),
        ("MAILTO: eve@example.com", "eve@example.com", ""),
        ("Fay Fox <fay@example.com>", "fay@example.com", "Fay Fox"),
        ('"Fox, Fay" <mailto:fay@example.com>', "fay@example.com", "Fox, Fay"),
        ("<fay@example.com>", "fay@example.com", ""),
        ("a <b> <c@example.com>", "a <b> <c@example.com>", ""),
        ("c@example.com>", "c@example.com>", ""),
        ("", "", ""),
    ],
)
def test_cells_are_tidied_as_people_write_them(cell: str, address: str, name: str) -> None:
    """Blanks of every kind, mailto: and a name beside the address are taken apart; nothing else is guessed."""
    assert tidy_address(cell) == (address, name)


@given(st.text(max_size=200))
def test_what_is_shown_of_a_hostile_text_is_one_short_printable_line(text: str) -> None:
    """A message can't be made to forge another line or to move the cursor."""
    shown = show(text)
    assert shown.isprintable()
    assert len(shown) <= 83
