"""Makes a newsletter's folder with one issue of twelve posts, about 58 kB of HTML: what a full week looks like.

python -m benchmarks.newspaper FOLDER [POSTS]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

N_POSTS = 12
_WORDS = (
    *(
        "the",
        "a",
        "of",
        "and",
        "to",
        "in",
        "that",
        "it",
        "was",
        "for",
        "on",
        "as",
        "with",
        "at",
        "by",
        "from",
        "always",
    ),
    *(
        "harbour",
        "timetable",
        "ferry",
        "letter",
        "morning",
        "captain",
        "winter",
        "island",
        "bread",
        "market",
        "station",
    ),
    *("platform", "window", "story", "record", "winter", "people", "nobody", "somebody", "carried", "promised", "slow"),
    *(
        "counted",
        "answered",
        "measured",
        "waited",
        "early",
        "narrow",
        "bright",
        "eleven",
        "small",
        "patient",
        "curious",
    ),
)


def make(folder: Path, n_posts: int = N_POSTS) -> None:
    from newsletter.folder.new import create_folder

    create_folder(
        folder,
        name="Weekly Ferries",
        sender="mara@ferries.example.com",
        address="Quay 1, 20359 Hamburg",
    )
    with (folder / "newsletter.toml").open("a") as settings:
        settings.write('public_url = "https://ferries.example.com"\n')
    chance = random.Random(11)
    slugs = [f"2026-11-{day:02d}-crossing-{day}" for day in range(1, n_posts + 1)]
    for day, slug in enumerate(slugs, 1):
        (folder / "posts" / f"{slug}.md").write_text(_post(chance, day))
    third = -(-n_posts // 3)
    sections = "".join(
        f"  - title: {title}\n    posts: [{', '.join(slugs[begin : begin + third])}]\n"
        for title, begin in (("To read", 0), ("To look at", third), ("Short", 2 * third))
    )
    (folder / "issues" / "001.md").write_text(
        f"---\nnumber: 1\nsubject: 'Twelve crossings for {{{{ first_name | default(\"you\") }}}}'\n"
        f"preheader: What a tide table promises.\nlists: [weekly]\nsections:\n{sections}---\n\n"
        f'Dear {{{{ first_name | default("reader") }}}},\n\n{_prose(chance, 60)}\n\n<!-- posts -->\n\n{_prose(chance, 30)}\n'
    )


def _post(chance: random.Random, day: int) -> str:
    quotes = "\n>\n".join(f"> {_prose(chance, 70)}" for _ in range(2))
    return (
        f"---\ntitle: Crossing number {day}\nurl: https://example.org/crossings/{day}\nsource: Coastline\n"
        f"author: Nils Aker\nbyline: Ines\n---\n\n{_prose(chance, 80)}\n\n{quotes}\n>\n> — Nils Aker, Coastline\n\n"
        f"{_prose(chance, 50)} See [the list](https://example.net/lists/{day}).\n"
    )


def _prose(chance: random.Random, n_words: int) -> str:
    sentences: list[str] = []
    while n_words > 0:
        length = min(n_words, chance.randint(7, 14))
        sentences.append(" ".join(chance.sample(_WORDS, length)).capitalize() + ".")
        n_words -= length
    return " ".join(sentences)


if __name__ == "__main__":
    make(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
