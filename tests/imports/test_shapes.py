"""Files in the shapes that people and programs give them: what stands around the readers is told from the readers."""

from __future__ import annotations

import pytest

from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Mistake

from .conftest import Import, people, reasons


def _fields(readers: Readers, email: str) -> dict[str, str]:
    person = readers.find_subscriber(email)
    assert person is not None
    return dict(person.fields)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ('Address,Email\n"1 Quay\nBonn",ana@example.com\n', "address", "1 Quay\nBonn"),
        ('Address,Note,Email\n"1 Quay\nBonn","a\n\nb, c",ana@example.com\n', "address", "1 Quay\nBonn"),
        ('Email,Address\nana@example.com,"1 Quay\nBonn\n"\n', "address", "1 Quay\nBonn"),
        (
            'Others,Email\n"cy@example.com\ndi@example.com",ana@example.com\n',
            "others",
            "cy@example.com\ndi@example.com",
        ),
        ('Note;Email\n"He said ""no""\n; then";ana@example.com\n', "note", 'He said "no"\n; then'),
        ('"Post\naddress",Email\nBonn,ana@example.com\n', "post_address", "Bonn"),
    ],
)
def test_cells_of_several_lines_stand_anywhere(
    readers: Readers, import_text: Import, text: str, field: str, value: str, end: str
) -> None:
    """Left of the address too, with line ends of every kind; the next row is read."""
    report = import_text(text.replace("\n", end))

    assert people(readers) == ["ana@example.com"]
    assert not report.problems
    assert _fields(readers, "ana@example.com")[field] == value.replace("\n", end)


@pytest.mark.parametrize(
    "row",
    [
        'ana@example.com,"Ana,Bonn\nbo@example.com,Bo,Bonn"\n',
        'ana@example.com,"Ana,Bonn\nbo@example.com,Bo",Bonn\n',
        'ana@example.com,"Ana\nbo@example.com,Bo,Bonn\ncy@example.com,Cy",Oslo\n',
    ],
)
def test_a_quote_that_closes_in_another_row_brings_in_nobody(readers: Readers, import_text: Import, row: str) -> None:
    """Whoever stands inside the cell is named as lost, wherever the quote closes."""
    report = import_text(f"email,name,city\n{row}di@example.com,Di,Rom\n")

    assert people(readers) == ["di@example.com"]
    assert any("a quote may be missing" in reason for reason in reasons(report).values())


@pytest.mark.parametrize(
    ("above", "n_lines"),
    [
        ("Subscriber report\nGenerated 2024-01-01\n\n", 2),
        ("Our readers;;\n", 1),
        ('The "weekly", as of today\r\n\r\n', 1),
        ("E-Mail\n\n", 1),
        ('Report "of\n', 1),
        ("Exported by owner@example.com\nFilter: city = Bonn, Oslo\n\n\n", 2),
        ("Owner,owner@example.com\n", 1),
        ("\ufeffList\n" + "Note\n" * 20, 21),
    ],
)
def test_titles_above_the_header_are_passed_over_and_said(
    readers: Readers, import_text: Import, above: str, n_lines: int
) -> None:
    """The header is found by its words, and every line that is not read is named."""
    report = import_text(f"{above}Email,Name,City\nana@example.com,Ana,Bonn\nbad,x,y\n")

    assert people(readers) == ["ana@example.com"]
    assert _fields(readers, "ana@example.com") == {"city": "Bonn"}
    [note] = [note for note in report.notes if "above the header" in note]
    assert note.split(": ")[1].startswith(f"{n_lines} line")
    assert list(reasons(report)) == [above.count("\n") + 3]


def test_a_header_named_by_map_is_found_below_a_title(readers: Readers, import_text: Import) -> None:
    """Also where no language of ours has the word."""
    import_text("Report\n\nKontakto;Urbo\nana@example.com;Bonn\n", columns={"Kontakto": "email"})

    assert _fields(readers, "ana@example.com") == {"urbo": "Bonn"}


def test_rows_above_what_looks_like_a_header_are_not_passed_over(import_text: Import) -> None:
    """A file without a header may hold the word "mail" in a cell; nobody is lost for it."""
    with pytest.raises(Mistake, match="already a reader"):
        import_text("ana@example.com,Ana\nbo@example.com,Bo\nmail,x\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ana Ng <ana@example.com>\nBo <bo@example.com>\n", {"ana": ("Ana", "Ng"), "bo": ("Bo", "")}),
        ('"Ng, Ana" <ana@example.com>, bo@example.com,\n', {"ana": ("Ng, Ana", ""), "bo": ("", "")}),
        ("Ng, Ana <ana@example.com>; Bo <bo@example.com>;\n", {"ana": ("Ng, Ana", ""), "bo": ("Bo", "")}),
        ("To: ana@example.com, bo@example.com", {"ana": ("", ""), "bo": ("", "")}),
        ("<ana@example.com>, <mailto:bo@example.com>", {"ana": ("", ""), "bo": ("", "")}),
        ("ana@example.com (Ana Ng)\nbo@example.com\n", {"ana": ("Ana", "Ng"), "bo": ("", "")}),
        (
            '"Ana Ng <ana@example.com>"\nbo@example.com, cy@example.com\n',
            {"ana": ("Ana", "Ng"), "bo": ("", ""), "cy": ("", "")},
        ),
        ("ana@example.com\r\n\r\n'bo@example.com'\r\n", {"ana": ("", ""), "bo": ("", "")}),
        ("Email\nAna Ng <ana@example.com>\n", {"ana": ("Ana", "Ng")}),
    ],
)
def test_addresses_as_a_mail_program_writes_them_are_read(
    readers: Readers, import_text: Import, text: str, found: dict[str, tuple[str, str]]
) -> None:
    """With names, several in a line, with commas or semicolons between them."""
    report = import_text(text)

    assert not report.problems
    assert {one.email: (one.first_name, one.last_name) for one in readers.iterate("weekly")} == {
        f"{name}@example.com": names for name, names in found.items()
    }


def test_what_is_no_address_in_such_a_line_is_reported(readers: Readers, import_text: Import) -> None:
    """With the number of its line, and the others of the line are read."""
    report = import_text("Ana <ana@example.com>\nnot@, cy@example.com, Bo\nna\0ughty\n")

    assert people(readers) == ["ana@example.com", "cy@example.com"]
    assert [problem.line for problem in report.problems] == [2, 2, 3]


@pytest.mark.parametrize(
    "text", ["ana@example.com,bo@example.com\ncy@example.com,di@example.com\n", "ana@example.com,Ana\n"]
)
def test_a_table_without_a_header_is_asked_for_one(import_text: Import, text: str) -> None:
    """Two addresses side by side in every line may be two addresses of one person."""
    with pytest.raises(Mistake, match="already a reader"):
        import_text(text)


def test_the_marks_that_keep_a_cell_text_are_taken_away(readers: Readers, import_text: Import) -> None:
    """Excel's formula of nothing but a text, and the apostrophe; a name that begins with one keeps it."""
    report = import_text(
        'email,zip,phone,city,handle\n="ana@example.com",="00123",\'+49 30 123,\'t Hooft,\'@ana\n'
        '"=""bo@example.com""","=""0""",\'00,\'90s,=1+1\n\'cy@example.com,,,\'s-Gravenhage,"=""a""""b"""\n'
    )

    assert people(readers) == ["ana@example.com", "bo@example.com", "cy@example.com"]
    assert not report.problems
    assert _fields(readers, "ana@example.com") == {
        "zip": "00123",
        "phone": "+49 30 123",
        "city": "'t Hooft",
        "handle": "@ana",
    }
    assert _fields(readers, "bo@example.com") == {"zip": "0", "phone": "00", "city": "'90s", "handle": "=1+1"}
    assert _fields(readers, "cy@example.com") == {"city": "'s-Gravenhage", "handle": 'a"b'}


def test_placeholders_of_other_systems_are_no_readers(readers: Readers, import_text: Import) -> None:
    """Substack puts one in place of an account that was deleted; mail to it would bounce."""
    report = import_text(
        "email,active_subscription,expiry,email_disabled,created_at\n"
        "ana@example.com,false,,false,2024-01-02T00:00:00Z\n"
        "8f3a@deletion-request.substack.com,false,,false,2024-01-02T00:00:00Z\n"
        "12+bo@users.noreply.GitHub.com,false,,false,2024-01-02T00:00:00Z\n"
    )

    assert people(readers) == ["ana@example.com"]
    assert all("not known, or deleted" in reason for reason in reasons(report).values())
    assert list(reasons(report)) == [3, 4]


def test_signs_that_nobody_sees_at_the_ends_of_an_address_are_taken_away(readers: Readers, import_text: Import) -> None:
    """Joined files have the mark of a beginning in their middle."""
    import_text("email,name\n\u200bana@example.com\u200e,Ana\n\ufeffbo@example.com,Bo\n".encode("utf-8-sig"))

    assert people(readers) == ["ana@example.com", "bo@example.com"]


def test_two_addresses_in_one_cell_are_refused_in_words(readers: Readers, import_text: Import) -> None:
    """Which of them is the reader's is not guessed."""
    report = import_text('email,name\n"ana@example.com; bo@example.com",A\n"cy@example.com\ndi@example.com",C\n')

    assert people(readers) == []
    assert all("more than one address" in reason for reason in reasons(report).values())


def test_who_opened_is_not_who_subscribed(import_text: Import) -> None:
    """Such a list alone is refused, unless somebody says that it is one of readers."""
    opens = "post_id,timestamp,email,post_type\n1,2024-01-01T00:00:00Z,ana@example.com,newsletter\n"
    with pytest.raises(Mistake, match="who opened"):
        import_text(opens)
    assert import_text(opens, source="csv").added == 1


@pytest.mark.parametrize(
    "header",
    [
        "E-mailadres,Voornaam,Achternaam",
        "E-postadress,Förnamn,Efternamn",
        "Adres e-mail,Imię,Nazwisko",
        "E-mailová adresa,Jméno,Příjmení",
        "Endereço de e-mail,Nome,Sobrenome",
        "Indirizzo di posta elettronica,Nome,Cognome",
        "Эл. почта,Имя,Фамилия",
        "Електронна пошта,Ім'я,Прізвище",
        "Διεύθυνση email,Όνομα,Επώνυμο",
        "E-posta adresi,İsim,Soyadı",
        "כתובת אימייל,שם פרטי,שם משפחה",
        "البريد الإلكتروني,الاسم الأول,اسم العائلة",
        "メールアドレス,名,姓",
        "电子邮箱,名,姓",
        "อีเมล,ชื่อ,นามสกุล",
        "Your email,First name,Last name",
    ],
)
def test_the_usual_columns_are_known_in_many_languages(readers: Readers, import_text: Import, header: str) -> None:
    """Nothing is asked, also below a title."""
    import_text(f"Report\n{header}\nana@example.com,Ana,Ng\n")

    person = readers.find_subscriber("ana@example.com")
    assert person is not None and (person.first_name, person.last_name, person.fields) == ("Ana", "Ng", {})
