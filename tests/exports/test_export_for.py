"""Lists in the files of other systems, read back by their rules and by our own import."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect
from newsletter.db.upgrade import upgrade
from newsletter.exports.export_for import IN_A_ZIP, TARGETS, export_for
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.wiring.schema import metadata
from newsletter.words.mistake import Missing
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv

ACTIVE, PENDING = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING
_GONE = {
    "left@example.com": SuppressionReason.UNSUBSCRIBE,
    "bounced@example.com": SuppressionReason.HARD_BOUNCE,
    "angry@example.com": SuppressionReason.COMPLAINT,
}


@pytest.fixture
def full(readers: Readers, membership: Membership) -> Readers:
    """Someone of every standing; angry@ is known as an address only."""
    ana = ReaderRow(
        email="ana@example.com",
        first_name="Ana",
        last_name="Ng",
        fields={"city": 'Bad "Ems",\nx', "note": "Early"},
        tags=["vip", 'the "best"'],
    )
    others = [ReaderRow(email=f"{name}@example.com") for name in ("bo", "left", "bounced")]
    membership.join("weekly", [ana, *others], status=ACTIVE, consent="a form")
    membership.join("weekly", [ReaderRow(email="pending@example.com")], status=PENDING, consent=None)
    membership.leave("left@example.com", list_name="weekly")
    membership.suppress("bounced@example.com", SuppressionReason.HARD_BOUNCE)
    membership.suppress("angry@example.com", SuppressionReason.COMPLAINT)
    return readers


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Engine]:
    """Another newsletter, with nobody in it."""
    engine = connect(f"sqlite:///{tmp_path}/other.db")
    upgrade(engine, metadata)
    yield engine
    engine.dispose()


@pytest.fixture
def other(elsewhere: Engine) -> Readers:
    return Readers(elsewhere)


def exported(readers: Readers, target: str) -> bytes:
    out = io.BytesIO()
    done = export_for(target, readers, "weekly", out)
    assert (done.subscribed, done.gone, done.left_out) == (2, 3, 1)
    assert done.n_fields_lost == (1 if target == "ghost" else 0)
    return out.getvalue()


def members(content: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of each file in an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        return {
            name: list(csv.DictReader(io.TextIOWrapper(made.open(name), "utf-8", newline=""), strict=True))
            for name in made.namelist()
        }


def test_mailchimp_gets_a_file_for_each_standing(full: Readers) -> None:
    """One status is chosen for each file there, so no file may mix them."""
    files = members(exported(full, "mailchimp"))

    assert {name: [row["Email Address"] for row in rows] for name, rows in files.items()} == {
        "subscribed.csv": ["ana@example.com", "bo@example.com"],
        "unsubscribed.csv": ["left@example.com", "angry@example.com"],
        "cleaned.csv": ["bounced@example.com"],
    }
    ana = files["subscribed.csv"][0]
    assert (ana["First Name"], ana["Last Name"], ana["city"]) == ("Ana", "Ng", 'Bad "Ems",\nx')
    # Tags are a line of CSV in the cell.
    assert set(next(csv.reader([ana["TAGS"]]))) == {"vip", 'the "best"'}


def test_ghost_gets_its_members_file(full: Readers) -> None:
    """Its columns by their names; who is gone is not subscribed; labels are cut at commas."""
    rows = {row["email"]: row for row in csv.DictReader(io.StringIO(exported(full, "ghost").decode(), newline=""))}

    assert {email for email, row in rows.items() if row["subscribed_to_emails"] == "true"} == {
        "ana@example.com",
        "bo@example.com",
    }
    assert {email for email, row in rows.items() if row["subscribed_to_emails"] == "false"} == set(_GONE)
    ana = rows["ana@example.com"]
    assert (ana["name"], ana["note"], set(ana["labels"].split(","))) == ("Ana Ng", "Early", {"vip", 'the "best"'})
    assert ana["created_at"].endswith(".000Z")


def test_listmonk_gets_a_file_for_each_mode(full: Readers) -> None:
    """It takes email, name and attributes by these very names, and a JSON object in the last."""
    files = members(exported(full, "listmonk"))

    assert [row["email"] for row in files["subscribe.csv"]] == ["ana@example.com", "bo@example.com"]
    assert {row["email"] for row in files["blocklist.csv"]} == set(_GONE)
    assert list(files["subscribe.csv"][0]) == ["email", "name", "attributes"]
    attributes = [json.loads(row["attributes"]) for rows in files.values() for row in rows]
    assert attributes[0].pop("subscribed_at").endswith("+00:00")
    assert attributes[0] == {"city": 'Bad "Ems",\nx', "note": "Early", "tags": ['the "best"', "vip"]}
    assert all(isinstance(one, dict) for one in attributes)


@pytest.mark.parametrize("target", TARGETS)
def test_what_others_get_we_read_as_their_export(
    full: Readers, other: Readers, elsewhere: Engine, tmp_path: Path, target: str
) -> None:
    """The same people are mailed, the same are not, and nobody is asked again who left."""
    path = tmp_path / ("weekly.zip" if target in IN_A_ZIP else "weekly.csv")
    path.write_bytes(exported(full, target))

    report = import_csv(
        Membership(elsewhere), [path], ImportOptions(list_name="weekly", status=ACTIVE, consent="moved", source=target)
    )

    assert (report.added, report.suppressed, report.rejected) == (2, 3, 0)
    ana = next(iter(other.iterate("weekly")))
    assert (ana.email, ana.first_name, ana.last_name, set(ana.tags)) == (
        "ana@example.com",
        "Ana",
        "Ng",
        {"vip", 'the "best"'},
    )
    assert ana.fields.get("note") == "Early"
    assert ana.fields.get("city") == (None if target == "ghost" else 'Bad "Ems",\nx')
    assert {key: other.find_suppression(key) is not None for key in _GONE} == dict.fromkeys(_GONE, True)
    if target != "ghost":
        assert {key: other.find_suppression(key) for key in _GONE} == _GONE


def test_names_and_dates_survive_the_way_through_listmonk(
    readers: Readers, membership: Membership, other: Readers, elsewhere: Engine, tmp_path: Path
) -> None:
    """It has one name a person and no date: what would be cut at the wrong blank travels beside it."""
    names = [("Ana Maria", "Ng"), ("Jo", "de la Cruz"), ("", "Smith Jones"), ("李", "Ümit, Jr."), ("Cher", "")]
    rows = [
        ReaderRow(
            email=f"r{number}@example.com",
            first_name=first,
            last_name=last,
            since_at=datetime(2021, 3, 4, 5, 6, number, tzinfo=UTC),
        )
        for number, (first, last) in enumerate(names)
    ]
    membership.join("weekly", rows, status=ACTIVE, consent="a form")
    path = tmp_path / "weekly.zip"
    with path.open("wb") as file:
        export_for("listmonk", readers, "weekly", file)

    import_csv(Membership(elsewhere), [path], ImportOptions(list_name="weekly", status=ACTIVE, consent="moved"))

    back = [(one.first_name, one.last_name, one.subscriptions[0].since_at) for one in other.iterate("weekly")]
    assert back == [(row.first_name, row.last_name, row.since_at) for row in rows]
    assert all(not one.fields for one in other.iterate("weekly"))


@pytest.mark.parametrize("target", TARGETS)
def test_an_unknown_list_is_missing(readers: Readers, target: str) -> None:
    """And nothing is written."""
    out = io.BytesIO()
    with pytest.raises(Missing):
        export_for(target, readers, "nowhere", out)
    assert out.getvalue() == b""
