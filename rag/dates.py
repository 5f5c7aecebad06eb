"""Dates among the words of a text: "1506", "early January", "from 1870 to 1939".

English, German, Spanish, French and Russian; years in any language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.numbers import Unit, hangs, number_at, unit_at
from rag.wording import (
    DASHES,
    SPACES,
    Token,
    phrase_before,
    phrase_set,
    word_at,
    word_set,
    words_at,
)


class Part(StrEnum):
    """What a date says."""

    DAY = "day"
    WEEKDAY = "weekday"
    MONTH = "month"
    YEAR = "year"
    DECADE = "decade"
    CENTURY = "century"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class Date:
    """A date or a stretch of time: the tokens from `first` up to `last`."""

    first: int
    last: int
    core: tuple[int, int]
    """Its tokens without words like "before" and "early"."""
    parts: frozenset[Part]


_Found = tuple[int, set[Part]] | None
"""Where a date ends, and what it says."""

MONTHS = word_set(
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
    "Januar Februar März Mai Juni Juli Oktober Dezember "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
    "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре "
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"
)
WEEKDAYS = word_set(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonnabend Sonntag "
    "lunes martes miércoles jueves viernes sábado domingo "
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "понедельник вторник среду четверг пятницу субботу воскресенье"
)
# Words that may be something else than a month, and those before which they are none.
_UNSURE_MONTHS = word_set("May March Mar mars mai marzo mayo марта мая май март Jan Sep")
_BEFORE_MONTH = word_set(
    "in since until by early late mid last next this im seit bis anfang ende mitte en desde hasta "
    "de début fin depuis в с до начале конце"
)
_DAYTIMES = word_set(
    "morning afternoon evening night morgen nachmittag abend nacht vormittag утром вечером днём"
)
_SEASONS = word_set(
    "spring summer autumn fall winter frühling frühjahr sommer herbst primavera verano otoño "
    "invierno printemps été automne hiver весной летом осенью зимой"
)
_DAY = re.compile(r"([0-3]?\d)(?:st|nd|rd|th|er|º|го)?")
_LAST_DAY = 31
_OF = word_set("de del of des du")
_BEFORE_MONTH_NAME = frozenset({" ", ". ", "-", ".\u00a0", "\u00a0"})

_YEAR = re.compile(r"1\d{3}|20\d\d")
_EARLY_YEAR = re.compile(r"\d{1,3}")
_SHORTEST_EARLY_YEAR = 3  # digits, if no era follows
_SHORT_YEAR = re.compile(r"\d{2}|\d{4}")
_YEAR_BEFORE = word_set("year years jahr jahre año años année années")
_YEAR_AFTER = word_set("г гг год году года годах")
_NOT_YEARS = word_set(
    "state route highway interstate no nr room flight page vol volume chapter section"
)
_ERAS = phrase_set("BC,BCE,AD,CE,B C,A D,v Chr,n Chr,a C,d C,av J C,до н э,н э")
_LONGEST_ERA = 3

_DECADE = re.compile(r"(?:1\d|20)\d0(?:s|er|ern)", re.IGNORECASE)
_SHORT_DECADE = re.compile(r"\d0(?:s|er)", re.IGNORECASE)
_TEN_YEARS = re.compile(r"(?:1\d|20)?\d0")
_DECADE_BEFORE = word_set("década décadas años années décennie")
_DECADE_AFTER = word_set("jahre jahren годы годов годах годам")
_CENTURY = re.compile(r"century|centuries|jahrhunderts?|siècles?|век(?:а|е|ов|ах)?|столети\w+")
_CENTURY_BEFORE = word_set("siglo siglos")
_ROMAN = re.compile(r"[IVX]{1,5}(?:e|ème)?")
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th|e|ème|го|м|й)?")
_ORDINAL_ENDINGS = word_set("го м й х")
_ORDINAL_WORDS = word_set(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "ersten zweiten dritten vierten fünften sechsten siebten achten neunten zehnten elften "
    "zwölften dreizehnten vierzehnten fünfzehnten sechzehnten siebzehnten achtzehnten "
    "neunzehnten zwanzigsten первом втором третьем четвёртом пятом шестом седьмом восьмом девятом "
    "десятом одиннадцатом двенадцатом тринадцатом четырнадцатом пятнадцатом шестнадцатом "
    "семнадцатом восемнадцатом девятнадцатом двадцатом семнадцатого восемнадцатого "
    "девятнадцатого двадцатого"
)
_LONGEST_CENTURY = 6  # words of "the 19th and the early 20th"
_CENTURY_JOINS = word_set("to and or bis und et au и до y al")

_AGO_AFTER = word_set("ago earlier назад")
_AGO_BEFORE = phrase_set("vor,hace,il y a")
_LONGEST_AGO = 7  # words of "more than two hundred million years ago"
_RELATIVE_DAYS = word_set("yesterday tomorrow gestern вчера завтра ayer demain")
_RELATIVE = word_set(
    "last next previous following letzten letzte nächsten nächste kommenden vergangenen vorigen "
    "прошлом прошлой прошлого следующем будущем"
)
_RELATIVE_TO = word_set(
    "week month year summer winter spring autumn decade century woche monat jahr sommer году "
    "месяце неделе"
)

# What stands before a date and says which part of it, or on which side of it.
_STAGES = phrase_set(
    "early,late,mid,anfang,ende,mitte,anfang des,ende des,mitte des,anfang der,ende der,"
    "mitte der,frühen,späten,a principios de,a finales de,a mediados de,principios de,"
    "finales de,mediados de,a principios del,a finales del,a mediados del,"
    "a principios de los,a finales de los,début,fin,mi,au début du,à la fin du,au milieu du,"
    "в начале,в конце,в середине,начале,конце,середине"
)
_SIDES = phrase_set(
    "before,after,since,until,till,by,around,about,circa,ca,c,shortly before,shortly after,"
    "vor,nach,seit,bis,um,ab,kurz vor,kurz nach,antes de,después de,desde,hasta,hacia,"
    "alrededor de,avant,après,depuis,dès,jusqu en,vers,до,после,с,к,около"
)
_LONGEST_BEFORE = 4
_BETWEEN = {"between": "and", "zwischen": "und", "entre": "y", "между": "и"}
_FROM = word_set("from von vom de del des du с desde")
_UNTIL = word_set("to until till bis a hasta à au jusqu до по through")
_AND = word_set("and und y et и")


def find_dates(tokens: Sequence[Token]) -> list[Date]:
    """The dates of a text, in order; "from 1870 to 1939" is one."""
    found: list[Date] = []
    at = 0
    while at < len(tokens):
        date = _date_at(tokens, at)
        if date is None:
            at += 1
            continue
        at = date.last
        if found and _are_ends(tokens, found[-1], date):
            one = found.pop()
            core = one.core[0], date.core[1]
            date = Date(one.first, date.last, core, one.parts | date.parts)
        found.append(date)
    return [_widen(tokens, date) for date in found]


def year_of(tokens: Sequence[Token], date: Date) -> tuple[int, int] | None:
    """The tokens of the year of a full date; None if it has none, or two."""
    years = [at for at in range(*date.core) if _YEAR.fullmatch(tokens[at].text)]
    return (years[0], years[0] + 1) if len(years) == 1 else None


def _date_at(tokens: Sequence[Token], at: int) -> Date | None:
    for find in (_calendar_date, _century, _decade, _weekday, _ago, _relative, _year):
        found = find(tokens, at)
        if found is not None:
            last, parts = found
            return Date(at, last, (at, last), frozenset(parts))
    return None


def _are_ends(tokens: Sequence[Token], one: Date, other: Date) -> bool:
    """Whether two dates are the ends of one stretch of time."""
    between = tokens[one.last : other.first]
    if not between:
        return tokens[other.first].gap in DASHES
    if len(between) > 2 or any("," in word.gap for word in [*between, tokens[other.first]]):
        return False
    before, word = word_at(tokens, one.first - 1), between[0].lower
    if before in _BETWEEN:
        return word == _BETWEEN[before]
    if word in _AND:
        return one.parts == other.parts and one.parts <= {Part.CENTURY, Part.DECADE}
    return word in _UNTIL and (before in _FROM or one.parts == other.parts)


def _widen(tokens: Sequence[Token], date: Date) -> Date:
    """Take in "early" or "since" before a date, and the era after it."""
    last = date.last + _era(tokens, date.last)
    first = phrase_before(tokens, date.first, _STAGES, _LONGEST_BEFORE)
    first = phrase_before(tokens, first, _SIDES, _LONGEST_BEFORE)
    before = word_at(tokens, first - 1)
    stretches = any(token.lower in _UNTIL for token in tokens[date.first : date.last])
    if before in _BETWEEN or (before in _FROM and stretches):
        first -= 1
    return Date(first, last, (date.core[0], last), date.parts)


def _calendar_date(tokens: Sequence[Token], at: int) -> _Found:
    """A month, with a day or a year or both about it."""
    parts = {Part.MONTH}
    if _is_day(tokens, at):
        month = at + 1 + (word_at(tokens, at + 1) in _OF | {"го"})
        if not _is_month(tokens, month) or tokens[month].gap not in _BEFORE_MONTH_NAME:
            return None
        parts.add(Part.DAY)
        end = month + 1
    elif _is_month(tokens, at):
        end = at + 1
        if _is_day(tokens, end) and tokens[end].gap in {" ", ". "}:
            parts.add(Part.DAY)
            end += 1
            if _is_day(tokens, end) and tokens[end].gap in DASHES:
                end += 1
    else:
        return None
    year = end + (word_at(tokens, end) in _OF)
    if year < len(tokens) and _YEAR.fullmatch(tokens[year].text) and len(tokens[year].gap) <= 2:
        parts.add(Part.YEAR)
        end = year + 1
        end += word_at(tokens, end) in _YEAR_AFTER
    if len(parts) == 1 and not _is_surely_month(tokens, at):
        return None
    return end, parts


def _is_month(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].text in MONTHS


def _is_surely_month(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].text in _UNSURE_MONTHS:
        return word_at(tokens, at - 1) in _BEFORE_MONTH
    return not tokens[at].is_first


def _is_day(tokens: Sequence[Token], at: int) -> bool:
    match = _DAY.fullmatch(tokens[at].text) if at < len(tokens) else None
    return match is not None and 1 <= int(match[1]) <= _LAST_DAY


def _century(tokens: Sequence[Token], at: int) -> _Found:
    if tokens[at].lower in _CENTURY_BEFORE:
        end = at + 1
        while end < len(tokens) and _ROMAN.fullmatch(tokens[end].text):
            end += 1
            more = word_at(tokens, end) in _CENTURY_JOINS and end + 1 < len(tokens)
            end += more and bool(_ROMAN.fullmatch(tokens[end + 1].text))
        return (end, {Part.CENTURY}) if end > at + 1 else None
    end = at
    while end < len(tokens) and end - at < _LONGEST_CENTURY and _is_ordinal(tokens[end]):
        end += 1
        end += word_at(tokens, end) in _ORDINAL_ENDINGS and tokens[end].gap == "-"
        word = word_at(tokens, end)
        if _CENTURY.fullmatch(word):
            return end + 1, {Part.CENTURY}
        if word in _CENTURY_JOINS:
            end += 1
            end += word_at(tokens, end) in {"the", "zum", "le"}
        elif end >= len(tokens) or tokens[end].gap not in DASHES:
            return None
    return None


def _is_ordinal(token: Token) -> bool:
    lower = token.lower
    return (
        lower in _ORDINAL_WORDS
        or bool(_ORDINAL.fullmatch(lower))
        or bool(_ROMAN.fullmatch(token.text))
    )


def _decade(tokens: Sequence[Token], at: int) -> _Found:
    word = tokens[at].text
    if tokens[at].lower in _DECADE_BEFORE:
        year = at + 1 + (word_at(tokens, at + 1) == "de")
        if year < len(tokens) and _TEN_YEARS.fullmatch(tokens[year].text):
            return year + 1, {Part.DECADE}
        return None
    if _DECADE.fullmatch(word) or _SHORT_DECADE.fullmatch(word):
        end = at + 1
    elif _TEN_YEARS.fullmatch(word) and word_at(tokens, at + 1) == "х":
        end = at + 2
    else:
        return None
    if word_at(tokens, end) in _DECADE_AFTER and tokens[end].gap in {" ", "-"}:
        end += 1
    return end, {Part.DECADE}


def _weekday(tokens: Sequence[Token], at: int) -> _Found:
    if tokens[at].text not in WEEKDAYS:
        return None
    end = at + 1
    if word_at(tokens, end) in _DAYTIMES and tokens[end].gap == " ":
        end += 1
    if end < len(tokens) and tokens[end].gap in {", ", " "}:
        date = _calendar_date(tokens, end)
        if date is not None:
            return date[0], date[1] | {Part.WEEKDAY}
    return end, {Part.WEEKDAY}


def _ago(tokens: Sequence[Token], at: int) -> _Found:
    words = words_at(tokens, at, _LONGEST_AGO)
    skipped = next((len(before) for before in _AGO_BEFORE if words[: len(before)] == before), 0)
    if not skipped and _AGO_AFTER.isdisjoint(words):
        return None
    number = number_at(tokens, at + skipped) if at + skipped < len(tokens) else None
    if number is None or number.unit is not Unit.TIME:
        return None
    if skipped:
        return number.last, {Part.RELATIVE}
    after = word_at(tokens, number.last) in _AGO_AFTER
    return (number.last + 1, {Part.RELATIVE}) if after else None


def _relative(tokens: Sequence[Token], at: int) -> _Found:
    word = tokens[at].lower
    if tokens[at].text in _RELATIVE_DAYS:
        return at + 1, {Part.RELATIVE}
    if word in _RELATIVE and word_at(tokens, at + 1) in _RELATIVE_TO:
        return at + 2, {Part.RELATIVE}
    if word in _SEASONS:
        year = at + 1 + (word_at(tokens, at + 1) in _OF)
        if year < len(tokens) and _YEAR.fullmatch(tokens[year].text):
            return year + 1, {Part.YEAR}
    return None


def _year(tokens: Sequence[Token], at: int) -> _Found:
    token = tokens[at]
    if token.gap.endswith("[") or (hangs(token) and token.gap not in DASHES):
        return None
    if _EARLY_YEAR.fullmatch(token.text):
        named = len(token.text) == _SHORTEST_EARLY_YEAR and word_at(tokens, at - 1) in _YEAR_BEFORE
        if not named and not _era(tokens, at + 1):
            return None
    elif (
        not _YEAR.fullmatch(token.text)
        or word_at(tokens, at - 1) in _NOT_YEARS
        or unit_at(tokens, at + 1)[0] not in {None, Unit.TIME}
    ):
        return None
    end = at + 1
    if (
        end < len(tokens)
        and tokens[end].gap in {"–", "-", "/", "—"}
        and _SHORT_YEAR.fullmatch(tokens[end].text)
    ):
        end += 1
    if word_at(tokens, end) in _YEAR_AFTER and tokens[end].gap in SPACES:
        end += 1
    return end, {Part.YEAR}


def _era(tokens: Sequence[Token], at: int) -> int:
    """How many tokens of "BC" or "v. Chr." stand here."""
    texts = tuple(token.text for token in tokens[at : at + _LONGEST_ERA])
    return next((n for n in range(len(texts), 0, -1) if texts[:n] in _ERAS), 0)
