"""Two people write in one newsletter: everything arrives, nothing is overwritten, and no mark ever stands in a file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from newsletter.words.mistake import NotNow
from tests.git.repositories import ISSUE, POST, Clone, git, is_whole


def test_what_one_wrote_the_other_gets(ana: Clone, ben: Clone) -> None:
    """Changed, new and deleted files go over; who reads the log sees who wrote them."""
    ana.change("about ice", "about snow")
    ana.write("images/ferry.png", "not yet a picture")
    ana.write("templates/mine/issue.txt", "text")
    (ana.directory / POST).unlink()

    sent = ana.sync()
    got = ben.sync()

    assert sent.sent == 1
    assert {"images/ferry.png", ISSUE, POST, "templates/mine/issue.txt"} == set(sent.committed) == set(got.came)
    assert "about snow" in ben.read()
    assert not (ben.directory / POST).exists()
    assert ben.git("log", "-1", "--format=%an <%ae> %cn") == "Ana <ana@ferries.example.com> newsletter"
    assert ana.git("status", "--short") == ben.git("status", "--short") == ""


def test_changes_of_both_in_other_lines_both_stand(ana: Clone, ben: Clone) -> None:
    """One file, two editors, other lines: both find both."""
    ana.change("about ice", "about snow")
    ben.change("Until Thursday", "Until Friday")
    ana.sync()

    merged = ben.sync()
    ana.sync()

    assert not merged.clashes
    assert ana.read() == ben.read()
    assert "about snow" in ana.read()
    assert "Until Friday" in ana.read()


def test_a_clash_keeps_both_versions_and_sends_nothing_until_it_is_settled(ana: Clone, ben: Clone) -> None:
    """Each has their own words in the file, the other's among its earlier versions, and no marks; then one stands."""
    ana.change("about ice", "about Ana's snow")
    ben.change("about ice", "about Ben's rain")
    ana.sync()

    clashed = ben.sync()

    assert [clash.file for clash in clashed.clashes] == [ISSUE]
    assert not clashed.sent
    assert "Ben's rain" in ben.read()
    assert any("Ana's snow" in text for text in ben.kept())
    assert ben.kept()[0] == ben.read()
    assert "Ana's snow" in git(ana.directory.parent / "remote.git", "show", f"main:{ISSUE}")
    assert is_whole(ben)
    ben.change("about Ben's rain", "about snow and rain")
    assert ben.sync().sent == 3
    ana.sync()
    assert "about snow and rain" in ana.read()
    assert any("Ana's snow" in text for text in ana.kept())


def test_two_new_files_of_one_name_are_a_clash(ana: Clone, ben: Clone) -> None:
    """Both drafted issue 2: each keeps theirs, and has the other's."""
    text = ana.read().replace("number: 1", "number: 2")
    ana.write("issues/002.md", text.replace("about ice", "by Ana"))
    ben.write("issues/002.md", text.replace("about ice", "by Ben"))
    ana.sync()

    assert [clash.file for clash in ben.sync().clashes] == ["issues/002.md"]
    assert "by Ben" in ben.read("issues/002.md")
    assert any("by Ana" in text for text in ben.kept("issues/002.md"))


def test_what_one_deleted_and_the_other_changed_is_there(ana: Clone, ben: Clone) -> None:
    """Words win over their absence, whichever side they are on."""
    (ana.directory / POST).unlink()
    ben.change("only exists", "just exists", POST)
    ana.sync()

    assert ben.sync().revived == [POST]
    ana.sync()
    assert "just exists" in ana.read(POST)


def test_pictures_that_clash_are_both_kept(ana: Clone, ben: Clone) -> None:
    """A picture has no lines to merge: the other one lies in var/clashes, byte for byte."""
    (ana.directory / "images").mkdir()
    (ben.directory / "images").mkdir()
    (ana.directory / "images/a.png").write_bytes(b"\x89PNG\0ana")
    (ben.directory / "images/a.png").write_bytes(b"\x89PNG\0ben")
    ana.sync()

    clash = ben.sync().clashes[0]

    assert (ben.directory / clash.kept).read_bytes() == b"\x89PNG\0ana"
    assert (ben.directory / "images/a.png").read_bytes() == b"\x89PNG\0ben"


def test_a_merge_that_could_not_be_read_is_a_clash(ana: Clone, ben: Clone) -> None:
    """Lines that fit by themselves, but say two things as the file's settings, are not put together."""
    ana.change("subject:", "template: letter\nsubject:")
    ben.change("sections:", "template: roundup\nsections:")
    ana.sync()

    assert [clash.file for clash in ben.sync().clashes] == [ISSUE]
    assert "roundup" in ben.read()
    assert "letter" not in ben.read()


def test_readers_secrets_and_half_written_files_never_go(ana: Clone) -> None:
    """Even where nothing ignores them, only words, pictures, looks and settings are committed."""
    (ana.directory / ".gitignore").write_text("")
    ana.git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qam", "Nothing stays out any more")
    ana.write("posts/.new-abc", "half")
    ana.write("posts/.draft.md.swp", "half")
    ana.write("README.md", "Mine.")
    (ana.directory / "images").mkdir()
    (ana.directory / "images/passwords.png").symlink_to("/etc/hostname")
    ana.sync()

    names = set(git(ana.directory.parent / "remote.git", "ls-tree", "-r", "--name-only", "main").splitlines())
    assert {".gitignore", ISSUE, POST, "newsletter.toml"} == names


def test_the_folder_may_be_part_of_a_larger_repository(ana: Clone, ben: Clone, tmp_path: Path) -> None:
    """What else is there comes along and is never committed for anybody."""
    whole = Clone("Cleo", tmp_path / "whole")
    git(tmp_path, "init", "-q", "whole")
    git(tmp_path, "init", "-q", "--bare", "whole.git")
    (whole.directory / "weekly").mkdir()
    for file in ("newsletter.toml", ISSUE, POST):
        whole.write(f"weekly/{file}", ana.read(file))
    whole.write("site.txt", "one\n")
    whole.git("add", ".")
    whole.git("-c", "user.name=C", "-c", "user.email=c@example.com", "commit", "-qm", "All")
    whole.git("remote", "add", "origin", "../whole.git")
    weekly = Clone("Cleo", whole.directory / "weekly")
    weekly.change("about ice", "about snow")
    whole.write("site.txt", "two\n")

    done = weekly.sync()

    assert done.committed == [ISSUE]
    assert whole.git("status", "--short").splitlines()[0].strip() == "M site.txt"
    assert git(tmp_path / "whole.git", "show", "main:site.txt") == "one"


def test_a_change_as_young_as_the_index_stays_a_change(ana: Clone) -> None:
    """Same size, same second: git knows such a file by its index being no older, and a copied index is younger."""
    ana.git("config", "core.trustctime", "false")
    ana.write("NOTES.txt", "one\n")
    os.utime(ana.directory / "NOTES.txt", (1_700_000_000, 1_700_000_000))
    ana.git("add", "NOTES.txt")
    ana.git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "Notes")
    (ana.directory / "NOTES.txt").write_text("two\n")
    for young in ("NOTES.txt", ".git/index"):
        os.utime(ana.directory / young, (1_700_000_000, 1_700_000_000))
    ana.change("about ice", "about snow")

    ana.sync()

    assert ana.git("diff", "--name-only") == "NOTES.txt"


def test_what_lies_uncommitted_in_the_way_is_not_overwritten(ana: Clone, ben: Clone) -> None:
    """A file that is none of the newsletter's and was changed on both sides stops the sync before it changes any."""
    ana.write("NOTES.txt", "Ana's")
    ana.git("add", "NOTES.txt")
    ana.git("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "Notes")
    ana.change("about ice", "about snow")
    ana.sync()
    ben.write("NOTES.txt", "Ben's")
    before = ben.git("rev-parse", "HEAD")

    with pytest.raises(NotNow, match=r"NOTES\.txt"):
        ben.sync()

    assert ben.read("NOTES.txt") == "Ben's"
    assert "about ice" in ben.read()
    assert before == ben.git("rev-parse", "HEAD")


def test_a_push_that_others_were_quicker_than_is_made_again(ana: Clone, ben: Clone) -> None:
    """Ben's commit lands between Ana's look and her push; hers comes on top of it, nothing is forced."""
    ben.change("Until Thursday", "Until Friday")
    hook = ana.directory / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    ben.git("-c", "user.name=B", "-c", "user.email=b@example.com", "commit", "-qam", "Friday")
    hook.write_text(f'#!/bin/sh\nrm -f "$0"\ngit -C {ben.directory} push -q origin main\n')
    hook.chmod(0o755)
    ana.change("about ice", "about snow")

    done = ana.sync()

    assert done.came == [ISSUE]
    assert not done.clashes
    ben.sync()
    assert ana.read() == ben.read()


def test_a_pre_commit_hook_is_asked(ana: Clone) -> None:
    """The repository's own rules hold for our commits too, and their words are passed on."""
    hook = ana.directory / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ngit diff --cached --name-only >&2\nexit 1\n")
    hook.chmod(0o755)
    ana.change("about ice", "about snow")
    before = ana.git("rev-parse", "HEAD")

    with pytest.raises(NotNow, match=ISSUE):
        ana.sync()

    assert before == ana.git("rev-parse", "HEAD")
    assert ana.git("diff", "--cached", "--name-only") == ""


def test_names_that_are_not_ascii_go_over(ana: Clone, ben: Clone) -> None:
    """Blanks, umlauts and quotes in the name of a picture, and line ends that git turns, change nothing."""
    ana.write('images/Fähre "Möwe" 1.svg', "<svg/>")
    ana.git("config", "core.autocrlf", "true")
    ana.sync()
    ben.sync()
    ben.change("about ice", "about snow")
    ben.sync()
    ana.sync()

    assert ben.read('images/Fähre "Möwe" 1.svg') == "<svg/>"
    assert b"about snow.\r\n" in (ana.directory / ISSUE).read_bytes()
    subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=ana.directory, check=False)
    assert ana.git("status", "--short") == ""
