"""An issue as one piece of HTML, as anybody may read it: made of its file and its posts, not of the mail round them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from markdown_it import MarkdownIt

from newsletter.collect.pages.html_markdown import html_to_markdown
from newsletter.collect.pages.layout_tables import open_layout
from newsletter.collect.pages.page_body import clean_html
from newsletter.collect.pages.page_tree import parse_page
from newsletter.compose.gaps import TextOrigin, read_gaps
from newsletter.compose.look import read_look
from newsletter.compose.parts import html_part, plain_part
from newsletter.compose.plain import Notes
from newsletter.compose.press import Manuscript
from newsletter.compose.sentinels import Sentinels
from newsletter.compose.view import IssueView, PostView, view_of
from newsletter.folder.pictures.images import ImageFolder
from newsletter.ports.folder import TemplateFiles
from newsletter.words.edition import Edition
from newsletter.words.gap import Context, fill_part
from newsletter.words.newsletter import Newsletter


def html_of_issue(manuscript: Manuscript, newsletter: Newsletter, template: TemplateFiles, images: ImageFolder) -> str:
    """Its words, filled for a reader of whom nothing is known. Raises Mistake or Missing at the author's line."""
    issue, posts = manuscript.issue, manuscript.posts
    sentinels, look = Sentinels([repr(issue), repr(posts), repr(newsletter)]), read_look(template)
    view = view_of(issue, posts, newsletter, sentinels, Notes(), images, text_width=look.text_width, column=look.column)
    return fill_part(html_part(_html(view), sentinels), _nobody(newsletter), 1)[0]


def line_for_anybody(text: str, newsletter: Newsletter) -> str:
    """A subject or a preheader, filled for a reader of whom nothing is known. Raises Mistake for a gap that can't be read."""
    sentinels = Sentinels([text])
    part = plain_part(read_gaps(text, sentinels, TextOrigin("", 1, None)), sentinels, Context.HEADER)
    return fill_part(part, _nobody(newsletter), 1)[0]


def html_of_mail(edition: Edition, newsletter: Newsletter) -> str:
    """The words of a mail that went, without its layout: for an issue whose file is gone.

    What stands round the words in its template, such as the way to unsubscribe, is among them.
    """
    page = parse_page(fill_part(edition.html, _nobody(newsletter), 1)[0])
    for hidden in page.select('[style*="display:none"]'):
        hidden.decompose()
    open_layout(page, is_mail=True)
    words = html_to_markdown(clean_html(str(page.body or page), base=None))
    return str(MarkdownIt("commonmark").render(words))


def _html(view: IssueView) -> str:
    pieces: list[str] = [str(view.intro.html)]
    for section in view.sections:
        if section.title:
            pieces.append(f"<h2>{escape(section.title)}</h2>")
        for post in section.posts:
            pieces += _post(post)
    return "\n".join(filter(None, [*pieces, str(view.outro.html)]))


def _post(post: PostView) -> list[str]:
    title = f'<a href="{escape(post.url)}">{escape(post.title)}</a>' if post.url else escape(post.title)
    picture = f'<p><img src="{escape(post.image.src)}" alt="{escape(post.image.alt)}"></p>' if post.image else ""
    credit = f"<p><em>{escape(post.credit)}</em></p>" if post.credit else ""
    return [f"<h3>{title}</h3>", credit, picture, str(post.body.html)]


def _nobody(newsletter: Newsletter) -> Mapping[str, Sequence[str]]:
    """Links that would be a reader's own lead to the form."""
    form = [f"{newsletter.public_url.rstrip('/')}/subscribe"]
    return {"unsubscribe_url": form, "preferences_url": form}
