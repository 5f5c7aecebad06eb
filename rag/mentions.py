"""Which articles use a word or a name, in whatever spelling, and what sentence shows it best."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.catalog import ArticleCache, Catalog, ChunkRow, NameForm
from index.models import Kind
from index.spelling import skeleton
from index.tokens import STEM_LENGTH, fold, stem, words
from rag.names import Spellings
from rag.question import analyse

_LONGEST_ENDING = 2  # letters that a form of a word may have more
_SHORTEST_INFLECTED = 4
_LONGEST_CYRILLIC_ENDING = 3
# Endings that make another word of a name: Russia, Russian; Europe, European; Israel, Israeli.
_DEMONYM = re.compile(r".*a\+n.?|.*\+(?:i|an)")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_CYRILLIC_ENDING = re.compile(
    r"(?<=...)(?:ого|его|ому|ему|ыми|ими|ами|ями|ая|яя|ое|ее|ые|ие|ый|ий|ой|ей|ом|ем|ым|им|"
    r"ах|ях|ых|их|ую|юю|[аеёиоуыэюяйь])$",
    re.IGNORECASE,
)
_NOMINATIVE = re.compile(r"([сц]к)(?:ого|ому|им|ом)$", re.IGNORECASE)
_OR = re.compile(r"\s(?:or|oder|o|ou|или)\s", re.IGNORECASE)
_JOINED = re.compile(
    r"\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and|or|as well as|und|oder|sowie|y|o|et|ou|и|или)\s+",
    re.IGNORECASE,
)
_QUOTES = "\"“”„«»'‘’ "


@dataclass(frozen=True, slots=True)
class Mention:
    """The sentence of an article that shows best that it uses a word."""

    row: ChunkRow
    width: int
    """From the first of the words to the last, in words."""


def find_mentions(
    catalog: Catalog, articles: ArticleCache, what: str, files: Collection[str]
) -> dict[str, tuple[Mention, ...]]:
    """File → its best mention, in the order of the files; of several names, one of each.

    All words that say something must stand in one sentence; names of several words, and what
    is in quotation marks, one after the other. Names joined by "and" must all be mentioned,
    wherever; of names joined by "or", one.

    Args:
        catalog: inside a read transaction.
        articles: of it.
        what: a word, a name or a few words.
        files: those that are asked about.
    """
    names = _names_joined(what)
    found = [_find(catalog, articles, name, files) for name in names]
    needed = 1 if _OR.search(what) else len(names)
    mentions: dict[str, tuple[Mention, ...]] = {}
    for file in files:
        here = [each[file] for each in found if file in each]
        if len(here) >= needed:
            mentions[file] = tuple({mention.row.key: mention for mention in here}.values())
    return mentions


def _names_joined(what: str) -> list[str]:
    """The names that are asked for together; all of the words, if they are not all names."""
    names = [name for name in _JOINED.split(what.strip()) if name.strip(_QUOTES)]
    are_names = all(word[0].isupper() for name in names for word in analyse(name).content)
    return names if len(names) > 1 and are_names else [what]


def _find(
    catalog: Catalog, articles: ArticleCache, what: str, files: Collection[str]
) -> dict[str, Mention]:
    content = list(analyse(what).content)
    if not content:
        return {}
    spellings = Spellings(catalog)
    forms = [_forms(word, spellings) for word in content]
    keys = set.intersection(*(_chunks(catalog, each) for each in forms))
    rows = catalog.chunks_by_key(sorted(keys))
    together = what.strip() != what.strip(_QUOTES) or all(word[0].isupper() for word in content)
    found: dict[str, Mention] = {}
    for key in sorted(rows):
        row = rows[key]
        if row.file not in files:
            continue
        sentence = articles[row.file].text[row.start : row.end]
        width = _width(words(sentence), forms, together)
        if width is None:
            continue
        mention = Mention(row, width)
        if row.file not in found or _rank(mention) < _rank(found[row.file]):
            found[row.file] = mention
    return found


def chunks_with(
    catalog: Catalog, articles: ArticleCache, name: str, files: Collection[str]
) -> list[ChunkRow]:
    """Every sentence that uses a word, or a few words one after the other, in any form.

    Args:
        catalog: inside a read transaction.
        articles: of it.
        name: as a dictionary has it, in this one spelling.
        files: those that are asked about.
    """
    forms = [(fold(_strip_ending(word.lower())),) for word in name.split()]
    keys = set.intersection(*(_chunks(catalog, form) for form in forms))
    rows = catalog.chunks_by_key(sorted(keys)).values() if keys else ()
    return [
        row
        for row in rows
        if row.file in files
        and _width(words(articles[row.file].text[row.start : row.end]), forms, together=True)
    ]


def _rank(mention: Mention) -> tuple[bool, int, int]:
    return mention.row.kind is not Kind.BODY, mention.width, mention.row.key


def _forms(word: str, spellings: Spellings) -> tuple[str, ...]:
    """A word and its other spellings, each without its ending where it is Cyrillic."""
    spelt = [word]
    for name in dict.fromkeys([word, _NOMINATIVE.sub(r"\1ий", word), _strip_ending(word)]):
        spelt += [form.word for form in spellings.variants(name) if _is_same(name, form)]
    return tuple(dict.fromkeys(fold(_strip_ending(each).lower()) for each in spelt))


def _is_same(name: str, form: NameForm) -> bool:
    """Kiev is Kyiv; but China is not Kenya, which is as near to it by its sounds."""
    return form.skeleton == skeleton(name) or fold(form.word)[0] == fold(name)[0]


def _strip_ending(word: str) -> str:
    """A Cyrillic word without the ending of its case; any other as it is."""
    return _CYRILLIC_ENDING.sub("", word)


def _chunks(catalog: Catalog, forms: Sequence[str]) -> set[int]:
    """The chunks that may use a word: exactly which, their text says."""
    terms: set[str] = set()
    for form in forms:
        if form[0].isdecimal() or len(form) < _SHORTEST_INFLECTED:
            terms.add(stem(form))
        else:
            terms.update(catalog.terms_like(_singular(form)[:STEM_LENGTH]))
    return {key for term in terms for key, _ in catalog.postings(term)}


def _width(sentence: Sequence[str], forms: Sequence[Sequence[str]], together: bool) -> int | None:
    """How far apart the words stand in a sentence; None if it does not hold them."""
    places = [
        [i for i, word in enumerate(sentence) if any(_is_form(word, form) for form in each)]
        for each in forms
    ]
    if not all(places):
        return None
    if together:
        runs = [p for p in places[0] if all(p + i in each for i, each in enumerate(places))]
        return len(forms) if runs else None
    if len(forms) == 1:
        return 1
    return min(_reach(at, places) for at in min(places, key=len))


def _reach(at: int, places: Sequence[Sequence[int]]) -> int:
    """From the first to the last of the words nearest to a place, in words."""
    near = [min(each, key=lambda place: abs(place - at)) for each in places]
    return max(near) - min(near) + 1


def _is_form(word: str, form: str) -> bool:
    """Whether a word of a text is a form of a word that is looked for."""
    written = fold(word)
    if written == form:
        return True
    if form[0].isdecimal():
        return stem(word) == stem(form)
    ending = written[len(form) :]
    if _CYRILLIC.search(form):
        return written.startswith(form) and len(ending) <= _LONGEST_CYRILLIC_ENDING
    if len(form) < _SHORTEST_INFLECTED:
        return False
    if written.startswith(form) and ending.isalpha() and len(ending) <= _LONGEST_ENDING:
        return not _DEMONYM.fullmatch(f"{form}+{ending}")
    return written == _singular(form)


def _singular(form: str) -> str:
    """Without the "s" of a plural; also where it is none, which finds no more than it."""
    return form[:-1] if len(form) > _SHORTEST_INFLECTED and form.endswith("s") else form
