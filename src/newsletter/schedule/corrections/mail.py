"""The mail of a correction, and its line in the next issue: what was wrong, in the newsletter's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from newsletter.collect.literal import literal
from newsletter.compose.press import Proof
from newsletter.compose.render import render
from newsletter.schedule.desk import Desk
from newsletter.sentences.sentences import Sentences
from newsletter.words.correction import Correction
from newsletter.words.gap import without_gaps
from newsletter.words.issue import Issue
from newsletter.words.post import Post


def words_of(desk: Desk) -> Sentences:
    """In the newsletter's language where we speak it, else in English; in its own words where it has any."""
    return desk.translations.sentences(desk.newsletter.language)


def correction_mail(desk: Desk, of: Correction) -> Proof:
    """The mail as it would go now. Raises NewsletterError where the issue or its template can't be read any more."""
    issue = desk.shelf.issues.get_issue(of.issue)
    template = desk.shelf.templates.get_template(issue.template or desk.newsletter.template)
    said = _as_issue(desk, issue, of)
    # Readers see the number of the issue that it is about; to the ledger it is an issue of its own.
    rendered = render(said, {}, desk.newsletter, template, desk.shelf.images)
    return Proof(issue=said, posts={}, rendered=replace(rendered, edition=replace(rendered.edition, issue=of.mail)))


def _as_issue(desk: Desk, issue: Issue, of: Correction) -> Issue:
    words = words_of(desk)
    intro = [words("correction.lead", number=of.issue), literal(of.note)]
    if url := page_of(desk, of.issue):
        intro.append(f"[{words('archive.now')}]({url})")
    return Issue(
        number=of.issue,
        subject=words("correction.subject", subject=issue.subject),
        preheader=without_gaps(of.note),
        template=issue.template,
        dated_on=issue.dated_on,
        intro="\n\n".join(intro),
        key_lines=issue.key_lines,
        key_columns=issue.key_columns,
    )


def correction_post(desk: Desk, of: Correction, *, published_on: date) -> Post:
    """The line about it in the next issue."""
    words = words_of(desk)
    return Post(
        slug=slug_of_line(of),
        title=words("correction.title", number=of.issue),
        body=f"{literal(of.note)}\n",
        url=page_of(desk, of.issue),
        published_on=published_on,
    )


def slug_of_line(of: Correction) -> str:
    return f"correction-{of.issue}-{of.number}"


def page_of(desk: Desk, issue: int) -> str | None:
    """The issue's address in the archive; None where it stands in none."""
    is_there = desk.ledger.corrections.is_public(issue)
    return f"{desk.newsletter.public_url}/issues/{issue}" if is_there else None
