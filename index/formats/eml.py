"""Mail (.eml): subject, sender, date and the text of a message; attachments are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final

from index.formats import mail_lines
from index.formats.charsets import browser_name
from index.formats.extracted import Extracted, FormatError, field, no_text, storable, with_newlines
from index.formats.fragment import text_of as text_of_html
from index.formats.html import decode as decode_page
from index.formats.html import from_page
from index.formats.text import decode, refuse_other_formats

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_HEADERS: Final = ("from", "date", "subject", "to", "message-id", "received")
_OF_WINDOWS: Final = re.compile("[\x80-\x9f]")  # declared as Latin-1, which has no such characters
_DEEPEST: Final = 20  # parts in parts
_STUB: Final = 1_000  # letters: a plain part shorter than this may only point to the HTML
_SHARE_OF_STUB: Final = 0.4  # of the letters of the HTML
_POINTS_TO_PAGE: Final = re.compile(r"\b(?:html|browser|navegador|navigateur|браузер\w*)\b", re.I)
_LOOKED_AT: Final = 4_000  # characters
_SAME: Final = 200  # letters
_ADDRESS: Final = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class _Body:
    text: str = ""
    url: str = ""

    @property
    def letters(self) -> int:
        """Without those of addresses, of which a mail may have many and say nothing."""
        return sum(map(str.isalnum, _ADDRESS.sub("", self.text)))


def extract(data: bytes) -> Extracted:
    """The plain part of a message, else its HTML, below its subject.

    The HTML is taken where the plain part says little beside it. A message that holds nothing but
    another one is read as that, below its own subject.

    Raises:
        FormatError: it is no message, or has no text.
    """
    refuse_other_formats(data, ())
    if not data.strip():
        raise FormatError("is empty", "write something in it, or remove it")
    message = message_from_bytes(data.removeprefix(_BYTE_ORDER_MARK), policy=policy.default)
    if not isinstance(message, EmailMessage) or not any(_header(message, h) for h in _HEADERS):
        raise FormatError("is no mail: it has no headers", "name it with .txt")
    return _article(message)


def _article(message: EmailMessage, depth: int = 0) -> Extracted:
    body = _body(message)
    enclosed = [] if body.text.strip() or depth == _DEEPEST else _enclosed(message)
    if enclosed:
        return _forwarded(message, list(_readable(enclosed, depth + 1)))
    if not body.text.strip():
        raise no_text(", only attachments" if message.is_multipart() else "")
    subject = _header(message, "subject")
    name, address = parseaddr(_header(message, "from"))
    archived = _header(message, "archived-at").strip("<> ")
    return Extracted(
        text=_below(subject, body.text),
        title=subject,
        author=field(name or address),
        date=_header(message, "date"),
        url=field(archived if archived.startswith("http") else body.url),
    )


def _readable(messages: list[EmailMessage], depth: int) -> Iterator[Extracted]:
    """The messages that have any text; the reason of the last, if none has."""
    found, problem = False, no_text()
    for message in messages:
        try:
            yield _article(message, depth)
        except FormatError as error:
            problem = error
        else:
            found = True
    if not found:
        raise problem


def _forwarded(message: EmailMessage, enclosed: list[Extracted]) -> Extracted:
    """The messages within one: their words, and the writer and the day of the first."""
    first = enclosed[0]
    subject = _header(message, "subject") or first.title
    text = _below(subject, "\n\n".join(one.text for one in enclosed))
    return replace(first, text=text, title=subject)


def _below(subject: str, text: str) -> str:
    return f"{subject}\n\n{text}" if subject and not text.lstrip().startswith(subject) else text


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return ""  # headers that no standard allows
    if "\ufffd" in value:
        value = _in_charset_of_text(message, name) or value
    return field(
        _OF_WINDOWS.sub(lambda c: c[0].encode("latin-1").decode("cp1252", "ignore"), value)
    )


def _in_charset_of_text(message: EmailMessage, name: str) -> str:
    """A header that is not ASCII and names no charset, read in that of the message's text."""
    charsets = (str(part.get_content_charset() or "") for part in message.walk())
    charset = browser_name(next(filter(None, charsets), ""))
    for found, value in message.raw_items():
        if found.lower() == name and "=?" not in str(value):
            return _strictly(str(value).encode("utf-8", "surrogateescape"), charset) or ""
    return ""


# -- parts ---------------------------------------------------------------------------------


def _body(part: EmailMessage, depth: int = 0) -> _Body:
    """The text of a part and what is in it, attachments and messages left out."""
    if depth > _DEEPEST or part.is_attachment():
        return _Body()
    kind = part.get_content_type()
    if kind == "text/plain":
        return _plain(part)
    if kind == "text/html":
        return _page(part)
    if part.get_content_maintype() != "multipart":
        return _Body()
    parts = list(_parts(part))
    if kind == "multipart/alternative":
        return _best(parts, depth + 1)
    if kind in ("multipart/related", "multipart/signed"):
        parts = parts[:1]  # the rest is pictures, or a signature
    bodies: list[_Body] = []
    for body in (_body(inner, depth + 1) for inner in parts):
        if body.letters and not any(_says_the_same(body, other) for other in bodies):
            bodies.append(body)
    return _Body(
        "\n\n".join(body.text.strip("\n") for body in bodies),
        next((body.url for body in bodies if body.url), ""),
    )


def _says_the_same(body: _Body, other: _Body) -> bool:
    """Whether a part begins as one before it: some programs put HTML below the same in plain."""
    start, before = (
        "".join(filter(str.isalnum, b.text[:_LOOKED_AT].casefold())) for b in (body, other)
    )
    return start[:_SAME] in before


def _parts(part: EmailMessage) -> Iterator[EmailMessage]:
    inner = part.get_payload()
    if isinstance(inner, list):
        yield from (one for one in inner if isinstance(one, EmailMessage))


def _best(parts: list[EmailMessage], depth: int) -> _Body:
    """Of parts that ought to say the same: the plain one, if it says about as much."""
    is_plain = [part.get_content_type() == "text/plain" for part in parts]
    plain = next((_body(p, depth) for p, so in zip(parts, is_plain, strict=True) if so), _Body())
    if plain.letters >= _STUB:
        return plain
    others = (_body(p, depth) for p, so in zip(parts, is_plain, strict=True) if not so)
    other = next((body for body in others if body.letters), _Body())
    share = 1.0 if _POINTS_TO_PAGE.search(plain.text) else _SHARE_OF_STUB
    return other if plain.letters < share * other.letters else plain


def _plain(part: EmailMessage) -> _Body:
    said = {str(name).lower(): str(value).lower() for name, value in part.get_params() or ()}
    text = mail_lines.text_of(
        _decoded(part), flowed=said.get("format") == "flowed", joined=said.get("delsp") == "yes"
    )
    return _Body(text)


def _page(part: EmailMessage) -> _Body:
    page = _decoded(part)
    try:
        found = from_page(page)
    except FormatError:
        return _Body(text_of_html(page))
    return _Body(found.text, found.url)


def _enclosed(part: EmailMessage, depth: int = 0) -> list[EmailMessage]:
    """The messages that are attached to a message, but not those attached to them."""
    if part.get_content_type() == "message/rfc822":
        return list(_parts(part))[:1]
    if depth == _DEEPEST:
        return []
    return [one for inner in _parts(part) for one in _enclosed(inner, depth + 1)]


def _decoded(part: EmailMessage) -> str:
    """The text of a part, in the encoding that it declares, unless its bytes say otherwise."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    charset = browser_name(part.get_content_charset() or "ascii")
    text = _as_declared(payload, charset)
    if text is None:
        try:
            is_page = part.get_content_subtype() == "html"
            text = decode_page(payload) if is_page else decode(payload)
        except FormatError:
            return ""
    return storable(with_newlines(text.removeprefix("\ufeff")))


def _as_declared(payload: bytes, charset: str) -> str | None:
    if charset == "cp1252" and not payload.isascii():
        # What programs declare that know of no other: also where it is UTF-8.
        return _as_declared(payload, "utf-8") or _strictly(payload, charset)
    return _strictly(payload, charset)


def _strictly(payload: bytes, charset: str) -> str | None:
    try:
        return payload.decode(charset)
    except (LookupError, ValueError):
        return None
