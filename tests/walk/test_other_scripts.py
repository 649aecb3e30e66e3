"""A newsletter whose addresses are outside ASCII: every step of the walk, and mail that reaches the right domain."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from newsletter.config import read_config
from newsletter.words.mistake import Mistake
from tests.fakes.running import sendgrid_server
from tests.running import a_folder, run

SENDER, ANSWERS, PUBLIC = "mara@zürich.example", "post@straße.example", "https://fähren.example"
TOML = f"""\
name = "Fährbrief"
sender = "{SENDER}"
reply_to = "{ANSWERS}"
address = "Quay 1, 20359 Hamburg"
public_url = "{PUBLIC}"
"""
LINKS = """\
---
title: Eis
url: https://ZÜRICH.example/eis
---

Mehr bei [der Fähre](https://STRAßE.example/ü?q=ä) oder [per Mail](mailto:tor@zürich.example), [{{ first_name | default("dir") }}](https://zürich.example/x).
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One post, one issue, two readers of whom one is at a domain outside ASCII."""
    folder = a_folder(tmp_path_factory.mktemp("scripts") / "weekly")
    (folder / "newsletter.toml").write_text(TOML)
    (folder / "posts" / "2026-11-20-ferries-in-winter.md").write_text(LINKS)
    readers = folder / "readers.csv"
    readers.write_text("email\nana@example.com\nben@groß.example\n")
    words = ("--list", "weekly", "--active", "--consent", "on paper")
    assert 0 == run(folder, "subscribers", "import", readers, *words).returncode
    return folder


def test_render_check_and_studio_know_the_domains(folder: Path, tmp_path: Path) -> None:
    """The mail's headers are ASCII and under the right domains; no finding is about them."""
    rendered = run(folder, "render", "1", "--out", tmp_path)
    assert 0 == rendered.returncode, rendered.stderr
    [path] = tmp_path.glob("*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    assert "mara@xn--zrich-kva.example" in mail["From"]
    assert "post@xn--strae-oqa.example" == str(mail["Reply-To"])
    assert "@xn--zrich-kva.example>" in mail["Message-ID"]
    assert ".xn--zrich-kva.example>" in mail["List-Id"]
    assert path.read_bytes().isascii()
    for part in (html, text):
        assert "https://xn--zrich-kva.example/eis" in part
        assert "https://xn--strae-oqa.example/%C3%BC?q=%C3%A4" in part
        assert "https://xn--fhren-gra.example/" in part
        assert "ZÜRICH" not in part
    assert "mailto:tor@xn--zrich-kva.example" in html
    found = run(folder, "check", "1").stdout
    assert not any(0xE000 <= ord(letter) <= 0xF8FF or ord(letter) >= 0xF0000 for letter in found)
    assert "headers" not in found


def test_the_call_to_sendgrid_is_in_ascii(folder: Path, tmp_path: Path) -> None:
    """From, Reply-To, the reader's address, List-Id and the way out."""
    with sendgrid_server(tmp_path / "sendgrid") as server:
        settings = {
            "NEWSLETTER_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": "SG.made-up",
            "NEWSLETTER_SENDGRID_URL": server.url,
        }
        sent = run(folder, "send", "1", "--list", "weekly", "--now", "--yes", "--despite-findings", **settings)
        assert 0 == sent.returncode, sent.stderr
        assert [] == server.problems()
        [body] = server.bodies()

    assert "mara@xn--zrich-kva.example" == body["from"]["email"]
    assert "post@xn--strae-oqa.example" == body["reply_to"]["email"]
    people = body["personalizations"]
    assert ["ana@example.com", "ben@xn--gro-7ka.example"] == [one["to"][0]["email"] for one in people]
    for one in people:
        assert "<weekly.xn--zrich-kva.example>" == one["headers"]["List-Id"]
        assert one["headers"]["List-Unsubscribe"].startswith("<https://xn--fhren-gra.example/u/")
        assert all(value.isascii() for value in one["headers"].values())


def test_doctor_asks_for_the_domain_that_mail_comes_from(folder: Path) -> None:
    """By its name in DNS."""
    assert "xn--zrich-kva.example" in run(folder, "doctor", "--offline").stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('sender = "mara@☃.example"', "not a domain"),
        ('reply_to = "mará@example.com"', "before the @"),
        ('public_url = "https://☃.example"', "no domain that can be looked up"),
    ],
)
def test_what_nobody_can_reach_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    """At the settings, before a mail is made with it."""
    (tmp_path / "newsletter.toml").write_text(f'name = "A"\n{line}\n')

    with pytest.raises(Mistake) as refused:
        read_config(tmp_path, {})

    assert "newsletter.toml:2" in str(refused.value)
    assert said in refused.value.message


def test_init_refuses_a_sender_that_is_none(tmp_path: Path) -> None:
    """Nothing is made."""
    made = run(tmp_path, "init", tmp_path / "new", "--name", "A", "--sender", "mara@☃.example", "--address", "x")

    assert 1 == made.returncode
    assert "not a domain" in made.stderr
    assert not (tmp_path / "new").exists()


def test_a_link_that_says_its_host_leads_there(folder: Path) -> None:
    """A link with the words "zürich.example" is no link that says one host and leads to another."""
    post = folder / "posts" / "2026-11-20-ferries-in-winter.md"
    before = post.read_text()
    post.write_text(
        f"{before}\n[zürich.example](https://zürich.example/) and [https://zürich.example/a](https://zürich.example/a)\n"
    )
    found = run(folder, "check", "1").stdout
    post.write_text(before)

    assert "looks-like-spam" not in found
