"""Numbers, names and bytes that no page of ours sends: each gets an answer, and none is a fault of the program."""

from __future__ import annotations

import pytest

from tests.studio.conftest import World

_HUGE = ["2147483648", "9223372036854775808", "9" * 40, "9" * 5_000]


@pytest.mark.parametrize("number", [*_HUGE, "-1", "%D9%A3", "%C2%B2", "1.5", "1%00"])
@pytest.mark.parametrize("path", ["/issues/{}", "/studio/issues/{}", "/studio/reports/{}", "/studio/readers/{}"])
def test_a_number_out_of_range_in_an_address_is_not_there(inside: World, path: str, number: str) -> None:
    """404; before, the database's own error was a 500."""
    answer = inside.client.get(path.format(number))
    assert answer.status_code == 404


@pytest.mark.parametrize("number", [*_HUGE, "²", "٣", "-1"])
def test_a_number_out_of_range_in_a_form_is_refused(world: World, number: str) -> None:
    """In every form that names a row by its number."""
    answers = [
        world.post("/finds", press=f"{number} e"),
        world.post("/finds", press=f"{number} x"),
        world.post("/settings/users", act="end", user=number),
        world.post("/readers/do-not-mail", act="put-back", number=number),
        world.post("/readers/import", act="undo", number=number),
    ]
    assert {400, 404} >= {answer.status_code for answer in answers}
    assert world.client.get("/studio/finds", params={"before": number}).status_code == 200
    assert world.client.get("/studio/reports", params={"before": number}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "["}, 400),
        ({"Host": "a b"}, 400),
        ({"Referer": "http://[::1"}, 400),
        ({"Origin": "http://["}, 400),
        ({"Referer": "http://127.0.0.1:8025/studio"}, 404),
        ({"Host": "localhost:8025"}, 404),
        ({"Host": "[::1]:8025"}, 404),
    ],
)
def test_an_address_in_a_header_that_can_not_be_read_is_refused(
    world: World, headers: dict[str, str], status: int
) -> None:
    """RFC 9112, 3.2 for the host; a page that says where it came from says it in an address."""
    assert world.client.get("/studio/issues/99", headers=headers).status_code == status


def test_what_is_no_text_is_refused_wherever_it_stands(world: World) -> None:
    """A NUL that PostgreSQL can't keep, half a character, a charset that nobody knows: 400, and a sentence."""
    csrf = {"X-CSRF-Token": world.csrf()}
    multipart = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n%s\r\n--x--\r\n'
    bodies = [
        ("application/x-www-form-urlencoded", b"act=save&url=https://example.com/&note=a%00b"),
        ("application/x-www-form-urlencoded", b"act%00=save"),
        ("multipart/form-data; boundary=x", multipart % b"a\0b"),
        ("multipart/form-data; boundary=x; charset=unicode_escape", multipart % b"\\ud800"),
        ("multipart/form-data; boundary=x; charset=hex", b"--x\r\nno header"),
        ("multipart/form-data", b"--x--"),
        ("application/json", b'{"note": "\\u0000"}'),
        ("application/json", b'{"note": "\\ud800"}'),
        ("application/json", b'{"note": [{"deep\\u0000": 1}]}'),
        ("application/json", b"[" * 100_000),
        ("application/json", b"{\xff}"),
    ]
    for kind, body in bodies:
        answer = world.client.post("/studio/finds", content=body, headers={**csrf, "Content-Type": kind})
        assert answer.status_code == 400, (kind, body[:60])
    kept = world.client.post("/studio/finds", content=bodies[0][1], headers={**csrf, "Content-Type": bodies[0][0]})
    assert "a\N{REPLACEMENT CHARACTER}b" in kept.text
    assert world.client.get("/studio/finds?q=%00").status_code == 200
