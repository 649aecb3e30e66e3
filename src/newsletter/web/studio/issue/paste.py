"""Formatted text that somebody pastes into the words of a part: given back as Markdown, with what is lost and in doubt."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.collect.outside import open_pasted
from newsletter.collect.paste.pasted import Pasted
from newsletter.collect.same_text import same_text, say_same
from newsletter.folder.habits_file import HabitFile
from newsletter.folder.post_file import parse_post
from newsletter.folder.touch import edit_of, with_added
from newsletter.web.studio.issue.compose_form import save_form
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role

# So many of the words that are left out are named.
_MOST_NAMED = 12


def paste(studio: Studio, visit: Visit) -> Response:
    """Make Markdown of what was pasted, which a script then inserts at the caret; a form gets it at the end of its words.

    JSON: `file` it goes into, and `html` of the clipboard. The answer has `text`, `doubts` (lines for the post's
    checks), and `said`, a sentence for each thing that the writer should know.
    """
    file, html = visit.word("file"), visit.word("html")
    if visit.data is not None:
        pasted = _read(studio, file, html)
        return visit.json(
            {"text": pasted.text, "doubts": pasted.checks, "said": [*_again(studio, file, pasted), *say(pasted)]}
        )
    base = save_form(studio, visit)
    if not html:
        raise Mistake("There is nothing to insert yet.", fix="Paste something into the field first.")
    pasted = _read(studio, file, html)
    again = _again(studio, file, pasted)
    field = visit.text("into")
    done = studio.write(visit, file, base, lambda text: with_added(text, field, pasted.text, file=file))
    if pasted.checks:
        studio.write(visit, file, done.mine, edit_of(file, "doubts", "\n".join(pasted.checks)))
    back = f"/issues/{visit.number('number')}?part={visit.text('part')}"
    return visit.go(back, said=" ".join(["Inserted at the end.", *again, *say(pasted)]))


def say(pasted: Pasted) -> list[str]:
    """What the writer should know: words and pictures that are not in the text, and paragraphs that may be quotes."""
    said = []
    n_doubts, n_words, n_pictures = len(pasted.checks), len(pasted.left_out), pasted.n_pictures
    if n_doubts:
        said.append(f"{n_doubts:,} paragraph{'s' if n_doubts > 1 else ''} may be somebody else's words.")
    if n_words:
        named = " ".join(pasted.left_out[:_MOST_NAMED]) + (" …" if n_words > _MOST_NAMED else "")
        said.append(f"Left out: {n_words:,} word{'s' if n_words > 1 else ''}, “{named}”.")
    if n_pictures:
        said.append(
            f"{n_pictures:,} pictures could not come along: copy each by itself."
            if n_pictures > 1
            else "A picture could not come along: copy it by itself."
        )
    return said


def _again(studio: Studio, file: str, pasted: Pasted) -> list[str]:
    slug = file.removeprefix("posts/").removesuffix(".md")
    return say_same(same_text(pasted.text, studio.parts.posts, studio.parts.issues, but=slug))


def _read(studio: Studio, file: str, html: str) -> Pasted:
    """In a post it is told whose words each paragraph is; an opening or a closing is ours."""
    if not file.startswith("posts/"):
        return open_pasted(html, tells_voices=False)
    post = parse_post(studio.parts.sheets.read(file).text, slug="", file=file)
    habits = HabitFile(studio.parts.directory).list_habits()
    return open_pasted(html, tells_voices=True, byline=post.byline or "", habits=habits)


PAGES = (Page(path="/issues/{number:int}/paste", change=paste, do=Role.AUTHOR),)
