"""Text that is no UTF-8: the words are shown as they read in the code pages that make sense of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.imports.files.code_pages import readings
from newsletter.readers.readers_sql import Readers
from newsletter.words.mistake import Mistake

from .conftest import Import

_WRITTEN = {
    "cp1252": ["François", "Muñoz", "Zoë O’Neil", "Søren"],
    "cp1250": ["Łukasz", "Dvořák", "Żaneta", "Őri"],
    "cp1251": ["Иван Петров", "Мария", "Київ"],
    "cp1253": ["Νίκος", "Γιώργος", "Αθήνα"],
    "cp1254": ["Şahin", "Ayşe Yılmaz", "İzmir", "Çağlar"],
    "cp1255": ["תל אביב", "שרה כהן"],
    "cp1256": ["القاهرة", "فاطمة علي"],
    "cp1257": ["Rīga", "Šiauliai", "Bērziņš"],
    "cp874": ["สมชาย ใจดี", "กรุงเทพ"],
    "cp932": ["山田太郎", "東京都", "すずき"],
    "cp936": ["王小明", "北京市"],
    "cp949": ["김철수", "서울"],
    "big5": ["王小明", "臺北市"],
    "koi8-r": ["Иван Петров", "Москва"],
    "mac-roman": ["François", "Muñoz"],
}


@pytest.mark.parametrize("encoding", _WRITTEN)
def test_the_words_are_shown_as_they_were_written(encoding: str) -> None:
    """Among at most four readings, each with an encoding that reads the whole file so."""
    lines = [f"r{number}@example.com,{name},x" for number, name in enumerate(_WRITTEN[encoding])]
    raw = "\r\n".join(lines).encode(encoding)

    found = readings(raw)

    assert 1 <= len(found) <= 4
    [right] = [one for one in found if raw.decode(one.encoding).splitlines() == lines]
    assert right.words and set(right.words) <= {word for name in _WRITTEN[encoding] for word in name.split()}


@pytest.mark.parametrize("text", ["Москва", "Αθήνα", "李娜", "Łódź"])
def test_an_import_names_the_option_to_copy_and_takes_it(readers: Readers, import_text: Import, text: str) -> None:
    """Nothing is imported before; the address needs no other sign."""
    encoding = {"М": "cp1251", "Α": "cp1253", "李": "gb18030", "Ł": "cp1250"}[text[0]]
    content = f"email,city\nana@example.com,{text}\n".encode(encoding)
    with pytest.raises(Mistake) as refusal:
        import_text(content)
    assert f"--encoding {encoding} ({text})" in refusal.value.fix
    assert readers.list_lists() == []

    assert import_text(content, encoding=encoding).added == 1
    person = readers.find_subscriber("ana@example.com")
    assert person is not None and person.fields == {"city": text}


@pytest.mark.parametrize("names", [["Ana", "Bo"], ["Москва", "Київ"], ["王小明", "北京市"], ["Zoë", "김철수"]])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_known_in_every_script(
    import_text: Import, names: Sequence[str], encoding: str
) -> None:
    """Also where the header has no letter of ours but the address column."""
    text = f"Email,{names[0]}\nana@example.com,{names[1]}\n"
    with pytest.raises(Mistake) as refusal:
        import_text(text.encode(encoding))
    assert f"--encoding {encoding}" in refusal.value.fix


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_have_readings_or_none(raw: bytes) -> None:
    """Whatever is shown decodes."""
    for one in readings(raw):
        assert all(word.isprintable() for word in one.words)
