"""Pictures of every form come out showing what they showed: grays, colours, clear places, and what moves."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from newsletter.folder.pictures.images import ImageFolder
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.post import picture_paths

RED, GREEN, BLUE = (210, 30, 30), (20, 160, 60), (30, 60, 200)


@pytest.fixture
def folder(tmp_path: Path) -> ImageFolder:
    """An empty newsletter."""
    (tmp_path / "images").mkdir()
    return ImageFolder(tmp_path)


def made(folder: ImageFolder, name: str, data: bytes) -> Image.Image:
    """The picture that is mailed for a file."""
    (folder.directory / "images" / name).write_bytes(data)
    return Image.open(io.BytesIO(folder.find(folder.publish(f"images/{name}")).read_bytes()))


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def near(one: object, other: tuple[int, ...], by: int = 6) -> bool:
    return isinstance(one, tuple) and all(abs(int(a) - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("gray", "shown"), [(0, 0), (40_000, 155), (20_000, 77), (65_535, 255)])
def test_sixteen_bit_grays_keep_their_gray(folder: ImageFolder, gray: int, shown: int) -> None:
    """On the scale of eight bits, not cut off at white."""
    picture = Image.frombytes("I;16", (40, 40), gray.to_bytes(2, "little") * 1600)

    assert near(made(folder, "gray.png", saved(picture, "PNG")).convert("RGB").getpixel((9, 9)), (shown,) * 3, 1)


def test_grays_of_32_bits_and_fractions_are_spread(folder: ImageFolder) -> None:
    """From the darkest to the lightest that there is."""
    picture = Image.new("F", (40, 40), 0.25)
    picture.paste(0.75, (20, 0, 40, 40))
    shown = made(folder, "gray.tiff", saved(picture, "TIFF")).convert("RGB")

    assert near(shown.getpixel((5, 5)), (0, 0, 0))
    assert near(shown.getpixel((35, 5)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_every_mode_keeps_its_colour(folder: ImageFolder, mode: str) -> None:
    """A dark and a light half, in whatever way the file writes them."""
    picture = Image.new("RGB", (40, 40), (250, 250, 250))
    picture.paste((4, 4, 4), (20, 0, 40, 40))
    form = "TIFF" if mode == "CMYK" else "PNG"
    shown = made(folder, f"a.{form.lower()}", saved(picture.convert(mode), form)).convert("RGB")

    assert near(shown.getpixel((5, 20)), (250, 250, 250), 12)
    assert near(shown.getpixel((35, 20)), (4, 4, 4), 12)


def test_clear_places_of_a_palette_stay_clear(folder: ImageFolder) -> None:
    """They take the colour of the ground they stand on."""
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([*RED, *GREEN] + [0] * 762)
    picture.paste(1, (20, 0, 40, 40))
    shown = made(folder, "a.png", saved(picture, "PNG", transparency=0)).convert("RGBA")

    assert 0 == shown.getpixel((5, 5))[3]  # type: ignore[index]
    assert near(shown.getpixel((35, 5)), (*GREEN, 255))


@pytest.mark.parametrize(("form", "options"), [("WEBP", {"lossless": True}), ("PNG", {}), ("GIF", {})])
def test_what_moves_goes_on_moving(folder: ImageFolder, form: str, options: dict[str, object]) -> None:
    """As GIF, which is what mail programs move, with each frame's colour, time and the loop."""
    frames = [Image.new("RGB", (60, 40), colour) for colour in (RED, GREEN, BLUE)]
    data = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=[100, 300, 200], loop=0, **options)
    shown = made(folder, f"moving.{form.lower()}", data)

    assert ("GIF", 3, 0) == (shown.format, shown.n_frames, shown.info["loop"])  # type: ignore[attr-defined]
    found = [(frame.convert("RGB").getpixel((9, 9)), frame.info["duration"]) for frame in ImageSequence.Iterator(shown)]
    assert [100, 300, 200] == [duration for _, duration in found]
    assert all(near(pixel, colour, 12) for (pixel, _), colour in zip(found, (RED, GREEN, BLUE), strict=True))


def test_the_still_picture_in_a_moving_png_is_no_frame(folder: ImageFolder) -> None:
    """It is for those who show no moving one."""
    still, *frames = [Image.new("RGB", (60, 40), colour) for colour in (BLUE, RED, GREEN)]
    data = saved(still, "PNG", save_all=True, append_images=frames, duration=100, loop=0, default_image=True)
    shown = made(folder, "moving.png", data)

    assert 2 == shown.n_frames  # type: ignore[attr-defined]
    assert near(shown.convert("RGB").getpixel((9, 9)), RED, 12)


def test_many_frames_are_made_smaller_and_far_too_many_refused(folder: ImageFolder) -> None:
    """A few kilobytes may hold hundreds of frames of any size: what is held in memory is bounded."""
    frames = [Image.new("P", (1200, 900), number) for number in range(60)]
    shown = made(folder, "many.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))
    assert shown.width * shown.height * 60 <= 21_000_000

    frames = [Image.new("P", (2000, 1500), number) for number in range(150)]
    with pytest.raises(Mistake, match="frames"):
        made(folder, "far.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("a b.png", "images/a%20b.png"),
        ("ümlaut name.png", "images/%C3%BCmlaut%20name.png"),
        ("u\u0308ber.png", "images/über.png"),
        ("über.png", "images/u\u0308ber.png"),
        ("50%.png", "images/50%25.png"),
        ("50%.png", "images/50%.png"),
        ("%20.png", "images/%20.png"),
        ("a#b?c.png", "images/a#b?c.png"),
        ("plus+and (1).png", "images/plus+and%20(1).png"),
        ("sub/a.png", "images/sub/a.png"),
    ],
)
def test_a_name_is_found_however_it_is_written(folder: ImageFolder, file: str, written: str) -> None:
    """As Markdown writes it, as a file system does, and as it is."""
    path = folder.directory / "images" / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(saved(Image.new("RGB", (9, 9), RED), "PNG"))

    assert folder.find(folder.publish(written)).is_file()


def test_no_way_of_writing_leads_out_of_the_folder(folder: ImageFolder) -> None:
    """Percent codes are read once."""
    (folder.directory / "secret.png").write_bytes(saved(Image.new("RGB", (9, 9), RED), "PNG"))

    for written in ("images/../secret.png", "images/%2e%2e/secret.png", "images/%2e%2e%2fsecret.png", "images/\0.png"):
        with pytest.raises(NewsletterError):
            folder.publish(written)
    assert all(unicodedata.normalize("NFC", one) for one in picture_paths("images/ü.png"))
