"""Pictures are made ready for mail: upright, not too wide, without where they were taken, and named by their content."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from newsletter.apart import Bounds, call
from newsletter.compose.press import press
from newsletter.folder.pictures.images import ImageFolder
from newsletter.folder.pictures.picture import WIDEST, Made
from newsletter.wiring import open_newsletter
from newsletter.words.mistake import Missing, Mistake, Place
from tests.running import a_folder

PLACE = Place("posts/a.md", 4)


def a_photograph(width: int = 2400, height: int = 1600, orientation: int = 1) -> bytes:
    """A JPEG as a phone writes it: with a position, a camera and an orientation."""
    picture = Image.new("RGB", (width, height), (10, 120, 200))
    picture.paste((200, 20, 20), (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.25)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"taken at home")
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> ImageFolder:
    (tmp_path / "images").mkdir()
    return ImageFolder(tmp_path)


def put(folder: ImageFolder, name: str, data: bytes) -> str:
    (folder.directory / "images" / name).write_bytes(data)
    return f"images/{name}"


def published(folder: ImageFolder, name: str, data: bytes) -> Path:
    return folder.find(folder.publish(put(folder, name, data), PLACE))


def test_where_a_photograph_was_taken_stays_behind(folder: ImageFolder) -> None:
    """Neither the position nor the camera nor a comment is in what is served."""
    source = a_photograph()
    assert b"A camera" in source and b"taken at home" in source

    path = published(folder, "a.jpg", source)
    with Image.open(path) as picture:
        assert dict(picture.getexif()) == {}
        assert "comment" not in picture.info
    assert b"A camera" not in path.read_bytes() and b"Exif" not in path.read_bytes()


def test_what_a_png_says_in_words_stays_behind(folder: ImageFolder) -> None:
    """PNG keeps text of its own, where programs put positions too."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Location", "52.52 N 13.40 E")
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG", pnginfo=words)

    assert b"52.52" not in published(folder, "a.png", out.getvalue()).read_bytes()


def test_a_wide_picture_becomes_as_wide_as_mail_needs(folder: ImageFolder) -> None:
    """Twice the column; the proportions stay, and small pictures are left as they are."""
    with Image.open(published(folder, "wide.jpg", a_photograph(2560, 1280))) as picture:
        assert picture.size == (WIDEST, WIDEST // 2)
    with Image.open(published(folder, "small.jpg", a_photograph(300, 200))) as picture:
        assert picture.size == (300, 200)


def test_a_photograph_taken_on_its_side_stands_upright(folder: ImageFolder) -> None:
    """The turn is in the data that is stripped, so it must be done before."""
    with Image.open(published(folder, "side.jpg", a_photograph(400, 200, orientation=6))) as picture:
        assert picture.size == (200, 400)
        red, _, blue = picture.convert("RGB").getpixel((190, 10))  # type: ignore[misc]
        assert red > blue


def test_the_same_file_has_the_same_address_and_a_changed_one_a_new_one(folder: ImageFolder, tmp_path: Path) -> None:
    """An issue that went out keeps the picture it was sent with; two machines agree on its address."""
    first = folder.publish(put(folder, "a.jpg", a_photograph(300, 200)))
    old = folder.find(first).read_bytes()
    second = folder.publish(put(folder, "a.jpg", a_photograph(310, 200)))
    (tmp_path / "other" / "images").mkdir(parents=True)
    other = ImageFolder(tmp_path / "other")

    assert first != second
    assert folder.find(first).read_bytes() == old
    assert other.publish(put(other, "renamed.jpg", a_photograph(300, 200))) == first


def test_an_address_works_on_a_machine_that_has_only_the_folder(folder: ImageFolder, tmp_path: Path) -> None:
    """A fresh checkout has images/ and no var/: what was mailed is made again, by us and not by who asks."""
    name = folder.publish(put(folder, "a.jpg", a_photograph(300, 200)))
    fresh = ImageFolder(tmp_path / "fresh")
    (fresh.directory / "images").mkdir(parents=True)
    put(fresh, "notes.txt", b"not a picture")
    put(fresh, "a.jpg", a_photograph(300, 200))

    with pytest.raises(Missing, match="no such picture"):
        fresh.find(name)
    assert fresh.find_ready("images/a.jpg") is None
    fresh.make_ready(lambda: False)
    assert not (fresh.directory / "var").exists()
    fresh.make_ready()

    assert fresh.find(name).is_file()
    assert name == fresh.find_ready("images/a.jpg")


@pytest.mark.parametrize("name", ["../../newsletter.toml", "a.jpg", "", f"{'0' * 32}.png", f"{'0' * 32}.exe", "x/y"])
def test_only_published_names_are_found(folder: ImageFolder, name: str) -> None:
    """The name comes from the web."""
    put(folder, "a.jpg", a_photograph(30, 20))

    with pytest.raises(Missing, match="no such picture"):
        folder.find(name)


def test_a_transparent_drawing_stays_transparent(folder: ImageFolder) -> None:
    """Whatever it was saved as; mail programs know PNG."""
    for kind, name in (("PNG", "a.png"), ("WEBP", "a.webp")):
        out = io.BytesIO()
        Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, kind, **({"lossless": True} if kind == "WEBP" else {}))
        path = published(folder, name, out.getvalue())

        assert path.suffix == ".png"
        with Image.open(path) as picture:
            assert picture.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_a_moving_picture_keeps_moving(folder: ImageFolder) -> None:
    """All frames and their times; the comment of the file stays behind."""
    frames = [Image.new("RGB", (40, 30), (shade, 0, 0)) for shade in (0, 120, 240)]
    out = io.BytesIO()
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], duration=[90, 120, 150], loop=0, comment=b"at home"
    )
    path = published(folder, "a.gif", out.getvalue())

    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == 3
    assert b"at home" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture that mail can show"),
        ("a.jpg", b"words", "not a picture that mail can show"),
        ("b.jpg", a_photograph(300, 200)[:900], "damaged"),
    ],
)
def test_what_mail_can_not_show_is_refused_where_it_is_asked_for(
    folder: ImageFolder, name: str, data: bytes, said: str
) -> None:
    """With the line of the post that names it."""
    with pytest.raises(Mistake, match=said) as caught:
        folder.publish(put(folder, name, data), PLACE)

    assert caught.value.place == PLACE and caught.value.fix


def test_a_picture_that_is_not_there_is_missed_with_those_that_are(folder: ImageFolder) -> None:
    """A slip of the keyboard is seen at once."""
    put(folder, "harbour.png", b"x")

    with pytest.raises(Missing, match=r"no picture images/harbor\.png") as caught:
        folder.publish("images/harbor.png", PLACE)

    assert "harbour.png" in caught.value.fix and caught.value.place == PLACE


def test_nothing_outside_of_the_room_is_published(folder: ImageFolder, tmp_path: Path) -> None:
    """Neither by dots nor through a link."""
    (tmp_path / "secret.jpg").write_bytes(a_photograph(30, 20))
    (tmp_path / "images" / "link.jpg").symlink_to(tmp_path / "secret.jpg")

    for src in ("images/../secret.jpg", "images/link.jpg", "secret.jpg"):
        with pytest.raises(Mistake, match="is not in images/"):
            folder.publish(src, PLACE)


@pytest.mark.parametrize("width", [100_000, 10_900])
def test_a_picture_of_very_many_pixels_is_refused_unread(folder: ImageFolder, width: int) -> None:
    """A few dozen bytes may claim to be a hundred thousand pixels wide; a tenth of it takes two gigabytes."""
    out = io.BytesIO()
    Image.new("1", (20, 20)).save(out, "PNG")
    head = b"IHDR" + struct.pack(">IIBBBBB", width, width, 1, 0, 0, 0, 0)
    bomb = out.getvalue()[:12] + head + struct.pack(">I", zlib.crc32(head)) + out.getvalue()[33:]

    with pytest.raises(Mistake, match="million pixels"):
        folder.publish(put(folder, "bomb.png", bomb), PLACE)


def test_seven_kilobytes_that_move_through_gigabytes_are_refused(folder: ImageFolder) -> None:
    """Two hundred frames of one pixel on a large ground: each is shown whole."""
    frame = bytes.fromhex("21f9040005000000 2c00000000 01000100 00 02024c0100")
    ground = b"GIF89a" + struct.pack("<HHBBB", 1400, 1400, 0x80, 0, 0) + bytes(6)
    data = ground + frame * 200 + b";"
    assert len(data) < 7_000

    with pytest.raises(Mistake, match="200 frames"):
        folder.publish(put(folder, "far.gif", data), PLACE)


def test_a_large_photograph_is_decoded_at_a_part_of_its_size() -> None:
    """35 million pixels, which are 140 MB each time that they are copied, are made within 300 MB in all, the libraries of the child included."""
    out = io.BytesIO()
    Image.new("RGB", (7000, 5000), "navy").save(out, "JPEG")
    task, bounds = "newsletter.folder.pictures.picture:make_picture", Bounds(megabytes=300)
    made = call(task, out.getvalue(), returns=Made, what="It", bounds=bounds, src="images/a.jpg")

    with Image.open(io.BytesIO(made.data)) as picture:
        assert (1280, 914) == picture.size


def test_pictures_are_decoded_elsewhere_and_what_fails_is_not_tried_again(folder: ImageFolder) -> None:
    """In a child: the decoders are never loaded in our own process. A file that can't be made is left until it changes."""
    put(folder, "a.jpg", a_photograph(300, 200))
    put(folder, "b.jpg", b"words")
    code = (
        "import sys, pathlib\nfrom newsletter.folder.pictures.images import ImageFolder\n"
        "folder, rounds = ImageFolder(pathlib.Path('.')), []\n"
        "for _ in range(3): rounds.append(0); folder.make_ready(lambda: bool(rounds.__setitem__(-1, rounds[-1] + 1)) or True)\n"
        "print(len(list(pathlib.Path('var/images').iterdir())), rounds, 'PIL' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder.directory, capture_output=True, text=True, check=False
    )

    assert "1 [2, 0, 0] False" == run.stdout.strip(), run.stderr


def test_the_pictures_of_an_issue_are_made_ready_when_it_is_rendered(tmp_path: Path) -> None:
    """In posts and in their texts, under the newsletter's own address; a missing one is named with its line."""
    folder = a_folder(tmp_path / "weekly")
    (folder / "images").mkdir()
    (folder / "images" / "a boat.jpg").write_bytes(a_photograph(300, 200))
    post = folder / "posts" / "2026-11-20-ferries-in-winter.md"
    post.write_text(post.read_text() + "\n![A boat](<images/a boat.jpg>)\n")
    parts = open_newsletter(folder)
    html = "".join(
        piece
        for piece in press(parts.shelf, parts.config.newsletter, 1).rendered.edition.html.pieces
        if isinstance(piece, str)
    )
    (name,) = re.findall(r'src="https://ferries\.example\.com/images/([0-9a-f]{32}\.jpg)"', html)
    post.write_text(post.read_text().replace("a boat.jpg", "no boat.jpg"))

    assert parts.images.find(name).is_file()
    with pytest.raises(Missing, match=r"no picture images/no boat\.jpg") as caught:
        press(parts.shelf, parts.config.newsletter, 1)
    assert str(caught.value.place) == "posts/2026-11-20-ferries-in-winter.md:13"
