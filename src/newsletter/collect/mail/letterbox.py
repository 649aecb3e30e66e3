"""The letterbox: what editors send to one folder of a mailbox becomes finds, each mail once."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

from newsletter.apart import TooMuch
from newsletter.collect.desk import CollectDesk
from newsletter.collect.mail.message import ReadMail
from newsletter.collect.outside import open_mail
from newsletter.collect.quote import as_written
from newsletter.fetch.imap import Letters
from newsletter.ports.mailbox import Letter
from newsletter.words.find import LONGEST_WORDS, FindDraft, Origin
from newsletter.words.mistake import Mistake

log = logging.getLogger(__name__)

# A beat is short; the rest is taken at the next one.
_MOST_LETTERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """`new` finds were made of `read` mails; `refused` ones said that they are from an editor, and are not.

    `left` are those that could not be read within their bounds, or during which the program once died.
    """

    read: int = 0
    new: int = 0
    refused: int = 0
    left: int = 0


def empty_letterbox(desk: CollectDesk) -> Emptied:
    """Take in the mails that editors sent. A mail is marked as seen after its find is stored, never before.

    Killed in between, the mail is read again and nothing is stored twice. While it is taken apart it is marked as begun:
    one that was never finished is left, said and not tried a second time. Mails of other people are not touched. Raises
    NotNow where the mailbox can't be reached, and Mistake where it lets nobody in.
    """
    if desk.mailbox is None or not desk.editors:
        return Emptied()
    editors = {editor.lower() for editor in desk.editors}
    read = new = refused = left = 0
    with desk.mailbox.open() as letters:
        for letter in letters.unseen_from(sorted(editors)):
            try:
                draft = _draft(_opened(letters, letter), editors)
                if draft is None:
                    refused += 1
                else:
                    new += desk.finds.add(draft)[1]
                    read += 1
            except TooMuch as error:
                left += 1
                log.warning("mail %d in the letterbox was left: %s", letter.uid, error.message)
            # A forged one too: it would be looked at again every time.
            letters.mark_seen(letter.uid)
            if read + refused + left >= _MOST_LETTERS:
                break
    if refused:
        log.warning("%d mails in the letterbox were not taken: an editor's address, but not from there", refused)
    return Emptied(read=read, new=new, refused=refused, left=left)


def _opened(letters: Letters, letter: Letter) -> ReadMail | None:
    """The mail taken apart; None where nothing is in it. Raises TooMuch, also for one that was begun and never finished."""
    if letter.was_begun:
        raise TooMuch("The program ended while it was read. Read it yourself, and save its link by hand.")
    # Where the connection breaks the mark may stay, and the next visit would leave this mail: so it is taken in all the same.
    with suppress(OSError):
        letters.mark_begun(letter.uid)
    try:
        return open_mail(letter.data)
    except TooMuch:
        raise
    except Mistake:
        return None
    finally:
        with suppress(OSError):
            letters.mark_begun(letter.uid, begun=False)


def _draft(mail: ReadMail | None, editors: set[str]) -> FindDraft | None:
    """A find of a mail; None where it is not from an editor."""
    if mail is None or mail.sender not in editors or mail.is_refused:
        return None
    link = mail.links[0] if len(mail.links) == 1 else None
    return FindDraft(
        url=link.url if link else None,
        origin=Origin.MAIL,
        source=mail.sender,
        title=_title(mail),
        # Marked as text: what stands in a mail was not typed as Markdown.
        note=as_written(mail.own)[:LONGEST_WORDS],
        quote="" if mail.links else mail.passed_on,
        choices=() if link else tuple(one.url for one in mail.links),
        once=mail.digest,
    )


def _title(mail: ReadMail) -> str:
    link = mail.links[0] if len(mail.links) == 1 else None
    return mail.subject or (link.words if link else "")
