"""Mails that editors send: their words, what they pass on, and which link is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.collect.mail.forward import bare_subject, take_apart
from newsletter.collect.mail.mail_post import mail_post
from newsletter.collect.mail.message import MailLink, read_mail
from newsletter.collect.quote import as_forwarded
from newsletter.collect.source import is_mail
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.post import Post
from tests.collect.desks import ON, local_fetcher
from tests.fetch.web_server import Page, WebServer, web_server

GMAIL = "---------- Forwarded message ---------\nFrom: Ben <b@example.org>\nDate: Mon\nSubject: The boats\nTo: <m@example.com>\n\n"
APPLE = "Begin forwarded message:\n\n> From: Ben <b@example.org>\n> Subject: The boats\n> \n"
OUTLOOK = "________________________________\nFrom: Ben <b@example.org>\nSent: Monday\nTo: Mara\nSubject: The boats\n\n"
GERMAN = "-------- Weitergeleitete Nachricht --------\nBetreff: Boote\nVon: Ben <b@example.org>\n\n"


def mail(text: str, *, html: str = "", subject: str = "Fwd: The boats", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.pop("sender", "Mara <Mara@Example.com>")
    message["Subject"], message["Message-ID"] = subject, "<1@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("head", "quoted"), [(GMAIL, ""), (APPLE, "> "), (OUTLOOK, ""), (GERMAN, "")], ids=["gmail", "apple", "outlook", "de"]
)  # fmt: skip
def test_a_forwarded_mail_is_unwrapped(head: str, quoted: str) -> None:
    """However a mail program marks it: our words above it, theirs below without their headers, no signature."""
    text = f"Read the *third* part.\n\n-- \nMara\nhttps://mara.example.com\n\n{head}{quoted}See https://a.example.com/b?x=1.\n"
    read = read_mail(mail(text))

    assert ("The boats", "Read the *third* part.", "See https://a.example.com/b?x=1.") == (
        read.subject, read.own, read.passed_on)  # fmt: skip
    assert ("https://a.example.com/b?x=1",) == tuple(link.url for link in read.links)
    assert "mara@example.com" == read.sender


@pytest.mark.parametrize(
    "subject", ["Fwd: FW: Boats", "WG: Boats", "TR : Boats", "fwd:Boats", "I: Fwd: Boats", "Boats"]
)
def test_what_says_that_it_was_forwarded_is_no_part_of_the_subject(subject: str) -> None:
    """In the languages of those who send."""
    assert "Boats" == bare_subject(subject)
    assert "Re: Ifwd: x" == bare_subject("Re: Ifwd: x")


def test_links_of_the_senders_words_come_before_those_passed_on() -> None:
    """A line that is only the link is no thought; each page once; furniture of mails is none of them."""
    read = read_mail(
        mail(f"This.\nhttps://a.example.com/1\nhttp://www.a.example.com/1/\n\n{GMAIL}https://a.example.com/2")
    )
    passed = read_mail(
        mail(f"{GMAIL}https://a.example.com/2 https://a.example.com/unsubscribe/9 https://a.example.com/o.gif")
    )

    assert (["https://a.example.com/1"], "This.") == ([link.url for link in read.links], read.own)
    assert (["https://a.example.com/2"], "") == ([link.url for link in passed.links], passed.own)


def test_a_mail_of_html_alone_is_read() -> None:
    """Its words, and where its links lead, with their words; nothing of it that runs."""
    html = "<style>x</style><p>Look at <a href='https://a.example.com/1'>the boats</a>.</p><script>alert(1)</script>"
    message = EmailMessage()
    message["From"], message["Subject"] = "m@example.com", "x"
    message.set_content(html, subtype="html")
    read = read_mail(message.as_bytes())
    beside = read_mail(mail("Look at the boats.", html=html))

    assert "Look at the boats <https://a.example.com/1>." == read.own
    assert (MailLink(url="https://a.example.com/1", words="the boats"),) == beside.links
    assert "Look at the boats." == beside.own


def test_a_mail_forwarded_as_an_attachment_is_what_is_passed_on() -> None:
    """Some mail programs do it so."""
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "m@example.com", "Fwd: x"
    outer.set_content("Mine.")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "b@example.org", "x"
    inner.set_content("Theirs: https://a.example.com/1")
    outer.add_attachment(inner)
    read = read_mail(outer.as_bytes())

    assert ("Mine.", "Theirs: https://a.example.com/1", 1) == (read.own, read.passed_on, len(read.links))


@pytest.mark.parametrize(
    ("headers", "sender", "is_refused"),
    [({}, "mara@example.com", False), ({"Authentication_Results": "mx; dmarc=fail"}, "mara@example.com", True),
     ({"Authentication_Results": "mx; dmarc=pass"}, "mara@example.com", False),
     ({"sender": "a@example.com, mara@example.com"}, "", False), ({"sender": '"mara@example.com" <x@example.org>'},
      "x@example.org", False)],
)  # fmt: skip
def test_who_sent_it_is_one_address_and_not_a_name(headers: dict[str, str], sender: str, is_refused: bool) -> None:
    """A name that looks like an address is none, and what the server found forged is refused."""
    read = read_mail(mail("Hi https://a.example.com/1", **headers))

    assert (sender, is_refused) == (read.sender, is_refused and read.is_refused)


def test_the_same_mail_is_the_same_and_another_is_not() -> None:
    """By its Message-ID and its sender, whatever servers put on top of it."""
    one = mail("Hi https://a.example.com/1")

    assert read_mail(one).digest == read_mail(b"Received: by x\n" + one).digest
    assert read_mail(one).digest != read_mail(mail("Hi", sender="b@example.org")).digest


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from([b"", b"From: a@example.com\nSubject: =?utf-8?b?/w==?=\n",
                                                 b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
                                                 b"Content-Type: text/plain; charset=\xff\n\n"]))  # fmt: skip
def test_no_mail_is_too_broken(data: bytes, head: bytes) -> None:
    """It is read or refused with a sentence."""
    try:
        read_mail(head + data)
    except NewsletterError as refused:
        assert refused.message


_LINE = st.lists(st.text("abcdefgh", min_size=1, max_size=8), min_size=1, max_size=6).map(" ".join)
_HEADS = ["", "\n---------- Forwarded message ---------\nFrom: Otto <otto@example.net>\nSubject: Boats\n\n",
          "\nBegin forwarded message:\n\nFrom: Otto <otto@example.net>\nSubject: Boats\n\n"]  # fmt: skip


@settings(max_examples=60)
@given(st.lists(_LINE, min_size=1, max_size=5), st.sampled_from(_HEADS), st.lists(_LINE, min_size=1, max_size=5))
def test_every_word_of_a_mail_is_in_what_is_read_of_it(own: list[str], head: str, passed: list[str]) -> None:
    """The sender's and the forwarded ones, each once and in order, whether or not somebody is forwarded."""
    read = read_mail(mail("\n\n".join(own) + "\n" + head + "\n\n".join(passed)))
    words = f"{read.own} {read.passed_on}".replace(">", " ").split()
    assert words == " ".join([*own, *passed]).split()


def test_taking_apart_is_quick_and_deep_mails_are_bounded() -> None:
    """Megabytes of hyphens, and mails in mails in mails."""
    assert take_apart("-" * 1_000_000 + "\n").other == ""
    assert take_apart("- " * 500_000).other == ""
    deep = b"Content-Type: message/rfc822\n\n" * 80 + b"Subject: x\n\nHi https://a.example.com/1"
    try:
        read_mail(b"From: a@example.com\n" + deep)
    except NewsletterError as refused:
        assert refused.message


@pytest.fixture
def server() -> Iterator[WebServer]:
    page = Page(b"<title>Boats</title><p>The ferry goes.</p>", headers={"Content-Type": "text/html"})
    with web_server({"/1": page, "/2": page}) as running:
        yield running


def posted(server: WebServer, data: bytes, link: int | None = None, answer: int | None = None) -> Post:
    def ask(links: Sequence[MailLink]) -> int | None:
        return answer

    return mail_post(data, name="a.eml", on=ON, fetcher=local_fetcher(server.port), link=link, ask=ask)


def test_the_senders_words_are_our_comment_on_the_page(server: WebServer) -> None:
    """As they were written: a mail is not Markdown, and holds no merge tags."""
    post = posted(server, mail(f"5 * 3, {{{{ x }}}}\n1986. A year\n\n{GMAIL}{server.url('/1')}"))

    assert ("Boats", server.url("/1")) == (post.title, post.url)
    assert post.body.startswith("5 \\* 3, {\\{ x }}")
    assert "The ferry goes." in post.body


def test_of_several_links_one_is_asked_for(server: WebServer) -> None:
    """At a terminal; elsewhere it is refused with the list, and --link says which."""
    data = mail(f"{server.url('/1')} or {server.url('/2')}")
    with pytest.raises(Mistake, match="2 links") as refused:
        posted(server, data)

    assert f"  2. {server.url('/2')}" in refused.value.fix and "--link" in refused.value.fix
    assert server.url("/2") == posted(server, data, answer=2).url == posted(server, data, link=2).url
    with pytest.raises(Mistake, match="no link 3"):
        posted(server, data, link=3)


def test_a_page_that_is_away_and_a_mail_without_links_lose_no_words(server: WebServer) -> None:
    """The mail's own words make the post."""
    away = posted(server, mail(f"Mine.\n\n{GMAIL}{server.url('/gone')}"))
    none = posted(server, mail(f"Mine.\n\n{GMAIL}Theirs *so*."))

    assert ("The boats", "Mine.", server.url("/gone")) == (away.title, away.body, away.url) and "404" in away.checks[0]
    assert ("The boats", "Mine.\n\n> Theirs \\*so\\*.\n>\n> — Ben") == (none.title, none.body)


def test_a_mail_on_standard_input_is_told_by_its_headers() -> None:
    """Text that has a line `From:` is no mail yet."""
    assert is_mail(mail("x"), "-") and is_mail(b"x", "a.EML")
    assert not is_mail(b"From: me\nwords", "-") and not is_mail(b"Title\n\nFrom: a\nMessage-ID: b", "-")


def test_what_a_forwarded_mail_quotes_is_a_quote_within_it() -> None:
    """`>` before each line of a paragraph is no letter of it; in the middle of a text, or endlessly deep, it stays one."""
    text = "It is wrong.\n\n> It was right once.\n\n>> Long ago.\n\n5 > 4\n\n" + ">" * 5_000 + " deep"

    quoted = as_forwarded(text, "Bram")

    assert quoted.startswith(
        "> It is wrong.\n>\n> > It was right once.\n>\n> > > Long ago.\n>\n> 5 > 4\n>\n> > > > > > \\>"
    )
    assert quoted.endswith("> — Bram")
