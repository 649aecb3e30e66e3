"""What columns are kept as: by the words of their header in every script, never by where they stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .test_readers import Run, folder, run

__all__ = ["folder", "run"]

_ACTIVE = ("--list", "main", "--active", "--consent", "Form")


def _fields(run: Run, email: str) -> dict[str, str]:
    shown: dict[str, dict[str, str]] = json.loads(run("subscribers", "show", email, "--format", "json").stdout)
    return shown["fields"]


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("Город", "Возраст", ("город", "возраст")),
        ("Πόλη", "Ηλικία", ("πόλη", "ηλικία")),
        ("عمر", "مدينة", ("عمر", "مدينة")),
        ("עיר", "גיל", ("עיר", "גיל")),
        ("クラブ", "都市", ("クラブ", "都市")),
        ("도시", "나이", ("도시", "나이")),
        ("เมือง", "อายุ", ("เมือง", "อายุ")),
        ("शहर", "शहरी", ("शहर", "शहरी")),
        ("★", "☆", ("black_star", "white_star")),
    ],
)
def test_a_column_keeps_its_name_wherever_it_stands(
    run: Run, tmp_path: Path, first: str, second: str, names: tuple[str, str]
) -> None:
    """The same columns in another order say the same, and a segment can ask for them."""
    (tmp_path / "a.csv").write_text(f"Email,{first},{second}\nana@example.org,Minsk,31\n")
    (tmp_path / "b.csv").write_text(f"{second},Email,{first}\n31,ana@example.org,Minsk\n")
    run("subscribers", "import", "a.csv", *_ACTIVE)

    again = run("subscribers", "import", "b.csv", *_ACTIVE).output

    assert "1 unchanged" in again
    assert _fields(run, "ana@example.org") == dict(zip(names, ("Minsk", "31"), strict=True))
    assert run("segments", "count", f'{names[0]} = "Minsk"', "--list", "main").output == "1\n"


def test_two_columns_of_one_name_are_told_apart_and_said(run: Run, tmp_path: Path) -> None:
    """Which of them gets the number does not depend on their order, where the headers differ."""
    (tmp_path / "a.csv").write_text("Email,T-Shirt,T Shirt,City,City\nana@example.org,L,M,Bonn,Oslo\n")
    (tmp_path / "b.csv").write_text("Email,T Shirt,T-Shirt,City,City\nana@example.org,M,L,Bonn,Oslo\n")

    said = run("subscribers", "import", "a.csv", *_ACTIVE).output

    assert 'a.csv: the column "T-Shirt" is kept as t_shirt_2, since its own name is taken.' in said
    assert 'a.csv: the column "City" is kept as city_2' in said
    assert _fields(run, "ana@example.org") == {"t_shirt": "M", "t_shirt_2": "L", "city": "Bonn", "city_2": "Oslo"}
    assert "1 unchanged" in run("subscribers", "import", "b.csv", *_ACTIVE).output


def test_a_column_without_a_name_is_left_out_and_said(run: Run, tmp_path: Path) -> None:
    """Only where it holds something: many programs end each line with commas."""
    (tmp_path / "a.csv").write_text(",Email,,\n1,ana@example.org,,\n,bo@example.org,,\n")
    (tmp_path / "b.csv").write_text("Email,,\ncy@example.org,,\n")

    said = run("subscribers", "import", "a.csv", *_ACTIVE).output

    assert "a.csv: 1 row has something in a column without a name; it was left out." in said
    assert _fields(run, "ana@example.org") == {}
    assert "without a name" not in run("subscribers", "import", "b.csv", *_ACTIVE).output


def test_a_field_that_is_typed_is_split_at_its_first_equals_sign(run: Run) -> None:
    """Addresses of pages hold more of them."""
    page = "https://example.org/?a=b=c"
    run("subscribers", "add", "ana@example.org", *_ACTIVE, "--field", f"page={page}", "--field", "Город=Минск")

    assert _fields(run, "ana@example.org") == {"page": page, "город": "Минск"}
