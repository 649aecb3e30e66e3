"""`posts` and `draft`: from what was collected to an issue."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.cli.options import format_option
from newsletter.cli.output import print_json
from newsletter.words.mistake import Missing
from newsletter.words.post import Post


@click.command()
@format_option()
def posts(form: str) -> None:
    """List the posts, oldest file first, and the issues that use them.

    \b
    Example:
      newsletter posts
      newsletter posts --format json
    """
    from newsletter.folder.issues import IssueFiles
    from newsletter.folder.posts import PostFiles

    directory = newsletter_directory()
    found = PostFiles(directory).list_posts()
    used: dict[str, list[int]] = {}
    for issue in IssueFiles(directory).list_issues():
        for slug in issue.slugs():
            used.setdefault(slug, []).append(issue.number)
    if form == "json":
        rows = [_row(post, used.get(post.slug, [])) for post in found]
        print_json({"posts": rows})
        return
    for post in found:
        click.echo(_line(post, used.get(post.slug, [])))
    n_unused = sum(post.slug not in used for post in found)
    click.echo(
        f"{len(found)} posts, {n_unused} in no issue yet." if found else "No posts yet. Add one: newsletter add FILE"
    )


@click.command()
@click.option("--number", type=click.IntRange(1, 999_999), help="The issue's number; the next one if left out.")
def draft(number: int | None) -> None:
    """Make an issue of the posts that no issue uses yet.

    \b
    Example:
      newsletter draft
      newsletter draft --number 42
    """
    from newsletter.compose.draft import draft as drafted
    from newsletter.folder.issues import IssueFiles
    from newsletter.folder.posts import PostFiles

    directory = newsletter_directory()
    found, issues = PostFiles(directory).list_posts(), IssueFiles(directory)
    written = issues.add_issue(drafted(found, issues.list_issues(), number=number))
    slugs = list(written.slugs())
    click.echo(f"{written.file}: {written.subject}")
    click.echo(
        f"  {len(slugs)} post{'s' if len(slugs) > 1 else ''}. Change the order, the subject and the words in that file."
    )
    doubtful = [post.file for post in found if post.slug in slugs and post.checks]
    for file in doubtful:
        click.echo(f"  {file} has something to check: see `checks` on top of it.")


def newsletter_directory() -> Path:
    """The newsletter's folder. Raises Missing where it is not one: nothing is written into a stranger's folder."""
    directory: Path = click.get_current_context().obj.directory
    if not (directory / "newsletter.toml").is_file():
        raise Missing(
            f"There is no newsletter in {directory}: it has no newsletter.toml.",
            fix="Name its folder with -C DIR, or make one: newsletter init DIR",
        )
    return directory


def _line(post: Post, numbers: list[int]) -> str:
    use = f"issue {', '.join(map(str, numbers))}" if numbers else "unused"
    return f"{post.slug}  {post.title}  ({use}{', something to check' if post.checks else ''})"


def _row(post: Post, numbers: list[int]) -> dict[str, object]:
    return {
        "slug": post.slug,
        "file": post.file,
        "title": post.title,
        "url": post.url,
        "source": post.source,
        "author": post.author,
        "byline": post.byline,
        "published": post.published_on,
        "tags": list(post.tags),
        "checks": list(post.checks),
        "issues": numbers,
    }
