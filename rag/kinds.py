"""Kinds of things that articles name by their members: "Which weapons are mentioned?".

The word "weapon" need not stand where a drone or a missile does. For kinds with few and plain
words, `kinds.txt` has them in the languages of `rag.question`; countries are those of
`rag.countries`. What is listed is found by the words themselves, in all articles.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files as resources

from index.catalog import ArticleCache, Catalog, ChunkRow
from index.models import Kind as Paragraph
from index.tokens import fold, words
from rag.claims import Claim, Passage
from rag.countries import first_tokens
from rag.mentions import chunks_with
from rag.terms import terms

# A kind a line: "person" or "thing", what it is called | its members. "_" joins words.
_TABLE = "kinds.txt"
_COUNTRIES = frozenset(
    "country countries nation nations land länder staat staaten país países pays "
    "страна страны стран".split()
)
_KINDS_OF = re.compile(
    r"(?:all\s+|the\s+|other\s+|different\s+)*(?:(?:kinds?|types?|sorts?)\s+of\s+)?", re.IGNORECASE
)
_MENTIONED = re.compile(
    r"\s*(?:(?:that|which|who)\s+)?(?:(?:are|is|were)\s+)?(?:named|mentioned|quoted|cited|listed)?\W*$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:,?\s+[A-ZÀ-ÞА-ЯЁ][\w'’-]+){1,3}")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_CYRILLIC_ENDING = re.compile(r"[аеиоуыэюяйь]$", re.IGNORECASE)
_SPACE = r"[\s-]+"
_MOST = 8  # claims


@dataclass(frozen=True, slots=True)
class ListedKind:
    """A kind whose members are known; none for countries."""

    members: tuple[str, ...] = ()
    is_person: bool = False
    """Whether a member is an office, and the names beside it are what is asked for."""


def kind_of(subject: str) -> ListedKind | None:
    """The kind that a list is wanted of, if that is all the subject says; else None.

    >>> kind_of("weapons") is None
    False
    >>> kind_of("weapons of the museum") is None
    True
    """
    name = fold(_MENTIONED.sub("", _KINDS_OF.sub("", subject, count=1)).strip())
    if name in {fold(each) for each in _COUNTRIES}:
        return ListedKind()
    return _kinds().get(name)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, ListedKind]:
    found: dict[str, ListedKind] = {}
    for line in resources("rag").joinpath(_TABLE).read_text("utf-8").splitlines():
        names, _, members = line.partition("|")
        what, *called = names.split()
        kind = ListedKind(
            tuple(dict.fromkeys(member.replace("_", " ") for member in members.split())),
            what == "person",
        )
        for name in called:
            found.setdefault(fold(name.replace("_", " ")), kind)
    return found


def list_kind(
    catalog: Catalog, articles: ArticleCache, kind: ListedKind, files: Collection[str]
) -> list[Claim]:
    """The sentences that together name the most of a kind, at most eight; empty if none does.

    Args:
        catalog: inside a read transaction.
        articles: of it.
        kind: by `kind_of`.
        files: those that are asked about.
    """
    named: dict[ChunkRow, set[str]] = {}
    if kind.members:
        for member in kind.members:
            for row in chunks_with(catalog, articles, member, files):
                text = articles[row.file].text[row.start : row.end]
                if _form(member).search(text):
                    names = _names_beside(member, text) if kind.is_person else {fold(member)}
                    named.setdefault(row, set()).update(names)
    else:
        keys = {key for token in first_tokens() for key, _ in catalog.postings(token)}
        for row in catalog.chunks_by_key(sorted(keys)).values():
            if row.file in files:
                text = articles[row.file].text[row.start : row.end]
                named[row] = {t.token for t in terms(text, seats=False) if t.is_name and not t.word}
    return [Claim(Passage(r.file, r.paragraph, r.start, r.end)) for r in _covering(named)]


@lru_cache(maxsize=1024)
def _form(member: str) -> re.Pattern[str]:
    """A member in the singular or the plural, and in the cases that end in a vowel."""
    parts = (
        rf"{re.escape(_CYRILLIC_ENDING.sub('', word))}[а-яё]{{0,3}}"
        if _CYRILLIC.search(word)
        else rf"{re.escape(word)}(?:e?s|e?n|x)?"
        for word in member.split()
    )
    return re.compile(rf"(?<!\w)(?:{_SPACE.join(parts)})(?!\w)", re.IGNORECASE)


def _names_beside(member: str, text: str) -> set[str]:
    """The names right behind an office: "President Vladimir Putin"."""
    names: set[str] = set()
    for match in _form(member).finditer(text):
        if behind := _NAME.match(text, match.end()):
            names.update(fold(word) for word in words(behind.group()))
    return names


def _covering(named: dict[ChunkRow, set[str]]) -> list[ChunkRow]:
    """Greedy set cover: each row adds the most that the others have not."""
    rows = sorted(
        (row for row in named if row.kind is Paragraph.BODY), key=lambda row: (row.file, row.start)
    )
    chosen: list[ChunkRow] = []
    said: set[str] = set()
    while len(chosen) < _MOST and rows:
        best = max(rows, key=lambda row: len(named[row] - said))
        if not named[best] - said:
            break
        chosen.append(best)
        said |= named[best]
    return chosen
