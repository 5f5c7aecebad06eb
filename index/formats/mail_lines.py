"""The lines of a plain mail → its text: no signature, no marks of quoting, lines joined again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

_MARKS: Final = re.compile(r"(?:>[ \t]?)+")
_MORE_THAN: Final = re.compile(r">[ \t]?\d")  # "> 5 percent" is no quotation
_KEPT_FROM: Final = re.compile(r">+From ")  # of a mailbox: no quotation either
_SIGNATURE: Final = re.compile(r"--[ \t]?")
_LONGEST_SIGNATURE: Final = 10  # lines below a mark of which not all programs agree
_LIST_FOOTER: Final = re.compile(r"_{20,}[ \t]*")
_OF_LIST: Final = re.compile(r"mailing list|listinfo|unsubscribe", re.IGNORECASE)
_FORWARDED: Final = re.compile(
    r"-{2,}[ \t]*[^\W\d_][^-]{5,60}-{2,}[ \t]*|begin forwarded message:[ \t]*", re.IGNORECASE
)
_HEAD: Final = re.compile(
    r"\*?(?:(?P<who>from|von|de|da|от)|(?P<what>subject|betreff|objet|asunto|assunto|oggetto|тема)|"
    r"sent|date|to|cc|bcc|reply-to|gesendet|datum|an|envoyé|à|enviado|fecha|data|para|inviato|a|"
    r"отправлено|дата|кому|копия)[ \t]?:\*?(?:[ \t].*)?",
    re.IGNORECASE,
)
_SHORTEST_HEAD: Final = 3  # lines
_LONGEST_HEAD: Final = 12


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    depth: int = 0
    """How often it is quoted."""


def text_of(text: str, *, flowed: bool = False, joined: bool = False) -> str:
    """The text of a plain mail.

    A passage that the writer quotes is a block of its own, so that its lines are seen to belong
    together. Heads of mails that were forwarded (From, Sent, To, Subject) are left out.

    Args:
        text: with newlines alone at the ends of lines.
        flowed: a space at the end of a line says that it goes on in the next (RFC 3676).
        joined: that space is no part of the text.
    """
    lines = _unquoted(text.split("\n"))
    flows = flowed and any(_goes_on(line) for line in lines)
    if flows:
        lines = list(_flowing(lines, "" if joined else " "))
    kept = list(_without_heads(list(_without_signatures(lines))))
    parts: list[str] = []
    for before, line in pairwise([_Line(""), *kept]):
        if flows or before.depth != line.depth:
            parts.append("")
        parts.append(line.text)
    return "\n".join(parts)


def _unquoted(lines: list[str]) -> list[_Line]:
    found: list[_Line] = []
    for quoted, group in groupby(lines, lambda line: line.startswith(">")):
        run = list(group)
        if not quoted:
            found.extend(map(_Line, run))
        elif len(run) == 1 and _KEPT_FROM.match(run[0]):
            found.append(_Line(run[0][1:]))
        elif len(run) == 1 and _MORE_THAN.match(run[0]):
            found.append(_Line(run[0]))
        else:
            for line in run:
                match = _MARKS.match(line)
                marks = match[0] if match else ""
                found.append(_Line(line[len(marks) :], marks.count(">")))
    return found


def _goes_on(line: _Line) -> bool:
    return line.text.endswith(" ") and not _SIGNATURE.fullmatch(line.text)


def _flowing(lines: list[_Line], between: str) -> Iterator[_Line]:
    """Lines as they were before a program broke them."""
    words: list[str] = []
    for line, following in pairwise([*lines, _Line("", -1)]):
        text = line.text.removeprefix(" ")
        goes_on = _goes_on(line) and following.depth == line.depth and following.text.strip()
        if goes_on and not _SIGNATURE.fullmatch(following.text):
            words.append(text[:-1] + between)
        else:
            yield _Line("".join([*words, text]), line.depth)
            words.clear()


def _without_signatures(lines: list[_Line]) -> Iterator[_Line]:
    """A signature ends with what is quoted in the same way, or where a forwarded mail begins."""
    depth = -1  # of the signature that is being left out
    for place, line in enumerate(lines):
        if depth >= 0 and (line.depth != depth or _FORWARDED.fullmatch(line.text)):
            depth = -1
        if depth < 0 and _is_signature(lines, place):
            depth = line.depth
        if depth < 0:
            yield line


def _is_signature(lines: list[_Line], place: int) -> bool:
    mark = lines[place].text
    if mark == "-- ":
        return True
    if not _SIGNATURE.fullmatch(mark) and not _LIST_FOOTER.fullmatch(mark):
        return False
    following = lines[place + 1 : place + 1 + 4 * _LONGEST_SIGNATURE]
    below = [line.text for line in following if line.text.strip()]
    if len(below) > _LONGEST_SIGNATURE:
        return False
    return mark.startswith("-") or any(map(_OF_LIST.search, below))


def _without_heads(lines: list[_Line]) -> Iterator[_Line]:
    place = 0
    while place < len(lines):
        start = place
        if _FORWARDED.fullmatch(lines[place].text):
            place += 1
            while place < len(lines) and not lines[place].text.strip():
                place += 1
        end = _end_of_head(lines, place)
        if end > place:
            yield _Line("", lines[start].depth)
            place = end
        else:
            yield lines[start]
            place = start + 1


def _end_of_head(lines: list[_Line], start: int) -> int:
    """Where the head of a mail that begins at a line ends; `start` if none begins there."""
    first = _HEAD.fullmatch(lines[start].text) if start < len(lines) else None
    if first is None or not first["who"]:
        return start
    end, named, subject = start, 0, False
    while end < len(lines) and end - start < _LONGEST_HEAD and lines[end].text.strip():
        match = _HEAD.fullmatch(lines[end].text)
        if match is None and subject and named >= _SHORTEST_HEAD:
            break  # the text of a mail whose head no blank line ends
        named += match is not None
        subject = subject or bool(match and match["what"])
        end += 1
    return end if subject and named >= _SHORTEST_HEAD else start
