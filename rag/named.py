"""The names of a sentence, and which of them another text lacks, whatever their spelling.

"Selenskyj" is "Zelensky", "the U.S." is "America", "NATO" its words written out. A title, a
weekday, or a word that merely begins the sentence is no name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from index.spelling import skeleton
from index.tokens import fold, stem
from rag.countries import country_of
from rag.dates import MONTHS, WEEKDAYS
from rag.question import has_content
from rag.wording import Token, read_tokens, tell_language

_SHORTEST = 4
_SHORTEST_ENDING = 6
# Slavic surnames tell a woman from a man: Zelenska and Zelenskaya are not Zelensky.
_HERS = re.compile(r"\w{3,}(?:sk(?:aya|aia|aja|a)|ская|ська)")
_HIS = re.compile(r"\w{3,}(?:sk(?:yy|yi|iy|ii|ij|yj|y|i)|скии|ськии)")
_PLURAL_VERBS = frozenset("are were have do can will may must of".split())
_RELATED_VOWELS = str.maketrans("eo", "ii")  # as in rag.names
_ENDINGS = ("s", "es", "n", "en", "an", "ian", "ean", "ish", "ese", "er", "ic", "al", "i", "a")
# Words with a capital letter that name nobody: titles, offices, institutions in general.
_COMMON = frozenset(
    fold(word)
    for word in (
        "president prime minister premier chancellor king queen emperor empress prince princess "
        "duke earl lord lady sir dame baron count saint st pope bishop cardinal archbishop "
        "reverend general gen colonel col major captain lieutenant lt sergeant admiral commander "
        "marshal governor gov senator sen representative mayor professor prof doctor dr mr mrs ms "
        "judge ambassador secretary director chairman chief foreign defence defense interior "
        "finance head spokesperson spokesman spokeswoman state former vice deputy leader "
        "i it he she they we you the a an and or of in on at to for by with from as but without "
        "after before during while since under over between among neither "
        "either whoever whether because although though despite unless until till once when "
        "whenever where why how what which who whose if so then than that this these those there "
        "here now today yesterday tomorrow later earlier soon still yet almost nearly about around "
        "throughout within upon across above below behind beyond beside besides against via per "
        "like unlike instead rather however meanwhile moreover nevertheless nonetheless therefore "
        "thus hence also too just only even perhaps maybe never no not none nobody nothing nowhere "
        "most many much more less few fewer fewest little several some any all each every another "
        "other others such both half twice his her its their our my your according asked given "
        "one two three four five six seven eight nine ten eleven twelve "
        "north south east west northern southern eastern western central "
        "government parliament congress senate university company church city council party "
        "ministry department army navy union republic kingdom empire street river county war "
        "century age era period day world earth sun moon god internet web media press "
        "monsieur madame herr frau señor señora don doña président ministre presidente ministro "
        "präsident bundeskanzler kanzler президент министр премьер "
        "mondays tuesdays wednesdays thursdays fridays saturdays sundays "
        "bc bce ad ce am pm no vs tv ok ii iii iv"
    ).split()
)
_STANDS_FOR_COUNTRY = re.compile(
    r"\b(?:it|its|they|their|them|we|our|us|there|here|country|nation\w*|government|state|capital|"
    r"es|ihr\w*|sie|wir|uns\w*|land\w*|su|sus|ellos|nosotros|país|ils|leurs?|nous|notre|pays|"
    r"они|их|мы|наш\w*|стран\w*)\b",
    re.IGNORECASE,
)
_PARTICLES = frozenset("de von van der den del della di da du dos la le al el bin ibn of".split())
# Beginnings of sentences that are hardly names: nouns with these endings.
_COMMON_ENDING = re.compile(
    r".+(?:ing|ly|ed|tion|sion|tions|sions|ment|ments|ness|ity|ities|ers|ors|ists|ies|ance|ence|"
    r"ures?|ages?|ships?|ism|als?|ants?|ents?|ions?|ples?|men|ives?|ous|ic|ics|ful|less|able|"
    r"ible|ees|ons|ades?|sses|ments|wards|where|ever|thing|body|one)"
)


@dataclass(frozen=True, slots=True)
class NameWord:
    """One word of a name."""

    text: str
    bones: str
    country: str | None
    start: int
    end: int
    is_sure: bool
    """Not the first of its sentence, where every word has a capital."""
    is_head: bool
    """The last word of its name, or a word by itself."""

    def same(self, other: NameWord) -> bool:
        if self.country or other.country:
            return self.country == other.country
        return same_word(self.text, other.text)


@lru_cache(maxsize=1024)
def name_words(text: str) -> tuple[NameWord, ...]:
    """The words of names in a text, in order; titles and common words left out.

    In German every noun has a capital letter: there nothing is sure to be a name.
    """
    tokens = read_tokens(text)
    german = tell_language(tokens) == "de"
    shouting = sum(t.is_capitalised for t in tokens) > 0.7 * max(5, len(tokens))
    found: list[NameWord] = []
    for at, token in enumerate(tokens):
        if not _may_name(tokens, at):
            continue
        country = _country(tokens, at)
        sure = not (token.is_first or german or shouting or _opens(token))
        follows = at + 1 < len(tokens) and _may_name(tokens, at + 1)
        follows = follows and tokens[at + 1].gap in (" ", "-", ". ", "\u00a0")
        found.append(
            NameWord(
                text=token.text,
                bones=_bones(token.text),
                country=country,
                start=token.start,
                end=token.end,
                is_sure=sure or country is not None or (token.is_first and follows),
                is_head=not follows,
            )
        )
    return tuple(found)


def missing_name(
    sentence: str, evidence: str, around: str, knows: Callable[[str], bool]
) -> str | None:
    """The first name of a sentence that the evidence does not have.

    Args:
        sentence: what is checked.
        evidence: the words that may support it, with those that its pronouns stand for.
        around: the text of the article, where the rest of a name may stand: "Dmitry" Peskov.
        knows: whether a word is used in small letters in the articles, and is no name.
    """
    there = name_words(evidence)
    lower = {fold(t.lower) for t in read_tokens(evidence)}
    initials = _initials(evidence)
    for name in name_words(sentence):
        if any(name.same(other) for other in there):
            continue
        if name.country is None and _holds(name.text, lower, initials):
            continue
        if not name.is_sure and not _looks_like_name(name, sentence, knows):
            continue
        if name.country is None and not name.is_head and _is_rest(name, sentence, evidence, around):
            continue
        return name.text
    return None


def from_elsewhere(sentence: str, evidence: str) -> str | None:
    """A country of a sentence that the words quoted do not name, nor stand for with a pronoun.

    Args:
        sentence: what is checked; its names stand in the paragraph or its title.
        evidence: the words quoted, without what stands before them.
    """
    if _STANDS_FOR_COUNTRY.search(evidence):
        return None
    there = name_words(evidence)
    lower = {fold(t.lower) for t in read_tokens(evidence)}
    for name in name_words(sentence):
        if name.country is None or any(name.same(other) for other in there):
            continue
        if not any(same_word(name.text, word) for word in lower):
            return name.text
    return None


def same_word(one: str, other: str) -> bool:
    """Whether two words may be one name: spelled or inflected otherwise."""
    a, b = fold(one), fold(other)
    if a == b:
        return True
    if (_HERS.fullmatch(a) and _HIS.fullmatch(b)) or (_HIS.fullmatch(a) and _HERS.fullmatch(b)):
        return False
    if stem(one) == stem(other):
        return True
    bones, others = _bones(one), _bones(other)
    if len(bones) >= _SHORTEST and bones == others:
        return True
    short, long = sorted((a, b), key=len)
    return len(short) >= _SHORTEST and any(
        long == short + end or long == short[:-1] + end for end in _ENDINGS
    )


def _may_name(tokens: tuple[Token, ...], at: int) -> bool:
    token = tokens[at]
    if not token.is_capitalised or token.text in MONTHS or token.text in WEEKDAYS:
        return False
    word = fold(token.lower)
    if _country(tokens, at) is not None:
        return True
    return word not in _COMMON | _PARTICLES and has_content(token.text) and len(word) > 1


def _opens(token: Token) -> bool:
    return token.gap.rstrip().endswith((":", "“", "„", "«", '"', "—", "‘"))


def _country(tokens: tuple[Token, ...], at: int) -> str | None:
    for first, last in ((at, at + 2), (at - 1, at + 1), (at, at + 1)):
        words = tokens[max(0, first) : last]
        if len(words) != last - first:
            continue
        if len(words) == 2 and words[1].gap not in (" ", "-", ".", "\u00a0", "\n"):
            continue
        country = country_of(tuple(word.text for word in words))
        if country:
            return country
    return None


@lru_cache(maxsize=16384)
def _bones(word: str) -> str:
    return skeleton(word).translate(_RELATED_VOWELS)


def _holds(word: str, lower: Iterable[str], initials: frozenset[str]) -> bool:
    """Whether the evidence has a word in small letters, or its letters as initials."""
    if word.isupper() and fold(word) in initials:
        return True
    return any(same_word(word, other) for other in lower)


@lru_cache(maxsize=256)
def _initials(text: str) -> frozenset[str]:
    """What may abbreviate neighbours with capital letters: "World Economic Forum" is WEF."""
    found: set[str] = set()
    run = ""
    for token in read_tokens(text):
        if token.is_capitalised and not token.text.isupper():
            run += fold(token.text)[0]
            found.update(run[start:] for start in range(len(run) - 1))
        elif token.lower not in _PARTICLES | {"and", "the", "for"}:
            run = ""
    return frozenset(found)


def _looks_like_name(name: NameWord, sentence: str, knows: Callable[[str], bool]) -> bool:
    """Whether the first word of a sentence is a name, though every first word has a capital."""
    word = fold(name.text)
    if knows(word):
        return False
    if name.text.isupper():
        return True
    after = re.match(r"(?:[’']s)?\s+([^\W\d_]+)", sentence[name.end :])
    if sentence[name.end :].startswith(("’s", "'s")):
        return True
    if len(word) >= _SHORTEST_ENDING and _COMMON_ENDING.fullmatch(word):
        return False
    return after is not None and not (word.endswith("s") and after[1] in _PLURAL_VERBS)


def _is_rest(name: NameWord, sentence: str, evidence: str, around: str) -> bool:
    """Whether a word before a name is the rest of it: its first name, in the article."""
    head = re.match(r"[\s.-]+([^\W\d_]+)", sentence[name.end :])
    if head is None:
        return False
    full = re.compile(rf"\b([^\W\d_]+)[\s.-]+{re.escape(head[1])}\b")
    found = [m[1] for m in full.finditer(f"{evidence}\n{around}") if m[1][0].isupper()]
    return any(same_word(name.text, other) for other in found)
