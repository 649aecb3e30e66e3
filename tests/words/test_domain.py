"""One way of spelling a domain, held against what the registries' own library says."""

from __future__ import annotations

import re
from pathlib import Path

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.canonical import canonical
from newsletter.words.domain import NotADomain, ascii_domain, ascii_uri, ascii_url, host_of, unicode_domain
from newsletter.words.message import addr_spec
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import address_key, mailable_address

SOURCE = Path(__file__).resolve().parents[2] / "src" / "newsletter"


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("zürich.example", "xn--zrich-kva.example"),
        ("ZÜRICH.Example", "xn--zrich-kva.example"),
        ("zu\u0308rich.example", "xn--zrich-kva.example"),
        ("zürich。example", "xn--zrich-kva.example"),
        ("zürich.example.", "xn--zrich-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("שלום.example", "xn--9dbne9b.example"),
        ("mail_1.zürich.example", "mail_1.xn--zrich-kva.example"),
        ("xn--zrich-kva.example", "xn--zrich-kva.example"),
        ("Example.COM", "example.com"),
    ],
)
def test_a_domain_is_spelt_as_idna_2008_has_it(written: str, spelt: str) -> None:
    """Case and form of the letters do not matter, and a sharp s is no double s."""
    assert spelt == ascii_domain(written)
    assert f"post@{spelt}".lower() == mailable_address(f"post@{written}").lower() or written.isascii()
    assert address_key(f"post@{written}") == address_key(f"post@{spelt}")


@pytest.mark.parametrize(
    "name", ["☃.example", "i❤.example", "a..ü", f"{'ü' * 64}.example", "-ü.example", "\u200cü.example"]
)
def test_what_is_no_domain_is_refused(name: str) -> None:
    """Pictograms, empty and over-long labels, and joiners where nothing joins; a link to one stays as it is."""
    with pytest.raises(NotADomain, match="not a domain"):
        ascii_domain(name)
    with pytest.raises(Mistake):
        addr_spec(f"post@{name}")
    assert f"https://{name}/x" == ascii_url(f"https://{name}/x")


_LETTERS = st.characters(categories=["Ll", "Lo", "Mn", "Nd"], min_codepoint=0x80)


@given(st.lists(st.text(_LETTERS, min_size=1, max_size=12), min_size=1, max_size=3))
def test_the_spelling_is_that_of_the_library_for_every_script(labels: list[str]) -> None:
    """Whatever the library takes whole comes out the same here, and goes back to the same letters."""
    name = ".".join([*labels, "example"])
    try:
        expected = idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return
    assert expected == ascii_domain(name)
    assert ascii_domain(unicode_domain(expected)) == expected


@pytest.mark.parametrize(
    ("written", "url", "uri"),
    [
        ("https://ZÜRICH.example/ü?q=ä#b", "https://xn--zrich-kva.example/ü?q=ä#b", "https://xn--zrich-kva.example/%C3%BC?q=%C3%A4#b"),
        ("https://u:p@zürich.example:8443/", "https://u:p@xn--zrich-kva.example:8443/", "https://u:p@xn--zrich-kva.example:8443/"),
        ("//zürich.example?x", "//xn--zrich-kva.example?x", "//xn--zrich-kva.example?x"),
        ("mailto:a@zürich.example?subject=ü", "mailto:a@xn--zrich-kva.example?subject=ü", "mailto:a@xn--zrich-kva.example?subject=%C3%BC"),
        ("https://[::1]:80/ü", "https://[::1]:80/ü", "https://[::1]:80/%C3%BC"),
        ("https://example.com/50%25", "https://example.com/50%25", "https://example.com/50%25"),
        ("images/ü.png", "images/ü.png", "images/%C3%BC.png"),
    ],
)  # fmt: skip
def test_an_address_changes_in_its_host_alone(written: str, url: str, uri: str) -> None:
    """User, port, path and query stay; as a header wants it, what is left outside ASCII is percent-encoded."""
    assert (url, uri) == (ascii_url(written), ascii_uri(written))


def test_one_page_has_one_name_in_either_spelling() -> None:
    """So that "seen before" knows it again, in capitals too; and another domain stays another page."""
    one, other = canonical("https://www.ZÜRICH.example/a/"), canonical("http://xn--zrich-kva.example/a")

    assert one == other
    assert canonical("https://straße.example/") != canonical("https://strasse.example/")
    assert "xn--strae-oqa.example" == host_of("https://STRAßE.example:8080/x")


def test_nobody_spells_domains_by_themselves() -> None:
    """The standard library's codec is IDNA 2003, which sends mail for one domain to another."""
    found = [
        path.name
        for path in SOURCE.rglob("*.py")
        if path.name != "domain.py"
        and re.search(r"""["'](?:idna|punycode)["']|import idna|idna_codec""", path.read_text())
    ]

    assert [] == found
