"""The encoding of a Japanese text file, told from its bytes.

Libraries that know all encodings of the world read short Japanese texts as Korean or Chinese
(charset-normalizer 3.5.2: 15 of the 40 sample questions in EUC-JP, 6 in Shift_JIS). A hospital's
documents are Japanese: of the encodings that decode a file whole, the one that yields more of what
Japanese prose consists of is right.
"""

import codecs
import re
from dataclasses import dataclass

from jmedlora.core.errors import UserError

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ISO_2022_JP = re.compile(rb"\x1b\$[@B]|\x1b\([BJI]|\x1b\$\(D")
JAPANESE = {"Shift_JIS": ("cp932",), "EUC-JP": ("euc_jp", "euc_jis_2004")}
"""By name, the codecs to try: the second EUC has circled digits and other characters of vendors."""
PROSE = re.compile(r"[\u3041-\u3096\u30a1-\u30fc\u3001\u3002]")
"""Kana of full width and the Japanese comma and full stop."""
UNLIKELY = re.compile(r"[\uff61-\uff9f\ue000-\uf8ff]")
"""Kana of half width, as which EUC-JP reads in Shift_JIS, and private characters (外字)."""
KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
MOST_WITHOUT_KANA = 40
"""Characters that are not ASCII: a longer text without kana is Chinese or Korean, misread."""
UNASSIGNED = re.compile(r"[\x80-\x9f\uf8f0-\uf8f3]")
"""What Python's codecs make of bytes that mean nothing in Shift_JIS or EUC-JP."""
DECLARED_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
HEAD_BYTES = 4096
DECLARABLE = ("cp932", "shift_jis", "euc_jp")
"""Codecs whose declaration is believed where it fits: any bytes fit one with a byte a letter."""


class UnknownEncodingError(UserError):
    """Bytes in no known encoding; the text says what does not fit and where."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, without a byte order mark, and the name of the encoding that it was in."""

    text: str
    encoding: str


def decode_text(raw: bytes) -> Decoded:
    """``raw`` as text. Raises UnknownEncodingError."""
    if raw.startswith(UTF16):
        return _utf16(raw)
    if b"\x00" in raw:
        what = "holds NUL bytes, so it is no text file (or UTF-16 without its mark)"
        raise UnknownEncodingError(what)
    if ISO_2022_JP.search(raw):
        found = _try_codec(raw, "iso2022_jp_ext")
        if found is not None:
            return Decoded(found, "ISO-2022-JP")
    try:
        return Decoded(raw.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError as error:
        return _japanese(raw, error)


def decode_page(raw: bytes) -> Decoded:
    """``raw`` by the encoding that a page declares, where it can be that; else by its bytes.

    Raises UnknownEncodingError.
    """
    declared = DECLARED_CHARSET.search(raw[:HEAD_BYTES])
    if declared and not raw.isascii():
        try:
            codec = codecs.lookup(declared[1].decode())
            if codec.name in DECLARABLE and not _is_utf8(raw):
                return Decoded(raw.decode(codec.name), declared[1].decode())
        except (LookupError, UnicodeDecodeError):  # unknown, or not true
            pass
    return decode_text(raw)


def _utf16(raw: bytes) -> Decoded:
    try:
        return Decoded(raw.decode("utf-16"), "UTF-16")
    except UnicodeDecodeError as error:
        what = f"is UTF-16 by its mark, but byte {error.start} does not fit"
        raise UnknownEncodingError(what) from error


def _japanese(raw: bytes, error: UnicodeDecodeError) -> Decoded:
    found = []
    for name, names in JAPANESE.items():
        texts = [text for codec in names if (text := _try_codec(raw, codec)) is not None]
        found += [Decoded(text, name) for text in texts[:1]]
    if not found:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnknownEncodingError(
            f"byte 0x{raw[error.start]:02x} in line {line} fits neither UTF-8, Shift_JIS nor EUC-JP"
        ) from error
    best = max(found, key=_plausibility)
    foreign = sum(not each.isascii() for each in best.text)
    if foreign > MOST_WITHOUT_KANA and not KANA.search(best.text):
        raise UnknownEncodingError(f"is not UTF-8, and read as {best.encoding} it holds no kana")
    return best


def _try_codec(raw: bytes, codec: str) -> str | None:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if UNASSIGNED.search(text) else text


def _plausibility(found: Decoded) -> tuple[float, int]:
    unlikely = len(UNLIKELY.findall(found.text))
    return len(PROSE.findall(found.text)) - unlikely, -len(found.text)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
