"""Words as the index counts them, the same for questions and articles.

A token is a word in lower case without accents, cut after six letters. Cutting
serves as the stemmer of every language at once: "negotiations", "negotiating" and
"negotiators" meet, as do "Verhandlungen" and "verhandelt" nearly, with no language to
detect (McNamee & Mayfield, "Character n-gram tokenization for European language
text retrieval", Information Retrieval 7, 2004). Numbers stay whole: 6,460 = 6460.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

STEM_LENGTH = 6

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[{_CJK}]+|[^\W_{_CJK}]+")
_CJK_RUN = re.compile(rf"[{_CJK}]+")


def tokenize(text: str) -> list[str]:
    """The tokens of a text, in order, repeats kept."""
    tokens: list[str] = []
    for word in _TOKEN.findall(text):
        if _CJK_RUN.fullmatch(word):
            tokens.extend(_bigrams(word))
        else:
            tokens.append(stem(word))
    return tokens


def words(text: str) -> list[str]:
    """The words of a text as written."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case, compatibility forms resolved, accents removed."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word's token: folded and cut, or a number without its separators."""
    if word[0].isdecimal():
        return word.replace(",", "").replace(".", "")
    return fold(word)[:STEM_LENGTH]


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(max(1, len(run) - 1))]
