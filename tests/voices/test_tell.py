"""Whose words a paragraph is: the figures on the corpus, and for every weight a text that is told wrongly without it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.collect.paragraphs import Paragraph, read_paragraphs
from newsletter.collect.voices import marks
from newsletter.collect.voices.chain import chances
from newsletter.collect.voices.signs import SIGNS
from newsletter.collect.voices.speech import language_of
from newsletter.collect.voices.tell import Voice, tell_voices
from tests.voices.judge import HERE, judged


def test_few_paragraphs_of_the_corpus_are_wrong_and_unsaid() -> None:
    """At most 3 in 100 wrong without a word of doubt, at most 10 in 100 doubted for nothing, none lost."""
    figures = judged(HERE / "posts", HERE / "truth.json")
    assert figures["lost"] == 0
    assert (figures["wrong"] - figures["flagged"]) / figures["all"] < 0.03
    assert figures["needless"] / figures["all"] < 0.10


@dataclass(frozen=True)
class Case:
    """A text below a title, and whether its last paragraph, or that at `at`, is a quote."""

    text: str
    is_quote: bool
    at: int = -1

    def told(self, *, without: str = "") -> Voice:
        paragraphs = read_paragraphs(f"Title\n\n{self.text}")[1:]
        return tell_voices(paragraphs, [sign for sign in SIGNS if sign.name != without])[self.at]


INTRO = "Mara Vell, who runs the ferry, explains in her weekly letter why the winter boat leaves so early:\n\n"
QUOTE = (
    "The bar is deep enough at ten past six and at no other hour. Nobody chose it, and nobody who has been aground there "
    "asks for another one. The harbour office has tried twice to move it.\n\n"
)
THEIRS = INTRO + QUOTE

CASES = {
    "marked": Case("There was fog again.\n\n> [The signal was switched off in 2009.]", True),
    "indented": Case("There was fog again.\n\n    [The signal was switched off in 2009.]", True),
    "others are marked": Case("She says:\n\n> It is late.\n\nOf the harbour office this can be had in writing, twice a year, on paper with a stamp on it:\n\nThe bar has moved.", True),
    "marks": Case(THEIRS + "“I have kept it for nine years, and my sister before me, and neither of us has been aground there with anybody on board.”", True),
    "few words in marks": Case("Then she read the last line to me, slowly.\n\n“Boats forget nothing.”\n\n— Mara Vell\n\n“Nor do I.”", True),
    "mostly in marks": Case(
        "There was fog again.\n\n“The signal was switched off in 2009,” says the keeper, “and on again because of the cows, which came down.”",
        True,
    ),
    "opens in the middle": Case("There was fog again.\n\n…and the signal was switched off in 2009, to save electricity.", True),
    "turn": Case("We met at the pier.\n\nQ: Is it cold?\n\nA: It is the sea.", True),
    "attribution": Case("There was fog again.\n\nBoats forget nothing.\n\n— Mara Vell, 1931\n\nShe was right.", True, at=-3),
    "letter": Case("Three readers wrote to us about the bar.\n\nDear editor, the bar has moved again and nobody has told the harbour office.", True),
    "label": Case(INTRO + "Update: the company has since put the page with its timetable of the winter boat back where it was.", False),
    "aside": Case(THEIRS + "[Four people wrote in about the bar, and about the harbour office, and all of them were right about the year.]", False),
    "desk": Case(THEIRS + "Thanks to the four people who sent the timetable of 1962 and to the one who sent a photograph of the bar at low water.", False),
    "about the text": Case(THEIRS + "The letter has a second page about the harbour office and about those who tried to move the hour.", False),
    "takes up words": Case(THEIRS + "Asked about “aground there”, the harbour office sent a map of the bar on which the deep water had been drawn by hand.", False),
    "names the source": Case(THEIRS + "Twice a year Mara Vell goes out with a lead line and a boy who writes down the numbers, and that is the whole survey.", False),
    "new person": Case("The ferry company says:\n\n" + QUOTE + "Nobody has ever asked me what the horse thought of the bar, of the harbour office, and of the hour at which boats leave.", True),
    "our person": Case("I asked the ferry company, and they wrote:\n\n" + QUOTE + "Nobody has ever asked me what the horse thought of the bar, of the harbour office, and of the hour at which boats leave.", False),
    "same person": Case(INTRO + "I have run it for nine years. I chose nothing.\n\nI miss the old boat.", True),
    "same we": Case("I asked the ferry company, and they wrote:\n\nWe have run it for nine years and chose nothing, and the harbour office has asked us twice.\n\nThe bar chose, and so we follow it about, and nobody has asked me yet whether it is a pleasure to be led by sand.", True),
    "remark": Case(THEIRS + "The bar has moved twice since.", False),
    "opinion": Case(THEIRS + "That is the best account of a timetable that anybody has printed in this town since the harbour office lost its own.", False),
    "introduces": Case(INTRO + "The harbour office keeps another view of the bar and of the hour, and of who has been aground there since the war:", False),
    "introduces a list": Case(THEIRS + "The pier is cold in winter, and there are three things that everybody who goes out to see the bar should have had at home:\n\n- a lamp", True, at=-2),
    "announces": Case(THEIRS + "Here is what the harbour office writes about the same bar in the same winter, in a year when it was deep for a whole week.\n\nThe hour is ours.", False, at=-2),
    "address": Case(THEIRS + "The other pages, with the timetables from before the war and a chart, are at https://example.org/bar for those who wait.", False),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_told_rightly(name: str) -> None:
    """Right, whether or not there is a doubt."""
    assert CASES[name].told().is_quote == CASES[name].is_quote


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_every_sign_is_needed(sign: object) -> None:
    """Without it some case is told wrongly, or is in doubt where it was not."""
    name = sign.name  # type: ignore[attr-defined]
    with_it, without = CASES[name].told(), CASES[name].told(without=name)
    assert (with_it.is_quote, len(with_it.doubts) > 0) != (without.is_quote, len(without.doubts) > 0)


def test_a_doubt_names_its_reasons() -> None:
    """In words that say what was seen, the weightiest first."""
    doubted = tell_voices(read_paragraphs(THEIRS + "The harbour office has been asked, and it said nothing."))[-1]
    assert doubted.doubts
    assert "the quote above it may go on" in doubted.doubts


@pytest.mark.parametrize(
    "text",
    ["« Le bac ne part pas. »", "„Das Boot fährt.“", "»Das Boot fährt.«", "“It’s late.”", "‘Sir, I don’t know.’", '"No."', "「船は出ない。」", "«Свет горит».", "”Båten går.”", "„Łódź nie płynie”"],
)  # fmt: skip
def test_marks_of_many_languages_are_whole(text: str) -> None:
    """Whatever stop stands inside or behind."""
    assert marks.is_whole(text)


@pytest.mark.parametrize(
    "text", ["“Late,” she said.", "“Late,” he said, “and cold.”", "Late “and” cold", "“", "’tis late"]
)
def test_marks_within_a_sentence_are_not(text: str) -> None:
    """Somebody else speaks around them."""
    assert not marks.is_whole(text)


def test_marks_run_on_until_the_paragraph_that_closes_them() -> None:
    """Whether each paragraph opens them anew or only the first does."""
    assert marks.runs(["So:", "“One.", "“Two.", "“Three.”", "Ours."]) == {1, 2, 3}
    assert marks.runs(["„Eins.", "Zwei.", "Drei.“", "Wir."]) == {0, 1, 2}
    assert marks.runs(["“Never closed.", "Ours.", "Ours."]) == set()


@given(st.lists(st.text(max_size=60), max_size=12))
def test_every_paragraph_has_a_voice(texts: list[str]) -> None:
    """Of any text, in order, and none is lost."""
    paragraphs = [one for text in texts for one in read_paragraphs(text)]
    assert [voice.text for voice in tell_voices(paragraphs)] == [one.text for one in paragraphs]


def test_chances_are_those_of_all_paths_together() -> None:
    """Against the sum over every one of the 2^5 ways to tell five paragraphs."""
    from itertools import product
    from math import exp

    says, begins, goes_on = [0.5, -2.0, 3.0, 0.0, -1.0], [-4.0, 1.0, -3.0, 2.0, -3.5], [0.0, 1.0, -1.0, 0.3, 2.0]

    def yes(odds: float) -> float:
        return 1 / (1 + exp(-odds))

    total, quoted = 0.0, [0.0] * 5
    for path in product((False, True), repeat=5):
        weight, before = 1.0, False
        for i, here in enumerate(path):
            step, own = yes((goes_on if before else begins)[i]), yes(says[i])
            weight *= (step if here else 1 - step) * (own if here else 1 - own)
            before = here
        total += weight
        quoted = [sum_ + weight * here for sum_, here in zip(quoted, path, strict=True)]
    assert chances(says, begins, goes_on) == pytest.approx([one / total for one in quoted])


@pytest.mark.parametrize(
    ("text", "language"),
    [("The boat is late and nobody knows why.", "en"), ("Das Boot ist nicht da und keiner weiß es.", "de"), ("Le bac est en retard et on ne sait pas pourquoi.", "fr"), ("Лодка не пришла, и никто не знает, как это вышло.", "ru"), ("Човен не прийшов, і ніхто не знає, що це було й чи є він.", "uk"), ("船は来ない。", "ja"), ("", "en")],
)  # fmt: skip
def test_the_language_is_told_by_its_commonest_words(text: str, language: str) -> None:
    """Enough for the lists; nothing else depends on it."""
    assert language_of(text) == language


def test_a_line_that_is_set_in_is_a_quote_only_where_others_are_not() -> None:
    """Paragraphs whose first lines are all set in are prose."""
    prose = "Title\n\n  One of them goes on for a while and reaches the end of the line\nand the next.\n\n  Another goes on for a while, to the end of the line, and\nthe next."
    assert not any(one.is_indented for one in read_paragraphs(prose))
    assert [one.is_indented for one in read_paragraphs("Title\n\nOurs.\n\n    Theirs.\n")] == [False, False, True]


def test_marks_of_mails_are_taken_off() -> None:
    """They say whose words these are, and are none."""
    assert read_paragraphs("Ours.\n\n> Theirs,\n> and more.\n>\n> Theirs.") == [
        Paragraph(text="Ours."),
        Paragraph(text="Theirs,", is_marked=True),
        Paragraph(text="and more.", is_marked=True, is_tight=True),
        Paragraph(text="Theirs.", is_marked=True),
    ]
