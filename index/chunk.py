"""Paragraph → sentence chunks with exact offsets, and what the model sees of each.

A sentence that leans on the one before it ("It was re-established in April 1991…",
or the second sentence of a quotation) is embedded together with that sentence; what
is quoted stays the sentence alone. Measured in docs/quality.md.
"""

from __future__ import annotations

import hashlib
import re

from index.models import Article, Chunk, Paragraph
from index.sentences import split_sentences

_FIRST_WORD = re.compile(r"[^\w]*([\w’']+)")

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


def chunk_article(article: Article) -> list[Chunk]:
    """The chunks of every paragraph that can be evidence, in reading order."""
    return [
        chunk
        for paragraph in article.paragraphs
        if paragraph.kind.is_evidence
        for chunk in _chunk_paragraph(article, paragraph)
    ]


def _chunk_paragraph(article: Article, paragraph: Paragraph) -> list[Chunk]:
    text = article.text[paragraph.start : paragraph.end]
    chunks: list[Chunk] = []
    before = ""
    for start, end in split_sentences(text):
        sentence = text[start:end]
        leans = before and leans_on_previous(sentence, text[:start])
        embedded = " ".join((f"{before} {sentence}" if leans else sentence).split())
        chunks.append(
            Chunk(
                id=_chunk_id(article.file, paragraph.number, start, end, embedded),
                file=article.file,
                paragraph=paragraph.number,
                start=paragraph.start + start,
                end=paragraph.start + end,
                text=sentence,
                embedded=embedded,
            )
        )
        before = sentence
    return chunks


def leans_on_previous(sentence: str, text_before: str = "") -> bool:
    """Whether a sentence needs the one before it: it points back, or is inside a quotation.

    Args:
        sentence: the sentence.
        text_before: what stands before it in its paragraph.
    """
    if _opens_quotation(text_before):
        return True
    match = _FIRST_WORD.match(sentence)
    return match is not None and match.group(1).lower() in _POINTS_BACK


def _opens_quotation(text: str) -> bool:
    """Whether a quotation is still open at the end of a text, whatever marks it uses."""
    straight = text.count('"') % 2 == 1
    curly = max(text.rfind("“"), text.rfind("«")) > max(
        text.rfind("”"), text.rfind("»"), text.rfind('"') if not straight else -1
    )
    return straight or curly


def _chunk_id(file: str, paragraph: int, start: int, end: int, embedded: str) -> str:
    digest = hashlib.sha256(embedded.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{file}#{paragraph}:{start}-{end}:{digest}"
