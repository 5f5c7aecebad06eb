"""A name's skeleton: what is left of it when spelling habits are taken away.

Zelensky, Zelenskiy, Zelenskyy, Selenskyj and Зеленский share one, as do Odessa and
Odesa, Kharkov and Charkow. The rules are those of the transliteration schemes in use
for Cyrillic, Greek and Arabic names (BGN/PCGN, ISO 9, DIN 1460, the French press), not
a list of names.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from index.tokens import fold, words

_CYRILLIC = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщъыьэюяѓѕјљњћџўё",
        (
            "a b v g g d e e z z i i i i k l m n o p r s t u f h c c s s _ i _ e u a "
            "g z i l n c c u e"
        )
        .replace("_", "-")
        .split(),
        strict=True,
    )
)
# Letter groups, longest first, to one sign for one sound.
_GROUPS = [
    ("schtsch", "s"), ("shch", "s"), ("chtch", "s"), ("tsch", "c"), ("tch", "c"), ("sch", "s"),
    ("sh", "s"), ("ch", "c"), ("cz", "c"), ("sz", "s"), ("zh", "z"), ("kh", "h"), ("gh", "g"),
    ("ph", "f"), ("th", "t"), ("dj", "z"), ("dzh", "z"), ("ts", "c"), ("tz", "c"), ("ck", "k"),
    ("qu", "k"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ae", "a"), ("oe", "o"), ("ue", "u"),
]  # fmt: skip
_SAME_SOUND = str.maketrans({"w": "v", "y": "i", "j": "i", "q": "k"})
_ENDING = re.compile(r"(?:i|ii|ij|iy|ei)$")
_MIN_NAME = 4


@lru_cache(maxsize=20_000)  # names come again and again, in articles and in their words
def skeleton(name: str) -> str:
    """The spelling-free form of a name; equal for transliterations of one name."""
    letters = "".join(_CYRILLIC.get(c, c) for c in fold(name)).replace("-", "").replace("'", "")
    if not letters:
        return ""
    for group, sound in _GROUPS:
        letters = letters.replace(group, sound)
    letters = letters.translate(_SAME_SOUND).replace("c", "k").replace("h", "k")
    letters = letters.replace("z", "s")
    letters = re.sub(r"(.)\1+", r"\1", letters)
    letters = re.sub(r"i(?=[aeou])", "", letters)
    letters = re.sub(r"(?<=[aeou])i(?=.)", "", letters)
    return _ENDING.sub("i", letters).replace("x", "ks")


def initial(name: str) -> str:
    """The first letter of a name, in the Latin alphabet."""
    first = fold(name)[:1]
    return _CYRILLIC.get(first, first)[:1]


def names_in(text: str) -> Counter[str]:
    """Words that may be names, as written, with their counts: capitalised, four letters or more.

    A word that also stands in lower case is none ("Peace", "Talks" in a headline).
    """
    found = words(text)
    lower = {word for word in found if word.islower()}
    return Counter(
        word
        for word in found
        if len(word) >= _MIN_NAME and word[0].isupper() and word.lower() not in lower
    )
