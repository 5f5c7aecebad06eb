"""Mail (.eml): subject, sender, date and the text of a message; attachments are not read."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from index.formats.extracted import Extracted, FormatError, field, no_text
from index.formats.html import from_page
from index.formats.text import decode, refuse_other_formats

_SIGNATURE = re.compile(r"^-- ?\r?$.*", re.MULTILINE | re.DOTALL)
_HEADERS = ("from", "date", "subject", "to", "message-id", "received")


def extract(data: bytes) -> Extracted:
    """The plain part of a message, else its HTML, below its subject.

    Raises:
        FormatError: it is no message, or has no text.
    """
    refuse_other_formats(data, ())
    if not data.strip():
        raise FormatError("is empty", "write something in it, or remove it")
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not any(_header(message, h) for h in _HEADERS):
        raise FormatError("is no mail: it has no headers", "name it with .txt")
    subject = _header(message, "subject")
    name, address = parseaddr(_header(message, "from"))
    text, url = _text(message)
    if not text.strip():
        raise no_text(", only attachments" if message.is_multipart() else "")
    if subject and not text.lstrip().startswith(subject):
        text = f"{subject}\n\n{text}"
    archived = _header(message, "archived-at").strip("<> ")
    return Extracted(
        text=text,
        title=subject,
        author=field(name or address),
        date=_header(message, "date"),
        url=field(archived if archived.startswith("http") else url),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return field(str(message.get(name, "")))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return ""  # headers that no standard allows


def _text(message: EmailMessage) -> tuple[str, str]:
    """The text of a message, without its signature, and the address of its page."""
    body = message.get_body(("plain", "html"))
    if body is None:
        return "", ""
    try:
        content = body.get_content()
    except (LookupError, ValueError, UnicodeError):
        payload = body.get_payload(decode=True)
        content = decode(payload) if isinstance(payload, bytes) else ""
    if not isinstance(content, str) or not content.strip():
        return "", ""
    content = content.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
    if body.get_content_subtype() == "html":
        page = from_page(content)
        return page.text, page.url
    return _SIGNATURE.sub("", content), ""
