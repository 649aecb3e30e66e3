"""One reader's mail as bytes: what readers' programs decode is exactly what was rendered."""

from __future__ import annotations

import base64
import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.words.edition import Edition
from newsletter.words.gap import Choice, Context, Field, Gap, Part, fill, fill_part
from newsletter.words.message import MessageForm, header, message_id, phrase, quoted_printable
from newsletter.words.mistake import Mistake

NAME_TEXT = Gap(Field("name"), Context.TEXT)
NAME_PLAIN = Gap(Field("name"), Context.PLAIN)
NAME_HEADER = Gap(Field("name"), Context.HEADER)
THURSDAY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)

lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n \t=.é"), max_size=200)


def edition(*, subject: Part | str = "Roofs", html: Part | str = "<p>Hi</p>", text: Part | str = "Hi\n") -> Edition:
    parts = [part if isinstance(part, Part) else Part((part,)) for part in (subject, html, text)]
    return Edition(
        issue=7,
        subject=parts[0],
        html=parts[1],
        text=parts[2],
        language="en",
        sender_name="Salt & Slate",
        sender="editor@example.org",
        reply_to="letters@example.org",
    )


def written(made: Edition, name: str = "", headers: dict[str, str] | None = None, to: str = "ana@example.com") -> bytes:
    values = [fill(hole, {"name": [name]}, 1)[0] for hole in made.holes]
    return MessageForm(made).message(
        to=to, values=values, headers=headers or {}, message_id=message_id(made, 12), date=THURSDAY
    )


def parsed(mail: bytes) -> EmailMessage:
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def bodies(mail: bytes) -> tuple[str, str]:
    """Text and HTML as decoded, line ends as they came."""
    text, html = (part.get_payload(decode=True) for part in parsed(mail).iter_parts())
    return text.decode(), html.decode()


@settings(deadline=None)
@given(before=lines, between=lines, after=lines, name=st.text(max_size=80))
def test_what_a_reader_decodes_is_the_constant_text_with_the_values_in_it(
    before: str, between: str, after: str, name: str
) -> None:
    """Encoding in pieces and decoding as a whole loses and adds nothing, whatever the pieces are."""
    choice = Choice(Field("name"), Part((between, NAME_PLAIN)), Part(("nobody",)))
    made = edition(
        text=Part((before, NAME_PLAIN, between, choice, after)), html=Part((NAME_TEXT, before, NAME_TEXT, between))
    )
    columns = {"name": [name]}

    text, html = bodies(written(made, name))

    assert text == fill_part(made.text, columns, 1)[0].replace("\n", "\r\n")
    assert html == fill_part(made.html, columns, 1)[0].replace("\n", "\r\n")


@settings(deadline=None)
@given(before=lines, name=st.text(max_size=300), after=lines)
@example(before="", name="000\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0𐀀𐀀0", after="")
@example(before="x" * 76, name="", after="y")
@example(before="é" * 12 + "xxxx", name="n", after="")
def test_no_line_of_a_body_is_longer_than_76_and_every_line_ends_in_crlf(before: str, name: str, after: str) -> None:
    """RFC 2045 6.7 rule 5, whatever the reader is called."""
    mail = written(edition(text=Part((before, NAME_PLAIN, after))), name)

    assert mail.isascii()
    assert mail.count(b"\n") == mail.count(b"\r\n") == mail.count(b"\r")
    assert max(len(line) for line in mail.partition(b"\r\n\r\n")[2].split(b"\r\n")) <= 76


@settings(deadline=None)
@given(st.integers(20, 900), st.sampled_from(["", ", <mailto:leave@example.org?subject=leave>"]))
def test_an_unsubscribe_address_of_any_length_arrives_letter_for_letter(length: int, more: str) -> None:
    """RFC 8058 readers take the first address in angle brackets: folding or encoding it would break one-click."""
    address = "https://example.org/u/" + "aB3-_." * 200
    value = f"<{address[:length]}>{more}"
    post = {"List-Unsubscribe": value, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

    mail = written(edition(), headers=post)
    raw = re.search(rb"(?m)^List-Unsubscribe: (.*(?:\r\n[ \t].*)*)\r$", mail)

    assert raw is not None
    assert raw[1].decode().replace("\r\n", "") == value
    assert f"<{address[:length]}>".encode() in mail
    assert parsed(mail)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=200))
def test_a_subject_comes_back_as_it_was_written(subject: str) -> None:
    """No character is split between two encoded words, no space is lost or added."""
    mail = written(edition(subject=subject))
    raw = re.search(rb"(?m)^Subject: ?(.*(?:\r\n[ \t].*)*)\r$", mail)

    assert raw is not None
    assert all(len(line) <= 76 for line in raw[0].decode().split("\r\n"))
    if not subject.isascii():
        assert all(base64.b64decode(word).decode() for word in re.findall(rb"=\?utf-8\?B\?([^?]*)\?=", raw[1]))
    if subject == subject.strip():
        assert parsed(mail)["Subject"] == subject


@pytest.mark.parametrize(
    "name", ['Zoë "Z" O\'Neil, Ltd.', "Salt & Slate", "a@b", "Comma, Inc.", "日本の通信", "=?x?=", "A\\B"]
)
def test_a_display_name_comes_back_as_it_was_written(name: str) -> None:
    """Commas, quotes and letters beyond ASCII neither end the name nor change it."""
    message = email.message_from_string(f"From: {phrase(name)} <a@example.org>\r\n\r\n", policy=email.policy.default)

    assert message["From"].addresses[0].display_name == name
    assert message["From"].addresses[0].addr_spec == "a@example.org"


@pytest.mark.parametrize("control", ["\r\n", "\n", "\r", "\0", "\x0b", "\x7f", "\x85", "\u2028", "\u2029"])
def test_a_control_character_never_gets_into_a_header(control: str) -> None:
    """A line end in a name or a title would begin a header of the attacker's own."""
    for name in ("Subject", "List-Id", "List-Unsubscribe", "Feedback-ID", "X-Note"):
        with pytest.raises(Mistake, match="control characters"):
            header(name, f"a{control}Bcc: eve@example.org")
    with pytest.raises(Mistake, match="control characters"):
        phrase(f"Salt{control}Bcc: eve@example.org")
    with pytest.raises(Mistake, match="not one mail address"):
        written(edition(), to=f"ana@example.com{control}Bcc: eve@example.org")


def test_a_reader_called_like_a_header_stays_in_the_subject() -> None:
    """What readers typed at sign-up reaches the subject without its line ends."""
    mail = written(edition(subject=Part(("Hello ", NAME_HEADER))), "Ana\r\nBcc: eve@example.org")

    assert parsed(mail)["Subject"] == "Hello Ana Bcc: eve@example.org"
    assert parsed(mail)["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    ["a@b@c", "ana", "<ana@example.com>", "a b@example.com", "ana@example.com, eve@example.com", "ü@example.com"],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    """One mail goes to one person."""
    with pytest.raises(Mistake):
        written(edition(), to=address)


def test_the_headers_a_mail_needs_are_there_once_each() -> None:
    """From, To, Subject, Date, Message-ID, MIME-Version and Reply-To; text comes before HTML."""
    message = parsed(
        written(edition(), headers={"List-Id": '"Weekly" <weekly.example.org>', "Feedback-ID": "7:weekly:n:salt"})
    )

    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Reply-To", "List-Id", "Feedback-ID"):
        assert len(message.get_all(name, [])) == 1, name
    assert message["Date"].datetime == THURSDAY
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["List-Id"] == "Weekly <weekly.example.org>"


def test_a_header_of_the_mails_own_can_not_be_given_twice() -> None:
    """Two From lines would let every program choose the one it likes."""
    with pytest.raises(Mistake, match="set by the mail itself"):
        written(edition(), headers={"from": "eve@example.org"})


def test_every_try_of_a_delivery_carries_the_same_message_id() -> None:
    """So that a receiver who gets it twice can tell; another delivery has another."""
    made = edition()

    assert message_id(made, 12) == message_id(made, 12) != message_id(made, 13)
    assert parsed(written(made))["Message-ID"] == message_id(made, 12)
    assert message_id(made, 12).endswith("@example.org>")


def test_a_domain_beyond_ascii_is_written_in_ascii() -> None:
    """Servers that know nothing of international names still find the reader."""
    assert parsed(written(edition(), to="ana@bücher.example"))["To"] == "ana@xn--bcher-kva.example"


def test_a_header_longer_than_any_server_takes_is_refused() -> None:
    """RFC 5322 2.1.1: 998 characters is the end."""
    with pytest.raises(Mistake, match="longer than mail servers take"):
        header("List-Unsubscribe", f"<https://example.org/{'a' * 1000}>")


def test_a_form_writes_many_mails_that_differ_only_where_they_should() -> None:
    """Nothing of one reader's values is left for the next."""
    made = edition(html=Part(("<p>", NAME_TEXT, "</p>")))
    form = MessageForm(made)
    names = [f"Reader {number}" for number in range(50)]
    columns = fill(made.holes[0], {"name": names}, 50)
    mails = [
        form.message(to="a@example.com", values=[value], headers={}, message_id="<1@example.org>", date=THURSDAY)
        for value in columns
    ]

    assert [bodies(mail)[1] for mail in mails] == [f"<p>{name}</p>" for name in names]


def test_quoted_printable_keeps_spaces_at_the_ends_of_lines() -> None:
    """Servers drop bare ones."""
    assert quoted_printable("a \nb\t\n") == "a=20\r\nb=09\r\n"
