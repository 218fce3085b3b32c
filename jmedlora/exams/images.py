"""The images of questions: checked before a run starts, and opened as a model is shown them.

A document names its images by file name and by SHA-256 (``image_sha256``), so that the hash of the
exam, and the signature with it, changes with a picture. They are opened by the SHA-256.
"""

import hashlib
import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.display import counted
from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.jsonl import Record
from jmedlora.core.regular_file import open_regular
from jmedlora.exams.documents import Document, Form
from jmedlora.exams.schema import Question

if TYPE_CHECKING:
    from PIL import Image

PLACEHOLDER = "<image>"
"""Where lm-eval's models put an image into a prompt."""
FORMATS = ("PNG", "JPEG", "WEBP")
LARGEST = 32 << 20
"""Bytes of a file."""
MOST_PIXELS = 40_000_000
"""Width times height of an image, which takes 3 bytes a pixel where it is shown."""
ORIENTATION, UPRIGHT = 0x0112, 1
"""The EXIF tag that says how a camera was held, and its usual value."""
DAMAGE = (OSError, SyntaxError, ValueError)
"""What Pillow raises for damaged files of these formats (28,000 were tried)."""
_checked: dict[str, Path] = {}
"""By SHA-256: where the images lie that were found good, for ``shown_images``."""


class UnusableImageError(Exception):
    """An image that cannot be shown; the text says why."""


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """Where the images of an exam lie.

    fetch: the command that brings them; "" where the user gives them.
    """

    path: Path
    fetch: str = ""

    @property
    def for_missing(self) -> str:
        """The remedy where an image is not there."""
        return f"run: {self.fetch}" if self.fetch else "put it there, or correct its name"

    @property
    def for_unusable(self) -> str:
        """The remedy where an image cannot be shown."""
        return f"delete it and run: {self.fetch}" if self.fetch else "save it as a PNG or JPEG file"


def with_images(form: Form, questions: Iterable[Question], folder: ImageFolder) -> Form:
    """``form`` with the SHA-256 (64 hex digits) of each image of a question, in their order.

    The images of ``questions`` are looked at. Raises as ``check_images`` does.
    """
    hashes = check_images(questions, folder)

    def document(question: Question) -> Record:
        return {**form(question), "image_sha256": [hashes[name] for name in question.images]}

    return document


def check_images(questions: Iterable[Question], folder: ImageFolder) -> dict[str, str]:
    """The SHA-256 of every image that ``questions`` name, by its name.

    Raises FileError with every image that cannot be shown, and with every question whose text has
    the placeholder of an image; UserError without Pillow.
    """
    found: dict[str, str] = {}
    missing, faults = [], []
    for question in questions:
        if PLACEHOLDER in "".join((question.case, question.question, *question.choices)):
            what = f"its text holds {PLACEHOLDER}, which stands for an image"
            fault = Fault(folder.path, None, question.problem_id, what, "write it in another way")
            faults.append(fault)
        for name in question.images:
            path = folder.path / name
            if not path.is_file():
                what = "the image is missing"
                missing.append(Fault(path, None, question.problem_id, what, folder.for_missing))
                continue
            try:
                found[name] = _check(path)
            except UnusableImageError as error:
                remedy = folder.for_unusable
                faults.append(Fault(path, None, question.problem_id, str(error), remedy))
    if faults := [*_as_one(missing), *faults]:
        raise FileError(faults)
    return found


def shown_images(doc: Document) -> list["Image.Image"]:
    """The images of a document that ``with_images`` made, as a model is shown them: upright, RGB.

    They take their full memory when their pixels are first looked at. Raises UserError if a file
    changed since it was checked.
    """
    return [_as_shown(_open(_read_again(each))) for each in doc["image_sha256"]]


def _as_one(missing: Sequence[Fault]) -> list[Fault]:
    """One line for all images that are missing: where none was fetched, that is every one."""
    if len(missing) < 2:
        return list(missing)
    first, others = missing[0], counted(len(missing) - 1, "other")
    return [replace(first, what=f"{first.what}, and {others}")]


def _check(path: Path) -> str:
    """The SHA-256 of an image that can be shown. Raises UnusableImageError, UserError."""
    content = _read(path)
    image = _open(content)
    if image.width * image.height > MOST_PIXELS:
        size = f"{image.width} x {image.height}"
        raise UnusableImageError(f"is too large ({size}; at most {MOST_PIXELS:,} pixels)")
    if image.format != "MPO" and getattr(image, "is_animated", False):  # MPO: of many a telephone
        raise UnusableImageError("holds several pictures")
    if image.mode[0] in "IF":
        raise UnusableImageError(f"has more than 8 bits a colour (mode {image.mode})")
    try:
        _as_shown(image).load()
    except DAMAGE as error:
        raise UnusableImageError(f"is damaged ({error})") from error
    sha256 = hashlib.sha256(content).hexdigest()
    _checked[sha256] = path
    return sha256


def _read(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UnusableImageError(f"cannot be read ({error.strerror})") from error
    if len(content) > LARGEST:
        raise UnusableImageError(f"is too large (at most {LARGEST >> 20} MiB)")
    return content


def _read_again(sha256: str) -> bytes:
    path = _checked[sha256]
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserError(f"{path}: changed since the run began; leave it alone and run again")
    return content


def _open(content: bytes) -> "Image.Image":
    """The image in ``content``, of which only the header is read. Raises UnusableImageError."""
    try:
        from PIL import Image
    except ImportError as error:
        message = "images need Pillow; run: pip install 'jmedlora[vision]'"
        raise UserError(message) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our limit is lower
            return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise UnusableImageError(f"is too large (at most {MOST_PIXELS:,} pixels)") from error
    except DAMAGE as error:
        raise UnusableImageError("is no PNG, JPEG or WEBP image") from error


def _as_shown(image: "Image.Image") -> "Image.Image":
    """Upright, on white where it is transparent, in RGB: models differ in what they do otherwise.

    Most are all that already: they are returned as they are, not decoded yet.
    """
    from PIL import Image, ImageOps

    if image.getexif().get(ORIENTATION, UPRIGHT) != UPRIGHT:
        image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        page = Image.new("RGBA", image.size, "white")
        page.alpha_composite(image.convert("RGBA"))
        image = page
    return image if image.mode == "RGB" else image.convert("RGB")
