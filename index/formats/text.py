"""Plain text: which encoding it is in; not a character of it is changed."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from index.formats.extracted import Extracted, FormatError

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

_CONTROL_SHARE = 0.02  # of the decoded characters: more than this is no text
_TEXT_CONTROLS = frozenset("\t\n\r\f\v\x1b\x85")
_SAMPLE = 65_536  # characters
_DETECTED_ON = 1_000_000  # bytes: detection takes a second for each ten million
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_COMMONEST = "cp1252"  # taken where it is as likely as another
_SIGN_IN_WORD = re.compile(r"[^\W\d_][¹²³¼½¾¯¸¨´¦×÷¶¬±\ufffd]|[¹²³¼½¾¯¸¨´¦×÷¶¬±¿\ufffd][a-z]")
_DAMAGED_SHARE = 0.1  # broken bytes for each character beyond ASCII that is whole
_SPREAD = 2  # how many times more low bytes than high bytes a script uses

# What a file begins with that is no text, whatever its name says.
_MAGIC = (
    (b"%PDF-", "a PDF", ".pdf"),
    (b"PK\x03\x04", "a ZIP archive, such as DOCX and EPUB are", ".docx or .epub"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word file", ".docx, saved anew"),
    (b"{\\rtf", "Rich Text", ".docx, saved anew"),
)


def extract(data: bytes) -> Extracted:
    """The text as it stands in the file.

    Raises:
        FormatError: it is empty, no text, or in no encoding that can be told.
    """
    return Extracted(text=decode(data))


def decode(data: bytes) -> str:
    """Strict UTF-8, else the detected encoding; newlines untouched.

    A leading byte order mark of UTF-8 stays in the text as U+FEFF.

    Raises:
        FormatError: it is empty, no text, or in no encoding that can be told.
    """
    if not data.strip():
        raise _empty()
    refuse_other_formats(data, ())
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _detect(data)
    else:
        if "\x00" in text[:_SAMPLE]:
            text = _utf_16_without_mark(data) or text
    if _looks_binary(text):
        raise _no_text_file()
    if not text.strip("\ufeff \t\r\n\u00a0"):
        raise _empty()
    return text


def refuse_other_formats(data: bytes, own: tuple[bytes, ...]) -> None:
    """Name what a file is that is not what its name says.

    Args:
        data: the file.
        own: how files of the format that its name says begin.

    Raises:
        FormatError: it begins as a file of another format does.
    """
    for magic, what, suffix in _MAGIC:
        if magic not in own and data.startswith(magic):
            raise FormatError(
                f"is not what its name says: it holds {what}", f"name it with {suffix}"
            )


def _detect(data: bytes) -> str:
    if data.startswith(_UTF_16_MARKS):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            pass
    elif b"\x00" in data[:4096]:
        text = _utf_16_without_mark(data)
        if text is None:
            raise _no_text_file()
        return text
    mended = _damaged_utf_8(data)
    if mended is not None:
        return mended
    from charset_normalizer import from_bytes  # 60 ms, and seldom needed

    # Cut at a line, not in the middle of a character.
    end = len(data) if len(data) <= _DETECTED_ON else data.rfind(b"\n", 0, _DETECTED_ON) + 1
    found = list(from_bytes(data[: end or _DETECTED_ON]))
    names = [match.encoding for match in found]
    if _COMMONEST in names and (
        _has_only_signs(data) or _likeness(found[names.index(_COMMONEST)]) == _likeness(found[0])
    ):
        names.insert(0, _COMMONEST)
    for encoding in names:
        try:
            # Decoded here, as the detector's own text may have its newlines changed.
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise FormatError(
        "is in an encoding that cannot be told", "save it as UTF-8, or move it out of the corpus"
    )


def _likeness(match: CharsetMatch) -> tuple[float, float]:
    return match.chaos, match.coherence


def _has_only_signs(data: bytes) -> bool:
    """Whether all that is not ASCII are quotation marks, dashes and currencies: of English."""
    text = data[:_SAMPLE].decode(_COMMONEST, "replace")
    return not _SIGN_IN_WORD.search(text) and all(c < "\x80" or not c.isalpha() for c in text)


def _utf_16_without_mark(data: bytes) -> str | None:
    """The text, if the bytes are UTF-16: its spaces and line ends have their zeros on one side.

    The half of a character that says which script it is of varies less than the other half.
    """
    if len(data) % 2:
        return None
    even, odd = data[0:_SAMPLE:2], data[1:_SAMPLE:2]
    zeros = even.count(0), odd.count(0)
    if bool(zeros[0]) == bool(zeros[1]):
        return None
    high, low, encoding = (even, odd, "utf-16-be") if zeros[0] else (odd, even, "utf-16-le")
    if _SPREAD * len(set(high)) > len(set(low)):
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    unassigned = any(unicodedata.category(c) in ("Cn", "Co", "Cs") for c in set(text[:_SAMPLE]))
    return None if unassigned or "\x00" in text[:_SAMPLE] else text


def _damaged_utf_8(data: bytes) -> str | None:
    """Text that is UTF-8 but for a few bytes: cut off, or joined from pieces."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(re.findall(r"[\x80-\ufffc\U00010000-\U0010ffff]", text))
    return text if broken <= _DAMAGED_SHARE * whole else None


def _looks_binary(text: str) -> bool:
    sample = text[:_SAMPLE]
    controls = sum(c < " " and c not in _TEXT_CONTROLS for c in sample)
    return "\x00" in text or controls > _CONTROL_SHARE * len(sample)


def _empty() -> FormatError:
    return FormatError("is empty", "write something in it, or remove it")


def _no_text_file() -> FormatError:
    return FormatError("is not a text file", "save it as plain text, or move it out of the corpus")
