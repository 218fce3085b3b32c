"""The prompt that asks for pairs: the paper's (appendix C) in two languages, or one's own.

``en.txt`` is the paper's text, which it prints in English; the number of pairs, there 15, is a
field. The Japanese original was not published: ``ja.txt`` is this project's translation back.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.regular_file import read_regular
from jmedlora.data.documents.encoding_detection import UnknownEncodingError, decode_text

PROMPT_FOLDER = Path(__file__).parent / "prompts"
PROMPT_NAMES = tuple(sorted(path.stem for path in PROMPT_FOLDER.glob("*.txt")))
INPUT_FIELD, PAIRS_FIELD = "{input_text}", "{pairs}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: its name ("ja", "en" or its file's), its text with the fields, and its SHA-256."""

    name: str
    text: str
    sha256: str

    def fill(self, chunk: str, pairs: int) -> str:
        """The text to send. Braces in ``chunk`` stay as they are."""
        before, _, after = self.text.replace(PAIRS_FIELD, str(pairs)).partition(INPUT_FIELD)
        return before + chunk + after


def shipped_prompt(language: str, answer_format: str = "lines") -> Prompt:
    """The prompt in "ja" or "en": the paper's, or the same that asks for JSON (not "lines")."""
    folder = PROMPT_FOLDER if answer_format == "lines" else PROMPT_FOLDER / "json"
    return _prompt(language, (folder / f"{language}.txt").read_text(encoding="utf-8"))


def read_prompt(path: Path) -> Prompt:
    """One's own prompt. Raises FileError if it cannot be read or does not take the text once."""
    try:
        text = decode_text(read_regular(path)).text
    except OSError as error:
        raise _unusable(path, f"cannot be read ({error.strerror})", "check the path") from error
    except UnknownEncodingError as error:
        raise _unusable(path, str(error), "save the prompt as UTF-8") from error
    if text.count(INPUT_FIELD) != 1:
        what = f"has {INPUT_FIELD} {text.count(INPUT_FIELD)} times"
        raise _unusable(path, what, f"write {INPUT_FIELD} once, where the document's text belongs")
    return _prompt(path.name, text)


def _prompt(name: str, text: str) -> Prompt:
    """Line ends at the end of the file belong to the file, not to the prompt."""
    stripped = text.rstrip("\n")
    return Prompt(name, stripped, hashlib.sha256(stripped.encode()).hexdigest())


def _unusable(path: Path, what: str, remedy: str) -> FileError:
    return FileError([Fault(path, None, None, what, remedy)])
