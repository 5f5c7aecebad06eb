"""The words of a text with their places, and which of five languages they are in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.sentences import split_sentences
from index.tokens import fold, stem

SPACES = " \u00a0\u202f"
DASHES = frozenset({"-", "–", "—", " - ", " – ", " — "})

# A number with its separators, a word, or one sign that belongs to a number.
_TOKEN = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\w.,]*\d)|\d+[.,]\d+(?:bn|mn|tn|m|k)\b|"
    r"\d+(?:[.,'’]\d+)*(?![^\W_])|[^\W_]+|[%$€£¥₽₴₹°]"
)
_LONGEST = 4000  # characters: nothing is looked for beyond them

# Words that tell one language from the others; those after the first five are told apart
# from them, and no more.
_TELLING = {
    "en": "the of and to is was were in on for with by that who what which when where how many "
    "much did does do are has have had from at it as an whose whom this their not be been",
    "de": "der die das und den dem des ein eine einer von zu im mit ist war wurde wurden wer wann "
    "wo wie viele viel welche welcher welches welchem welchen hat haben sich auf für als auch "
    "wird werden nach aus bei nicht zum zur es seit wem wen wessen in",
    "es": "el la los las de del que en y un una por con para se su es fue son era quién quiénes "
    "cuándo dónde cuántos cuántas cuánto cuánta cuál qué al como más según no a había",
    "fr": "le la les des du et est une un dans pour par sur au aux qui quand où combien quel "
    "quelle quels quelles en ce se il elle a été sont était avec de que ont ne pas",
    "ru": "и в на с по не что как из к за от для это был была было были кто когда где сколько "
    "какой какая какое какие каком какого какую каким каких каков какова каково году он она они "
    "его о у а",
    "pt": "o os as um uma do da dos das no na nos nas em e é foi são com por para que não ao à se "
    "quem quando onde quantos qual como mais",
    "it": "il lo gli i un una uno di del della dei delle nel nella e è era sono con per che non si "
    "chi quando dove quanti quale come più da al alla",
    "nl": "de het een van en in is was waren op voor met door dat die wie wat wanneer waar hoe "
    "veel werd werden niet aan bij naar uit zijn heeft",
    "uk": "і й та у в на з із що як від до за для це був була було були хто коли де скільки який "
    "яка яке які він вона вони його не є",
    "pl": "i w na z ze się nie że jak od do dla to był była było były kto kiedy gdzie ile jaki "
    "która który które jest są po przez o",
}
_TOLD = frozenset({"en", "de", "es", "fr", "ru"})
_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _TELLING.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_language)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a sign at `start:end`."""

    text: str
    lower: str
    start: int
    end: int
    gap: str
    """What stands between the token before and this one; "" before the first."""
    sentence: int
    is_first: bool
    """Whether it is the first of its sentence."""

    @property
    def stem(self) -> str:
        return stem(self.text)

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_number(self) -> bool:
        return self.text[0].isdecimal() and self.text[-1].isdecimal()


@lru_cache(maxsize=64)
def read_tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text, in order."""
    tokens: list[Token] = []
    text = text[:_LONGEST]
    ends = [end for _, end in split_sentences(text)]
    sentence, is_first, last = 0, True, 0
    for match in _TOKEN.finditer(text):
        while sentence < len(ends) and match.start() >= ends[sentence]:
            sentence, is_first = sentence + 1, True
        word = match.group()
        gap = text[last : match.start()] if tokens else ""
        tokens.append(
            Token(word, word.lower(), match.start(), match.end(), gap, sentence, is_first)
        )
        last, is_first = match.end(), False
    return tuple(tokens)


def tell_language(tokens: Sequence[Token]) -> str | None:
    """The language of a text: en, de, es, fr, ru, or None for any other."""
    counts = dict.fromkeys(_TELLING, 0.0)
    for token in tokens:
        languages = _LANGUAGES.get(token.lower, ())
        for language in languages:
            counts[language] += 1 / len(languages)
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] and best in _TOLD else None


def word_at(tokens: Sequence[Token], at: int) -> str:
    """A token in lower case; "" beyond either end."""
    return tokens[at].lower if 0 <= at < len(tokens) else ""


def words_at(tokens: Sequence[Token], at: int, length: int) -> tuple[str, ...]:
    """Some neighbours in lower case; fewer at the end."""
    return tuple(token.lower for token in tokens[at : at + length])


def word_set(words: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(words.split())


def folded_set(words: str) -> frozenset[str]:
    """The words of a list without case and accents."""
    return frozenset(map(fold, words.split()))


def phrase_set(phrases: str) -> frozenset[tuple[str, ...]]:
    """The phrases of a list that commas part, each as its words."""
    return frozenset(tuple(phrase.split()) for phrase in phrases.split(","))


def phrase_before(
    tokens: Sequence[Token], at: int, known: frozenset[tuple[str, ...]], longest: int
) -> int:
    """Where the longest known phrase begins that ends right before a token; `at` if none does."""
    for length in range(min(longest, at), 0, -1):
        words = tokens[at - length : at]
        joined = all(word.gap in {" ", "-", "'", "’"} for word in [*words[1:], tokens[at]])
        if joined and tuple(word.lower for word in words) in known:
            return at - length
    return at
