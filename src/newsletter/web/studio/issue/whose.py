"""Decides whose words the paragraphs of a post are: each doubt with one press, and every press can be undone."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.collect.voices.decide import Whose, decide, letters_of, open_doubts
from newsletter.collect.voices.habits import sentence_of, source_of, turned_over
from newsletter.collect.voices.turn import Block, blocks_of
from newsletter.folder.habits_file import FILE as HABITS
from newsletter.folder.habits_file import HabitFile
from newsletter.folder.post_file import parse_post
from newsletter.folder.touch import edit_of
from newsletter.web.studio.issue.compose_form import save_form
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import NotNow
from newsletter.words.post import Post
from newsletter.words.user import Role

# An address holds so many; earlier ones are among the versions of the file.
_MOST_PRESSES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoseParagraph:
    """A paragraph as the page shows it. `name` is what its buttons send; `reasons` is "" where nothing is in doubt.

    One that `leads_to_doubt` stands above a paragraph in doubt.
    """

    name: str
    text: str
    is_quote: bool
    reasons: str
    leads_to_doubt: bool


def paragraphs_of(post: Post) -> list[WhoseParagraph]:
    """The paragraphs of a post with the doubts that are left, in reading order."""
    doubts = open_doubts(post.body, post.checks)
    return [
        WhoseParagraph(
            name=_name(n, block),
            text="\n".join(block.lines),
            is_quote=block.is_quote,
            reasons=doubts[n].reasons if n in doubts else "",
            leads_to_doubt=n + 1 in doubts,
        )
        for n, block in enumerate(blocks_of(post.body))
    ]


def other_checks(post: Post) -> list[str]:
    """The lines of `checks` that are about no paragraph of the post."""
    about = {doubt.check for doubt in open_doubts(post.body, post.checks).values()}
    return [check for check in post.checks if check not in about]


def offers_of(studio: Studio, post: Post) -> list[tuple[str, str]]:
    """What was decided often enough about texts of its source: the sign, and the sentence that says what would be remembered."""
    habits = HabitFile(studio.parts.directory).list_habits()
    return [(one.sign, sentence_of(one)) for one in habits if one.is_offered and one.source == source_of(post)]


def press(studio: Studio, visit: Visit) -> Response:
    """Decide one paragraph, accept all as they are set, take the last press back, or answer what is offered.

    `press` is "undo", "accept", "noted" (what is about no paragraph was looked at), "remember" or "decline" and a sign, or a decision and the name of a paragraph; `presses` are the versions of the file before and
    after each press until now, for the way back. What a form without scripts brings of typed words is saved before.
    """
    file, base, presses = visit.word("file"), visit.word("base"), visit.word("presses").split()
    if visit.data is None:
        base = save_form(studio, visit)
    act, _, name = visit.word("press").partition(" ")
    if act == "undo" and presses:
        *presses, last = presses
        before, _, after = last.partition("-")
        text = studio.parts.sheets.old_text(file, before)
        done = studio.write(visit, file, after, _counted(studio, visit, file, lambda _: text, by=-1))
    elif act in {"remember", "decline"}:
        return _answered(studio, visit, base, presses)
    else:
        done = studio.write(visit, file, base, _counted(studio, visit, file, _decision(file, act, name), by=1))
        presses = [*presses, f"{base}-{done.mine}"][-_MOST_PRESSES:]
    if visit.data is not None:
        return visit.json({"version": done.sheet.version, "presses": " ".join(presses)})
    mode = "&all" if visit.text("all") else ""
    chain = "+".join(presses)
    return visit.go(f"/issues/{visit.number('number')}?part={visit.text('part')}&presses={chain}{mode}#whose")


def _counted(studio: Studio, visit: Visit, file: str, edit: Callable[[str], str], *, by: int) -> Callable[[str], str]:
    """The same edit; what it turns over is counted for the source, or taken back with -1."""

    def counting(text: str) -> str:
        edited = edit(text)
        before, after = (text, edited) if by > 0 else (edited, text)
        turned = turned_over(parse_post(before, slug="", file=file), parse_post(after, slug="", file=file))
        if turned:
            HabitFile(studio.parts.directory).count(turned, by=by)
            studio.sittings.note(visit.who, HABITS)
        return edited

    return counting


def _answered(studio: Studio, visit: Visit, base: str, presses: list[str]) -> Response:
    """Remember what is offered for the source of this post, or drop it."""
    act, _, sign = visit.word("press").partition(" ")
    book, file = HabitFile(studio.parts.directory), visit.word("file")
    source = source_of(parse_post(studio.parts.sheets.read(file).text, slug="", file=file))
    for habit in book.list_habits():
        if habit.is_offered and (habit.source, habit.sign) == (source, sign):
            (book.remember if act == "remember" else book.forget)(habit)
    studio.sittings.note(visit.who, HABITS)
    if visit.data is not None:
        return visit.json({"version": base, "presses": " ".join(presses)})
    return visit.go(f"/issues/{visit.number('number')}?part={visit.text('part')}#whose")


def _decision(file: str, act: str, name: str) -> Callable[[str], str]:
    if act not in {"accept", "noted", *Whose}:
        raise NoSuchAct

    def edit(text: str) -> str:
        post = parse_post(text, slug="", file=file)
        if act in {"accept", "noted"}:
            others = other_checks(post)
            kept = others if act == "accept" else [check for check in post.checks if check not in others]
            return edit_of(file, "checks", "\n".join(kept))(text)
        at = next((n for n, block in enumerate(blocks_of(post.body)) if _name(n, block) == name), None)
        if at is None:
            raise NotNow("The words of this paragraph changed.", fix="Look at it as it is now, and press again.")
        done = decide(post.body, post.checks, at, Whose(act))
        return edit_of(file, "checks", "\n".join(done.checks))(edit_of(file, "body", done.body)(text))

    return edit


def _name(n: int, block: Block) -> str:
    """Its number and a sum of its letters, so that a press never meets another paragraph than was shown."""
    return f"{n}-{zlib.crc32(letters_of(block).encode()):x}"


PAGES = (Page(path="/issues/{number:int}/whose", change=press, do=Role.AUTHOR),)
