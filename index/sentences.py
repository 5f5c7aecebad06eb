"""Where the sentences of a paragraph begin and end, with exact offsets.

Rules rather than a trained model: a quote must never start or stop in the middle
of "U.S. troops", "Gen. Valery Gerasimov" or "am 3. Oktober", in any language, and
the rules can be read.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_CLOSERS = "\"'”’»›«)\\]」』）"
_OPENERS = "\"'“‘„«‹»([「『（¿¡"
_NARROW_END = ".!?…؟।॥۔։።"  # with a space after them; of Latin, Arabic, Indic and other scripts
_WIDE_END = "。！？．｡။"
_CANDIDATE = re.compile(
    rf"(?:(?<![{_NARROW_END}])[{_NARROW_END}]+[{_CLOSERS}]*(?=\s)|[{_WIDE_END}]+[{_CLOSERS}]*)\s*"
)
_GOES_ON = re.compile("[とっなをがはもにで]")  # Japanese: "…。」と述べた。" is one sentence
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff]")
_WIDE_WEIGHT = 4  # letters that one wide character says as much as
_LOOKED_BACK = 200  # characters before a full stop that are looked at
_FIRST_WORD = re.compile(rf"[{re.escape(_OPENERS)}–—-]*\s*(\w+)")

# A full stop after one of these ends an abbreviation, and hardly ever a sentence.
_TITLES = frozenset(
    "mr mrs ms dr prof gen col lt sgt capt maj cmdr adm rev hon sen rep gov pres st mt ft "
    "messrs mme mlle sr sra fr hr nr no nos vol vols pp ed eds vs cf al fig figs art op "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun "
    "ca approx est bzw z.b d.h u.a usw z п г гг в вв им ул т.е т.д т.п др руб тыс млн млрд "
    "i.e e.g".split()
)
# These end an abbreviation, and a sentence too if the next word can only begin one.
_MAYBE_LAST = frozenset("inc ltd co corp bros jr sr etc u.s u.k e.u u.n a.m p.m b.c a.d".split())
_BEGINNERS = frozenset(
    "the a an this that these those he she it they we i you his her its their there here in on at "
    "but and for from as after before when while however meanwhile if by with during since "
    "according although other another some many most more such not no one both all".split()
)
_GERMAN_BEFORE_ORDINAL = frozenset(
    "am der dem den des die das vom zum im und bis seit ab beim jeden zur".split()
)

_SHORTEST = 25  # characters: a shorter sentence is kept with its neighbour
_LONGEST = 900  # characters: what still fits the 512-token window of the models, in any script
_SOFT_BREAK = re.compile(r"[;:,，、；]\s*|\s+")


def split_sentences(text: str) -> list[Span]:
    """Offsets of the chunks of a paragraph: sentences, the very short ones joined.

    The spans are in order, do not overlap, carry no surrounding white space, and
    leave out nothing but white space.
    """
    spans: list[Span] = []
    start = 0
    for match in _CANDIDATE.finditer(text):
        if match.end() < len(text) and _ends_sentence(text, start, match):
            spans.append(_strip(text, start, match.end()))
            start = match.end()
    spans.append(_strip(text, start, len(text)))
    spans = [span for span in spans if span[0] < span[1]]
    return [piece for span in _join_short(text, spans) for piece in _cut_long(text, span)]


def _strip(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return start + left, start + max(left, len(piece.rstrip()))


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group().strip()
    if mark[0] in _WIDE_END:
        is_quoted = mark[-1] in _CLOSERS
        return not (is_quoted and _GOES_ON.match(text, match.end()))
    following = _FIRST_WORD.match(text, match.end())
    next_word = following.group(1) if following else ""
    if next_word and next_word[0].islower():
        return False
    if not mark.startswith("."):
        return True
    before = text[max(start, match.start() - _LOOKED_BACK) : match.start()].split()
    word = before[-1].lstrip(_OPENERS).rstrip(".…").lower() if before else ""
    if word in _MAYBE_LAST or re.fullmatch(r"(?:\w\.)+\w", word):
        return next_word.lower() in _BEGINNERS
    if word in _TITLES or (len(word) == 1 and word.isalpha() and word != "i"):
        return False
    if word.isdigit() and len(word) <= 2:
        if before[-1].startswith("("):
            return False
        return not (len(before) > 1 and before[-2].lower() in _GERMAN_BEFORE_ORDINAL)
    return True


def _join_short(text: str, spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and (_is_short(text, joined[-1]) or _is_short(text, span)):
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return joined


def _is_short(text: str, span: Span) -> bool:
    length = span[1] - span[0]
    if length >= _SHORTEST:
        return False
    wide = len(_WIDE.findall(text, *span))
    return length + (_WIDE_WEIGHT - 1) * wide < _SHORTEST


def _cut_long(text: str, span: Span) -> list[Span]:
    """Cut what no model's window holds, at punctuation or white space if there is any."""
    start, end = span
    pieces: list[Span] = []
    while end - start > _LONGEST:
        middle = start + _LONGEST // 2
        breaks = [m.end() for m in _SOFT_BREAK.finditer(text, middle, start + _LONGEST)]
        cut = breaks[-1] if breaks else start + _LONGEST
        piece = _strip(text, start, cut)
        if piece[0] < piece[1]:
            pieces.append(piece)
        start = cut
    last = _strip(text, start, end)
    return [*pieces, last] if last[0] < last[1] else pieces
