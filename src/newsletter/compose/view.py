"""What a template sees of an issue: posts and sections with their words already in HTML and in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, unquote

from markdown_it.token import Token
from markupsafe import Markup

from newsletter.compose.braces import regions_of
from newsletter.compose.gaps import TextOrigin, read_gaps
from newsletter.compose.markdown import html_of, read_blocks
from newsletter.compose.plain import Notes, text_of
from newsletter.compose.sentinels import Sentinels
from newsletter.folder.pictures.images import ImageFolder
from newsletter.sentences.catalogue import LANGUAGES
from newsletter.sentences.sentences import Sentences
from newsletter.words.domain import ascii_url
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, Mistake, Place
from newsletter.words.newsletter import Newsletter
from newsletter.words.picture.focus import Focus
from newsletter.words.plain import unix_lines
from newsletter.words.post import Image, Post, own_picture

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})
# Letters that two posts beside each other can have each.
_LONG = 700


@dataclass(frozen=True, slots=True)
class HtmlAndText:
    """A piece of writing twice: as HTML for `issue.mjml`, as text for `issue.txt`. False where there is none."""

    html: Markup
    text: str

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class IssuePicture:
    src: str
    alt: str


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as a template prints it. `credit` says who and where; `is_only` that its section holds nothing else.

    `is_long` says that it would be a strip of paper in half a column.
    """

    title: str
    url: str | None
    source: str | None
    credit: str
    image: IssuePicture | None
    body: HtmlAndText
    is_only: bool

    @property
    def is_long(self) -> bool:
        return len(self.body.html.striptags()) > _LONG


@dataclass(frozen=True, slots=True)
class SectionView:
    title: str
    posts: tuple[PostView, ...]

    @property
    def rows(self) -> list[list[PostView]]:
        """Neighbours two by two, but a long post by itself."""
        rows: list[list[PostView]] = []
        for post in self.posts:
            if rows and len(rows[-1]) == 1 and not (post.is_long or rows[-1][0].is_long):
                rows[-1].append(post)
            else:
                rows.append([post])
        return rows


@dataclass(frozen=True, slots=True)
class IssueView:
    """`date` is written out; `browser_url` and `subscribe_url` are for those who can't see it or got it from a friend."""

    number: int
    subject: str
    preheader: str
    date: str
    intro: HtmlAndText
    outro: HtmlAndText
    sections: tuple[SectionView, ...]
    browser_url: str
    subscribe_url: str

    def blocks(self) -> frozenset[str]:
        """The HTML that was made of Markdown here, so that nothing in it is anybody else's markup."""
        copies = [self.intro, self.outro, *(post.body for section in self.sections for post in section.posts)]
        return frozenset(str(copy.html) for copy in copies if copy.html)


def view_of(
    issue: Issue,
    posts: Mapping[str, Post],
    newsletter: Newsletter,
    sentinels: Sentinels,
    notes: Notes,
    images: ImageFolder | None,
    *,
    text_width: int,
    column: int,
) -> IssueView:
    """`text_width` is in letters, `column` the widest a picture in the text may be, in CSS pixels.

    Raises Mistake for a gap that can't be read or a picture without words, Missing for a post that there is not."""
    writer = ViewWriter(newsletter.public_url.rstrip("/"), sentinels, notes, images, text_width, column)
    subject, preheader = (
        read_gaps(value, sentinels, TextOrigin(issue.file, issue.line_of(key) or 1, issue.column_of(key)))
        for key, value in (("subject", issue.subject), ("preheader", issue.preheader))
    )
    return IssueView(
        number=issue.number,
        subject=subject,
        preheader=preheader,
        date=written_date(issue.dated_on, newsletter.language),
        intro=writer.copy(issue.intro, TextOrigin(issue.file, issue.intro_line), top_heading=2),
        sections=tuple(
            writer.section(section.title, _found(section.posts, posts, issue))
            for section in issue.sections
            # A heading that nothing stands under is a place that was left free.
            if section.posts
        ),
        outro=writer.copy(issue.outro, TextOrigin(issue.file, issue.outro_line), top_heading=2),
        browser_url=f"{writer.public_url}/issues/{issue.number}",
        subscribe_url=f"{writer.public_url}/subscribe",
    )


def direction(language: str) -> str:
    """The way a language runs, for `dir`."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def written_date(day: date | None, language: str) -> str:
    """A date in words of a language that readers are spoken to in, else in figures; empty where there is none."""
    if day is None:
        return ""
    primary = language.partition("-")[0].lower()
    return Sentences(primary).day(day) if primary in LANGUAGES else day.isoformat()


def image_address(
    src: str, public_url: str, images: ImageFolder | None, place: Place, focus: Focus | None = None
) -> str:
    """A picture of the folder is served under the newsletter's own address, by the digest of its file and its focus."""
    path = own_picture(src)
    if path is None:
        return src
    name = f"images/{images.publish(path, place, focus=focus)}" if images else quote(unquote(path))
    return f"{public_url.rstrip('/')}/{name}"


@dataclass(frozen=True, slots=True)
class ViewWriter:
    """Writes the pieces of an issue as every edition has them."""

    public_url: str
    sentinels: Sentinels
    notes: Notes
    images: ImageFolder | None
    text_width: int
    column: int

    def copy(self, source: str, origin: TextOrigin, *, top_heading: int) -> HtmlAndText:
        blocks = self.blocks(source, origin, top_heading=top_heading)
        text = text_of(blocks, self.sentinels, self.notes, self.text_width)
        return HtmlAndText(Markup(html_of(blocks)), text)  # noqa: S704 - escaped by the renderer

    def blocks(self, source: str, origin: TextOrigin, *, top_heading: int) -> list[Token]:
        """The blocks of a text; `map` of each has its lines in the text, counted from 0."""
        source = unix_lines(source)
        marked = read_gaps(source, self.sentinels, origin, regions_of(source, origin))

        def picture(src: str, alt: str, line: int) -> tuple[str, int | None]:
            place = Place(origin.file, origin.line + line)
            # What was captured without words is for `check` to find; our own pictures are ours to describe.
            if not alt.strip() and own_picture(src) is not None:
                raise Mistake(
                    "This picture has no words for those who can't see it.",
                    fix="Say what it shows: ![A ferry at dusk](images/ferry.png).",
                    place=place,
                )
            address = self.address(src, place)
            return address, self.width(src, address)

        return read_blocks(marked, self.sentinels, picture=picture, top_heading=top_heading)

    def address(self, src: str, place: Place) -> str:
        return image_address(src, self.public_url, self.images, place)

    def width(self, src: str, address: str) -> int | None:
        """How wide a picture stands in the text, in CSS pixels; None where it is not one of ours."""
        if self.images is None or own_picture(src) is None:
            return None
        return min(self.column, self.images.width(address.rpartition("/")[2]))

    def section(self, title: str, posts: Sequence[Post]) -> SectionView:
        return SectionView(title, tuple(self.post(post, is_only=len(posts) == 1) for post in posts))

    def post(self, post: Post, *, is_only: bool) -> PostView:
        image = self.picture(post, post.image) if post.image else None
        url = _sound(post, post.url) if post.url else None
        body = self.copy(post.body, TextOrigin(post.file, post.body_line), top_heading=3)
        return PostView(post.title, url, post.source, credit_of(post), image, body, is_only)

    def picture(self, post: Post, image: Image) -> IssuePicture:
        place = Place(post.file, dict(post.key_lines).get("image"))
        address = image_address(image.src, self.public_url, self.images, place, image.focus)
        return IssuePicture(_sound(post, address), image.alt)


def _sound(post: Post, address: str) -> str:
    """An address that a mail can hold. What was captured may name anything."""
    if address.lower().startswith(("https://", "http://")):
        return ascii_url(address)
    raise Mistake(
        f"“{address[:80]}” is not an address that readers can open.",
        fix="Give the full address with https://, or put a picture into images/.",
        place=Place(post.file),
    )


def credit_of(post: Post) -> str:
    """“Mara Lindqvist in The Bulletin · guest post by Dana”, with whatever of it there is."""
    who = f"{post.author} in {post.source}" if post.author and post.source else post.author or post.source
    # A byline that the text itself begins with is not said twice.
    by = post.byline if post.byline and post.byline.lower() not in post.body[:200].lower() else None
    if by and not by.lower().startswith("by ") and " by " not in by.lower():
        by = f"by {by}"
    return " · ".join(part for part in (who, by) if part)


def _found(slugs: Sequence[str], posts: Mapping[str, Post], issue: Issue) -> list[Post]:
    for slug in slugs:
        if slug not in posts:
            raise Missing(
                f"{issue.file} names the post {slug}, and there is no posts/{slug}.md.",
                fix="Check the spelling, or remove it from the issue.",
            )
    return [posts[slug] for slug in slugs]
