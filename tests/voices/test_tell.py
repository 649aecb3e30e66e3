"""Whose words a paragraph is: the figures on the corpus, and for every weight a text that is told wrongly without it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.collect.paragraphs import Paragraph, read_paragraphs
from newsletter.collect.voices import marks
from newsletter.collect.voices.chain import chances
from newsletter.collect.voices.introductions import INTRODUCTIONS, introduced_by
from newsletter.collect.voices.passage import Text
from newsletter.collect.voices.rhyme import n_rhymed
from newsletter.collect.voices.signs import SIGNS
from newsletter.collect.voices.speech import language_of
from newsletter.collect.voices.tell import Voice, tell_voices
from tests.voices.judge import PARTS, judged, judged_text, near, text_of

# For each part of the corpus how many in 100 may be wrong without a word of doubt, and how many doubted for nothing.
BOUNDS = {"": (1, 7), "kept/": (4, 15), "more/": (1, 9), "more-kept/": (1, 10), "near": (2, 10)}


@pytest.mark.parametrize("part", BOUNDS)
def test_few_paragraphs_of_the_corpus_are_wrong_and_unsaid(part: str) -> None:
    """No more than the table says, and none is lost."""
    figures = judged(*PARTS[part]) if part in PARTS else Counter[str]()
    for lines in near().values() if part == "near" else ():
        figures += judged_text(text_of(lines), lines)
    wrong, needless = BOUNDS[part]
    assert figures["all"] > 100
    assert figures["lost"] == 0
    assert figures["wrong"] - figures["flagged"] <= wrong * figures["all"] / 100
    assert figures["needless"] <= needless * figures["all"] / 100


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
MORE = "\n\nThe ferry runs again from the first of April, on every day but Sunday, and the kiosk with it."

CASES = {
    "marked": Case("There was fog again.\n\n> [The signal was switched off in 2009.]", True),
    "indented": Case("There was fog again.\n\n    [The signal was switched off in 2009.]", True),
    "others are marked": Case("She says:\n\n> It is late.\n\nAn excerpt of the minutes of 1962.\n\nThe bar has moved, and the harbour office has moved the light after it, twice." + MORE, False, at=-2),
    "marks": Case(THEIRS + "“I have kept it for nine years, and my sister before me, and neither of us has been aground there with anybody on board.”", True),
    "few words in marks": Case(THEIRS + "“Boats forget nothing.”" + MORE, True, at=-2),
    "mostly in marks": Case(
        "There was fog again.\n\n“The signal was switched off in 2009,” says the keeper, “and on again because of the cows, which came down.”",
        True,
    ),
    "opens in the middle": Case("There was fog again.\n\n…and the signal was switched off in 2009, to save electricity.", True),
    "turn": Case("We met at the pier.\n\nQ: Is it cold?\n\nA: It is the sea.", True),
    "rhyme": Case(INTRO + "The tide comes in, the tide goes out,\n\nIt knows the hour and does not wait.\n\nNobody here has any doubt.\n\nThe bar is where we lose the bait." + MORE, True, at=-2),
    "line of a poem": Case("Mara Vell sent a poem:\n\nThe tide is in.\n\nNobody waits for the boat.", True),
    "signed": Case("There was fog again.\n\nBoats forget nothing, and neither do I. — Mara Vell", True),
    "signature": Case(THEIRS + "Mara Vell, Harbour Lane" + MORE, True, at=-2),
    "attribution": Case("There was fog again.\n\nBoats forget nothing.\n\n— Mara Vell, 1931\n\nShe was right.", True, at=-3),
    "letter": Case("Three readers wrote to us about the bar.\n\nDear editor, the bar has moved again and nobody has told the harbour office.", True),
    "stage direction": Case("We were there.\n\nNobody has asked the bar. (Laughter.) It would not have come to the meeting." + MORE, True, at=-2),
    "press release": Case("We had mail.\n\nThe harbour office is pleased to announce that the bar will move." + MORE, True, at=-2),
    "label": Case(INTRO + "Update: the company has since put the page with its timetable of the winter boat back where it was.", False),
    "aside": Case(THEIRS + "[Four people wrote in about the bar, and about the harbour office, and all of them were right about the year.]", False),
    "desk": Case(THEIRS + "Thanks to the four people who sent the timetable of 1962 and to the one who sent a photograph of the bar at low water.", False),
    "about the text": Case(THEIRS + "Below the letter there is a table of the harbour office, and of those who tried to move the hour." + MORE, False, at=-2),
    "begins with the text": Case(THEIRS + "The letter has a second page about the harbour office, and about those who tried to move the hour to a later one, and why it would not be moved." + MORE, False, at=-2),
    "addresses them": Case(THEIRS + "Mara, thank you for the winter boat, for the hour, and for the bar itself, wherever it is by the time that you read this." + MORE, False, at=-2),
    "speaks of them": Case(INTRO + "I have run it for nine years, and I chose nothing of it. The bar chose.\n\nIn spring she goes out with a lead line and a boy who writes down the numbers, and that is the whole survey." + MORE, False, at=-2),
    "names the source": Case(THEIRS + "Twice a year Vell goes out with a lead line and a boy who writes down the numbers, and that is the whole survey." + MORE, False, at=-2),
    "takes up words": Case(THEIRS + "Asked about “aground there”, the harbour office sent a map of the bar on which the deep water had been drawn by hand.", False),
    "same person": Case(INTRO + "I have run it for nine years. I chose nothing.\n\nNobody asked me to, and I miss the old boat." + MORE, True, at=-2),
    "remark": Case(INTRO + "I have run it for nine years, and I chose nothing of it. The bar chose, and the bar is deep enough at ten past six and at no other hour.\n\nThe letter is as I left it on the pier." + MORE, False, at=-2),
    "opinion": Case(THEIRS + "That is the best account of a timetable that anybody has printed in this town since the harbour office lost its own.", False),
    "closes": Case(THEIRS + "Twice a year somebody goes out there with a lead line and a boy who writes down the numbers, and that is the survey.", False),
    "own words": Case("Last winter I wrote here:\n\n“The bar is deep enough at ten past six and at no other hour, whatever the harbour office says.”", False),
    "introduces": Case(INTRO + "I have run it for nine years, and I chose nothing of it. The bar chose.\n\nI have kept the page on which the harbour office says what it thinks of the bar and of the hour:" + MORE, False, at=-2),
    "introduces a list": Case(THEIRS + "The pier is cold in winter, and there are three things that everybody who goes out to see the bar should have had at home:\n\n- a lamp\n\n- a boat" + MORE, False, at=-4),
    "announces": Case(THEIRS + "Here is what the harbour office writes about the same bar in the same winter, in a year when it was deep for a whole week.\n\nThe hour is ours.", False, at=-2),
    "address": Case(THEIRS + "The other pages, with the timetables from before the war and a chart, are at https://example.org/bar for those who wait." + MORE, False, at=-2),
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
    doubted = tell_voices(read_paragraphs(THEIRS + "The harbour office has been asked, and it said nothing." + MORE))[
        -2
    ]
    assert doubted.doubts
    assert "the quote above it may go on" in doubted.doubts


# A paragraph for each thing that introduces.
LEADS = {
    "colon": "Mara Vell, who runs the ferry, explains why the winter boat leaves so early:",
    "colon below few words, or words about ourselves": "Three things I have learned at the pier:",
    "comma": "As Mara Vell writes,",
    "dash": "The keeper of the winter boat —",
    "own words": "Last winter I wrote here:",
    "announces": "Here is the timetable.",
    "announced further up": "Here is the timetable. It is from 1962.",
    "a named person says": "Somebody asked Mara Vell about the bar.",
    "somebody says": "A keeper was asked about the bar.",
    "we say": "We asked about the bar.",
    "speaks of a text": "It stood in the essay.",
    "without a stop": "There was fog again, and the boat was late, and the pier was cold",
}


@pytest.mark.parametrize("lead", INTRODUCTIONS)
def test_every_introduction_is_seen(lead: str) -> None:
    """What introduces is told by its words, and weighs what the table says."""
    paragraphs = read_paragraphs(f"Title\n\n{LEADS[lead]}\n\n{QUOTE}{MORE}")[1:]
    first = Text(paragraphs).passages[0]
    assert introduced_by(first) == [lead]
    assert first.introduction_weight == INTRODUCTIONS[lead]


@pytest.mark.parametrize(
    ("lines", "n_rhymed_"),
    [
        (["It knows the hour.", "It does not wait.", "The bar is where we lose the bait.", "Ours."], 3),
        (["The other soup.", "Soup.", "I had the other soup."], 0),
        (["One.", "Two.", "Three."], 0),
        ([], 0),
    ],
)
def test_a_poem_goes_as_far_down_as_it_rhymes(lines: list[str], n_rhymed_: int) -> None:
    """By the last letters of its lines; a word does not rhyme with itself."""
    assert n_rhymed(lines) == n_rhymed_


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
    [("The boat is late and nobody knows why.", "en"), ("Das Boot ist nicht da und keiner weiß es.", "de"), ("Le bac est en retard et on ne sait pas pourquoi.", "fr"), ("Лодка не пришла, и никто не знает, как это вышло.", "ru"), ("Човен не прийшов, і ніхто не знає, що це було й чи є він.", "uk"), ("船は来ない。", "ja"), ("Thuyền chưa tới và không ai biết vì sao. " * 4, None), ("", "en")],
)  # fmt: skip
def test_the_language_is_told_by_its_commonest_words(text: str, language: str | None) -> None:
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
