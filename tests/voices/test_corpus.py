"""The corpus of posts says of each line whose words it is, and says it about the text that is there."""

import json
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
POSTS = {"posts": HERE / "truth.json", "kept": HERE / "kept" / "truth.json"}
LANGUAGES = {"en": 22, "de": 6, "fr": 5, "es": 4, "it": 3, "nl": 3, "pt": 3, "pl": 3, "ru": 3, "sv": 3, "ja": 3}


def truth_of(folder: str) -> dict[str, list[tuple[str, str]]]:
    truth = json.loads(POSTS[folder].read_text(encoding="utf-8"))
    return {name: [(kind, text) for kind, text in lines] for name, lines in truth.items()}


@pytest.mark.parametrize("folder", POSTS)
def test_every_line_of_a_post_has_its_truth_in_order(folder: str) -> None:
    truth = truth_of(folder)
    assert sorted(truth) == sorted(path.stem for path in (HERE / folder).glob("*.txt"))
    for name, lines in truth.items():
        written = (HERE / folder / f"{name}.txt").read_text(encoding="utf-8-sig").splitlines()
        assert [text for _, text in lines] == [line.strip() for line in written if line.strip()], name
        assert lines[0][0] == "T", name
        assert {kind for kind, _ in lines[1:]} <= {"Q", "C", "?"}, name
        assert 4 <= len(lines) <= 11, name


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
