"""The archive, the feed, the pictures and the health of the service."""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET

from newsletter.folder.pictures.images import ImageFolder
from newsletter.ledger.plan import plan
from newsletter.readers.rows import ReaderRow
from newsletter.words.subscriber import SubscriptionStatus
from tests.web.conftest import World
from tests.world import an_edition

ACTIVE = SubscriptionStatus.ACTIVE


def send(world: World, issue: int, list_name: str = "weekly", words: str = "Three ferries.") -> None:
    """Send an issue to the end, to the practice outbox."""
    world.parts.consent.membership.join(
        list_name, [ReaderRow(email="r@example.com", first_name="Rea")], status=ACTIVE, consent="x"
    )
    edition = an_edition(issue, words=words)
    mailing, _ = plan(world.parts.ledger, world.parts.clock, edition, list_name=list_name, parcel_size=10)
    world.parts.drain(threading.Event()).until_done(mailing, lambda *_: None)


def test_issues_that_went_out_are_listed_and_read_without_anybodys_name(world: World) -> None:
    """The newest first; the links of a reader lead to the sign-up form."""
    assert "No issue has gone out yet" in world.client.get("/").text
    for issue in (1, 2):
        send(world, issue)

    page = world.client.get("/").text
    assert page.index("/issues/2") < page.index("/issues/1")
    issue = world.client.get("/issues/2")
    assert "Hello there" in issue.text
    assert "Rea" not in issue.text
    assert "/subscribe" in issue.text and "/u/" not in issue.text
    assert "script-src" not in issue.headers["content-security-policy"]
    assert "default-src 'none'" in issue.headers["content-security-policy"]


def test_an_issue_of_a_closed_list_or_not_sent_yet_is_not_there(world: World) -> None:
    """The archive holds what everybody was invited to read."""
    world.parts.consent.membership.add_list("donors")
    send(world, 7, "donors")
    plan(world.parts.ledger, world.parts.clock, an_edition(8), list_name="weekly", parcel_size=10)

    assert world.client.get("/issues/7").status_code == 404
    assert world.client.get("/issues/8").status_code == 404
    assert "/issues/" not in world.client.get("/").text


def test_the_feed_is_well_formed_whatever_stands_in_an_issue(world: World) -> None:
    """Control characters and markup of an issue do not break it."""
    send(world, 1, words="a & b < c \x08 ]]> 🎉")

    answer = world.client.get("/feed.xml")

    channel = ET.fromstring(answer.content)[0]
    assert channel.findtext("item/link") == "https://ferries.example.com/issues/1"
    assert "🎉" in (channel.findtext("item/description") or "")


def test_pictures_are_served_by_their_published_name_and_nothing_else_is(world: World) -> None:
    """No way out of the folder, no file that is not a picture."""
    import io

    from PIL import Image

    room = world.parts.directory / "images"
    room.mkdir()
    made = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(made, "PNG")
    (room / "quay.png").write_bytes(made.getvalue())
    # Made ready and in no mail yet: what is in one, other machines on PostgreSQL have as well.
    name = ImageFolder(world.parts.directory).publish("images/quay.png")
    ready = world.parts.directory / "var" / "images" / name
    kept = ready.rename(ready.with_suffix(".away"))

    assert world.client.get(f"/images/{name}").status_code == 404
    assert not ready.exists(), "whoever asks has it made"
    kept.rename(ready)
    answer = world.client.get(f"/images/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    for other in ("quay.png", "..%2Fnewsletter.toml", "%2e%2e/newsletter.toml", "newsletter.toml", "0" * 32 + ".png"):
        assert world.client.get(f"/images/{other}").status_code == 404


def test_health_is_that_of_the_database(world: World) -> None:
    """200 while it answers, 503 when it does not."""
    assert world.client.get("/healthz").status_code == 200
    from sqlalchemy import text

    with world.parts.engine.begin() as connection:
        connection.execute(text("ALTER TABLE mailing RENAME TO away"))

    assert world.client.get("/healthz").status_code == 503


def test_an_unknown_page_and_a_wrong_method_are_answered_in_sentences(world: World) -> None:
    """In the language of the browser."""
    assert world.client.get("/wp-login.php").status_code == 404
    assert "Diese Seite gibt es nicht" in world.client.get("/nothing", headers={"accept-language": "de"}).text
    assert world.client.delete("/subscribe").status_code == 405


def test_a_corrected_issue_says_so_with_its_date_and_the_version_that_went_stays_readable(world: World) -> None:
    """The page, the feed, and the way from one version to the other and back."""
    send(world, 1, words="Three ferries.")
    right = an_edition(1, words="Four ferries.")
    note = "There are <four> ferries, not three."
    done = world.parts.ledger.corrections.correct(right, note=note, by="Ana")

    page = world.client.get("/issues/1").text
    assert "Four ferries." in page and "Three ferries." not in page
    assert "Corrected on" in page and str(done.at.year) in page
    assert "There are &lt;four&gt; ferries, not three." in page
    assert "/issues/1/before/1" in page

    before = world.client.get("/issues/1/before/1")
    assert "Three ferries." in before.text and "It was corrected on" in before.text
    assert "noindex" == before.headers["x-robots-tag"]
    assert (
        404 == world.client.get("/issues/1/before/2").status_code == world.client.get("/issues/2/before/1").status_code
    )

    feed = world.client.get("/feed.xml").text
    item = ET.fromstring(feed)[0].findall("item")[0]
    assert "Four ferries." in str(item.findtext("description")) and "Corrected on" in str(item.findtext("description"))
    assert item.findtext("{http://www.w3.org/2005/Atom}updated")


def test_the_mail_of_a_correction_is_no_issue_of_the_archive(world: World) -> None:
    """It went to an open list to its end, and stands in no list, feed or page."""
    send(world, 1)
    done = world.parts.ledger.corrections.correct(an_edition(1, words="Four."), note="Four.", by="Ana")
    send(world, done.mail, words="There was a mistake.")

    assert 404 == world.client.get(f"/issues/{done.mail}").status_code
    assert str(done.mail) not in world.client.get("/").text + world.client.get("/feed.xml").text


def test_the_first_version_of_an_issue_of_a_closed_list_is_not_there(world: World) -> None:
    """A correction opens nothing that was not open."""
    world.parts.consent.membership.add_list("donors")
    send(world, 7, "donors")
    world.parts.ledger.corrections.correct(an_edition(7, words="Four."), note="Four.", by="Ana")

    assert 404 == world.client.get("/issues/7/before/1").status_code == world.client.get("/issues/7").status_code
