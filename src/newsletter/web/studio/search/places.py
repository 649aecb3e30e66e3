"""The pages of the studio and what can be done there, by the words that people look for them with."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.words.prose.question import SoughtWords, fold
from newsletter.words.user import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioPlace:
    """`path` is below /studio. `other_words` are names that people have for it; `needs` is the least role that gets there."""

    title: str
    path: str
    other_words: str = ""
    needs: Role = Role.VIEWER

    def answers(self, sought: SoughtWords) -> bool:
        return sought.fits(fold(f"{self.title} {self.other_words}"))


PLACES = (
    StudioPlace(title="This week", path="", other_words="home start dashboard overview next issue"),
    StudioPlace(title="Finds", path="/finds", other_words="inbox links saved sort triage"),
    StudioPlace(title="Save a find", path="/finds/add", other_words="add new link page address url", needs=Role.AUTHOR),
    StudioPlace(title="Shortlist", path="/finds?show=kept", other_words="kept unused posts"),
    StudioPlace(title="Finds for later", path="/finds?show=later", other_words="put off monday"),
    StudioPlace(title="Dropped finds", path="/finds?show=aside", other_words="rejected undo bring back"),
    StudioPlace(
        title="Where finds come from",
        path="/finds/sources",
        other_words="feeds rss sources bookmarklet phone key mail habits",
        needs=Role.AUTHOR,
    ),
    StudioPlace(
        title="Save from your phone",
        path="/finds/phone",
        other_words="share sheet android iphone mobile install app offline",
        needs=Role.AUTHOR,
    ),
    StudioPlace(title="Issues", path="/issues", other_words="drafts new issue numbers posts write"),
    StudioPlace(title="Readers", path="/readers", other_words="subscribers people addresses list"),
    StudioPlace(title="Add a reader", path="/readers/add", other_words="new subscriber person", needs=Role.EDITOR),
    StudioPlace(
        title="Import readers",
        path="/readers/import",
        other_words="csv file excel upload subscribers",
        needs=Role.EDITOR,
    ),
    StudioPlace(title="Lists", path="/readers/lists", other_words="mailing open closed"),
    StudioPlace(title="Segments", path="/readers/segments", other_words="groups questions filter audience"),
    StudioPlace(
        title="Blocked addresses", path="/readers/do-not-mail", other_words="do not mail bounces complaints suppression"
    ),
    StudioPlace(
        title="Whose mail is this?", path="/readers/mail", other_words="complaint paste find reader unsubscribe"
    ),
    StudioPlace(title="Reports", path="/reports", other_words="results opens clicks statistics figures"),
    StudioPlace(title="Schedule", path="/schedule", other_words="thursday skip pause calendar when time weekly"),
    StudioPlace(
        title="Settings", path="/settings", other_words="sender name reply-to address sending service provider"
    ),
    StudioPlace(title="Templates", path="/settings/templates", other_words="look design type colours gallery"),
    StudioPlace(title="Health", path="/settings/health", other_words="domain dns records problems delivery"),
    StudioPlace(
        title="People with an account", path="/settings/users", other_words="users team invite roles", needs=Role.OWNER
    ),
    StudioPlace(title="Your account", path="/settings/me", other_words="password code name sign in"),
)
# What can be done with one issue; the number stands in place of the 0.
_OF_ISSUE = (
    ("Write issue {0}", "/issues/{0}", "open edit compose", Role.VIEWER),
    ("Read issue {0} through", "/issues/{0}/read", "aloud proofread voice listen", Role.VIEWER),
    ("Find and replace in issue {0}", "/issues/{0}/replace", "words change all", Role.AUTHOR),
    ("Send or schedule issue {0}", "/issues/{0}/send", "approve go out progress", Role.VIEWER),
)


def places_for(sought: SoughtWords, role: Role, issue: int | None) -> list[StudioPlace]:
    """Those that answer the question and that this role gets to; with the acts of one issue."""
    of_issue = [
        StudioPlace(title=title.format(issue), path=path.format(issue), other_words=f"{words} issue", needs=needs)
        for title, path, words, needs in _OF_ISSUE
        if issue is not None
    ]
    return [place for place in (*of_issue, *PLACES) if role.may(place.needs) and place.answers(sought)]
