"""One connection on which a mail server has let us in: envelopes, mails, and the answers to them."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from newsletter.providers.smtp.line import Broken, Deadline, MailLost, SmtpLine, connected
from newsletter.providers.smtp.outcomes import WAIT, Stage, login_refused
from newsletter.providers.smtp.reply import Reply
from newsletter.providers.smtp.server import Login, Server
from newsletter.words.outcome import Deferred

# The answers of a server that does not know EHLO (RFC 5321, 3.2 and 4.2.4).
_NEVER_HEARD = {500, 501, 502, 504}
_HOPED_FOR = {Stage.MAIL: {250}, Stage.RCPT: {250, 251, 252}, Stage.DATA: {354}}


# The key of the server's own name among its features: no keyword is empty.
_OWN_NAME = ""


class Unwelcome(Exception):
    """No connection could be made, and nothing was handed over. `outcome` says how long to wait."""

    def __init__(self, outcome: Deferred) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """One mail as it goes over the wire. `sender` and `recipient` are plain ASCII addresses, checked before."""

    delivery: int
    sender: str
    recipient: str
    content: bytes


class SmtpSession:
    """`served` counts the mails that were settled on this connection; `largest` is 0 where there is no limit.

    `name` is what the server calls itself in its answer to EHLO.
    """

    def __init__(self, line: SmtpLine, features: Mapping[str, str]) -> None:
        self.line = line
        self.name = features.get(_OWN_NAME, "")
        self.served = 0
        self.used_at = 0.0
        size = features.get("SIZE", "")
        self.largest = int(size) if size.isdecimal() else 0
        self._tells_size = "SIZE" in features
        self._pipelines = "PIPELINING" in features
        self._asked_ahead = False
        # Where a refused envelope has left the dialogue; it is reset only if there is more to send.
        self._refused_at: Stage | None = None

    def refusal(self, letter: OutgoingMail) -> tuple[Stage, Reply] | None:
        """Give the envelope; None means that the mail may follow. Raises Broken: nothing was taken."""
        self._put_right()
        if self._pipelines and not self._asked_ahead:
            self.line.write(self._envelope(letter))
        self._asked_ahead = False
        for stage, command in self._commands(letter).items():
            if not self._pipelines:
                self.line.write(command)
            reply = self.line.read()
            if reply.code in _HOPED_FOR[stage]:
                continue
            if reply.code < 400:
                raise Broken("it answered out of turn")
            self._refused_at = stage
            return stage, reply
        return None

    def deliver(
        self, letter: OutgoingMail, following: OutgoingMail | None, last_answer: Callable[[], Deadline]
    ) -> Reply:
        """Send the mail after its envelope was taken, and get the answer to it, for which `last_answer` begins the wait.

        The envelope of the `following` one travels along where the server allows that (RFC 2920, 3.1), which saves a
        round trip for each mail. Raises Broken as long as nothing was taken, and MailLost from the final dot on.
        """
        body = letter.content.replace(b"\r\n.", b"\r\n..")
        data = body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")
        ahead = b""
        if self._pipelines and following:
            ahead, self._asked_ahead = self._envelope(following), True
        self.line.write(data + ahead, last=len(data) - len(b"\r\n"))
        deadline, self.line.deadline = self.line.deadline, last_answer()
        try:
            return self.line.read()
        except Broken as error:
            raise MailLost(str(error)) from None
        finally:
            self.line.deadline = deadline

    def noop(self) -> Reply:
        """Ask for a sign of life."""
        self.line.write(b"NOOP\r\n")
        return self.line.read()

    def close(self, deadline: Deadline | None = None) -> None:
        """Hang up; with a deadline, say so first."""
        try:
            if deadline and not self._asked_ahead:
                self.line.deadline = deadline
                self.line.write(b"QUIT\r\n")
                self.line.read()
        except Broken:
            pass  # it is over either way
        self.line.close()

    def _put_right(self) -> None:
        """Reset after a refused envelope (RFC 2920, 3.1: the server may have answered DATA with a yes all the same)."""
        stage, self._refused_at = self._refused_at, None
        if stage is None:
            return
        if self._pipelines and stage is Stage.RCPT and self.line.read().code == 354:
            self.line.write(b".\r\n")
            self.line.read()
        self.line.write(b"RSET\r\n")
        if self.line.read().code != 250:
            raise Broken("it would not begin anew")

    def _envelope(self, letter: OutgoingMail) -> bytes:
        return b"".join(self._commands(letter).values())

    def _commands(self, letter: OutgoingMail) -> dict[Stage, bytes]:
        size = f" SIZE={len(letter.content)}" if self._tells_size else ""
        return {
            Stage.MAIL: f"MAIL FROM:<{letter.sender}>{size}\r\n".encode("ascii"),
            Stage.RCPT: f"RCPT TO:<{letter.recipient}>\r\n".encode("ascii"),
            Stage.DATA: b"DATA\r\n",
        }


def welcomed(server: Server, tls: Callable[[], ssl.SSLContext], deadline: Deadline) -> SmtpSession:
    """Connect, encrypt, log in. Raises Unwelcome."""
    try:
        line = connected(server.host, server.port, deadline)
    except Broken as error:
        raise Unwelcome(_unreached(server, error)) from None
    try:
        return SmtpSession(line, _introduced(server, line, tls))
    except Broken as error:
        line.close()
        raise Unwelcome(_unreached(server, error)) from None
    except BaseException:
        line.close()
        raise


def _introduced(server: Server, line: SmtpLine, tls: Callable[[], ssl.SSLContext]) -> Mapping[str, str]:
    if server.is_encrypted:
        line.encrypt(tls(), server.host)
    _expect(line.read(), 220)
    features = _hello(line)
    if _should_encrypt(server, line, features):
        _said(line, b"STARTTLS\r\n", 220)
        line.encrypt(tls(), server.host)
        # An answer in the clear may have come from somebody else (RFC 3207, 4.2).
        features = _hello(line)
    if server.login:
        if not line.is_encrypted and not server.is_this_machine:
            raise Unwelcome(Deferred(_in_the_clear(server), pauses=True))
        _log_in(line, server.login, features.get("AUTH", "").upper().split())
    return features


def _should_encrypt(server: Server, line: SmtpLine, features: Mapping[str, str]) -> bool:
    if line.is_encrypted or "STARTTLS" not in features:
        return False
    # A mail server on this machine rarely has a certificate that anybody vouches for; some take passwords only inside TLS.
    return not server.is_this_machine or (server.login is not None and "AUTH" not in features)


def _hello(line: SmtpLine) -> Mapping[str, str]:
    """What the server offers, by keyword in upper case, and what it calls itself (RFC 5321, 4.1.1.1).

    A server that knows HELO alone offers nothing.
    """
    line.write(f"EHLO {line.own_address}\r\n".encode("ascii"))
    reply = line.read()
    if reply.code in _NEVER_HEARD:
        reply = _said(line, f"HELO {line.own_address}\r\n".encode("ascii"), 250)
    _expect(reply, 250)
    features = {_OWN_NAME: reply.lines[0].partition(" ")[0].lower() if reply.lines else ""}
    for one in reply.lines[1:]:
        keyword, _, values = one.replace("AUTH=", "AUTH ", 1).partition(" ")
        features[keyword.upper()] = f"{features.get(keyword.upper(), '')} {values}".strip()
    return features


def _log_in(line: SmtpLine, login: Login, offered: list[str]) -> None:
    """In one step where the server accepts that, else in two: a server may want to ask first (RFC 4954, 4)."""
    if not {"PLAIN", "LOGIN"} & {*offered}:
        ways = ", ".join(word for word in offered if word.isalnum())[:100]
        reason = (
            f"The mail server takes no password in a way that we speak (PLAIN, LOGIN). It offers: {ways or 'none'}."
        )
        raise Unwelcome(Deferred(reason, pauses=True))
    reply = None
    if "PLAIN" in offered:
        reply = _exchanged(line, f"AUTH PLAIN {login.plain()}", login.plain())
        if reply.code in _NEVER_HEARD:
            reply = _exchanged(line, "AUTH PLAIN", login.plain())
    if reply is None or (reply.code in _NEVER_HEARD and "LOGIN" in offered):
        reply = _exchanged(line, "AUTH LOGIN", login.user(), login.password())
    if reply.code != 235:
        raise Unwelcome(_not_let_in(reply, login))


def _exchanged(line: SmtpLine, command: str, *words: str) -> Reply:
    """Send the command, and one of `words` each time the server asks. Returns its first answer that does not ask."""
    line.write(f"{command}\r\n".encode("ascii"))
    reply = line.read()
    for word in words:
        if reply.code != 334:
            break
        line.write(f"{word}\r\n".encode("ascii"))
        reply = line.read()
    return reply


def _not_let_in(reply: Reply, login: Login) -> Deferred:
    said = login.hidden_in(str(Reply(reply.code, tuple(login.hidden_in(text) for text in reply.lines))))
    if 400 <= reply.code < 500:
        return Deferred(f"The mail server answered {said}.", retry_after=WAIT)
    return login_refused(said)


def _said(line: SmtpLine, words: bytes, hoped_for: int) -> Reply:
    line.write(words)
    return _expect(line.read(), hoped_for)


def _expect(reply: Reply, hoped_for: int) -> Reply:
    if reply.code == hoped_for:
        return reply
    said = f"The mail server answered {reply}."
    if 400 <= reply.code < 500:
        raise Unwelcome(Deferred(said, retry_after=WAIT))
    if reply.code >= 500:
        raise Unwelcome(Deferred(f"{said} Ask whoever runs it, or check NEWSLETTER_SMTP_URL.", pauses=True))
    raise Broken("it answered out of turn")


def _unreached(server: Server, error: Broken) -> Deferred:
    return Deferred(f"{server.host} could not be reached: {error}.", backs_off=True)


def _in_the_clear(server: Server) -> str:
    return (
        f"{server.host} offers no encryption, so the password would be readable on the way. It was not sent. "
        "Try smtps:// in NEWSLETTER_SMTP_URL, or ask whoever runs that server for STARTTLS."
    )
