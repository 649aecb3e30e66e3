"""Who left stays off, whatever their column is called: understood, or asked about before anything is written."""

from __future__ import annotations

import pytest

from newsletter.audience.questions import Unanswered
from newsletter.store.readers import SqlReaders

from .conftest import Import, people
from .who_left import HARMLESS, WHO_LEFT

# What nobody can know without being told: numbers and letters of a system that the columns do not name, and free words.
_ASKED = {"contact_status", "Status", "status", "Wants newsletter"}


def test_nobody_who_left_is_on_the_list_after_an_import_under_120_names_of_columns(
    readers: SqlReaders, import_text: Import
) -> None:
    """An import either keeps them off and takes those who stay, or asks and takes nobody."""
    assert len(WHO_LEFT) >= 120
    leaked, lost, asked = [], [], []
    for number, (header, gone, stays) in enumerate(WHO_LEFT):
        content = f'Email,"{header}"\ngone{number}@example.com,"{gone}"\nana{number}@example.com,"{stays}"\n'
        try:
            import_text(content, list_name=f"list{number}")
        except Unanswered as unanswered:
            asked.append((header, gone, unanswered.questions[0].left_side))
            continue
        on_list = {person.email for person in readers.iterate(f"list{number}")}
        leaked += [(header, gone)] if f"gone{number}@example.com" in on_list else []
        lost += [(header, stays)] if f"ana{number}@example.com" not in on_list else []
    assert leaked == []
    assert lost == []
    assert [one for one in asked if one[0] not in _ASKED] == []


def test_columns_that_say_nothing_of_leaving_raise_no_question(readers: SqlReaders, import_text: Import) -> None:
    """Both people join, and what stands in the column is kept as a field."""
    for number, (header, first, second) in enumerate(HARMLESS):
        content = f'Email,"{header}"\nana{number}@example.com,"{first}"\nbo{number}@example.com,"{second}"\n'
        assert import_text(content, list_name=f"list{number}").added == 2, header
        person = readers.find_subscriber(f"ana{number}@example.com")
        assert person is not None and (person.fields or first == ""), header


@pytest.mark.parametrize(("header", "cell"), [("Status", "7"), ("Subscriber status", "zzz"), ("Opt-out", "perhaps")])
def test_what_is_not_understood_is_asked_and_the_hint_does_no_harm(
    readers: SqlReaders, import_text: Import, header: str, cell: str
) -> None:
    """Nothing is imported; whoever follows the hint mails nobody who may have left."""
    content = f"Email,{header}\ngone@example.com,{cell}\nana@example.com,\n"
    with pytest.raises(Unanswered) as asked:
        import_text(content)
    [question] = asked.value.questions
    assert readers.list_lists() == []
    assert question.email == "g…@example.com"

    import_text(content, columns={question.left_side: question.safe})

    assert people(readers) == ["ana@example.com"]
