"""What is seen of a text around one of its paragraphs: marks, verse, lists, interviews, introductions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from newsletter.collect.paragraphs import Paragraph
from newsletter.collect.voices import marks
from newsletter.collect.voices.introductions import introduction_weight
from newsletter.collect.voices.rhyme import n_rhymed
from newsletter.collect.voices.speech import Speech, language_of, n_words, speech

OPENS_EXCERPT = re.compile(
    r"[“\"‘'«„]?\s?(?:…|\.\s?\.\s?\.|[\[(]\s?(?:…|\.\s?\.\s?\.)\s?[\])]|\[[^\W\d_]{1,2}\](?=[^\W\d_]|\s))"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$")
_ITEM = re.compile(r"(?:[-*•–—‣·]|\d{1,3}[.)]|[a-z]\))\s")
_ATTRIBUTION = re.compile(r"(?:[–—―]|--?)\s?[^\W\d_][^!?]{0,90}")
_SENTENCE_END = re.compile(r"[.!?…][”’\"'»“」)\]]*(?=\s|$)|[。！？]")
_STOP = re.compile(r"[.!?…。！？:：;,，][”’\"'»“」)\]]*$")
_DIALOGUE = re.compile(r"(?:—|–|―|⸺)+\s?(?=\S)")
_SPEAKER = re.compile(r"(?P<name>[^\W\d_][\w.'’-]{0,24}(?: [^\W\d_][\w.'’-]{0,24}){0,2}+)(?:\s?:\s|：)")
# A capitalised word that does not begin a sentence.
_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)(?<![\w“„«\"‘])[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁЄІЇҐ][\w’'-]{2,}")
_NAMED = re.compile(
    r"(?<!\w)(?!(?:The|An?|Two|Three|In|On|At|From|Der|Die|Das|Den|Dem|Des|Ein\w*|Zwei|Drei|Vier|Im|Am|In|An|Auf|Bei|Mit|Von|Vom|Zu[mr]|Aus|Nach|Für|Seit|Diese\w*|Mein\w*|Sein\w*|Ihr\w*|Le|La|El|Il|Het|De)\s)(?:[A-ZÀ-ÖØ-ÞА-ЯЁ][\w.’'-]{0,24}+\s){1,3}([A-ZÀ-ÖØ-ÞА-ЯЁ][\w’'-]{2,30})"
)
_ADDRESSED = re.compile(r"([^\W\d_][\w’'-]{2,24}),\s")
_SIGNED = re.compile(r"[.!?…][”’\"'»“]?\s{0,3}(?:—|–|--)\s?[^\W\d_][^!?…—–]{1,60}$")
# From here on an introduction says plainly that somebody else speaks next.
ANNOUNCED = 3.0
_MOST_ABOVE = 12
_LONGEST_SIGNATURE = 60
_FEWEST_IN_HEADLINE, _LONGEST_NAME = 2, 6
_ASKS = ("?", "？", "か。")
_LONGEST_QUESTION, _LONGEST_ANSWER, _FEWEST_QUESTIONS = 40, 2, 3
_LONGEST_VERSE, _MOST_VERSES = 14, 40


@dataclass(frozen=True)
class Text:
    """All paragraphs, which of them stand within marks that run on or are turns of an interview, and how its language speaks."""

    paragraphs: Sequence[Paragraph]

    @cached_property
    def passages(self) -> list[Passage]:
        return [Passage(self, at) for at in range(len(self.paragraphs))]

    @cached_property
    def language(self) -> str | None:
        return language_of("\n".join(one.text for one in self.paragraphs))

    @cached_property
    def speech(self) -> Speech:
        """English where the language is not known, as many labels are."""
        return speech(self.language or "en")

    @cached_property
    def has_marks(self) -> bool:
        return any(one.is_marked for one in self.paragraphs)

    @cached_property
    def has_bare_labels(self) -> bool:
        """One that is known stands among them, so that others in its manner are labels as well."""
        return any(one.may_be_label and one.has_label for one in self.passages)

    @cached_property
    def running(self) -> set[int]:
        return marks.runs([one.text for one in self.paragraphs])

    @cached_property
    def rhymed(self) -> set[int]:
        """The lines of poems that something introduces, as far down as they rhyme."""
        lines: set[int] = set()
        for one in self.passages:
            if one.introduces:
                below = self.passages[one.at + 1 : one.at + 1 + _MOST_VERSES]
                short = list(takewhile(_may_be_verse, below))
                lines.update(range(one.at + 1, one.at + 1 + n_rhymed([line.text for line in short])))
        return lines

    @cached_property
    def turns(self) -> range:
        """Of an interview: from the first turn that names its speaker, or begins with a dash, to the last."""
        texts = [one.text for one in self.paragraphs]
        marked = [i for i, text in enumerate(texts) if self.speech.turn.match(text)]
        if len(marked) < 2:
            marked = self._of_speakers(texts)
        dashes = [i for i, text in enumerate(texts) if _DIALOGUE.match(text)]
        if len(dashes) >= 2 and any(texts[i].endswith(_ASKS) for i in dashes):
            marked = sorted({*marked, *dashes})
        if not marked:
            return self._of_questions(texts)
        # The question that the first answer is to has no name before it in many papers.
        first = marked[0]
        return range(first - (first > 0 and texts[first - 1].endswith(_ASKS)), marked[-1] + 1)

    def _of_questions(self, texts: Sequence[str]) -> range:
        """From the first to the last of three or more questions that take turns with answers, nobody being named."""
        asked = [i for i, text in enumerate(texts[:-1]) if text.endswith(_ASKS) and n_words(text) <= _LONGEST_QUESTION]
        run: list[int] = []
        for i in asked:
            if run and not 2 <= i - run[-1] <= _LONGEST_ANSWER + 1:
                if len(run) >= _FEWEST_QUESTIONS:
                    break
                run = []
            run.append(i)
        return range(run[0], run[-1] + 2) if len(run) >= _FEWEST_QUESTIONS else range(0)

    def _of_speakers(self, texts: Sequence[str]) -> list[int]:
        speakers: dict[str, list[int]] = {}
        for i, text in enumerate(texts):
            match = _SPEAKER.match(text)
            if match and not self.speech.label.match(text):
                speakers.setdefault(match["name"], []).append(i)
        return sorted(i for found in speakers.values() if len(found) >= 2 for i in found)


@dataclass(frozen=True)
class Passage:
    """A paragraph in its surroundings."""

    whole: Text
    at: int

    @property
    def paragraph(self) -> Paragraph:
        return self.whole.paragraphs[self.at]

    @property
    def text(self) -> str:
        return self.paragraph.text

    @property
    def speech(self) -> Speech:
        return self.whole.speech

    @property
    def before(self) -> Passage | None:
        return self.whole.passages[self.at - 1] if self.at else None

    @property
    def after(self) -> Passage | None:
        return self.whole.passages[self.at + 1] if self.at + 1 < len(self.whole.paragraphs) else None

    @property
    def is_running(self) -> bool:
        return self.at in self.whole.running

    @property
    def is_rhymed(self) -> bool:
        return self.at in self.whole.rhymed

    @property
    def is_turn(self) -> bool:
        return self.at in self.whole.turns

    @cached_property
    def n_words(self) -> int:
        return n_words(self.text)

    @cached_property
    def n_sentences(self) -> int:
        return len(_SENTENCE_END.findall(self.text))

    @cached_property
    def is_in_marks(self) -> bool:
        return self.is_running or (marks.is_whole(self.text) and self.n_words >= 3)

    @cached_property
    def is_set_apart(self) -> bool:
        """By something that only quotes have."""
        return self.paragraph.is_marked or self.paragraph.is_indented or self.is_in_marks

    @property
    def is_address(self) -> bool:
        return _ADDRESS.match(self.text) is not None

    @cached_property
    def is_item(self) -> bool:
        return _ITEM.match(self.text) is not None

    @cached_property
    def is_cut(self) -> bool:
        """Nothing but the sign that something was left out."""
        return OPENS_EXCERPT.fullmatch(self.text) is not None

    @cached_property
    def is_attribution(self) -> bool:
        """A dash and a name, and neither an item of a list nor a turn."""
        beside = (self.before, self.after)
        is_listed = any(one is not None and one.is_item and one.text[0] == self.text[0] for one in beside)
        most = 14 if self.text.lstrip("–—― -")[:1].isupper() or self.text[:1] != "-" else 0
        return (
            _ATTRIBUTION.fullmatch(self.text) is not None and self.n_words <= most and not (is_listed or self.is_turn)
        )

    @cached_property
    def is_signed(self) -> bool:
        """It ends with a dash and the name of whose words it is."""
        return _SIGNED.search(self.text) is not None

    @cached_property
    def is_signature(self) -> bool:
        """Little more than a name below an excerpt, as under a letter."""
        n_names = sum(word[:1].isupper() for word in self.text.split())
        is_short = 2 <= self.n_words <= _LONGEST_NAME and not _STOP.search(self.text)
        return bool(self.excerpt) and is_short and 2 * n_names > self.n_words and not self.is_item

    @cached_property
    def is_verse(self) -> bool:
        """A short line that does not end as sentences do, or goes on in the middle of one."""
        is_open = self.text[:1].islower() or not _STOP.search(self.text)
        return self.n_words <= 11 and is_open and not (self.is_attribution or self.is_cut or self.is_item)

    @cached_property
    def is_in_block(self) -> bool:
        """One of several lines without an empty one between."""
        return self.paragraph.is_tight or (self.after is not None and self.after.paragraph.is_tight)

    @cached_property
    def has_label(self) -> bool:
        """It begins with a label of the desk, such as "Update:"."""
        return self.speech.label.match(self.text) is not None

    @property
    def ends_open(self) -> bool:
        return self.text.endswith((":", "："))

    @property
    def is_within_sentence(self) -> bool:
        """It begins in the middle of one, and so does the next, as lines of a poem do."""
        return self.text[:1].islower() and self.after is not None and self.after.text[:1].islower()

    @property
    def leads_on(self) -> bool:
        """It ends with a colon, and not above a list."""
        is_else = self.is_set_apart or self.is_rhymed or self.is_within_sentence
        return self.ends_open and not (self.after and self.after.is_item) and not is_else

    @cached_property
    def is_bare_label(self) -> bool:
        """A few words and a colon, by which news sites head a paragraph of their own: "The big picture:"."""
        return self.may_be_label and (self.has_label or self.whole.has_bare_labels)

    @cached_property
    def may_be_label(self) -> bool:
        """It is short enough for a label, and neither names nor announces anybody."""
        if not self.ends_open or self.n_words > 5 or self.speech.says.search(self.text):
            return False
        return self.has_label or not (_NAME.search(self.text) or self.speech.announces.search(self.text))

    @cached_property
    def names(self) -> set[str]:
        """The last names of those who are named with more than one name, or a title."""
        return {match[1] for match in _NAMED.finditer(self.text)}

    @property
    def quotes_itself(self) -> bool:
        """It introduces what its own writer wrote before."""
        return self.speech.i_wrote.search(self.last_sentence) is not None

    @property
    def opens_letter(self) -> bool:
        return self.speech.greeting.match(self.text) is not None and not self.ends_open

    @property
    def closes_letter(self) -> bool:
        """Where only one more follows it may be the end of our own letter."""
        closing = self.speech.closing.search(self.text)
        is_end = closing is not None and len(self.text) - closing.end() < _LONGEST_SIGNATURE and not self.ends_open
        return is_end and self.at + 2 < len(self.whole.paragraphs)

    @cached_property
    def is_headline(self) -> bool:
        """In capitals, as the heads of press releases are."""
        return self.text.isupper() and self.n_words >= _FEWEST_IN_HEADLINE

    @cached_property
    def introduction_weight(self) -> float:
        """How strongly it announces somebody else's words, in log-odds; 0 where it does not."""
        return introduction_weight(self)

    @property
    def speaks_of_itself(self) -> bool:
        """Its writer does, so that what follows may be the same one's."""
        return self.has(self.speech.i) or self.has(self.speech.we)

    @property
    def ends_with_name(self) -> bool:
        """A word with a capital stands within its last sentence."""
        return _NAME.search(self.last_sentence) is not None

    @cached_property
    def last_sentence(self) -> str:
        ends = [match.end() for match in _SENTENCE_END.finditer(self.text)]
        if ends and ends[-1] == len(self.text):
            ends.pop()
        return self.text[ends[-1] if ends else 0 :]

    @property
    def introduces(self) -> bool:
        return self.introduction_weight >= ANNOUNCED

    @cached_property
    def excerpt(self) -> list[Passage]:
        """The paragraphs above this one, down from what introduced them; empty where nothing did, or too far above."""
        found: list[Passage] = []
        one = self.before
        while one is not None and not one.introduces and len(found) < _MOST_ABOVE:
            found.insert(0, one)
            one = one.before
        return found if one is not None and one.introduces else []

    @property
    def usual_words(self) -> float:
        """Words of a paragraph of the excerpt above."""
        return sum(one.n_words for one in self.excerpt) / max(1, len(self.excerpt))

    @property
    def addresses_source(self) -> bool:
        """It begins with the name, and a comma, of somebody whom the introduction of the excerpt above names."""
        said, called = self.introduction, _ADDRESSED.match(self.text)
        return (
            said is not None
            and called is not None
            and re.search(rf"(?<!\w){re.escape(called[1])}(?!\w)", said.text) is not None
        )

    @property
    def introduction(self) -> Passage | None:
        """What introduced the excerpt above this one."""
        return self.excerpt[0].before if self.excerpt else None

    @property
    def is_of_poem(self) -> bool:
        """What introduced the excerpt that it begins, or that stands above it, speaks of a poem."""
        said = self.before if self.before is not None and self.before.introduces else self.introduction
        return said is not None and said.has(self.speech.poem)

    @property
    def is_of_whole(self) -> bool:
        """What introduced the excerpt above says that nothing is left out: then it is longer than a paragraph."""
        said = self.introduction
        return said is not None and self.speech.whole.search(said.last_sentence) is not None

    def has(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.text) is not None

    def shares(self, pattern: re.Pattern[str]) -> bool:
        """Whether it has this as the excerpt above has it."""
        return self.has(pattern) and any(one.has(pattern) for one in self.excerpt)


def _may_be_verse(line: Passage) -> bool:
    """A colon within a sentence that goes on in the next line introduces nobody."""
    goes_on = line.after is not None and line.after.text[:1].islower()
    return line.n_words <= _LONGEST_VERSE and (goes_on or not line.introduces)
