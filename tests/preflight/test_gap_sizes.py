"""What `check` says a reader's merge tags can take is what a call to SendGrid carries, to the byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.compose.parts import LONGEST_BRANCH
from newsletter.compose.press import Proof
from newsletter.compose.render import Rendered
from newsletter.preflight.around import Around
from newsletter.preflight.gap_sizes import Extent, carried_bytes, worst_bytes, worst_carried
from newsletter.preflight.gaps import findings
from newsletter.providers.sendgrid.body import mail_body, mint
from newsletter.providers.sendgrid.provider import MAX_BODY_BYTES
from newsletter.providers.sendgrid.validate import LIMITS, checked
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import Choice, Context, Field, Gap, Part, fill
from newsletter.words.issue import Issue
from newsletter.words.mistake import Mistake
from tests.compose.sample import PAPER, TEMPLATES, note, rendered, template
from tests.fakes.mail_send_rules import problems
from tests.providers.parcels import a_consignment, an_edition
from tests.words.test_gap import expressions

LINK = "https://saltslate.example.org/preferences/" + "x" * 69
# With those that grow where they are escaped or put into capitals.
LETTERS = st.characters() | st.sampled_from("😀\"'<&ΐﬃßİ\\\n")
NAMES = sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())


def readers(values: Mapping[str, str], n_readers: int = 1) -> dict[str, list[str]]:
    links = {"unsubscribe_url": LINK, "preferences_url": LINK}
    return {name: [value] * n_readers for name, value in (links | dict(values)).items()}


def in_the_call(parcel: Consignment) -> int:
    """The bytes that stand in the body of a call for the values of its first reader."""
    personalizations = mail_body(parcel, mint(parcel))["personalizations"]
    assert isinstance(personalizations, list)
    return len(orjson.dumps(personalizations[0].get("substitutions", {})))


def carried(edition: Edition, values: Mapping[str, str]) -> int:
    return in_the_call(a_consignment(["Ada"], edition=edition, values=readers(values)))


def predicted(edition: Edition, extent: Extent) -> int:
    return worst_carried(edition, replace(extent, public_url=PAPER.public_url), LIMITS.bytes_per_gap)


@settings(deadline=None)
@given(
    st.lists(st.builds(Gap, expressions, st.sampled_from(Context)), min_size=1, max_size=6, unique=True),
    st.text(LETTERS, max_size=30).map(lambda name: name * 8),
    st.text(LETTERS, max_size=20),
)
def test_no_reader_takes_more_than_was_foreseen(holes: Sequence[Gap], name: str, plan: str) -> None:
    """Whatever is asked for, in whatever place, and however a value grows where it is escaped or put into capitals."""
    edition = an_edition(subject=Part(("x",)), html=Part(tuple(holes)), text=Part(("x",)))
    values = {"first_name": name, "plan": plan}
    extent = Extent(letters={field: len(value) for field, value in values.items()})
    html = fill_all(edition.html, values)

    assert carried(edition, values) <= predicted(edition, extent)
    assert len(html.encode()) <= worst_bytes(edition.html, extent)


def fill_all(part: Part, values: Mapping[str, str]) -> str:
    columns = readers(values)
    return "".join(piece if isinstance(piece, str) else fill(piece, columns, 1)[0] for piece in part.pieces)


def test_the_second_choice_of_a_tag_is_foreseen_too() -> None:
    """A reader without a short nickname may have a long name."""
    edition = rendered(note("{{ nick | default(first_name) }}"), [], template()).edition
    extent = Extent(letters={"nick": 3, "first_name": 150})

    assert carried(edition, {"first_name": "😀" * 150}) <= predicted(edition, extent)
    assert predicted(edition, extent) > predicted(edition, Extent(letters={"nick": 3})) + 900


@pytest.mark.parametrize("name", NAMES)
def test_the_worst_reader_of_a_real_issue_is_foreseen_to_the_byte(name: str) -> None:
    """Links, names in text and in addresses, and the longer branch, with all that JSON writes round them."""
    intro = (
        "Dear {{ first_name }}, [you](https://e.example/?n={{ first_name }}).\n\n"
        '{% if plan %}"Yes" and *more*{% else %}no{% endif %}'
    )
    edition = rendered(note(intro, subject="{{ first_name }}"), [], template(name)).edition
    # No letter is the worst in every place: in HTML a quote is, elsewhere a face.
    filled = [
        [fill(hole, readers({"first_name": letter * 9, "plan": "1"}), 1)[0] for letter in '"😀']
        for hole in edition.holes
    ]
    parcel = replace(
        a_consignment(["Ada"], edition=edition, values=readers({})),
        values=[[max(values, key=carried_bytes)] for values in filled],
    )

    assert in_the_call(parcel) == predicted(edition, Extent(letters={"first_name": 9}))


def branching(n_letters: int) -> Edition:
    """A branch of so many letters, and nothing else that differs."""
    choice = Choice(Field("plan"), Part(("y" * n_letters,)), Part(()))
    return an_edition(subject=Part(("x",)), html=Part(("x", choice)), text=Part(("x",)))


@pytest.mark.parametrize("more", [0, 1])
def test_check_and_the_provider_draw_the_line_at_the_same_byte(more: int) -> None:
    """A reader that `check` lets pass is never refused, and one that it does not let pass would have been."""
    edition = branching(LIMITS.bytes_per_reader - predicted(branching(0), Extent()) + more)
    proof = Proof(issue=Issue(number=1, subject="x"), posts={}, rendered=Rendered(edition, "", {}))
    around = Around(
        newsletter=PAPER,
        bytes_per_reader=LIMITS.bytes_per_reader,
        bytes_per_gap=LIMITS.bytes_per_gap,
        provider="SendGrid",
    )
    parcel = a_consignment(["Ada", "Ben"], edition=edition, values={"plan": ["", "1"]})
    tokens = mint(parcel)
    check = checked(parcel, tokens)

    assert ("merge-tags-too-long" in {one.code for one in findings(proof, around)}) is bool(more)
    assert [delivery for delivery, _ in check.refused] == [102] * more
    assert in_the_call(replace(parcel, values=[[parcel.values[0][1]] * 2])) == LIMITS.bytes_per_reader + more
    assert problems(mail_body(check.consignment, tokens)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_longest_branch_fits_with_its_text_and_the_other_tags(name: str) -> None:
    """What docs/decisions/0011 promises: 4,000 bytes of HTML, as many of text, links, and names of forty letters."""
    intro = 'Dear {{ first_name | default("reader") }},\n\n{% if plan %}WORDS{% endif %}\n\nso long.'

    def made(n_letters: int) -> Edition:
        words = ("slate " * 1_000)[:n_letters]
        return rendered(note(intro.replace("WORDS", words), subject="{{ first_name }}"), [], template(name)).edition

    assert predicted(made(LONGEST_BRANCH), Extent(others=40)) <= LIMITS.bytes_per_reader
    with pytest.raises(Mistake, match=r"has 4,001 bytes, and at most 4,000 can differ"):
        made(LONGEST_BRANCH + 1)


def test_a_thousand_of_the_worst_readers_fit_into_one_call() -> None:
    """Each with all that one may carry, beside an issue that no mail program shows whole."""
    edition = branching(LIMITS.bytes_per_reader - predicted(branching(0), Extent()))
    edition = replace(edition, html=Part(("h" * 200_000, *edition.html.pieces)), text=Part(("t" * 100_000,)))
    parcel = a_consignment(["Ada"] * 1000, edition=edition, values={"plan": ["1"] * 1000})
    check = checked(parcel, mint(parcel))

    assert not check.refused
    assert 10_000_000 < len(orjson.dumps(mail_body(check.consignment, mint(parcel)))) < MAX_BODY_BYTES
