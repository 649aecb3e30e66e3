"""Posts and issues as they stand on somebody's screen: those of the folder, but for the texts that are being typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import parse_post
from newsletter.ports.folder import Issues, Posts
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True)
class TypedPosts:
    """`texts` are whole files by their name in the folder. To be read only."""

    posts: Posts
    texts: Mapping[str, str]

    def list_posts(self) -> Sequence[Post]:
        return self.posts.list_posts()

    def get_post(self, slug: str) -> Post:
        file = f"posts/{slug}.md"
        if file in self.texts:
            return parse_post(self.texts[file], slug=slug, file=file)
        return self.posts.get_post(slug)

    def add_post(self, post: Post) -> Post:
        return self.posts.add_post(post)


@dataclass(frozen=True, slots=True)
class TypedIssues:
    """The same of issues."""

    issues: Issues
    texts: Mapping[str, str]

    def list_issues(self) -> Sequence[Issue]:
        return self.issues.list_issues()

    def list_readable(self) -> tuple[Sequence[Issue], Sequence[NewsletterError]]:
        return self.issues.list_readable()

    def get_issue(self, number: int) -> Issue:
        file = f"issues/{number:03d}.md"
        if file in self.texts:
            return parse_issue(self.texts[file], file=file)
        return self.issues.get_issue(number)

    def add_issue(self, issue: Issue) -> Issue:
        return self.issues.add_issue(issue)

    def list_moved_in(self) -> Sequence[Issue]:
        return self.issues.list_moved_in()
