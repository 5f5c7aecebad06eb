"""Which paragraphs are not the article: menus, bylines, captions, credits, sign-ups.

No list of sites: an article's body is made of sentences, and what stands around
it is told by its shape (no sentence end, few words, separators, parentheses), its
place (before the first or after the last sentence) and a few words that every
language's pages use ("By", "Source:", "Subscribe"). A short line inside the body
is a heading. A file without any long sentence is left alone: there, short lines
are all that it says.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from index.dates import is_date_line
from index.models import Kind, Paragraph

_CLOSERS = "\"'”’»›)\\]」』"
_REFERENCE = r"(?:\[[^\]]{1,40}\])"  # [12], [citation needed]
_ENDS = ".!?…。！？．｡؟।॥۔։።။"
_SENTENCE_END = re.compile(rf"[{_ENDS}][{_CLOSERS}]*{_REFERENCE}*$")
_STATEMENT_END = re.compile(rf"[.。．｡।॥۔։][{_CLOSERS}]*{_REFERENCE}*$")
_ANY_SENTENCE_END = re.compile(rf"\w[{_ENDS}][{_CLOSERS}]*{_REFERENCE}*(?:\s|$)")
_WORD = re.compile(r"\w[\w'’.-]*")
# Written without spaces; how many letters make a word, roughly.
_UNSPACED = (
    (re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"), 2),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 4),
)
_BODY_WORDS = 8
_HEADLINE_WORDS = 4
_TAIL_WORDS = 2
_LEAST_SENTENCE = 2  # words
_SHORT_CALL = 4  # words
_HEADING_WORDS = 20
_BYLINE_WORDS = 9
_LONGEST_FURNITURE = 45
_LONGEST_BYLINE = 300  # characters

_NAME = r"(?-i:[^\W\d_a-zа-я][\w'’.-]*)"
_PARTICLE = r"(?:de|da|di|du|van|von|der|den|bin|al|el|la|le|and|und|et|y|e|и|i)"
_NAMES = rf"{_NAME}(?:,?\s+(?:{_NAME}|{_PARTICLE}))*"
_BYLINE = re.compile(
    rf"(?:written by|reported by|by|von|par|por|di|door|af|av|text|автор|autor|author|"
    rf"текст)\s*:?\s+(?P<name>{_NAMES})\s*[,|·–—-]?\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(r",\s*\S+$")  # "Ann Byron, Reuters": people have two names
_CREDIT_WORDS = re.compile(
    r"(?:^|[\s(\[.])(?:source|photo|image|picture|credit|courtesy|illustration|graphic|foto|bild|"
    r"quelle|grafik|fuente|imagen|crédito|crédit|photographie|immagine|fonte|фото|источник|"
    r"иллюстрация)s?(?:\s+by)?\s*[:/|]|©|\(c\)\s*\d{4}|all rights reserved|public domain",
    re.IGNORECASE,
)
_CALL_TO_ACTION = re.compile(
    r"(?:please\s+)?(?:sign up|sign in|log ?in|subscribe|follow us|read more|read also|"
    r"click here|share (?:this|on)|download (?:the|our)|"
    r"get (?:the|our) .*newsletter|accept (?:all )?cookies|abonnieren|"
    r"mehr (?:lesen|zum thema)|lesen sie auch|suscr[ií]bete|síguenos|leer más|inscrivez-vous|"
    r"abonnez-vous|lire aussi|iscriviti|подпишитесь|подписывайтесь|подписаться|подписка|"
    r"читайте также)\b",
    re.IGNORECASE,
)
# A sentence of an article may begin with these, too.
_MAYBE_A_CALL = re.compile(
    r"(?:please\s+)?(?:see also|join (?:us|our)|welcome to|related|advertisement|jetzt|"
    r"подробнее)\b",
    re.IGNORECASE,
)
_CREDIT_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]{1,80}[)\]]\.?")
_IN_LIST = re.compile(r"[-+*•·▪▫◦‣⁃●○■□–—]\s")
_SEPARATORS = re.compile(r"[|•›»>/·]")


def classify(text: str, paragraphs: list[Paragraph]) -> list[Paragraph]:
    """The same paragraphs, each with its kind."""
    lines = [text[p.start : p.end] for p in paragraphs]
    body = [i for i, line in enumerate(lines) if _is_body(line)]
    if not body:
        return paragraphs
    counts = Counter(line.casefold() for line in lines)
    kinds = [
        _kind(line, i, body[0], body[-1], counts[line.casefold()] > 1)
        for i, line in enumerate(lines)
    ]
    _mark_name_lines(lines, kinds)
    _mark_captions_of_title(lines, kinds)
    return [replace(p, kind=kind) for p, kind in zip(paragraphs, kinds, strict=True)]


def find_title(text: str, paragraphs: list[Paragraph]) -> str:
    """The headline above the body, else the article's first sentence, shortened.

    The day, the author and the items of a list are no headline, though they stand there.
    """
    headlines: list[str] = []
    for paragraph in paragraphs:
        line = text[paragraph.start : paragraph.end]
        if paragraph.kind is Kind.HEADING and not (is_date_line(line) or _IN_LIST.match(line)):
            headlines.append(line)
        if paragraph.kind is Kind.BODY:
            headlines = headlines or [re.split(r"(?<=[.!?。！？])\s", line, maxsplit=1)[0]]
            break
    # A menu above the headline has fewer words than it; what is longer below it is its lead.
    best = next((line for line in headlines if _count_words(line) >= _HEADLINE_WORDS), "")
    best = best or max(headlines, key=_count_words, default="")
    return _shorten(best or text.lstrip("\ufeff").strip())


def find_author(text: str, paragraphs: list[Paragraph]) -> str | None:
    """The name in the first byline that has one ("By Vafa Guliyeva" → "Vafa Guliyeva")."""
    for paragraph in paragraphs:
        if paragraph.kind is Kind.BYLINE:
            match = _BYLINE.fullmatch(text[paragraph.start : paragraph.end])
            if match:
                return _ORGANISATION.sub("", match["name"]).strip()
    return None


def _is_body(line: str) -> bool:
    """Sentences that somebody wrote to be read: long enough, and with an end."""
    words = _count_words(line)
    if words > _LONGEST_FURNITURE:
        return True
    ended = bool(_SENTENCE_END.search(line))
    if words > _HEADING_WORDS:
        ended = ended or bool(_ANY_SENTENCE_END.search(line))
    return ended and words >= _BODY_WORDS and not _is_furniture_sentence(line)


def _count_words(line: str) -> int:
    """The words of a line; of one without spaces, about as many as it would have with them."""
    words = 0
    for script, letters in _UNSPACED:
        line, found = script.subn(" ", line)
        words += -(-found // letters)
    return words + len(_WORD.findall(line))


def _is_furniture_sentence(line: str) -> bool:
    if _CREDIT_IN_BRACKETS.fullmatch(line):
        return True
    words = _count_words(line)
    if words > _HEADING_WORDS:
        return False
    if _MAYBE_A_CALL.match(line):
        return words <= _SHORT_CALL or not _STATEMENT_END.search(line)
    return bool(_CALL_TO_ACTION.match(line))


def _kind(line: str, place: int, first: int, last: int, repeated: bool) -> Kind:
    words = _count_words(line)
    if words > _LONGEST_FURNITURE:
        return Kind.BODY
    outside = not first <= place <= last
    if _is_byline(line, words):
        return Kind.BYLINE
    if _CREDIT_IN_BRACKETS.fullmatch(line) and outside:
        return Kind.CREDIT
    if _CREDIT_WORDS.search(line) and not _SENTENCE_END.search(line):
        return Kind.CAPTION
    if _is_body(line):
        return Kind.BODY
    if _is_furniture_sentence(line) or _is_navigation(line, words):
        return Kind.FURNITURE if outside or repeated or words <= 3 else Kind.HEADING
    ended = bool(_SENTENCE_END.search(line))
    said = words >= _LEAST_SENTENCE and _STATEMENT_END.search(line)
    if place > last and words <= _TAIL_WORDS and not said and not any(c.isdigit() for c in line):
        return Kind.FURNITURE  # "Close"; but results, squads and figures may end an article
    if place < first and ((repeated and words < _HEADLINE_WORDS) or words < 2):
        return Kind.FURNITURE
    return Kind.BODY if ended or words > _HEADING_WORDS else Kind.HEADING


def _is_byline(line: str, words: int) -> bool:
    if len(line) > _LONGEST_BYLINE or _SENTENCE_END.search(line):
        return False
    match = _BYLINE.fullmatch(line)
    if match is None:
        return False
    rest = match["rest"]
    return is_date_line(rest) or (words <= _BYLINE_WORDS and len(rest.split()) <= 4)


def _is_navigation(line: str, words: int) -> bool:
    bare = line.strip()
    return words <= 6 and (
        bool(_SEPARATORS.match(bare)) or len(_SEPARATORS.findall(bare)) >= 2 or words == 0
    )


def _mark_name_lines(lines: list[str], kinds: list[Kind]) -> None:
    """A line that only repeats the name in a byline belongs to it."""
    names = {
        match["name"].strip().casefold()
        for line, kind in zip(lines, kinds, strict=True)
        if kind is Kind.BYLINE and (match := _BYLINE.fullmatch(line))
    }
    for i, line in enumerate(lines):
        if line.strip().casefold() in names:
            kinds[i] = Kind.BYLINE


def _mark_captions_of_title(lines: list[str], kinds: list[Kind]) -> None:
    """The headline again with a source behind it is the caption of the picture below it."""
    title = next((line for line, k in zip(lines, kinds, strict=True) if k is Kind.HEADING), "")
    for i, line in enumerate(lines):
        repeats = title and line != title and line.startswith(title)
        if _count_words(line) > _LONGEST_FURNITURE:
            continue  # a paragraph that happens to begin as the headline does
        if repeats and _CREDIT_WORDS.search(line[len(title) :]):
            kinds[i] = Kind.CAPTION


def _shorten(line: str, limit: int = 110) -> str:
    line = " ".join(line.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(",;:–—-") + "…"
