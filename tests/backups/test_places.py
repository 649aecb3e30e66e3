"""The place outside of the machine is tried before it is kept: a real SFTP server, and a stand-in for S3 with the service's own model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from newsletter.backups.address import AwayAddress, read_away_address
from newsletter.backups.place import open_place, try_place
from newsletter.backups.sftp import own_public_key
from newsletter.words.mistake import Mistake, NewsletterError
from tests.fakes.s3_server import BUCKET, S3Server, s3_server
from tests.fakes.sftp_server import SftpServer, sftp_server


@pytest.fixture
def bucket() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server
        assert server.problems == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    with sftp_server(tmp_path / "there") as running:
        yield running


def test_a_bucket_is_written_read_listed_and_cleared(bucket: S3Server, tmp_path: Path) -> None:
    """One small file, that is gone afterwards; what somebody else keeps there stays."""
    bucket.objects = {f"ferries/{name}": b"mine" for name in "abc"}

    try_place(read_away_address(bucket.url()), tmp_path)

    assert bucket.asked == ["PutObject", "GetObject", "ListObjectsV2", "ListObjectsV2", "DeleteObject"]
    assert len(bucket.objects) == 3


def test_a_large_file_goes_in_pieces_and_comes_back(bucket: S3Server, tmp_path: Path) -> None:
    sent, back = tmp_path / "sent", tmp_path / "back"
    sent.write_bytes(bytes(range(256)) * 70_000)
    there = open_place(read_away_address(bucket.url()), tmp_path)

    there.put(sent, "large")
    there.fetch("large", back)

    assert len(bucket.parts) == 2
    assert back.read_bytes() == sent.read_bytes()


@pytest.mark.parametrize(
    ("changed", "denied", "said"),
    [
        ({"key": "AKIANOBODY0000000000"}, "", "does not know this access key"),
        ({"secret": "another"}, "", "the secret does not belong to the key"),
        ({"bucket": "no-such-bucket"}, "", "has no bucket of this name"),
        ({}, "PutObject", "does not let this key write there"),
        ({}, "GetObject", "does not let this key read what lies there"),
        ({}, "ListObjectsV2", "does not let this key list what lies there"),
        ({}, "DeleteObject", "does not let this key delete what lies there"),
    ],
)
def test_each_refusal_of_a_bucket_is_a_sentence(
    bucket: S3Server, tmp_path: Path, changed: dict[str, str], denied: str, said: str
) -> None:
    bucket.denied = {denied}
    with pytest.raises(Mistake, match=said) as refused:
        try_place(read_away_address(bucket.url(**changed)), tmp_path)
    assert refused.value.fix


def test_another_region_is_followed_and_silence_and_garbage_are_sentences(bucket: S3Server, tmp_path: Path) -> None:
    address = read_away_address(bucket.url())
    bucket.region = "eu-west-3"
    try_place(address, tmp_path)
    bucket.garbles = True
    with pytest.raises(NewsletterError, match="came back as something else"):
        try_place(address, tmp_path)
    bucket.seconds = 0.3
    with pytest.raises(NewsletterError, match="gave no answer within"):
        open_place(address, tmp_path, patience=0.05).list_files()


def test_a_server_that_is_not_there_can_not_be_reached(tmp_path: Path) -> None:
    """By either way; port 9 of this machine answers nobody."""
    for url in (f"s3://k:s@127.0.0.1:9/{BUCKET}", "sftp://u:p@127.0.0.1:9/x"):
        with pytest.raises(NewsletterError, match="can't be reached"):
            try_place(read_away_address(url), tmp_path)


def test_a_server_is_tried_by_sftp_and_its_key_is_kept(server: SftpServer, tmp_path: Path) -> None:
    """Its folder is made; another key is refused from then on; a password is shown nowhere."""
    kept = try_place(server.address(), tmp_path)

    assert list((server.room / "ferries").iterdir()) == []
    assert kept.host_key == server.host_key.get_fingerprint()
    assert read_away_address(kept.url) == kept
    assert "made-up" not in repr(kept) + kept.shown
    another = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    with pytest.raises(Mistake, match="shows another key than before"):
        try_place(replace(kept, host_key=another), tmp_path)


def test_a_server_lets_the_newsletters_own_key_in(server: SftpServer, tmp_path: Path) -> None:
    """The key is made once, closed to others; before the server knows it, the refusal says what to do."""
    address = server.address(password="")
    line = own_public_key(tmp_path)
    with pytest.raises(Mistake, match="does not let this user in") as refused:
        try_place(address, tmp_path)
    assert "line" in refused.value.fix

    server.key = line
    try_place(address, tmp_path)

    assert own_public_key(tmp_path) == line
    assert (tmp_path / "var" / "backup.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("step", ["write", "read", "list", "delete"])
def test_each_refusal_of_a_server_is_a_sentence(server: SftpServer, tmp_path: Path, step: str) -> None:
    server.closed_to = {step}
    with pytest.raises(Mistake, match=f"does not let this user {step} "):
        try_place(server.address(), tmp_path)


def test_a_wrong_password_a_full_disk_and_silence_are_sentences(server: SftpServer, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="does not let this user in"):
        try_place(server.address(password="another"), tmp_path)
    server.fills_up = True
    with pytest.raises(NewsletterError, match="Look whether its disk is full"):
        try_place(server.address(), tmp_path)
    server.is_slow = True
    with pytest.raises(NewsletterError, match="gave no answer within"):
        open_place(server.address(), tmp_path, patience=0.2).list_files()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a:b@c/d",
        "s3://key:secret@/",
        "s3://key@host/bucket",
        "s3://key:secret@host/BUCKET",
        "sftp://host/x",
        "sftp://u:p@/x",
        "sftp://u:p@host/../x",
        "sftp://u:p@host:port/x",
        "sftp://u:p@ho st/x",
        "backup",
    ],
)
def test_what_is_no_place_is_refused_without_repeating_its_secret(url: str) -> None:
    with pytest.raises(Mistake) as refused:
        read_away_address(url)
    assert "secret@" not in str(refused.value)
    assert refused.value.fix


def test_a_machine_without_the_key_of_the_newsletter_is_told_so(tmp_path: Path) -> None:
    """A new machine after the old one is gone: no firewall is to blame, and there is another way."""
    address = AwayAddress(kind="sftp", host="files.example.com", user="weekly", folder="ferries")
    with pytest.raises(Mistake, match=r"var/backup\.key, is not on this machine") as refused:
        open_place(address, tmp_path).list_files()
    assert "newsletter restore FILE" in refused.value.fix
