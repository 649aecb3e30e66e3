"""What goes into one call: the constant text once, and for each reader exactly what the preview shows."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.sendgrid.body import mail_body, mint
from newsletter.words.consignment import Consignment
from newsletter.words.gap import Context, Field, Gap, Part, fill_part
from tests.fakes.filling import filled
from tests.fakes.mail_send_rules import problems
from tests.providers.parcels import a_consignment, an_edition, columns


def body_of(parcel: Consignment) -> dict[str, Any]:
    """The body as it is read again on the other side."""
    body: dict[str, Any] = json.loads(orjson.dumps(mail_body(parcel, mint(parcel))))
    return body


# What people type into a form, and what they type to break one; never half a character, which no JSON can carry.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    ["", "-n", "x0-", "{{ first_name }}", "<script>", "&amp;", '"', "a\r\nBcc: eve@example.net", "%0a", "\\1", "\u202e"]
)


@settings(deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=8))
def test_filling_the_body_gives_every_reader_the_preview(names: list[str]) -> None:
    """For any readers, plain replacement in either order gives the subject, HTML and text of the one way of filling."""
    parcel = a_consignment(names)
    edition, given_values, n_readers = parcel.edition, columns(names), len(names)

    for backwards in (False, True):
        mails = filled(body_of(parcel), backwards=backwards)

        assert [mail.subject for mail in mails] == fill_part(edition.subject, given_values, n_readers)
        assert [mail.html for mail in mails] == fill_part(edition.html, given_values, n_readers)
        assert [mail.text for mail in mails] == fill_part(edition.text, given_values, n_readers)


@settings(deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=5, unique=True))
def test_a_body_keeps_every_documented_rule(names: list[str]) -> None:
    """The schema and the rules it misses find nothing wrong, whatever readers are called."""
    assert problems(body_of(a_consignment(names))) == []


def test_the_constant_text_is_in_the_body_once() -> None:
    """A thousand readers must not cost a thousand copies of the issue."""
    body = orjson.dumps(mail_body(parcel := a_consignment(["Ada"] * 1000), mint(parcel)))

    assert body.decode().count("Ünder the ice") == 1


def test_a_hole_that_stands_twice_is_one_token() -> None:
    """Equal gaps share their value, so the bytes a reader takes are counted once."""
    name = Gap(Field("first_name"), Context.TEXT)
    edition = an_edition(
        html=Part(("<b>", name, "</b><i>", name, "</i>")), text=Part(("hello",)), subject=Part(("hi",))
    )

    body = body_of(a_consignment(("Ada",), edition=edition))

    assert len(body["personalizations"][0]["substitutions"]) == 1
    assert filled(body)[0].html == "<b>Ada</b><i>Ada</i>"


def test_a_value_that_holds_the_token_to_be_makes_another_token() -> None:
    """Even somebody who could foresee a token can't have it replaced inside their name."""
    foreseen = next(iter(mint(a_consignment(("Ada",), attempt="foreseen")).values()))
    parcel = a_consignment((foreseen, "Ada"), attempt="foreseen")

    tokens = mint(parcel)

    assert foreseen not in tokens.values()
    assert filled(body_of(parcel))[0].text.startswith(f"Dear {foreseen}\n")


def test_an_edition_that_holds_the_token_to_be_makes_another_token() -> None:
    """An issue may quote one of its own mails as SendGrid saw it."""
    foreseen = next(iter(mint(a_consignment(("Ada",), attempt="foreseen")).values()))
    edition = an_edition(text=Part((f"They wrote {foreseen} to ", Gap(Field("first_name"), Context.PLAIN))))

    mail = filled(body_of(a_consignment(("Ada",), attempt="foreseen", edition=edition)))[0]

    assert mail.text == f"They wrote {foreseen} to Ada"


def test_ten_and_more_tokens_do_not_run_into_each_other() -> None:
    """Token 1 is no part of token 10, in whatever order they are replaced."""
    holes = [Gap(Field(f"field{number}"), Context.TEXT) for number in range(25)]
    edition = an_edition(html=Part(tuple(holes)), subject=Part(("hi",)), text=Part(("hello",)))
    values = {f"field{number}": [f"<{number}>"] for number in range(25)}
    body = body_of(a_consignment(("Ada",), edition=edition, values=values))

    expected = "".join(f"&lt;{number}&gt;" for number in range(25))

    assert filled(body)[0].html == filled(body, backwards=True)[0].html == expected


def test_each_reader_carries_every_header() -> None:
    """How SendGrid merges headers of two places is not documented, so nothing is left to merge."""
    body = body_of(a_consignment(("Ada", "Ben")))

    assert "headers" not in body
    assert [sorted(person["headers"]) for person in body["personalizations"]] == [
        ["List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"]
    ] * 2


def test_nothing_about_a_person_is_put_where_it_is_kept_for_ever() -> None:
    """SendGrid stores custom arguments as not personal: they hold an attempt and a number."""
    body = body_of(a_consignment(("Ada",), attempt="a1"))

    assert body["custom_args"] == {"nl_attempt": "a1"}
    assert body["personalizations"][0]["custom_args"] == {"nl_delivery": "101"}


def test_tracking_is_switched_off_by_name() -> None:
    """An account's own settings must neither rewrite our links nor add a second way to leave."""
    settings = body_of(a_consignment())["tracking_settings"]

    assert {name: setting["enable"] for name, setting in settings.items()} == {
        "click_tracking": False,
        "open_tracking": False,
        "subscription_tracking": False,
        "ganalytics": False,
    }


def test_a_parcel_with_a_column_too_short_is_never_sent_askew() -> None:
    """One value missing would shift everybody else's to the wrong person."""
    parcel = a_consignment(("Ada", "Ben"), reader_headers={"List-Unsubscribe": ["<https://example.org/only-one>"]})

    with pytest.raises(ValueError, match="do not match"):
        mail_body(parcel, mint(parcel))
