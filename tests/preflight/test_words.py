"""What words show by themselves: slips, dates, names and placeholders are found; what is meant so is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from newsletter.preflight.wording.inbox import cut_to
from newsletter.words.finding import Severity
from newsletter.words.post import Image, Post
from tests.preflight.manuscripts import a_manuscript, codes, found_in

# Each stays clean, in its language.
CLEAN = [
    ("en", "He had had enough, and that that was so surprised nobody. What it is is a boat; come in in time."),
    ("en", "She lives (as they say) [1] on the island, 6\" above the tide :) and (b) likes it ;-)."),
    ("en", "“I went out,” she said.\n\n“Nobody came,\n\n“and I went home.”"),
    ("en", "(The boat left early.\n\nIt came back late.)"),
    ("en", "He said \"born in 1999\" and then 'tis done; a 6\" pipe and a 12\" one."),
    ("en", "Thursday 3 December is the day, and Friday, December 4, is the next. We met on Monday 12 May 1941."),
    ("en", "On Monday 12 January we were at sea; on Tuesday 12 January 2027 we shall be again."),
    ("en", "Read on Sunday. 4 December boats came. We sat 3 may be four hours."),
    ("en", "Bram Oake and Bram Oakley differ, and so do Bram Oake and Ana Oake, Paul Oake and Paula Oake."),
    ("en", "The Harbour Board met twice; the Harbour Boards of the Harbour Board did not."),
    ("en", "Super Bowl XX, the XX chromosome, Louis XX, what?? Really?! TK Maxx is a shop."),
    ("en", "The [link](https://example.org/TODO-TK) is [the title][1] of it, `TODO` is code.\n\n[1]: https://example.org"),
    ("en", "The the ~~old~~ band".replace("The the", "The")),
    ("en", "See the [the-boat](https://example.org/a_(b)) page, *the* **boat** and <https://example.org/(x>."),
    ("en", "1) one\n2) two\n\na) three"),
    ("en", "The crew\n- of the boat\n- of the quay"),
    ("de", "Das ist die Frau, die die Fähre fährt; der, der der Erste war. „Nein“, sagte er, „das „da“ nicht.“"),
    ("de", "Am Donnerstag, den 3. Dezember 2026, und am Freitag, 4.12.2026, fährt sie. Die Deutsche Bahn und die Deutschen Bahnen."),
    ("de", "Der Hafen, der Hafer, Neue Fähre, Neuer Fähren, Guter Wein und Guter Wind, Guter Wein."),
    ("de", "Wir waren bei der TK versichert und die TK zahlte. Hier steht der Titel."),
    ("fr", "Nous nous levons et vous vous taisez. « Oui », dit-il, « c’est vrai ». Quoi ???"),
    ("fr", "Le jeudi 3 décembre et le vendredi 4 décembre 2026. Le XX e siècle."),
    ("es", "El jueves 3 de diciembre; el viernes, 4 de diciembre de 2026. «Sí», dijo. Todo está aquí. El siglo XX."),
    ("es", "«Uno dijo\n\n»y siguió diciendo\n\n»hasta el fin»."),
    ("it", "Giovedì 3 dicembre e venerdì 4 dicembre 2026: «sì», disse, «va bene». Il XX secolo."),
    ("nl", "Op donderdag 3 december zei hij „ja” en dat dat zo was. De man die die boot zag."),
    ("pt", "Na quinta-feira, 3 de dezembro de 2026, e na sexta-feira, 4 de dezembro. Todo o século XX."),
    ("pl", "W czwartek 3 grudnia 2026 powiedział „tak”. Anna Nowak, Annę Nowak, Anna Nowak."),
    ("sv", "Han sade ”ja” och gick. »Nej«, sade hon. ”Kanske ”"),
    ("ja", "「はい」と彼は言った。(そうだ)"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), CLEAN)
def test_what_is_meant_so_is_left_alone(language: str, text: str) -> None:
    """No word of it is found fault with."""
    assert [] == codes(a_manuscript(text), language)


@pytest.mark.parametrize(
    ("language", "text", "code", "says"),
    [
        ("en", "It is the the boat.", "doubled-word", "the the"),
        ("en", "It was of the\nthe boat.", "doubled-word", "the the"),
        ("en", "The the boat.", "doubled-word", "the the"),
        ("de", "Sie kam und und ging.", "doubled-word", "und und"),
        ("fr", "Il est dans dans le bateau.", "doubled-word", "dans dans"),
        ("en-GB", "> It is the the boat.", "doubled-word-in-quote", "the the"),
        ("en", "He said “no and left.", "open-mark", "“no and left"),
        ("en", "A boat (the old one left.", "open-mark", "(the old"),
        ("en", "A boat [the old one left.", "open-mark", "[the old"),
        ("en", 'He said "no and left.', "open-mark", "no and left"),
        ("de", "Er sagte „nein und ging.", "open-mark", "„nein"),
        ("fr", "Il a dit « non et il est parti.", "open-mark", "« non"),
        ("en", "Come on Thursday 4 December.", "wrong-weekday", "2026-12-04, is a Friday"),
        ("en", "Come on Thursday the 4th of December, 2026.", "wrong-weekday", "Friday"),
        ("en", "Come on Thu, Dec 4.", "wrong-weekday", "Friday"),
        ("en", "Come on\nThursday, December 4th, 2026.", "wrong-weekday", "Friday"),
        ("de", "Am Donnerstag, den 4. Dezember.", "wrong-weekday", "Friday"),
        ("de", "Am Donnerstag, 4.12.", "wrong-weekday", "Friday"),
        ("fr", "Le jeudi 4 décembre.", "wrong-weekday", "Friday"),
        ("es", "El jueves, 4 de diciembre de 2026.", "wrong-weekday", "Friday"),
        ("it", "Giovedì 4 dicembre.", "wrong-weekday", "Friday"),
        ("nl", "Op donderdag 4 december.", "wrong-weekday", "Friday"),
        ("pt", "Na quinta-feira, 4 de dezembro.", "wrong-weekday", "Friday"),
        ("pl", "W czwartek 4 grudnia.", "wrong-weekday", "Friday"),
        ("en", "Bram Oake sails. Then Bram Oake rests.\n\nAsk Bram Oak.", "name-two-ways", "“Bram Oake” elsewhere"),
        ("en", "Bram Oake sails. Bram Oake's boat.\n\n> We met Bran Oake.", "name-two-ways", "“Bran Oake” here"),
        ("en", "Bea Halloran sails; Bea Halloran rests; Bea Hallorna?", "name-two-ways", "Hallorna"),
        ("en", "It cost TK crowns.", "placeholder", "TK"),
        ("en", "It cost $XX.", "placeholder", "$XX"),
        ("en", "It took XX% of it.", "placeholder", "XX%"),
        ("en", "The captain, (???), left.", "placeholder", "(???)"),
        ("en", "See [LINK] for it.", "placeholder", "[LINK]"),
        ("en", "See [the page](https://todo) of it.", "placeholder", "https://todo"),
        ("en", "> Lorem ipsum dolor", "placeholder", "Lorem ipsum"),
        ("en", "> It costs TK crowns.\n>\n> — Ana", "placeholder", "TK"),
        ("en", "> It costs.\n>\n> — [Name], Gazette", "placeholder", "[Name]"),
        ("en", "> Quote here", "placeholder", "Quote here"),
        ("de", "Text hier", "placeholder", "Text hier"),
        ("fr", "[lien]", "placeholder", "[lien]"),
        ("it", "Il tuo testo qui.", "placeholder", "Il tuo testo qui."),
    ],
)  # fmt: skip
def test_it_is_found(language: str, text: str, code: str, says: str) -> None:
    """Once, and the words are said."""
    [one] = found_in(a_manuscript(text), language)

    assert code == one.code and says in one.message
    assert ("posts/ice.md", "ice") == (one.place.file, one.post)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", "TK"),
        ("title", "Überschrift hier"),
        ("title", "Título aquí"),
        ("source", "TK"),
        ("author", "???"),
        ("author", "Author name"),
        ("byline", "XX"),
        ("source", "[Source]"),
    ],
)
def test_a_placeholder_in_a_field_of_a_post_is_found(key: str, value: str) -> None:
    """Whoever wrote the rest of it."""
    post = Post(**{"slug": "map", "title": "Map", "url": "https://example.org", "body": "It rings.", key: value})  # type: ignore[arg-type]

    assert [("placeholder", "map")] == [(one.code, one.post) for one in found_in(a_manuscript("It rings.", post))]


def test_a_placeholder_in_every_other_field_is_found() -> None:
    """The words of a picture, a section, the subject and the preheader."""
    picture = Post(slug="map", title="Map", body="It rings.", image=Image(src="images/a.png", alt="Alt text"))

    assert ["placeholder"] == codes(a_manuscript("It rings.", picture))
    assert ["placeholder"] == codes(a_manuscript("It rings.", section="Section title"))
    assert ["placeholder", "placeholder"] == codes(
        a_manuscript("It rings.", subject="Subject line", preheader="Preheader here")
    )


def test_the_place_of_a_slip_is_its_line_and_column() -> None:
    """Across lines it is the second word."""
    [one] = found_in(a_manuscript("One.\n\nIt was of the\nthe boat."))

    assert (4, 1) == (one.place.line, one.place.column)


def test_the_name_of_an_author_is_right_where_it_stands_once() -> None:
    """In German too, where all nouns begin large. The mend is a proposal."""
    post = Post(slug="map", title="Map", body="It rings.", author="Bram Oake")
    [one] = found_in(a_manuscript("Das schreibt Bram Oak.", post), "de")

    assert "name-two-ways" == one.code and one.mend is not None
    assert ("Bram Oak", "Bram Oake", False) == (one.mend.old, one.mend.new, one.mend.is_sure)


def test_a_date_without_a_year_is_that_of_the_issue_or_the_next() -> None:
    """In January both years are near; without a date of the issue only a year decides."""
    january = {"dated_on": date(2027, 1, 7)}

    assert [] == codes(a_manuscript("Saturday 4 December, Friday 8 January.", **january))
    assert ["wrong-weekday"] == codes(a_manuscript("Thursday 8 January.", **january))
    assert [] == codes(a_manuscript("Thursday 4 December.", dated_on=None))


def test_a_long_subject_is_shown_as_inboxes_cut_it() -> None:
    """A note, and no warning before nobody shows the rest. Merge tags count with their words for everybody else."""
    subject = "The winter boat stays, and what ninety people, a piano and a cake have to do with it"
    [one] = found_in(a_manuscript("It rings.", subject=subject))

    assert ("cut-subject", Severity.NOTE) == (one.code, one.severity)
    assert "phone shows: “The winter boat stays, and what ninety p…”" in one.message
    assert "desktop shows: “The winter boat stays, and what ninety people, a piano and a cake have…”" in one.message
    assert [] == codes(
        a_manuscript("It rings.", subject='Boats for {{ first_name | default("you, dear reader") }} and all')
    )
    assert ["long-subject"] == codes(a_manuscript("It rings.", subject="Boats " * 30))


def test_wide_letters_take_the_room_of_two() -> None:
    """Twenty of them fill a phone."""
    assert "船船…" == cut_to("船船船", 5)
    assert "船船" == cut_to("船船", 4)
