"""Correct: an issue that went gets other words, those who have the old ones get a mail, and the next issue says so."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.collect.desk import CollectDesk
from newsletter.collect.literal import one_line
from newsletter.collect.triage.place import IssuePlace, put_in, require_open
from newsletter.compose.draft import begun, next_number
from newsletter.compose.press import press
from newsletter.ledger.corrections.corrections_sql import nothing_to_correct
from newsletter.ledger.rows import MailingRow
from newsletter.preflight.check import check
from newsletter.schedule.choice import approve_issue
from newsletter.schedule.corrections.mail import correction_mail, correction_post, slug_of_line, words_of
from newsletter.schedule.desk import Desk
from newsletter.words.correction import Correction
from newsletter.words.finding import that_stop
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, Mistake, NotNow

_LONGEST_NOTE = 500


def correct_issue(
    desk: Desk, number: int, *, note: str, by: str, seen: str = "", despite_findings: bool = False
) -> Correction:
    """Give an issue that went the words that stand in the folder now: they are approved, and hold from now on.

    Readers who wait get them, and so does the archive. `note` is one sentence for readers: what was wrong. `seen` is the
    digest of the words that were read; "" is those of now. Killed half-way, it is pressed again: then the words are
    approved twice, and it is one correction. Raises what `approve_issue` raises, and NotNow where nobody was handed the
    issue yet or nothing differs.
    """
    note = read_note(note)
    if not desk.ledger.corrections.has_begun(number):
        raise NotNow(
            f"Issue {number} has gone to nobody yet, so there is nothing to correct.",
            fix="Change its words and approve it again.",
        )
    made = desk.ledger.corrections.list_of(number)
    now = press(desk.shelf, desk.newsletter, number).rendered.edition.digest
    if not made and now == desk.ledger.corrections.words_that_hold(number):
        raise nothing_to_correct(number)
    approval = approve_issue(desk, number, by=by, seen=seen, despite_findings=despite_findings)
    words = desk.ledger.mailings.get_edition(approval.digest)
    return desk.ledger.corrections.correct(words, note=note, by=by)


def read_note(text: str) -> str:
    """The sentence on one line. Raises Mistake for one that is empty or too long to be one."""
    note = one_line(text)
    if not note:
        raise Mistake("Nothing was corrected: it does not say what was wrong.", fix="Write one sentence for readers.")
    if len(note) > _LONGEST_NOTE:
        raise Mistake(
            f"Nothing was corrected: what was wrong is said in {len(note):,} characters.",
            fix=f"Say it in {_LONGEST_NOTE} at most; the issue itself holds the rest.",
        )
    return note


def send_correction(desk: Desk, of: Correction, *, by: str, seen: str = "") -> Sequence[MailingRow]:
    """Approve the mail of a correction and open its sendings, one for each list that the issue went to.

    Nobody gets it twice: it is an issue of its own in the ledger. Pressed again, also after a crash between two lists,
    it goes to those who still lack it. `seen` is the digest of the mail that was looked at; "" is that of now.
    Raises NotNow where it is too early or too late, or nobody is left to get it.
    """
    if desk.refusal:
        raise desk.refusal
    _check_is_due(desk, of)
    proof = correction_mail(desk, of)
    words = proof.rendered.edition
    if seen not in ("", words.digest):
        raise NotNow("Nothing was sent: the mail has changed since you looked.", fix="Look at it again, then send it.")
    if errors := that_stop(check(proof, desk.around(proof)), despite=True):
        raise NotNow(f"{errors[0].message} Nothing was sent.", fix=errors[0].fix, place=errors[0].place)
    lists = desk.ledger.corrections.lists_that_got(of.issue)
    wanted = [name for name in lists if desk.ledger.forecasts.make(of.mail, name).goes]
    if not wanted:
        raise NotNow("Nobody is left to get this correction.", fix="See who has it on the page of the correction.")
    desk.schedule.approvals.approve(words, by=by, now=desk.clock.now())
    open_one = desk.ledger.planning.open_mailing
    return [open_one(words, list_name=name, parcel_size=desk.parcel_size, start_at=None) for name in wanted]


def _check_is_due(desk: Desk, of: Correction) -> None:
    """Raises NotNow where a later correction holds, or a call with the words before is still under way."""
    if of != desk.ledger.corrections.list_of(of.issue)[-1]:
        raise NotNow("The issue was corrected again since.", fix="Send the mail of the last correction.")
    if desk.ledger.corrections.is_called(of):
        raise NotNow(
            "Some readers are being sent the words from before the correction in this very moment.",
            fix="Try again in a minute: then it is known who has them.",
        )


def put_into_next(desk: Desk, collect: CollectDesk, of: Correction, *, by: str) -> int | None:
    """Put the line about a correction into the next issue, once; the issue is begun where nobody began it.

    Returns the issue that has it; None where the next one is approved already: then it stays on the shortlist.
    """
    post = correction_post(desk, of, published_on=desk.clock.now().date())
    issues = collect.issues.list_issues()
    if (there := find_line(issues, of)) is not None:
        return there
    if not collect.posts.has(post.slug):
        collect.posts.add_post(post)
    issue = _next_issue(desk, issues)
    try:
        require_open(collect, issue.number)
    except NotNow:
        return None
    put_in(
        collect,
        post.slug,
        IssuePlace(number=issue.number, section=words_of(desk)("correction.heading")),
        by=by,
    )
    return issue.number


def find_line(issues: Sequence[Issue], of: Correction) -> int | None:
    """The issue that says so already."""
    return next((issue.number for issue in issues if slug_of_line(of) in issue.slugs()), None)


def _next_issue(desk: Desk, issues: Sequence[Issue]) -> Issue:
    """The first issue after the last that was sent."""
    last_sent = max(desk.ledger.accounts.list_issues_sent(), default=0)
    left = [issue for issue in issues if issue.number > last_sent and not issue.moved_in]
    if left:
        return min(left, key=lambda issue: issue.number)
    try:
        return desk.shelf.issues.add_issue(begun(issues, [words_of(desk)("correction.heading")]))
    except Mistake:
        # Somebody else began it in this very moment.
        return desk.shelf.issues.get_issue(next_number(issues))


def newest(desk: Desk, number: int) -> Correction:
    """The correction that holds. Raises Missing where the issue was never corrected."""
    made = desk.ledger.corrections.list_of(number)
    if not made:
        raise Missing(f"Issue {number} was not corrected.", fix="Correct it first.")
    return made[-1]
