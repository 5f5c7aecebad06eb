"""Countries, their peoples and their capitals: what news puts for one another.

"Kyiv denied it" and "Ukraine denied it" have the same speaker, as have "Moscow", "the Kremlin"
and "Russian officials". General knowledge in the languages of `rag.question`, kept to names
that are not spelled alike in their first six letters (`index.tokens.stem` meets the others).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from index.tokens import stem

# A country a line: name and people | seats of government. A form with a small letter counts in
# any case, one with a capital letter only with it (Polish, Turkey). "_" joins words.
_TABLE = "countries.txt"


_SHORTEST_PREFIX = 4  # letters: what is left of a Russian name without its ending


@dataclass(frozen=True, slots=True)
class _Form:
    country: str
    is_seat: bool
    written: str


@lru_cache(maxsize=1)
def _forms() -> dict[tuple[str, ...], _Form]:
    """The tokens of each form."""
    forms: dict[tuple[str, ...], _Form] = {}
    for line in files("rag").joinpath(_TABLE).read_text("utf-8").splitlines():
        people, _, seats = line.partition("|")
        country = people.split()[0]
        for is_seat, part in ((False, people), (True, seats)):
            for form in part.split():
                tokens = tuple(stem(word) for word in form.replace("-", "_").split("_"))
                forms.setdefault(tokens, _Form(country, is_seat, form))
    return forms


@lru_cache(maxsize=1)
def first_tokens() -> tuple[str, ...]:
    """The tokens that the names of countries and peoples begin with, seats left out."""
    return tuple(dict.fromkeys(t[0] for t, form in _forms().items() if not form.is_seat))


@lru_cache(maxsize=65536)
def country_of(words: tuple[str, ...], *, seats: bool = True) -> str | None:
    """The country that one word or a few neighbours stand for, by its English name, or None.

    Args:
        words: as written.
        seats: whether a capital or a government's house stands for its country.
    """
    form = _find(tuple(stem(word) for word in words))
    if form is None or (form.is_seat and not seats):
        return None
    if form.written.replace("_", "").isupper():
        return form.country if all(word.isupper() for word in words) else None
    if form.written[0].isupper() and not words[0][0].isupper():
        return None
    return form.country


def _find(tokens: tuple[str, ...]) -> _Form | None:
    forms = _forms()
    if tokens in forms:
        return forms[tokens]
    last = tokens[-1]
    if last.endswith("s") and (*tokens[:-1], last[:-1]) in forms:  # Americans, Poles
        return forms[*tokens[:-1], last[:-1]]
    if len(tokens) == 1 and not last.isascii():
        for length in range(len(last) - 1, _SHORTEST_PREFIX - 1, -1):
            if (form := forms.get((last[:length],))) is not None:
                return form
    return None
