"""When an article says "on Tuesday": words of time that mean nothing without its date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from index.catalog import ArticleCache
from rag.claims import Claim, Passage, Statement
from rag.models import Citation

_MOST_PHRASES: Final = 3  # named of one quotation
_MUCH_LONGER: Final = 1.5  # a passage that says so much more is not given up for a newer one

_DAYS = (
    "(?-i:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|"
    "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)"
)
_OTHER_DAYS = (
    "(?-i:lunes|martes|miércoles|jueves|viernes|sábado|domingo|"
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    "понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье)"
)
_DAYTIME = r"(?: (?:morning|afternoon|evening|night|noon))?"
_SPAN = "(?:week|weekend|month|year|quarter|summer|winter|spring|autumn|fall|decade|century)"
_COUNT = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|a few|a couple of)"
)
_RELATIVE = re.compile(
    r"(?<!\w)(?:"
    rf"(?:on |last |next |this |early |late |until |since |by )*{_DAYS}{_DAYTIME}"
    rf"|(?:el |le |am |в |во )?{_OTHER_DAYS}"
    r"|yesterday|today|tonight|tomorrow|(?:this|last) (?:morning|afternoon|evening|night)"
    rf"|(?:earlier |later )?(?:this|last|next) {_SPAN}"
    rf"|{_COUNT} (?:days?|weeks?|months?|years?) (?:ago|earlier)"
    r"|gestern|heute|morgen früh|übermorgen|vorgestern"
    r"|(?:diese|letzte|nächste|vergangene|kommende|vorige)[nrms]? "
    r"(?:Woche|Monat|Jahr\w*|Wochenende)"
    r"|ayer|hoy|mañana|anoche|(?:esta|la pasada|la próxima) semana|este (?:mes|año)"
    r"|aujourd[’']hui|demain|cette (?:semaine|année)|ce mois(?:-ci)?|la semaine dernière"
    r"|вчера|сегодня|завтра|на этой неделе|на прошлой неделе|в этом (?:году|месяце)"
    r")(?!\w)",
    re.IGNORECASE,
)
_FULL_DATE_AFTER = re.compile(
    r"[,.]? (?:(?:the )?\d{1,2}(?:st|nd|rd|th|\.)? )?[A-Za-zÀ-ÿ]+\.? "
    r"(?:\d{1,2}, )?(?:1[5-9]|20)\d\d"
)


def relative_times(text: str) -> list[str]:
    """The words of a text that tell a time only beside the day on which they were written.

    >>> relative_times("He said on Tuesday that the bridge opens next week.")
    ['on Tuesday', 'next week']
    """
    found = (
        match[0]
        for match in _RELATIVE.finditer(text)
        if not _FULL_DATE_AFTER.match(text, match.end())
    )
    return list(dict.fromkeys(" ".join(phrase.split()) for phrase in found))


def date_notes(citations: Iterable[Citation]) -> list[str]:
    """For each cited article whose words need its date: what they are, and the date."""
    told: dict[str, tuple[str, dict[str, None]]] = {}
    for citation in citations:
        phrases = relative_times(citation.quote) if citation.date else []
        if phrases and citation.date:
            told.setdefault(citation.file, (citation.date, {}))[1].update(dict.fromkeys(phrases))
    return [
        f"{_listed(list(phrases))} in {file}: the article is of {_weekday(day)}, {day}"
        for file, (day, phrases) in told.items()
    ]


def _listed(phrases: Sequence[str]) -> str:
    return ", ".join(f"“{phrase}”" for phrase in phrases[:_MOST_PHRASES])


def _weekday(day: str) -> str:
    names = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    return names[date.fromisoformat(day).weekday()]


def newest_first(statements: Sequence[Statement], articles: ArticleCache) -> list[Statement]:
    """Where several articles say the same, the newest is quoted, and the others after it."""
    return [_newest_first(s, articles) if isinstance(s, Claim) else s for s in statements]


def _newest_first(claim: Claim, articles: ArticleCache) -> Claim:
    if not claim.also:
        return claim

    def day(passage: Passage) -> str:
        return articles[passage.file].date or ""

    also = sorted(claim.also, key=lambda item: day(item[0]), reverse=True)
    (newest, similarity), *others = also
    old = claim.passage
    is_newer = day(old) and day(newest) > day(old)
    if not is_newer or old.end - old.start > _MUCH_LONGER * (newest.end - newest.start):
        return replace(claim, also=tuple(also))
    others = sorted([(old, similarity), *others], key=lambda item: day(item[0]), reverse=True)
    return replace(claim, passage=newest, also=tuple(others))
