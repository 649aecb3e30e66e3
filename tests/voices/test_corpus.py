"""The corpus says of posts and forwarded mails whose words they are, and says it about the text that is there."""

import json
import re
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from html import unescape
from pathlib import Path
from typing import TypedDict

import pytest

from tests.voices.judge import near

HERE = Path(__file__).parent
POSTS = {"posts": HERE / "truth.json", "kept": HERE / "kept" / "truth.json"}
MORE = {"more": HERE / "more" / "truth.json", "more-kept": HERE / "more-kept" / "truth.json"}
LANGUAGES = {"en": 22, "de": 6, "fr": 5, "es": 4, "it": 3, "nl": 3, "pt": 3, "pl": 3, "ru": 3, "sv": 3, "ja": 3}
CLIENTS = {
    "gmail", "apple", "outlook", "outlooknew", "outlookweb", "yahoo", "thunderbird",
    "proton", "hubspot", "missive", "ionos", "mailmate",
}  # fmt: skip


class Forward(TypedDict):
    language: str
    links: list[str]
    comment: str
    first: str
    last: str
    footer: str
    sender: str
    subject: str


def truth_of(folder: str) -> dict[str, list[tuple[str, str]]]:
    truth = json.loads((POSTS | MORE)[folder].read_text(encoding="utf-8"))
    return {name: [(kind, text) for kind, text in lines] for name, lines in truth.items()}


def forwards_of(folder: str) -> dict[str, Forward]:
    truth: dict[str, Forward] = json.loads((HERE / folder / "truth.json").read_text(encoding="utf-8"))
    return truth


@cache
def mail_of(folder: str, name: str) -> EmailMessage:
    mail = message_from_bytes((HERE / folder / f"{name}.eml").read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def seen_by_a_reader(part: str, content_type: str) -> str:
    """A text part with no tags, no quote marks and one space between words."""
    text = unescape(re.sub(r"<[^<>]*>", " ", part)) if content_type == "text/html" else part
    return one_line(re.sub(r"(?m)^> ?", "", text))


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("folder", POSTS | MORE)
def test_every_line_of_a_post_has_its_truth_in_order(folder: str) -> None:
    truth = truth_of(folder)
    assert sorted(truth) == sorted(path.stem for path in (HERE / folder).glob("*.txt"))
    for name, lines in truth.items():
        written = (HERE / folder / f"{name}.txt").read_text(encoding="utf-8-sig").splitlines()
        assert [text.strip() for _, text in lines] == [line.strip() for line in written if line.strip()], name
        assert lines[0][0] == "T", name
        assert {kind for kind, _ in lines[1:]} <= {"Q", "C", "?"}, name
        assert 4 <= len(lines) <= 12, name


def test_the_posts_that_are_near_have_their_kinds() -> None:
    """A title, then quotes and ours."""
    for name, lines in near().items():
        assert [kind for kind, _ in lines].count("T") == 1, name
        assert lines[0][0] == "T", name
        assert {kind for kind, _ in lines} <= {"T", "Q", "C"}, name
        assert all(text == text.strip() for _, text in lines), name


def test_the_posts_are_split_and_spread_over_the_languages_as_said() -> None:
    by_folder = {folder: truth_of(folder) for folder in POSTS}
    assert {folder: len(truth) for folder, truth in by_folder.items()} == {"posts": 40, "kept": 20}
    spoken = Counter(name[-2:] for truth in by_folder.values() for name in truth)
    assert spoken == LANGUAGES | {"cs": 1, "uk": 1}
    kinds = Counter(kind for truth in by_folder.values() for lines in truth.values() for kind, _ in lines)
    assert kinds["?"] < 0.03 * kinds.total()
    assert min(kinds["Q"], kinds["C"]) > 100


def test_the_dirt_is_still_in_the_files() -> None:
    data = [path.read_bytes() for folder in POSTS for path in (HERE / folder).glob("*.txt")]
    assert sum(b"\r\n" in text for text in data) == 2
    assert sum(text.startswith(b"\xef\xbb\xbf") for text in data) == 1
    assert sum(b"\n\n" not in text.replace(b"\r", b"") for text in data) >= 3
    assert any(b"  \n" in text for text in data)


@pytest.mark.parametrize("folder", ["forwards", "forwards-kept"])
def test_every_forward_parses_and_holds_the_words_of_its_truth(folder: str) -> None:
    truth = forwards_of(folder)
    assert sorted(truth) == sorted(path.stem for path in (HERE / folder).glob("*.eml"))
    for name, said in truth.items():
        mail = mail_of(folder, name)
        assert not [part.defects for part in mail.walk() if part.defects], name
        assert mail["subject"].endswith(said["subject"]), name
        parts = [part for part in mail.walk() if not part.is_multipart()]
        written = [part.get_content() for part in parts]
        texts = [seen_by_a_reader(text, part.get_content_type()) for text, part in zip(written, parts, strict=True)]
        for key in ("comment", "sender", "subject", "first", "last", "footer"):
            assert all(one_line(said[key]) in text for text in texts), (name, key)
        for text in texts:
            first, last = text.find(one_line(said["first"])), text.rfind(one_line(said["last"]))
            head = text.find(said["sender"])
            assert text.find(one_line(said["comment"])) < head < first <= last, name
        assert all(link in "".join(written) for link in said["links"]), name


def test_the_forwards_are_split_and_spread_as_said() -> None:
    by_folder = {folder: forwards_of(folder) for folder in ("forwards", "forwards-kept")}
    assert {folder: len(truth) for folder, truth in by_folder.items()} == {"forwards": 40, "forwards-kept": 20}
    everything = {name: said for truth in by_folder.values() for name, said in truth.items()}
    assert all(name.endswith(f"-{said['language']}") for name, said in everything.items())
    assert len({said["language"] for said in everything.values()}) >= 15
    assert {name.split("-")[1] for name in by_folder["forwards"]} == CLIENTS
    links = Counter(min(len(said["links"]), 2) for said in everything.values())
    assert min(links.values()) >= 4, "mails about no link, one and several"
    mails = [mail_of(folder, name) for folder, truth in by_folder.items() for name in truth]
    assert Counter(mail.get_content_type() for mail in mails).keys() == {
        "text/plain", "text/html", "multipart/alternative",
    }  # fmt: skip
    charsets = Counter(part.get_content_charset() for mail in mails for part in mail.walk())
    assert charsets["iso-2022-jp"] == charsets["windows-1251"] == 1
