"""A reader's page in the studio says why no mail asks them, and lets them be asked again."""

from __future__ import annotations

import html

from sqlalchemy import update

from newsletter.consent.requests_sql import NewRequest
from newsletter.consent.tables import consent_request
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.words.consent import Asked
from tests.studio.conftest import World

WHO = "ben@example.com"


def test_the_page_of_a_reader_who_did_not_answer_says_so_and_resets_it(world: World) -> None:
    """Adding them says that no mail goes; the button asks once more."""
    world.parts.consent.membership.add_list("weekly")
    (page,) = world.parts.readers.list_pages()
    for _ in range(3):
        world.parts.consent.requests.ask(NewRequest(email=WHO, asked=Asked.FORM, lists=[page.id]))
        world.parts.post_office.post_waiting()
        with writing(world.parts.engine) as connection:
            past = database_now(-2 * 86_400)
            connection.execute(update(consent_request).values(posted_at=past, requested_at=past))
    added = html.unescape(world.post("/readers/add", email=WHO, new_list="extras", how="ask").text)
    person = world.parts.readers.find_subscriber(WHO)
    assert person is not None
    path = f"/readers/{person.id}"
    shown = html.unescape(world.client.get(f"/studio{path}").text)
    assert "asked to confirm 3 times and has not answered" in shown
    assert "Let them be asked again" in shown
    assert "A mail asks them" not in added + shown

    world.post(path, act="reopen")

    assert "has not answered" not in world.client.get(f"/studio{path}").text
    last = world.parts.consent.requests.records_of(WHO, None)[-1]
    assert (last.mail, last.lists) == ("confirm", ("extras", "weekly"))
