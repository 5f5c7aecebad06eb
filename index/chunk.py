"""Paragraph → sentence chunks with exact offsets, and what the model sees of each.

A sentence that leans on the one before it ("Also in that year…", or the second sentence
of a quotation) is embedded together with that sentence. One whose subject is a pronoun ("He
was more cautious…") is embedded together with the last sentence that names its own, also
one of an earlier paragraph: news has a paragraph a sentence. What is quoted stays the
sentence alone. Measured in docs/quality.md.
"""

from __future__ import annotations

import hashlib
import re

from index.models import Article, Chunk, Kind, Paragraph
from index.sentences import split_sentences
from index.tokens import tokenize, words

_FIRST_WORD = re.compile(r"[^\w]*([\w’']+)")
_QUOTATION_MARK = re.compile('["“«”»]')

# Words that point back: pronouns, demonstratives and connectives of several languages.
_POINTS_BACK = frozenset(
    "he she it they him them his her hers its their theirs this that these those such both another "
    "others some most many also however but and or so then later after afterwards meanwhile "
    "although thus therefore similarly additionally furthermore moreover instead consequently "
    "finally here there nevertheless otherwise likewise "
    "er sie es ihm ihr ihre ihren sein seine dieser diese dieses diesem diesen dies das dabei "
    "dadurch daher damit dann danach darauf dennoch deshalb trotzdem außerdem jedoch aber und "
    "oder auch hier dort später schließlich einige viele beide andere solche "
    "él ella ello ellos ellas su sus este esta esto estos estas ese esa eso aquel tal tales ambos "
    "otro otros otra otras algunos muchos también sin pero y luego después además así "
    "entonces finalmente aquí allí "
    "il elle ils elles leur leurs son sa ses ce cet cette ces cela ceci mais et ou puis ensuite "
    "ainsi donc cependant aussi ici "
    "он она оно они его её ее их этот эта это эти тот та те такой такие оба другие некоторые "
    "многие также однако но и или затем потом поэтому кроме здесь там позже".split()
)

_MIN_NAME = 4  # letters
_PERSONAL = frozenset(
    "he she they it his her their its er sie es sein seine ihr ihre él ella ellos ellas "
    "il elle ils elles он она они оно его её ее их".split()
)
_BY_WHOM = re.compile(
    r"[^\w]*(?:according to (?:him|her|them)|laut (?:ihm|ihr|ihnen)|"
    r"según (?:él|ella|ellos|ellas)|selon (?:lui|elle|eux|elles)|по (?:его|её|ее|их) словам)\b",
    re.IGNORECASE,
)


def chunk_article(article: Article) -> list[Chunk]:
    """The chunks of every paragraph that can be evidence, in reading order."""
    chunks: list[Chunk] = []
    named = ""  # the last sentence that names its subject
    for paragraph in article.paragraphs:
        if not paragraph.kind.is_evidence:
            continue
        text = article.text[paragraph.start : paragraph.end]
        before = ""  # the sentence before, in this paragraph
        quotation = _Quotation(text)
        for start, end in split_sentences(text):
            sentence = text[start:end]
            leans = bool(before) and (quotation.is_open_at(start) or points_back(sentence))
            by_pronoun = _has_pronoun_for_subject(sentence)
            context = (named or before) if by_pronoun else before if leans else ""
            chunks.append(_chunk(article.file, paragraph, start, sentence, context))
            before = sentence
            if paragraph.kind is Kind.BODY and not leans and not by_pronoun:
                named = sentence
    return chunks


def _chunk(file: str, paragraph: Paragraph, start: int, sentence: str, context: str) -> Chunk:
    embedded = " ".join(f"{context} {sentence}".split())
    end = start + len(sentence)
    return Chunk(
        id=_chunk_id(file, paragraph.number, start, end, embedded),
        file=file,
        paragraph=paragraph.number,
        start=paragraph.start + start,
        end=paragraph.start + end,
        text=sentence,
        embedded=embedded,
        context=context,
    )


def _has_pronoun_for_subject(sentence: str) -> bool:
    match = _FIRST_WORD.match(sentence)
    if match is not None and match.group(1).lower() in _PERSONAL:
        return True
    return _BY_WHOM.match(sentence) is not None


def searched_tokens(chunk: Chunk) -> list[str]:
    """The tokens by which a chunk is found: its own, and the names that its pronouns stand for."""
    tokens = tokenize(chunk.text)
    own = set(tokens)
    names = (word for word in words(chunk.context) if word[0].isupper() and len(word) >= _MIN_NAME)
    return tokens + [
        token for name in dict.fromkeys(names) for token in tokenize(name) if token not in own
    ]


def leans_on_previous(sentence: str, text_before: str = "") -> bool:
    """Whether a sentence needs the one before it: it points back, or is inside a quotation.

    Args:
        sentence: the sentence.
        text_before: what stands before it in its paragraph.
    """
    return opens_quotation(text_before) or points_back(sentence)


def points_back(sentence: str) -> bool:
    """Whether a sentence begins with a word that stands for something said before."""
    match = _FIRST_WORD.match(sentence)
    return match is not None and match.group(1).lower() in _POINTS_BACK


def opens_quotation(text: str) -> bool:
    """Whether a quotation is still open at the end of a text, whatever marks it uses."""
    return _Quotation(text).is_open_at(len(text))


class _Quotation:
    """Whether a quotation is open at places of a text, asked in order: each is read once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._read = 0
        self._straight = 0
        self._opened = self._closed = self._last_straight = -1

    def is_open_at(self, offset: int) -> bool:
        for match in _QUOTATION_MARK.finditer(self._text, self._read, offset):
            if match[0] == '"':
                self._straight += 1
                self._last_straight = match.start()
            elif match[0] in "“«":
                self._opened = match.start()
            else:
                self._closed = match.start()
        self._read = max(self._read, offset)
        if self._straight % 2:
            return True
        return self._opened > max(self._closed, self._last_straight)


def _chunk_id(file: str, paragraph: int, start: int, end: int, embedded: str) -> str:
    digest = hashlib.sha256(embedded.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{file}#{paragraph}:{start}-{end}:{digest}"
