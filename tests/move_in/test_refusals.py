"""Exports that are broken, wrong or made to do harm are refused in a sentence, before anything is written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.move_in.conftest import Mover
from tests.move_in.samples import AUDIENCE, SUBSTACK, SUBSTACK_POSTS, a_picture, packed


@pytest.mark.parametrize(
    ("system", "content", "sentence"),
    [
        ("substack", b"PK\x03\x04 no more", "damaged archive"),
        ("substack", b"", "no posts.csv"),
        ("substack", b"post_id,title\n", "no posts.csv"),
        ("ghost", b"{", "no whole JSON"),
        ("ghost", b'{"db": []}', "no posts of Ghost"),
        ("ghost", b"[1]", "no posts of Ghost"),
        ("mailchimp", b"hello", "no campaigns.csv"),
        ("buttondown", b"hello", "neither emails.json nor emails.csv"),
    ],
)
def test_what_is_no_export_is_named_with_what_to_do(
    mover: Mover, tmp_path: Path, system: str, content: bytes, sentence: str
) -> None:
    """What it is not, and where the right one is had."""
    path = tmp_path / "export.json"
    path.write_bytes(content)
    before = mover.files()
    done = mover.move_in(system, path)

    assert (1, True) == (done.returncode, sentence in done.stderr), done.stderr
    assert "\n" in done.stderr.strip()
    assert before == mover.files()


def test_the_export_of_another_system_is_told(mover: Mover, tmp_path: Path) -> None:
    """And a table that another program saved in between."""
    assert "no posts.csv" in mover.move_in("substack", packed(tmp_path / "audience.zip", AUDIENCE)).stderr
    other = packed(tmp_path / "other.zip", {"posts.csv": "id,name\n1,x\n"})
    assert "has no column `audience`" in mover.move_in("substack", other).stderr
    torn = packed(tmp_path / "torn.zip", {"posts.csv": f'{SUBSTACK_POSTS}9.x,"torn'})
    assert "can't be read" in mover.move_in("substack", torn).stderr
    assert "no file or folder" in mover.move_in("substack", tmp_path / "nothing.zip").stderr


def test_a_wrong_file_of_readers_stops_everything(mover: Mover, tmp_path: Path) -> None:
    """No issue is written where the readers beside it can't be read."""
    people = tmp_path / "people.csv"
    people.write_text("name,town\nAna,Leeds\n")
    export = packed(tmp_path / "export.zip", SUBSTACK)
    done = mover.move_in("substack", export, people, "--list", "weekly", "--active", "--consent", "a form")

    assert (1, True) == (done.returncode, "people.csv" in done.stderr), done.stderr
    assert {} == mover.issues()


def test_links_follow_only_to_an_address_that_there_is(mover: Mover, tmp_path: Path) -> None:
    """What is written into the files stays there."""
    export, settings = packed(tmp_path / "export.zip", SUBSTACK), mover.directory / "newsletter.toml"
    settings.write_text(
        "".join(one for one in settings.read_text().splitlines(keepends=True) if "public_url" not in one)
    )

    done = mover.move_in("substack", export, "--url", "https://old.example.org")
    assert (1, True) == (done.returncode, "Set `public_url`" in done.stderr)
    assert 2 == mover.move_in("substack", export, "--url", "old").returncode
    assert {} == mover.issues()


def test_an_archive_that_would_fill_the_disk_is_refused(mover: Mover, tmp_path: Path) -> None:
    """Before anything of it is unpacked."""
    bomb = packed(tmp_path / "bomb.zip", {**SUBSTACK, "posts/9.bomb.html": b"\0" * (60 << 20)})
    done = mover.move_in("substack", bomb)

    assert (1, True) == (done.returncode, "no export looks like that" in done.stderr), done.stderr


def test_names_in_an_archive_lead_nowhere(mover: Mover, tmp_path: Path) -> None:
    """A member whose name leads out of the archive is none of the export's: no export has one."""
    export = packed(
        tmp_path / "export.zip",
        {
            **SUBSTACK,
            "posts/1007.lost.html/../../../../1007.lost.html": "<p>Up.</p>",
            "..\\..\\posts\\1007.lost.html": "<p>Up.</p>",
            "/../../quay.png": a_picture(),
            "../../email_list.csv": "email,active_subscription,expiry\nzoe@example.com,true,\n",
        },
    )
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    said = mover.as_json("substack", export, "--list", "weekly", "--active", "--consent", "a form")

    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert all(path.is_relative_to(mover.directory) for path in new), new
    assert (3, 0, 2) == (said["added"], said["pictures"]["copied"], said["readers"]["rows"])


def test_links_out_of_an_unpacked_folder_are_not_followed(mover: Mover, tmp_path: Path) -> None:
    """A file of this machine does not become an issue."""
    (tmp_path / "secret.html").write_text("<p>Secret.</p>")
    folder = tmp_path / "export"
    (folder / "posts").mkdir(parents=True)
    (folder / "posts.csv").write_text(SUBSTACK_POSTS)
    (folder / "posts" / "1001.first-crossing.html").symlink_to(tmp_path / "secret.html")

    assert 0 == mover.as_json("substack", folder)["added"]


def test_a_page_that_is_made_to_take_for_ever_is_left_out(mover: Mover, tmp_path: Path) -> None:
    """The others come."""
    deep = {**SUBSTACK, "posts/1001.first-crossing.html": "<div>" * 5_000 + "deep"}
    said = mover.as_json("substack", packed(tmp_path / "export.zip", deep))

    assert 2 == said["added"]
    assert any("nested too deeply" in one["reason"] for one in said["left_out"])


def test_an_encrypted_archive_says_so(mover: Mover, tmp_path: Path) -> None:
    """Its flag is enough to know."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("posts.csv", SUBSTACK_POSTS)
    data = bytearray(made.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path = tmp_path / "export.zip"
    path.write_bytes(data)

    assert "locked with a password" in mover.move_in("substack", path).stderr


def test_readers_that_may_have_left_are_asked_about_before_anything_moves(mover: Mover, tmp_path: Path) -> None:
    """As by an import of their file: no issue, no reader, and the option to copy."""
    people = "email,active_subscription,expiry,email_disabled,created_at,standing\nana@example.com,false,,false,2024-01-01,zzz\n"
    export = packed(tmp_path / "asks.zip", {**SUBSTACK, "email_list.ferries.csv": people})
    before, words = mover.files(), ("substack", export, "--list", "weekly", "--active", "--consent", "a form")

    done = mover.move_in(*words)

    assert done.returncode == 1 and "--map standing:zzz=left" in done.stderr
    assert before == mover.files() and mover.parts.readers.find_list("weekly") is None
    assert mover.move_in(*words, "--map", "standing:zzz=joined").returncode == 0
    assert mover.parts.readers.count_active("weekly") == 1
