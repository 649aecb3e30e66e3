"""What stands in the envelope and in the lines of a mail: only what may, and as it was."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.words.edition import Edition
from newsletter.words.gap import Part
from newsletter.words.outcome import Deferred, Refused
from tests.fakes.smtp_running import SmtpServer
from tests.providers.parcels import an_edition
from tests.providers.smtp_five import ACCEPTED, emails, told


@pytest.fixture
def server(mail_server: SmtpServer) -> SmtpServer:
    return mail_server


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org>\r\nRCPT TO:<eve@example.net",
        "a@example.org> SIZE=1",
        "zoë@example.org",
        '"a b"@example.org',
        "a@b@example.org",
        "a\x00@example.org",
        "@example.org",
        "a@",
        "x" * 65 + "@example.org",
        "a@" + "x" * 60 + ".example.org" * 20,
    ],
)
def test_an_address_that_can_not_stand_in_an_envelope_is_refused_and_never_said(
    smtp: SmtpProvider, server: SmtpServer, address: str
) -> None:
    """Python's own smtplib would mail the part before the bracket and say nothing."""
    heard = len(server.heard())
    addresses = [address, *[f"reader{row}@example.com" for row in range(1, 5)]]

    found = told(smtp, addresses=addresses)

    assert isinstance(found[0], Refused)
    assert found[0].named == {101}
    assert found[1:] == [ACCEPTED] * 4
    said = [line["words"] for line in server.heard()[heard:] if line["words"].startswith("RCPT")]
    assert said == [f"RCPT TO:<{email}>" for email in addresses[1:]]


def test_a_domain_in_another_script_goes_out_in_ascii(smtp: SmtpProvider, server: SmtpServer) -> None:
    """No server needs to know SMTPUTF8 for it."""
    before = len(server.accepted())

    assert told(smtp, names=("Ada",), addresses=["ada@bücher.example"]) == [ACCEPTED]
    assert emails(server, before) == ["ada@xn--bcher-kva.example"]


def test_an_issue_that_can_not_be_a_mail_pauses(smtp: SmtpProvider, server: SmtpServer) -> None:
    """No reader is to blame for a sender that is no address."""
    broken: Edition = an_edition(sender="ana@example.org\r\nBcc: eve@example.net")

    found = told(smtp, edition=broken)

    assert all(isinstance(outcome, Deferred) and outcome.pauses for outcome in found)


def test_lines_that_begin_with_a_dot_arrive_as_they_were(smtp: SmtpProvider, server: SmtpServer) -> None:
    """A dot alone on a line would otherwise end the mail, and the rest of it would be taken for commands."""
    text = ".\r\n..\r\n.hidden\r\nMAIL FROM:<eve@example.net>\r\n."

    told(smtp, names=("Ada",), edition=an_edition(text=Part((text,))))

    mail = server.mails()[-1]
    assert b"\r\n.hidden\r\n" in mail
    part = message_from_bytes(mail, policy=default).get_body(("plain",))
    assert part is not None
    assert part.get_content().splitlines() == text.splitlines()
    assert not any("eve@" in line["words"] for line in server.heard())
