"""Every code that a finding can have, how severe it is, and why it matters: one table, for the checks and for the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.words.finding import Answer, Finding, Mend, Severity
from newsletter.words.mistake import Place

if TYPE_CHECKING:
    from newsletter.preflight.author_text import AuthorLink

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE


# What a page says of a fault in a template: nobody mends one while writing.
FAULT_OF_TEMPLATE = "It is a fault of the template: tell the person who made it, or choose another one under Templates."


@dataclass(frozen=True, slots=True)
class Rule:
    """`is_on` is False for a check that runs only where it is asked for. See `Finding` for `is_firm`."""

    subject: str
    severity: Severity
    why: str
    is_on: bool = True
    is_firm: bool = False


RULES: dict[str, Rule] = {
    "clipped": Rule("size", E, "Gmail hides the rest of the mail, and the unsubscribe link with it."),
    "nearly-clipped": Rule("size", W, "A few more words and Gmail hides the end of the mail."),
    "heavy-images": Rule("size", W, "Readers on the road wait for pictures, or never see them."),
    "dead-link": Rule("links", E, "Readers who follow it find nothing."),
    "unreachable-link": Rule(
        "links", W, "It did not answer as a page should when we asked; readers may find the same."
    ),
    "redirected-link": Rule(
        "links", W, "Old addresses stop working one day, and a changed page may not be what you quoted."
    ),
    "http-link": Rule("links", W, "Mail clients warn of it, and anybody on the way can read and change it."),
    "empty-link": Rule("links", E, "Readers press it and nothing happens."),
    "dropped-link": Rule("links", E, "Only web and mail addresses go out, so readers see the words without a link."),
    "bare-address": Rule("links", W, "Not every mail program makes a link of it."),
    "tracking-link": Rule(
        "links", W, "It tells strangers who sent the reader, and makes the address longer than it is."
    ),
    "same-link-twice": Rule("links", W, "Readers open the same page twice and wonder."),
    "seen-before": Rule("links", W, "Readers have had it already."),
    "unlinked-source": Rule("quotes", W, "Readers can't go on reading, and whoever wrote it gets no visitor."),
    "quote-not-on-page": Rule("quotes", W, "A quote that its source does not hold is embarrassing, or worse."),
    "long-quote": Rule(
        "quotes", W, "Quoting more than one says oneself may be more than a quotation right allows.", False
    ),
    "unknown-merge-tag": Rule("gaps", E, "It comes out empty for everybody."),
    "foreign-merge-tag": Rule("gaps", E, "Readers see it as it is typed."),
    "empty-merge-tag": Rule("gaps", W, "These readers see a hole in a sentence."),
    "merge-tags-too-long": Rule("gaps", E, "The provider refuses such a reader, who then misses the issue."),
    "merge-tags-may-be-long": Rule("gaps", W, "The provider would refuse a reader with values that long."),
    "client-lacks": Rule("clients", W, "Readers of these clients see something else than you do."),
    "client-decoration": Rule("clients", N, "The mail is readable without it."),
    "no-language": Rule(
        "accessibility", E, "Screen readers read it with the wrong voice, and translation is offered for nothing."
    ),
    "no-title": Rule("accessibility", W, "Browsers and screen readers have no name for the page."),
    "no-heading": Rule("accessibility", W, "Screen readers jump from heading to heading; here is nothing to jump to."),
    "heading-order": Rule(
        "accessibility",
        W,
        "Who listens takes a skipped level for something that is missing. The levels inside a text are set by the program.",
    ),
    "no-alt": Rule(
        "accessibility", E, "Who can't see the picture, or has pictures switched off, learns nothing of it."
    ),
    "alt-is-file-name": Rule("accessibility", W, "Read aloud, a file's name says nothing."),
    "link-without-words": Rule("accessibility", E, "Screen readers announce a link and can't say where it leads."),
    "vague-link": Rule("accessibility", W, "Read on its own, as in a list of links, it does not say where it leads."),
    "low-contrast": Rule("accessibility", W, "Many people can't read it, nobody can in the sun."),
    "low-contrast-dark": Rule("accessibility", W, "Who has set the screen to dark can't read it."),
    "layout-table": Rule(
        "accessibility", W, "Screen readers read the rows and columns of a table that is only layout."
    ),
    "duplicate-id": Rule("accessibility", W, "Links and labels find the first and never the second."),
    "placeholder": Rule("content", E, "Readers see what was meant for you."),
    "raw-markup": Rule("content", W, "Readers see marks that were meant for a program, or miss a line."),
    "empty-post": Rule("content", E, "Readers see a title with nothing below it."),
    "empty-section": Rule("content", E, "Readers see a heading over nothing."),
    "no-preheader": Rule(
        "content", W, "Inboxes show the first words of the mail after the subject, whatever they are."
    ),
    "preheader-repeats-subject": Rule("content", W, "Inboxes show the same words twice."),
    "unwritten-subject": Rule(
        "content", W, "A title that a draft took over names one post, not what the issue is about."
    ),
    "long-subject": Rule("content", W, "Inboxes cut it, phones at about 40 letters."),
    "cut-subject": Rule("content", N, "Readers decide by what they see of it."),
    "wrong-weekday": Rule("content", W, "Readers come on the wrong day, or write to ask."),
    "doubled-word": Rule("content", W, "Readers stumble over it, and you did not see it."),
    "doubled-word-in-quote": Rule("content", N, "It may stand so at its source, or be a slip of copying."),
    "open-mark": Rule("content", W, "Readers can't tell where somebody else's words or an aside end."),
    "name-two-ways": Rule("content", W, "One of the two is wrong, and the person will notice."),
    "house-style": Rule("content", W, "Readers see a newsletter that writes one thing in two ways."),
    "no-postal-address": Rule("content", E, "Law in most countries wants it in every issue, in its plain text too."),
    "stand-in-address": Rule("content", N, "Real mail needs your own; what stands there is only for practice."),
    "no-unsubscribe": Rule("content", E, "Who can't leave presses the spam button, and law asks for it."),
    "text-part-differs": Rule(
        "content", W, "Some read the text part only; filters take a poor one for a sign of spam."
    ),
    "looks-like-spam": Rule("content", W, "Filters give points for it, and people do too."),
    "same-number": Rule("content", E, "One of them would be taken for the other."),
    "moved-in": Rule("content", E, "Whoever was a reader then would get it a second time.", is_firm=True),
    "open-remark": Rule("content", W, "Somebody asked and nobody answered. Readers never see it."),
    "open-check": Rule("content", W, "It was not certain when the post was made, and nobody looked since."),
    "bad-header": Rule("headers", E, "Mailbox providers refuse bulk mail without it, or file it under spam."),
    "bad-form": Rule("headers", E, "Servers change or refuse mail in such a form."),
    "lost-picture": Rule("images", E, "It is left out of the mail, and its words with it."),
    "missing-image": Rule("images", E, "Readers see an empty frame."),
    "unreachable-image": Rule("images", W, "Readers may see an empty frame."),
    "heavy-image": Rule("images", W, "It takes long to load, and some clients do not load it at all."),
    "reported-as-spam": Rule(
        "before", E, "Mailbox providers refuse all mail of a domain that goes on like that, for a week and longer."
    ),
    "near-spam-limit": Rule("before", W, "Three times as many, and mailbox providers refuse all mail of your domain."),
    "does-not-render": Rule("check", E, "There is no mail before it is mended."),
    "house-style-file": Rule("check", W, "Nothing is looked for by it."),
    "not-checked": Rule("check", N, "It may be right or wrong: nobody looked."),
    "remembered-answers": Rule("check", N, "A page may have changed since it was asked for."),
    "unknown-waiver": Rule("check", W, "It waives nothing, and what was meant is still found."),
    "idle-waiver": Rule("check", W, "It waives nothing now, and would hide the next finding of its kind."),
}


def finding(
    code: str,
    place: Place,
    message: str,
    fix: str,
    *,
    post: str | None = None,
    url: str | None = None,
    mend: Mend | None = None,
    answer: Answer | None = None,
    on_page: str = "",
    fix_on_page: str = "",
) -> Finding:
    """A finding with the severity and the reason of its rule. `message` and `fix` are the command line's; see `Finding`."""
    rule = RULES[code]
    return Finding(
        code=code,
        severity=rule.severity,
        place=place,
        message=message,
        fix=fix,
        why=rule.why,
        post=post,
        url=url,
        mend=mend,
        is_firm=rule.is_firm,
        answer=answer,
        on_page=on_page,
        fix_on_page=fix_on_page,
    )


def link_finding(
    code: str,
    link: AuthorLink,
    message: str,
    fix: str,
    *,
    mend: Mend | None = None,
    on_page: str = "",
    fix_on_page: str = "",
) -> Finding:
    """A finding about a link or picture of an author's, at its place."""
    return finding(
        code,
        link.place,
        message,
        fix,
        post=link.post,
        url=link.href,
        mend=mend,
        on_page=on_page,
        fix_on_page=fix_on_page,
    )
