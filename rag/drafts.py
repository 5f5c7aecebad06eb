"""A reply as it is being written → its sentences, each with the numbers it cites.

A number outside the paragraphs shown counts as none. Nothing is repaired: a reply that
should be JSON and is not raises `DraftError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace

from index.sentences import split_sentences
from rag.prompt import visible

_BRACKETS = re.compile(
    r"\s*[\[【]\^?\s*((?:\d{1,9}\s*(?:[,;–—-]|and)\s*)*\d{1,9})\s*(?:†[^\]】]{0,40})?[\]】]"
)
_RANGE = re.compile(r"(\d+)\s*[–—-]\s*(\d+)|(\d+)")
_UNFINISHED = re.compile(r"[\[【][^\]】]{0,60}\Z")  # a mark of which the end is to come
_THINKING = re.compile(r"\A\s*<think>")
_THOUGHT = "</think>"
_BEGUN = 12  # characters of the next sentence that tell that one has ended
_ENDS = re.compile(r"[.!?…。！？؟।][\"'”’»›)\]]*\Z")
_LONGEST = 4000  # characters in which a sentence or an object must end


class DraftError(ValueError):
    """A reply that should be JSON, and is not, or is JSON of another kind."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence that nobody has checked yet."""

    sentence: str
    cited: tuple[int, ...]
    """Numbers of paragraphs, from 1, in the order cited."""
    whole: bool = True
    """Whether it ends as a sentence does; the last one of a reply cut off may not."""


def spoken(deltas: Iterable[str]) -> Generator[str]:
    """A reply without the thoughts that some models write before it."""
    buffer = ""
    said = False
    for delta in deltas:
        if said:
            yield delta
            continue
        buffer += delta
        if _THINKING.match(buffer):
            _, closed, rest = buffer.partition(_THOUGHT)
            if closed:
                said = True
                yield rest
        elif not "<think>".startswith(buffer.lstrip()[:7]):
            said = True
            yield buffer
    if not said and not _THINKING.match(buffer):
        yield buffer


def plain_drafts(deltas: Iterable[str], count: int) -> Iterator[Draft]:
    """The sentences of a plain reply with marks such as [2], each as soon as it has ended.

    Args:
        deltas: the reply, in pieces.
        count: paragraphs shown; a mark may name 1 to `count`.
    """
    buffer = ""
    for delta in deltas:
        buffer += delta
        found = _sentences(buffer, count)
        while len(found) > 1 and not _UNFINISHED.search(buffer):
            (draft, _), (following, begins) = found[0], found[1]
            if len(following.sentence) < _BEGUN:
                break
            yield draft
            buffer = buffer[begins:]
            found = _sentences(buffer, count)
    yield from (draft for draft, _ in _sentences(buffer, count))


def _sentences(text: str, count: int) -> list[tuple[Draft, int]]:
    """The sentences of a text, each with the offset at which it begins.

    A mark belongs to the sentence that it stands in or behind.
    """
    kept: list[int] = []  # for each character kept, where it stands
    marks: list[tuple[int, tuple[int, ...]]] = []  # characters kept before it; numbers
    position = 0
    for match in _BRACKETS.finditer(text):
        kept.extend(range(position, match.start()))
        marks.append((len(kept), numbers(match.group(1), count)))
        position = match.end()
    kept.extend(range(position, len(text)))
    bare = "".join(text[place] for place in kept)
    spans = [
        (start + left, start + right)
        for start, line in _lines(bare)
        for left, right in split_sentences(line)
    ]
    found: list[tuple[Draft, int]] = []
    for i, (start, end) in enumerate(spans):
        next_start = spans[i + 1][0] if i + 1 < len(spans) else len(bare) + 1
        cited = [
            number
            for place, named in marks
            if (start < place or not i) and place < next_start
            for number in named
        ]
        sentence = visible(bare[start:end]).lstrip("-*•# ")
        if any(char.isalnum() for char in sentence):
            whole = bool(_ENDS.search(sentence))
            found.append((Draft(sentence, tuple(dict.fromkeys(cited)), whole), kept[start]))
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line
        start += len(line)


def numbers(text: str, count: int) -> tuple[int, ...]:
    """The numbers that a mark names, "3", "1, 2" or "3-5", of those from 1 to `count`."""
    found: list[int] = []
    for first, last, single in _RANGE.findall(text):
        if single:
            found.append(int(single))
        else:
            found.extend(range(max(1, int(first)), min(count, int(last)) + 1))
    return tuple(dict.fromkeys(number for number in found if 1 <= number <= count))


def json_drafts(deltas: Iterable[str], count: int) -> Iterator[Draft]:
    """The sentences of a reply as JSON, as in `rag.prompt.SCHEMA`, each when its object ends.

    Raises:
        DraftError: the reply is not that; sentences before that were yielded.
    """
    buffer = ""
    read = _Objects()
    for delta in deltas:
        buffer += delta
        if not "{".startswith(buffer.lstrip()[:1]):
            raise DraftError("the reply is no JSON object")
        for text in read.feed(delta):
            yield from _drafts(text, count)
    try:
        whole = json.loads(buffer)
    except ValueError:
        raise DraftError("the reply is no JSON") from None
    if not isinstance(whole, dict) or not isinstance(whole.get("sentences"), list):
        raise DraftError("the reply is JSON of another kind")


class _Objects:
    """Finds the objects directly inside the array of the outermost object, as they end."""

    def __init__(self) -> None:
        self._stack = ""
        self._in_string = False
        self._escaped = False
        self._text = ""

    def feed(self, text: str) -> Iterator[str]:
        for char in text:
            inside = self._stack.startswith("{[{")
            if inside or (self._stack == "{[" and char == "{" and not self._in_string):
                self._text += char
                if len(self._text) > _LONGEST:
                    raise DraftError("a sentence of the reply does not end")
            if self._in_string:
                if self._escaped:
                    self._escaped = False
                elif char == "\\":
                    self._escaped = True
                elif char == '"':
                    self._in_string = False
            elif char == '"':
                self._in_string = True
            elif char in "{[":
                self._stack += char
            elif char in "}]":
                self._stack = self._stack[:-1]
                if self._stack == "{[" and self._text:
                    yield self._text
                    self._text = ""


def _drafts(text: str, count: int) -> list[Draft]:
    """The sentences of one object; a model may put several, or marks, into one."""
    try:
        entry = json.loads(text)
        sentence, cited = entry["sentence"], entry["citations"]
    except (ValueError, KeyError, TypeError):
        raise DraftError("the reply is JSON of another kind") from None
    if not isinstance(sentence, str) or not isinstance(cited, list):
        raise DraftError("the reply is JSON of another kind")
    named = [n for n in cited if isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= count]
    return [
        replace(draft, cited=tuple(dict.fromkeys([*draft.cited, *named])))
        for draft, _ in _sentences(sentence, count)
    ]
