"""The text part tells what the HTML tells, in every script, and a picture's name is never a fault."""

from __future__ import annotations

import json
import re

import pytest
from PIL import Image

from tests.preflight.desk import ICE, MAP, Desk

WORDS = {
    "emphasis": " ".join(f"Some *word{n}* and **plain{n}** ones, ~~gone{n}~~ and `code{n}` go." for n in range(20)),
    "japanese": "渡し船は*氷*の**季節**には来ません。島の人々は本とろうそくを棚に置いて、長い冬を待っています。" * 6,
    "chinese": "渡轮在**冰封**的季节不会来，岛上的人们把*面包*和蜡烛放在架子上，等待漫长的冬天过去。" * 6,
    "arabic": "لا تأتي *العبّارة* في موسم **الجليد**، ويحتفظ أهل الجزيرة بالخبز والشموع على الرفّ. " * 6,
    "thai": "เรือข้ามฟากจะไม่มาในฤดู*น้ำแข็ง* ชาวเกาะเก็บ**ขนมปัง**และเทียนไว้บนชั้นวาง " * 6,
    "hyphens": "A ferry\u00adboat that never comes, a light\u200bhouse, and a well-known co\u2011operation of it’s own “kind”. "
    * 6,
    "lists": "\n".join(f"{n}. an *entry* with [a link {n}](https://slow.example.net/crossings)" for n in range(1, 12)),
}


@pytest.mark.parametrize("kind", sorted(WORDS))
def test_the_same_words_are_no_difference(desk: Desk, kind: str) -> None:
    """Marks, line ends and numbers of links stand in the text alone."""
    desk.spoil(ICE, "The [crossings", f"{WORDS[kind]}\n\nThe [crossings")

    assert "text-part-differs" not in [one.code for one in desk.findings(online=False)]


def test_words_that_are_left_out_are_found(desk: Desk) -> None:
    """A template whose text prints no posts."""
    desk.spoil("templates/digest/issue.txt", '{% include "post.txt" %}', "")

    assert "text-part-differs" in [one.code for one in desk.findings(online=False)]


@pytest.mark.parametrize("name", ["ümlaut name.png", "50%.png", "a b.png", "u\u0308.png", "%20.png", "a#b.png"])
def test_a_pictures_name_is_no_fault(desk: Desk, name: str) -> None:
    """In text and as a post's own, in check, in the mail and on the page that serves it."""
    Image.new("RGB", (60, 40), (200, 30, 30)).save(desk.directory / "images" / name)
    desk.spoil(ICE, "The [crossings", f"![A red square](<images/{name}>)\n\nThe [crossings")
    found = [one for one in desk.findings(online=False) if one.code in {"missing-image", "heavy-image", "not-checked"}]

    assert [] == [one for one in found if "images/" in one.message]


def test_a_large_file_that_is_mailed_small_is_no_fault(desk: Desk) -> None:
    """What is weighed is what readers fetch: a photograph of several megabytes is mailed as a small one."""
    smooth = Image.linear_gradient("L").resize((3000, 2000)).convert("RGB")
    smooth.save(desk.directory / "images/map.png", compress_level=0)

    assert (desk.directory / "images/map.png").stat().st_size > 15_000_000
    assert not {"heavy-image", "heavy-images"} & {one.code for one in desk.findings(online=False)}


def test_a_picture_is_weighed_as_it_is_cropped(desk: Desk) -> None:
    """A tall one is heavy whole, and light where readers get a part of it."""
    Image.effect_noise((700, 2400), 100).convert("RGB").save(desk.directory / "images/map.png")
    assert "heavy-image" in [one.code for one in desk.findings(online=False)]

    desk.spoil(MAP, "image: images/map.png", "image: images/map.png\nfocus: 50% 20%")
    assert "heavy-image" not in [one.code for one in desk.findings(online=False)]


@pytest.mark.parametrize("template", ["digest", "letter", "roundup"])
def test_headings_that_were_captured_are_no_fault(desk: Desk, template: str) -> None:
    """The program sets their levels; nothing is skipped in the mail."""
    desk.spoil("newsletter.toml", 'name = "Weekly', f'template = "{template}"\nname = "Weekly')
    desk.spoil(ICE, "The [crossings", "##### Five\n\n## Two\n\n###### Six\n\nThe [crossings")
    done = desk.cli("check", "2", "--offline", "--format", "json")

    assert "heading-order" not in {one["code"] for one in json.loads(done.stdout)["findings"]}


def test_a_picture_in_text_has_a_width_that_outlook_follows(desk: Desk) -> None:
    """At most as wide as the column, and no wider than it is."""
    for name, width in (("wide", 1600), ("narrow", 120)):
        Image.new("RGB", (width, 40), (200, 30, 30)).save(desk.directory / "images" / f"{name}.png")
    desk.spoil(ICE, "The [crossings", "![Wide](images/wide.png) ![Narrow](images/narrow.png)\n\nThe [crossings")
    out = desk.directory / "preview"
    assert 0 == desk.cli("render", "2", "--out", out).exit_code
    html = (out / "002.html").read_text()

    tags = {re.search('alt="([^"]*)"', tag)[1]: tag for tag in re.findall(r"<img[^>]*picture[^>]*>", html)}  # type: ignore[index]

    assert ' width="528"' in tags["Wide"]
    assert ' width="120"' in tags["Narrow"]
