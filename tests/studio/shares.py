"""Pages as the programs of phones share them, and what is to come of them: the address, the title, the quote."""

from __future__ import annotations

SHARES: list[tuple[dict[str, str], tuple[str, str, str]]] = [
    ({"url": "https://example.org/a"}, ("https://example.org/a", "", "")),
    ({"title": "Boats", "text": "https://example.org/a"}, ("https://example.org/a", "Boats", "")),
    ({"title": "Boats", "text": "Boats https://example.org/a"}, ("https://example.org/a", "Boats", "")),
    ({"text": "Nine harbours https://example.org/a"}, ("https://example.org/a", "Nine harbours", "")),
    (
        {"title": "Boats", "text": '"It floats."\n https://example.org/a#:~:text=It%20floats'},
        ("https://example.org/a#:~:text=It%20floats", "Boats", "It floats."),
    ),
    ({"text": "“It floats.” https://example.org/a"}, ("https://example.org/a", "", "It floats.")),
    (
        {"text": "One line.\nAnother line.\nhttps://example.org/a"},
        ("https://example.org/a", "", "One line.\nAnother line."),
    ),
    (
        {"title": "Boats", "text": "Look at this: https://example.org/a."},
        ("https://example.org/a", "Boats", "Look at this:"),
    ),
]
