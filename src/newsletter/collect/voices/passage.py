"""What is seen of a text around one of its paragraphs: marks, verse, lists, interviews, introductions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from newsletter.collect.paragraphs import Paragraph
from newsletter.collect.voices import marks
from newsletter.collect.voices.speech import Speech, language_of, n_words, speech

OPENS_EXCERPT = re.compile(
    r"[“\"‘'«„]?\s?(?:…|\.\s?\.\s?\.|[\[(]\s?(?:…|\.\s?\.\s?\.)\s?[\])]|\[[^\W\d_]{1,2}\](?=[^\W\d_]|\s))"
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+$")
_ITEM = re.compile(r"(?:[-*•–—‣·]|\d{1,3}[.)]|[a-z]\))\s")
_ATTRIBUTION = re.compile(r"(?:[–—―]|--?)\s?[^\W\d_][^!?]{0,90}")
_SENTENCE_END = re.compile(r"[.!?…][”’\"'»“」)\]]*(?=\s|$)|[。！？]")
_STOP = re.compile(r"[.!?…。！？:：;,，][”’\"'»“」)\]]*$")
_DIALOGUE = re.compile(r"(?:—|–|―|⸺)+\s?(?=\S)")
_SPEAKER = re.compile(r"(?P<name>[^\W\d_][\w.'’-]{0,24}(?: [^\W\d_][\w.'’-]{0,24}){0,2}+)(?:\s?:\s|：)")
# A capitalised word that does not begin a sentence.
_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)(?<![\w“„«\"‘])[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁЄІЇҐ][\w’'-]{2,}")
_NAMED = re.compile(
    r"(?<!\w)(?!(?:The|An?|Der|Die|Das|Le|La|El|Il|Het|De)\s)[A-ZÀ-ÖØ-ÞА-ЯЁ][\w.’'-]{0,24}+\s(?:[A-Z]\.\s)?([A-ZÀ-ÖØ-ÞА-ЯЁ][\w’'-]{2,30})"
)
# From here on an introduction says plainly that somebody else speaks next.
ANNOUNCED = 3.0
_MOST_ABOVE = 12


@dataclass(frozen=True)
class Text:
    """All paragraphs, which of them stand within marks that run on or are turns of an interview, and how its language speaks."""

    paragraphs: Sequence[Paragraph]

    @cached_property
    def passages(self) -> list[Passage]:
        return [Passage(self, at) for at in range(len(self.paragraphs))]

    @cached_property
    def speech(self) -> Speech:
        return speech(language_of("\n".join(one.text for one in self.paragraphs)))

    @cached_property
    def has_marks(self) -> bool:
        return any(one.is_marked for one in self.paragraphs)

    @cached_property
    def running(self) -> set[int]:
        return marks.runs([one.text for one in self.paragraphs])

    @cached_property
    def turns(self) -> range:
        """Of an interview: from the first turn that names its speaker, or begins with a dash, to the last."""
        texts = [one.text for one in self.paragraphs]
        marked = [i for i, text in enumerate(texts) if self.speech.turn.match(text)]
        if len(marked) < 2:
            marked = self._of_speakers(texts)
        dashes = [i for i, text in enumerate(texts) if _DIALOGUE.match(text)]
        if len(dashes) >= 2 and any(texts[i].endswith(("?", "？", "か。")) for i in dashes):
            marked = sorted({*marked, *dashes})
        if not marked:
            return range(0)
        # The question that the first answer is to has no name before it in many papers.
        first = marked[0]
        return range(first - (first > 0 and texts[first - 1].endswith(("?", "？"))), marked[-1] + 1)

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

    @cached_property
    def is_bare_label(self) -> bool:
        """A few words and a colon, by which news sites head a paragraph of their own: "The big picture:"."""
        if not self.ends_open or self.n_words > 5 or self.speech.says.search(self.text):
            return False
        return self.has_label or not (_NAME.search(self.text) or self.speech.announces.search(self.text))

    @cached_property
    def names(self) -> set[str]:
        """The last names of those who are named with more than one name, or a title."""
        return {match[1] for match in _NAMED.finditer(self.text)}

    @cached_property
    def introduction_weight(self) -> float:
        """How strongly it announces somebody else's words, in log-odds; 0 where it does not."""
        after = self.after
        if after is None or self.is_bare_label or self.is_set_apart or self.is_item or ADDRESS.match(after.text):
            return 0.0
        last = self.last_sentence
        says, announces = self.speech.says.search(last), self.speech.announces.search(last)
        if after.is_item and not (says or announces):
            return 0.0
        if self.ends_open:
            return 9.0
        if last.endswith((",", "，", "—", "–")):
            return 6.0 if says else 0.0
        # In a text of whole sentences one without a stop leads on to the next paragraph.
        is_left_open = self.text[-1].isalnum() and self.n_words >= 12 and bool(self.whole.passages[-1].n_sentences)
        return 5.2 * bool(announces) + (2.7 if self.names else 2.0) * bool(says) + 3.5 * is_left_open

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
    def introduction(self) -> Passage | None:
        """What introduced the excerpt above this one."""
        return self.excerpt[0].before if self.excerpt else None

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
