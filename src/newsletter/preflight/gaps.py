"""Merge tags that would come out wrong: unknown, empty for some readers, or longer than the provider takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from newsletter.compose.press import Proof
from newsletter.preflight.around import Around
from newsletter.preflight.gap_sizes import Extent, worst_carried
from newsletter.preflight.mends import other_words
from newsletter.preflight.rules import finding
from newsletter.words.finding import Finding
from newsletter.words.gap import (
    OWN_LINKS,
    VALUE_CAP,
    Combined,
    Compared,
    Default,
    Expression,
    Field,
    Filtered,
    Gap,
    Literal,
    Negated,
    Part,
)
from newsletter.words.mistake import Place

# What every reader has, by the program's own doing.
ALWAYS_KNOWN = frozenset({"email", "first_name", "last_name", "name", "unsubscribe_url", "preferences_url"})
# Never empty for any reader.
ALWAYS_FILLED = frozenset({"email", "unsubscribe_url", "preferences_url"})


def findings(proof: Proof, around: Around) -> Iterator[Finding]:
    """In the order in which the tags first stand."""
    known = ALWAYS_KNOWN | around.known_fields
    for name, place in proof.rendered.fields.items():
        if name not in known:
            yield _unknown(name, place, known)
    bare = bare_fields(proof)
    for name, place in proof.rendered.fields.items():
        lacking = around.shortfalls.get(name)
        if lacking and lacking.n_empty and name in bare and name in known:
            yield finding(
                "empty-merge-tag",
                place,
                f"{{{{ {name} }}}} has no default, and {lacking.n_empty:,} of {lacking.n_readers:,} readers have no value.",
                f'Write {{{{ {name} | default("...") }}}}. See it as one of them: newsletter render {proof.issue.number} '
                f"--out preview --as {lacking.example}",
                on_page=f"{{{{ {name} }}}} comes out empty for {lacking.n_empty:,} of {lacking.n_readers:,} readers.",
                fix_on_page=f'Say what they read instead: {{{{ {name} | default("...") }}}}',
            )
    yield from _too_long(proof, around)


def _unknown(name: str, place: Place, known: Collection[str]) -> Finding:
    near = get_close_matches(name, sorted(known), n=1)
    return finding(
        "unknown-merge-tag",
        place,
        f"No reader has a value called {name!r}.",
        f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(sorted(known))}.",
        mend=other_words(place, name, near[0], is_sure=False) if near else None,
    )


def bare_fields(proof: Proof) -> frozenset[str]:
    """The fields that are printed somewhere without a default: where a reader has none, a hole stands there."""
    edition = proof.rendered.edition
    found: set[str] = set()
    for part in (edition.subject, edition.html, edition.text):
        _bare_in(part, frozenset(), found)
    return frozenset(found) - ALWAYS_FILLED


def _bare_in(part: Part, tested: frozenset[str], found: set[str]) -> None:
    for hole in part.holes:
        if isinstance(hole, Gap):
            found |= _printed_bare(hole.expression) - tested
        else:
            # {% if town %}{{ town }}{% endif %} is a default too.
            _bare_in(hole.then, tested | _present(hole.test), found)
            _bare_in(hole.otherwise, tested, found)


def _printed_bare(expression: Expression) -> frozenset[str]:
    match expression:
        case Field(name):
            return frozenset({name})
        case Filtered(_, of):
            return _printed_bare(of)
        case Default(of, otherwise):
            return _printed_bare(otherwise) if not isinstance(otherwise, Literal) else frozenset()
    return frozenset()


def _present(test: Expression) -> frozenset[str]:
    """The fields that surely have a value where a test holds."""
    match test:
        case Field(name):
            return frozenset({name})
        case Filtered(_, of):
            return _present(of)
        case Compared(Field(name), "==", Literal(text)) | Compared(Literal(text), "==", Field(name)):
            return frozenset({name}) if text else frozenset()
        case Compared(Field(name), "!=", Literal("")):
            return frozenset({name})
        case Combined(left, "and", right):
            return _present(left) | _present(right)
        case Combined(left, "or", right):
            return _present(left) & _present(right)
        case Negated(Negated(of)):
            return _present(of)
    return frozenset()


def _too_long(proof: Proof, around: Around) -> Iterator[Finding]:
    """A provider that limits the bytes for one reader counts every distinct gap once, with what its name takes in the call."""
    limit, edition = around.bytes_per_reader, proof.rendered.edition
    if limit is None:
        return
    place = next((spot for name, spot in proof.rendered.fields.items() if name not in OWN_LINKS), None)
    public_url = around.newsletter.public_url
    real = worst_carried(edition, Extent(letters=around.longest, public_url=public_url), around.bytes_per_gap)
    possible = worst_carried(edition, Extent(others=VALUE_CAP, public_url=public_url), around.bytes_per_gap)
    code, n_bytes = ("merge-tags-too-long", real) if real > limit else ("merge-tags-may-be-long", possible)
    if n_bytes <= limit:
        return
    whose = (
        "the longest values that readers have" if code == "merge-tags-too-long" else f"values of {VALUE_CAP} letters"
    )
    yield finding(
        code,
        place or Place(proof.issue.file, 1),
        f"With {whose} the merge tags of one reader take up to {n_bytes:,} bytes; {around.provider} takes {limit:,}.",
        "Use fewer different merge tags, make the pieces inside {% if %} shorter, or join two of them with {% elif %}: "
        "of those only the longest counts.",
        on_page=f"With {whose} the merge tags of one reader are longer than the sending service takes.",
        fix_on_page="Use fewer different merge tags, or make the pieces inside {% if %} shorter.",
    )
