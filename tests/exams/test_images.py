"""The images of questions: what is shown of them, and what cannot be shown, each with its line."""

import hashlib
import io
import random
import sys

import pytest
from PIL import Image

from jmedlora.core.errors import FileError, UserError
from jmedlora.data.cli import main as jmed_data
from jmedlora.exams import images
from jmedlora.exams.documents import content_hash, letters_document
from jmedlora.exams.images import ImageFolder, check_images, shown_images, with_images
from jmedlora.exams.schema import Question
from tests.support.commands import write_jsonl

RED, BLUE = (255, 0, 0), (0, 0, 255)
FETCH = "jmed-data fetch --images made_up"


def question(*names, problem_id="1", text="どれか。"):
    return Question(problem_id, text, ("甲", "乙"), (("a",),), "made_up", images=names)


def two_halves(mode="RGB", size=(40, 20)):
    """A picture that is red on the left and blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def fault(folder, *questions, fetch=FETCH):
    with pytest.raises(FileError) as caught:
        check_images(questions, ImageFolder(folder, fetch))
    return str(caught.value)


def shown(folder, name):
    """The image as a model is shown it."""
    form = with_images(letters_document, [question(name)], ImageFolder(folder))
    (image,) = shown_images(form(question(name)))
    return image


def test_images_are_known_by_what_is_in_them(tmp_path):
    for name, color in {"a.png": RED, "b.png": BLUE}.items():
        Image.new("RGB", (4, 4), color).save(tmp_path / name)
    asked = [question("b.png", "a.png"), question(problem_id="2")]
    form = with_images(letters_document, asked, ImageFolder(tmp_path))
    docs = [form(each) for each in asked]
    hashes = [
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("b.png", "a.png")
    ]
    assert [doc["image_sha256"] for doc in docs] == [hashes, []]
    assert [each.getpixel((0, 0)) for each in shown_images(docs[0])] == [BLUE, RED]
    assert shown_images(docs[1]) == []
    Image.new("RGB", (4, 4), (0, 255, 0)).save(tmp_path / "a.png")
    form = with_images(letters_document, asked, ImageFolder(tmp_path))
    assert content_hash(map(form, asked)) != content_hash(docs)


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [("png", "RGB"), ("png", "L"), ("png", "P"), ("jpg", "RGB"), ("jpg", "L"), ("jpg", "CMYK"),
     ("webp", "RGB")],
)  # fmt: skip
def test_every_kind_of_image_is_shown_in_rgb(tmp_path, suffix, mode):
    two_halves(mode).save(tmp_path / f"x.{suffix}")
    found = shown(tmp_path, f"x.{suffix}")
    assert (found.mode, found.size) == ("RGB", (40, 20))
    left, right = found.getpixel((3, 10)), found.getpixel((36, 10))
    if mode == "L":
        assert left[0] == left[1] == left[2]
        assert left[0] - right[0] == pytest.approx(76 - 29, abs=4)  # 0.299 red, 0.114 blue
    else:
        assert left == pytest.approx(RED, abs=6)
        assert right == pytest.approx(BLUE, abs=6)


def test_what_is_transparent_is_shown_on_white(tmp_path):
    """Else black writing on nothing would be black on black."""
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((0, 0), (0, 0, 0, 255))
    image.save(tmp_path / "x.png")
    found = shown(tmp_path, "x.png")
    assert (found.getpixel((0, 0)), found.getpixel((3, 3))) == ((0, 0, 0), (255, 255, 255))


def test_a_photograph_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise by a quarter
    two_halves().save(tmp_path / "x.jpg", exif=exif, quality=95)
    found = shown(tmp_path, "x.jpg")
    assert found.size == (20, 40)
    assert found.getpixel((10, 3)) == pytest.approx(RED, abs=6)  # what was left is on top
    assert found.getpixel((10, 36)) == pytest.approx(BLUE, abs=6)


def test_a_missing_image_is_one_line(tmp_path):
    path = tmp_path / "images" / "x.png"
    message = f"{path}: 120A16: the image is missing; run: {FETCH}"
    assert fault(tmp_path / "images", question("x.png", problem_id="120A16")) == message


def test_where_no_image_was_fetched_one_line_counts_them(tmp_path):
    asked = [question(f"{i}.png", f"{i}b.png", problem_id=f"120A{i}") for i in range(60)]
    assert fault(tmp_path, *asked) == (
        f"{tmp_path / '0.png'}: 120A0: the image is missing, and 119 others; run: {FETCH}"
    )


def write_cut_off(path):
    two_halves(size=(400, 400)).save(path, format="JPEG")
    path.write_bytes(path.read_bytes()[:-200])


def write_bomb(path, size):
    """A PNG of some kilobytes that says it has ``size``."""
    Image.new("1", size).save(path, format="PNG")


def write_long(path):
    with path.open("wb") as file:
        file.truncate(2 << 30)


def write_animated(path):
    pages = [Image.new("RGB", (4, 4), color) for color in (RED, BLUE)]
    pages[0].save(path, format="WEBP", save_all=True, append_images=pages[1:])


def write_16_bits(path):
    Image.new("I;16", (4, 4), 40_000).save(path, format="PNG")


UNUSABLE = {
    "no image": (lambda path: path.write_text("画像"), "is no PNG, JPEG or WEBP image"),
    "empty": (lambda path: path.write_bytes(b""), "is no PNG, JPEG or WEBP image"),
    "of another format": (
        lambda path: two_halves().save(path, format="TIFF"),
        "is no PNG, JPEG or WEBP image",
    ),
    "cut off": (write_cut_off, "is damaged (image file is truncated ("),
    "large": (
        lambda path: write_bomb(path, (8000, 5001)),
        "is too large (8000 x 5001; at most 40,000,000 pixels)",
    ),
    "a bomb": (
        lambda path: write_bomb(path, (30_000, 30_000)),
        "is too large (at most 40,000,000 pixels)",
    ),
    "2 GiB": (write_long, "is too large (at most 32 MiB)"),
    "several pictures": (write_animated, "holds several pictures"),
    "16 bits a pixel": (write_16_bits, "has more than 8 bits a colour (mode I;16)"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_image_that_cannot_be_shown_is_one_line(tmp_path, kind):
    write, message = UNUSABLE[kind]
    path = tmp_path / "x.png"
    write(path)
    line = fault(tmp_path, question("x.png"))
    assert line.startswith(f"{path}: 1: {message}")
    assert line.endswith(f"; delete it and run: {FETCH}")
    own = fault(tmp_path, question("x.png"), fetch="")
    assert own.endswith("; save it as a PNG or JPEG file")


def test_a_picture_just_small_enough_is_shown(tmp_path):
    write_bomb(tmp_path / "x.png", (8000, 5000))
    assert shown(tmp_path, "x.png").size == (8000, 5000)


def test_damaged_files_never_end_in_a_traceback(tmp_path):
    """Bytes changed and files cut off by a seeded chance."""
    chance = random.Random(1)
    path = tmp_path / "x.png"
    refused = 0
    for kind in images.FORMATS:
        whole = io.BytesIO()
        Image.effect_noise((64, 48), 80).save(whole, format=kind)
        for _ in range(300):
            damaged = bytearray(whole.getvalue())
            for _ in range(chance.choice([1, 3, 10])):
                damaged[chance.randrange(chance.choice([60, len(damaged)]))] = chance.randrange(256)
            path.write_bytes(damaged[: chance.choice([len(damaged), chance.randrange(2000)])])
            try:
                check_images([question("x.png")], ImageFolder(tmp_path))
            except FileError:
                refused += 1
    assert refused > 450


def test_a_text_that_stands_for_an_image_is_refused(tmp_path):
    line = fault(tmp_path, question(text="<image>はどれか。"))
    assert line == (
        f"{tmp_path}: 1: its text holds <image>, which stands for an image; write it in another way"
    )


def test_an_image_changed_after_the_check_is_not_shown(tmp_path):
    path = tmp_path / "x.png"
    two_halves().save(path)
    doc = with_images(letters_document, [question("x.png")], ImageFolder(tmp_path))(
        question("x.png")
    )
    two_halves(size=(8, 8)).save(path)
    with pytest.raises(UserError) as caught:
        shown_images(doc)
    assert str(caught.value) == (
        f"{path}: changed since the run began; leave it alone and run again"
    )


def test_without_pillow(tmp_path, monkeypatch):
    two_halves().save(tmp_path / "x.png")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(UserError) as caught:
        check_images([question("x.png")], ImageFolder(tmp_path))
    assert str(caught.value) == "images need Pillow; run: pip install 'jmedlora[vision]'"


def test_check_looks_into_the_images_of_ones_own_exam(tmp_path, capsys):
    record = {"problem_id": "1", "question": "どれか。", "choices": ["甲", "乙"], "answer": "a"}
    exam = write_jsonl(tmp_path / "exam.jsonl", {**record, "images": ["x.jpg"]})
    write_cut_off(tmp_path / "x.jpg")
    assert jmed_data(["check", str(exam)]) == 1
    line = capsys.readouterr().err
    assert line.startswith(f"{tmp_path / 'x.jpg'}: 1: is damaged (image file is truncated (")
    assert line.endswith("; save it as a PNG or JPEG file\n")
    two_halves().save(tmp_path / "x.jpg")
    assert jmed_data(["check", str(exam)]) == 0
    assert capsys.readouterr().out.startswith(f"{exam}: 1 question, no fault\n")
