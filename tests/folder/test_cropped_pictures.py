"""A picture with a focus is cropped around it for readers; its file stays whole, and without a focus nothing changes."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from newsletter.folder.pictures.crops import crops_of
from newsletter.folder.pictures.images import ImageFolder
from newsletter.folder.posts import PostFiles
from newsletter.words.picture.focus import Focus

LEFT, MIDDLE, RIGHT = (Focus(across=place, down=place) for place in (0, 50, 100))
RED, GREEN, BLUE = (220, 30, 30), (30, 220, 30), (30, 30, 220)


def _stripes(width: int, height: int, *, across: bool = True) -> Image.Image:
    """Red, green and blue, a third each, from the left or from the top."""
    picture = Image.new("RGB", (width, height), GREEN)
    if across:
        picture.paste(RED, (0, 0, width // 3, height))
        picture.paste(BLUE, (width - width // 3, 0, width, height))
    else:
        picture.paste(RED, (0, 0, width, height // 3))
        picture.paste(BLUE, (0, height - height // 3, width, height))
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> ImageFolder:
    (tmp_path / "images").mkdir()
    return ImageFolder(tmp_path)


def _put(folder: ImageFolder, name: str, picture: Image.Image, **options: object) -> str:
    out = io.BytesIO()
    picture.save(out, Path(name).suffix[1:].replace("jpg", "jpeg"), **options)
    (folder.directory / "images" / name).write_bytes(out.getvalue())
    return f"images/{name}"


def _corners(folder: ImageFolder, src: str, focus: Focus | None) -> tuple[tuple[int, int], list[tuple[int, ...]]]:
    """The size of what readers get, and which stripe its corners lie in."""
    with Image.open(folder.find(folder.publish(src, focus=focus))) as opened:
        picture = opened.convert("RGB")
    right, bottom = picture.width - 3, picture.height - 3
    found = (picture.getpixel(place) for place in ((2, 2), (right, 2), (2, bottom), (right, bottom)))
    nearest = {max(range(3), key=list(colour).__getitem__) for colour in found if isinstance(colour, tuple)}
    return picture.size, [(RED, GREEN, BLUE)[place] for place in sorted(nearest)]


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
@pytest.mark.parametrize("across", [True, False])
def test_the_crop_lies_around_the_focus(folder: ImageFolder, name: str, across: bool) -> None:
    """Wide and tall pictures, to the pixel: each frame ends in the stripe that it was asked for."""
    size, crop = ((540, 90), (160, 90)) if across else ((160, 300), (160, 90))
    src = _put(folder, name, _stripes(*size, across=across))

    assert [_corners(folder, src, focus) for focus in (LEFT, MIDDLE, RIGHT)] == [
        (crop, [RED]),
        (crop, [GREEN]),
        (crop, [BLUE]),
    ]


def test_without_a_focus_the_picture_and_its_name_are_as_before(folder: ImageFolder) -> None:
    """What was mailed keeps its address; another focus has another one, and the file is as it was put there."""
    src = _put(folder, "a.png", _stripes(540, 90))
    data = (folder.directory / src).read_bytes()
    names = [folder.publish(src, focus=focus) for focus in (None, LEFT, RIGHT)]

    assert names[0] == hashlib.sha256(b"newsletter picture 2\0" + data).hexdigest()[:32] + ".png"
    assert len(set(names)) == 3
    assert _corners(folder, src, None) == ((540, 90), [RED, BLUE])
    assert (folder.directory / src).read_bytes() == data


def test_a_large_picture_is_cropped_as_sharp_as_mail_needs(folder: ImageFolder) -> None:
    """A part of a panorama, and of a photograph taken on its side, is as wide as a whole picture."""
    panorama = _put(folder, "a.jpg", _stripes(9000, 900))
    assert _corners(folder, panorama, RIGHT) == ((1280, 720), [BLUE])

    exif = Image.Exif()
    exif[0x0112] = 6  # its left side is down: the stripes run from the top once it is upright
    side = _put(folder, "b.jpg", _stripes(4500, 1500), exif=exif)
    assert _corners(folder, side, LEFT) == ((1280, 720), [RED])


def test_each_frame_of_a_moving_picture_is_cropped(folder: ImageFolder) -> None:
    """It goes on moving."""
    frames = [_stripes(540, 90), _stripes(540, 90).transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    src = _put(folder, "a.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)

    assert _corners(folder, src, RIGHT) == ((160, 90), [BLUE])
    with Image.open(folder.find(folder.publish(src, focus=RIGHT))) as moving:
        assert getattr(moving, "n_frames", 1) == 2


def test_a_crop_is_made_again_from_the_folder_alone(folder: ImageFolder, tmp_path: Path) -> None:
    """On any machine, as the posts say, and also where the post, then its picture come later; a broken post stops nothing."""
    name = folder.publish(_put(folder, "a.png", _stripes(540, 90)), focus=RIGHT)
    fresh, posts = ImageFolder(tmp_path / "fresh"), PostFiles(tmp_path / "fresh")
    (posts.directory / "posts").mkdir(parents=True)
    (posts.directory / "posts/broken.md").write_text("no front matter")
    fresh.make_ready(crops=crops_of(posts))
    post = posts.directory / "posts/a.md"
    post.write_text("---\ntitle: A\nimage: images/a.png\nalt: Stripes\nfocus: 100% 100%\n---\n")
    fresh.make_ready(crops=crops_of(posts))
    assert not (fresh.directory / "var/images" / name).exists()

    (fresh.directory / "images").mkdir()
    (fresh.directory / "images/a.png").write_bytes((folder.directory / "images/a.png").read_bytes())
    fresh.make_ready(crops=crops_of(posts))
    assert fresh.find(name).read_bytes() == folder.find(name).read_bytes()

    post.write_text("---\ntitle: A\nimage: images/a.png\nalt: Stripes\n---\n")
    assert crops_of(posts) == set()
