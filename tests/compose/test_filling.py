"""Whatever an author may write and whatever a reader is called: preview, SendGrid and a mail server's mail say the same."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.sendgrid.body import mail_body, mint
from newsletter.providers.sendgrid.validate import checked
from newsletter.words.edition import Edition, as_reader
from newsletter.words.gap import FILTERS, fill
from newsletter.words.message import MessageForm
from tests.compose.sample import bare, note, rendered
from tests.compose.test_hostile import tags, values
from tests.providers.parcels import a_consignment

FILES = bare(
    '<mj-text><h1 title="{{ issue.subject }}">{{ issue.subject }}</h1>{{ issue.intro.html }}</mj-text>',
    text="{{ issue.intro.text }}",
)
names = st.sampled_from(["first_name", "plan", "unsubscribe_url"])
literals = st.text('ab <&"{}%|é', max_size=6).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
printed = st.recursive(
    names | literals,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(sorted(FILTERS))).map(" | ".join),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]} | default({pair[1]})"),
    ),
    max_leaves=3,
)
tests = st.recursive(
    st.one_of(
        names,
        st.tuples(names, st.sampled_from(["==", "!="]), literals).map(" ".join),
        st.tuples(names, st.sampled_from(["in", "not in"]), literals).map(lambda one: f"{one[0]} {one[1]} [{one[2]}]"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda one: f"({' '.join(one)})"),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=3,
)


@settings(deadline=None, max_examples=40)
@given(st.lists(printed, min_size=7, max_size=7), st.tuples(tests, tests), values, values)
def test_whatever_is_asked_for_comes_out_alike_everywhere(
    asked: list[str], test: tuple[str, str], name: str, plan: str
) -> None:
    """In the subject, in text, in whole and in partial addresses, in attributes and in branches."""
    a, b, c, d, e, f, g = (f"{{{{ {one} }}}}" for one in asked)
    intro = (
        f'Dear {a}, [one]({b}), [two](https://e.example/{c}?d={d}#e) and [three](https://e.example "{e}").\n\n'
        f"So {{% if {test[0]} %}}*{f}*{{% elif {test[1]} %}}*and* {a}{{% else %}}*nothing*{{% endif %}} it is."
    )
    edition = rendered(note(intro, subject=f"Hi {g}"), [], FILES).edition
    reader = {"first_name": name, "plan": plan, "unsubscribe_url": "https://n.example/u/1.a.1.1.tag"}
    seen = as_reader(edition, reader)

    assert seen == by_sendgrid(edition, reader)
    assert seen == by_mail(edition, reader)
    assert tags(seen[1]) == tags(as_reader(edition, reader | {"first_name": "x" if name else "", "plan": plan})[1])


def by_sendgrid(edition: Edition, reader: dict[str, str]) -> tuple[str, str, str]:
    """The body of a real call, with each token replaced by the value beside it."""
    parcel = a_consignment(["Ada"], edition=edition, values={field: [value] for field, value in reader.items()})
    tokens = mint(parcel)
    assert not checked(parcel, tokens).refused
    body: dict[str, object] = mail_body(parcel, tokens)
    (person,) = body["personalizations"]  # type: ignore[misc]
    text, html = (part["value"] for part in body["content"])  # type: ignore[attr-defined]
    found = [str(body["subject"]), html, text]
    for token, value in person.get("substitutions", {}).items():
        found = [part.replace(token, value) for part in found]
    return found[0], found[1], found[2]


def by_mail(edition: Edition, reader: dict[str, str]) -> tuple[str, str, str]:
    """The mail as it goes to a mail server, read by Python's own reader of mail."""
    filled = [fill(hole, {field: [value] for field, value in reader.items()}, 1)[0] for hole in edition.holes]
    raw = MessageForm(edition).message(
        to="a@example.org",
        values=filled,
        headers={},
        message_id="<1@example.org>",
        date=datetime(2026, 11, 26, tzinfo=UTC),
    )
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    text, html = (
        part.get_payload(decode=True).decode().replace("\r\n", "\n")  # type: ignore[union-attr]
        for part in mail.iter_parts()  # type: ignore[attr-defined]
    )
    return MessageForm(edition).subject(filled), html, text
