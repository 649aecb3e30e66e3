"""Bringing readers in by the studio: looked at first, imported when asked, taken back; and files that do not stay."""

from __future__ import annotations

import io
import re
import time

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from newsletter.db.engine import reading
from newsletter.imports.tables import upload_slice
from newsletter.words.subscriber import SubscriptionStatus
from tests.studio.conftest import World

CSV = b"email,first_name,city\nana@example.com,Ana,Bonn\nben@example.com,Ben,Oslo\nnobody,x,y\n"
KONTAKTE = "Kontakt;Ort\nana@example.com;Köln\n".encode("cp1252")


def _bring(world: World, *files: tuple[str, bytes], **fields: str) -> str:
    """The page on which the look at files is shown, once it is over."""
    data = {"csrf": world.csrf(), "list": "weekly", "how": "agreed", "consent": "Form, 2024", **fields}
    answer = world.client.post("/studio/readers/import", data=data, files=[("file", one) for one in files])
    assert answer.status_code == 303, answer.text
    return _over(world, answer.headers["location"].removeprefix("/studio"))


def _over(world: World, path: str) -> str:
    until = time.monotonic() + 20
    while not world.client.get(f"/studio{path}/progress").json()["is_over"]:
        assert time.monotonic() < until
        time.sleep(0.02)
    return path


def _n_uploads(world: World) -> int:
    """Pieces of files in the database."""
    with reading(world.parts.engine) as connection:
        return connection.scalar(select(func.count()).select_from(upload_slice)) or 0


def test_files_are_looked_at_before_anybody_is_imported(world: World) -> None:
    """What would change, why a row stays out; then done, and the files are gone."""
    path = _bring(world, ("readers.csv", CSV))
    page = world.client.get(f"/studio{path}").text
    for words in ("2 would be new", "ana@example.com", "Bonn", "readers.csv, line 4", "Form, 2024"):
        assert words in page
    assert str(world.parts.directory) not in page
    assert world.parts.readers.find_subscriber("ana@example.com") is None
    world.post(path, act="import")
    _over(world, path)
    person = world.parts.readers.find_subscriber("ana@example.com")
    assert person and person.subscriptions[0].status is SubscriptionStatus.ACTIVE
    assert person.subscriptions[0].consent == "Form, 2024"
    assert "2 are new" in world.client.get(f"/studio{path}").text
    until = time.monotonic() + 20
    while _n_uploads(world):
        assert time.monotonic() < until


def test_an_import_is_taken_back(world: World) -> None:
    """From the list of earlier ones; once."""
    path = _bring(world, ("readers.csv", CSV))
    world.post(path, act="import")
    _over(world, path)
    assert "Import 1 onto weekly" in world.client.get("/studio/readers/import").text
    assert world.post("/readers/import", act="undo", number="1").status_code == 303
    assert world.parts.readers.find_subscriber("ana@example.com") is None
    assert world.post("/readers/import", act="undo", number="1").status_code == 409


def test_the_page_of_an_import_is_found_again(world: World) -> None:
    """While it waits under Readers; afterwards its report under the earlier ones, with the rows left out to download."""
    path = _bring(world, ("readers.csv", CSV))
    assert path in world.client.get("/studio/readers").text
    assert "Read, and not imported yet" in world.client.get("/studio/readers").text
    world.post(path, act="import")
    _over(world, path)
    assert path not in world.client.get("/studio/readers").text
    assert path in world.client.get("/studio/readers/import").text
    rows = world.client.get(f"/studio{path}/left-out")
    assert rows.headers["content-disposition"].endswith("left%20out%20of%20readers.csv.csv")
    head, row, *rest = rows.text.splitlines()
    assert ("file,line,why", "readers.csv,4,", []) == (head, row[:14], rest)


def test_an_import_is_stopped_and_continued(world: World) -> None:
    """Nothing is lost by it: the same page offers to continue, and everybody is imported once."""
    path = _bring(world, ("readers.csv", CSV))
    token = path.rpartition("/")[2]
    world.parts.uploads.carry_out(token)
    assert "Stop the import" in world.client.get(f"/studio{path}").text
    world.post(path, act="stop")
    page = world.client.get(f"/studio{path}").text
    assert "The import is stopped" in page and "Continue" in page
    world.post(path, act="go_on")
    _over(world, path)
    assert "2 are new" in world.client.get(f"/studio{path}").text


def test_people_who_are_asked_wait_until_they_confirm(world: World) -> None:
    """The mails that ask go out, and nobody is active."""
    path = _bring(world, ("readers.csv", CSV), how="ask", consent="")
    world.post(path, act="import")
    _over(world, path)
    person = world.parts.readers.find_subscriber("ben@example.com")
    assert person and person.subscriptions[0].status is SubscriptionStatus.PENDING
    assert "2 mails ask people to confirm" in world.client.get(f"/studio{path}").text


def test_an_export_is_known_by_its_columns_and_may_be_thrown_away(world: World) -> None:
    """Ghost's; nothing is imported, and nothing stays."""
    ghost = b"email,name,subscribed_to_emails,complimentary_plan\nana@example.com,Ana,false,\n"
    path = _bring(world, ("members.csv", ghost))
    page = world.client.get(f"/studio{path}").text
    assert "Read as Ghost" in page and "1 not to be mailed" in page
    world.post(path, act="forget")
    assert _n_uploads(world) == 0
    assert world.client.get(f"/studio{path}").status_code == 404
    assert world.parts.readers.find_suppression("ana@example.com") is None


def test_what_the_columns_do_not_tell_can_be_said(world: World) -> None:
    """Encoding and columns; without them the page says what is wanted, in its own words."""
    path = _bring(world, ("kontakte.csv", KONTAKTE))
    page = world.client.get(f"/studio{path}").text
    assert "That did not work" in page and "--encoding" not in page and "Encoding" in page
    path = _bring(world, ("kontakte.csv", KONTAKTE), encoding="cp1252", columns="Kontakt = email\nOrt = city")
    assert re.search("city: .*Köln", world.client.get(f"/studio{path}").text)


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "..\\evil.csv", "/etc/evil.csv", "options.json", ".csv", "a\x00b.csv"]
)
def test_a_files_name_is_only_a_name(world: World, name: str) -> None:
    """It leads nowhere else, and hides nothing of ours."""
    path = _bring(world, (name, CSV))
    assert "2 would be new" in world.client.get(f"/studio{path}").text
    assert list(world.parts.directory.rglob("*evil*")) == []


def test_what_is_no_upload_is_refused(world: World) -> None:
    """No file, no list, no such token."""
    data = {"csrf": world.csrf(), "list": "weekly"}
    assert world.client.post("/studio/readers/import", data=data).status_code == 400
    answer = world.client.post("/studio/readers/import", data={"csrf": world.csrf()}, files=[("file", ("a.csv", CSV))])
    assert answer.status_code == 400
    for token in ("0" * 16, "0" * 17, "x"):
        assert world.client.get(f"/studio/readers/import/{token}").status_code == 404


def test_what_was_not_read_is_on_the_page(world: World) -> None:
    """Lines above the header, and rows that a filter hides."""
    book = Workbook()
    for row in (["Our readers"], ["Email"], ["ana@example.com"], ["filtered@example.com"]):
        book.worksheets[0].append(row)
    book.worksheets[0].row_dimensions[4].hidden = True
    out = io.BytesIO()
    book.save(out)

    page = world.client.get(f"/studio{_bring(world, ('readers.xlsx', out.getvalue()))}").text

    for words in ("1 would be new", "1 line above the header in line 2 passed over", "This row is hidden"):
        assert words in page


ASKED = b"Email,Status,Gone away\nana@example.com,active,\nben@example.com,Churning,\ncleo@example.com,active,\n"


def test_what_may_say_that_people_left_is_asked_with_a_picker(world: World) -> None:
    """With a row as the example, whose address is masked; nothing is imported, and no answer is not an answer."""
    path = _bring(world, ("readers.csv", ASKED))
    page = world.client.get(f"/studio{path}").text
    for words in ("Did these people leave?", "Churning", "b…@example.com", "line 3", "They are subscribed"):
        assert words in page
    assert "ben@example.com" not in page and str(world.parts.directory) not in page
    assert world.post(path, act="answer", **{"about-0": "Status:Churning", "answer-0": ""}).status_code == 400
    world.post(path, act="import")
    _over(world, path)
    assert world.parts.readers.list_lists() == [] or world.parts.readers.count_active("weekly") == 0

    world.post(path, act="answer", **{"about-0": "Status:Churning", "answer-0": "left"})
    page = world.client.get(f"/studio{_over(world, path)}").text
    assert "2 would be new" in page and "As you said: Status:Churning = left" in page
    world.post(path, act="import")
    _over(world, path)
    assert world.parts.readers.count_active("weekly") == 2
    assert world.parts.readers.find_suppression("ben@example.com") is not None


def test_an_answer_can_be_changed_before_the_import(world: World) -> None:
    """It is kept with the files, and asked anew."""
    path = _bring(world, ("readers.csv", ASKED))
    world.post(path, act="answer", **{"about-0": "Status:Churning", "answer-0": "joined"})
    assert "3 would be new" in world.client.get(f"/studio{_over(world, path)}").text
    world.post(path, act="ask")
    assert "Did these people leave?" in world.client.get(f"/studio{_over(world, path)}").text


def test_which_of_two_address_columns_is_picked(world: World) -> None:
    """Each with an example, masked; the one that is picked is imported, and the other is a field."""
    path = _bring(world, ("readers.csv", b"Email,Email\nana@example.com,ben@example.com\n"))
    page = world.client.get(f"/studio{path}").text
    assert "Several columns of readers.csv are named like an e-mail address." in page
    assert "(column 2) has an address in 1 row, such as b…@example.com" in page

    world.post(path, act="answer", **{"about-0": "address-in:readers.csv", "answer-0": "column 2"})
    assert "1 would be new" in world.client.get(f"/studio{_over(world, path)}").text
    world.post(path, act="import")
    _over(world, path)
    person = world.parts.readers.find_subscriber("ben@example.com")
    assert person and person.fields == {"email_2": "ana@example.com"}
