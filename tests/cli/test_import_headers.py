"""What columns are kept as: by the words of their header in every script, never by where they stand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from openpyxl import Workbook

from .test_readers import Run, folder, run

__all__ = ["folder", "run"]

_ACTIVE = ("--list", "main", "--active", "--consent", "Form")


def _fields(run: Run, email: str) -> dict[str, str]:
    shown: dict[str, dict[str, str]] = json.loads(run("subscribers", "show", email, "--format", "json").stdout)
    return shown["fields"]


def test_a_column_keeps_its_name_wherever_it_stands(run: Run, tmp_path: Path) -> None:
    """The same columns in another order say the same, in every script, and a segment can ask for them."""
    headers = ("Город", "Ηλικία", "مدينة", "עיר", "クラブ", "城市", "도시", "อายุ", "शहर", "शहरी", "★", "Łódź")
    cells = [str(number) for number in range(len(headers))]
    for name, step in (("a.csv", 1), ("b.csv", -1)):
        rows = [",".join((*row[::step], last)) for row, last in ((headers, "Email"), (cells, "ana@example.org"))]
        (tmp_path / name).write_text("\n".join(rows))
    run("subscribers", "import", "a.csv", *_ACTIVE)

    again = run("subscribers", "import", "b.csv", *_ACTIVE).output

    assert "1 unchanged" in again
    names = (*headers[:10], "black_star", "lodz")
    assert _fields(run, "ana@example.org") == dict(zip((name.lower() for name in names), cells, strict=True))
    assert run("segments", "count", 'Город = "0" and शहर = "8"', "--list", "main").output == "1\n"


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


def test_files_of_many_shapes_are_read_in_one_import_and_what_is_not_read_is_said(run: Run, tmp_path: Path) -> None:
    """A title, a cell of two lines before the address, pasted addresses, an archive with leaflets, a filtered sheet."""
    (tmp_path / "title.csv").write_text('Our readers\n\nAddress,Email\n"1 Quay\nBonn",quay@example.org\n')
    (tmp_path / "pasted.txt").write_text('"Ng, Ana" <ana@example.org>; Bo <bo@example.org>;\n')
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as made:
        made.writestr("list.csv", 'email,zip\ncy@example.org,="00123"\n')
        made.writestr("readme.txt", "hello\n")
        made.writestr("1.opens.csv", "email\nopened@example.org\n")
    book = Workbook()
    for row in (["Email"], ["shown@example.org"], ["filtered@example.org"]):
        book.worksheets[0].append(row)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(tmp_path / "sheet.xlsx")

    said = run("subscribers", "import", "title.csv", "pasted.txt", "export.zip", "sheet.xlsx", *_ACTIVE).output

    assert "6 rows for main: 5 added" in said
    assert 'title.csv: 1 line above the header in line 3 passed over: "Our readers"' in said
    assert "export.zip: readme.txt names nobody's address, and was passed over." in said
    assert "export.zip: 1.opens.csv lists who opened" in said
    assert "sheet.xlsx:3: This row is hidden" in said
    assert _fields(run, "cy@example.org") == {"zip": "00123"}
    assert _fields(run, "quay@example.org") == {"address": "1 Quay\nBonn"}


def test_which_of_two_address_columns_is_asked(run: Run, tmp_path: Path) -> None:
    """Nothing is imported before; each option that is shown can be copied, also for two columns of one name."""
    (tmp_path / "a.csv").write_text(
        "Email,Email,Name\n,bo@example.org,Bo\nana@example.org,,Ana\ncy@example.org,di@example.org,C\n"
    )

    said = run("subscribers", "import", "a.csv", *_ACTIVE, code=1).output

    assert "Several columns of a.csv are named like an e-mail address." in said
    assert "--map 'column 1=email'" in said and "--map 'column 2=email'" in said
    assert "no list yet" in run("lists").output
    run("subscribers", "import", "a.csv", *_ACTIVE, "--map", "column 2=email")
    assert _fields(run, "di@example.org") == {"email_2": "cy@example.org"}
    run("subscribers", "show", "ana@example.org", code=1)


def test_which_column_has_the_addresses_is_asked_where_none_is_named_so(run: Run, tmp_path: Path) -> None:
    """With how many are in each; in JSON for programs, whose answer is an option too."""
    (tmp_path / "a.csv").write_text(
        "Kontakto,Referrer,Urbo\nana@example.org,bo@example.org,Bonn\ncy@example.org,,Rom\n"
    )

    said = run("subscribers", "import", "a.csv", *_ACTIVE, code=1).output
    asked = json.loads(run("subscribers", "import", "a.csv", *_ACTIVE, "--format", "json", code=1).stdout)

    assert '--map Kontakto=email   "Kontakto" (column 1) has an address in 2 rows, such as a…@example.org' in said
    [question] = asked["questions"]
    assert question["safe"] == "Kontakto" and list(question["answers"]) == ["Kontakto", "Referrer"]
    run("subscribers", "import", "a.csv", *_ACTIVE, "--map", question["map"])
    assert _fields(run, "ana@example.org") == {"referrer": "bo@example.org", "urbo": "Bonn"}


def test_columns_that_never_differ_raise_no_question(run: Run, tmp_path: Path) -> None:
    """One that has all addresses is taken; so is the one that has any."""
    (tmp_path / "a.csv").write_text("Mail,Email\nana@example.org,Ana@example.org\n,bo@example.org\n")
    (tmp_path / "b.csv").write_text("Email,E-mail address,Manager email\ncy@example.org,,di@example.org\n")

    assert "3 rows for main: 3 added" in run("subscribers", "import", "a.csv", "b.csv", *_ACTIVE).output
