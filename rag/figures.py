"""The numbers and dates of a sentence as values, and which of them another text lacks.

"At least sixty days", "60 days" and "60-day" agree; "Feb. 24" and "24 February" do; 91 and 92,
6.4 million and 6.4 billion, 334 villages and 334 kilometres do not. A rounded number agrees with
the exact one only where the sentence says that it is rounded. English, German, Spanish, French and
Russian; digits in any language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.tokens import fold, stem
from rag.dates import MONTHS, WEEKDAYS
from rag.numbers import find_numbers
from rag.quantities import quantities
from rag.wording import Token, read_tokens

_DIGITS = re.compile(r"(?<![\w.,])(?:(?<=\$)|(?<=€)|(?<=£)|)\d+(?:[.,'’\u00a0\u202f ]\d+)*")
_GROUPS = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+")
_SCALE = re.compile(
    r"[\s\u00a0-]?(?:(?P<k>thousand|k|tausend|mil|mille|тыс\w*)|"
    r"(?P<M>million(?:s|en)?|m|mn|mio|mill[oó]n(?:es)?|миллион\w*|млн)|"
    r"(?P<G>billions?|bn|mrd|milliarden?|milliards?|миллиард\w*|млрд)|"
    r"(?P<T>trillions?|tn|billionen|billones))\b",
    re.IGNORECASE,
)
_POWERS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "second zweite zweiten deuxieme segundo segunda",
            "third dritte dritten troisieme tercero tercera tercer",
            "fourth vierte vierten quatrieme cuarto cuarta",
            "fifth funfte funften cinquieme quinto quinta",
            "sixth sechste sechsten sixieme sexto sexta",
            "seventh siebte siebten septieme septimo septima",
            "eighth achte achten huitieme octavo octava",
            "ninth neunte neunten neuvieme noveno novena",
            "tenth zehnte zehnten dixieme decimo decima",
            "eleventh elfte elften",
            "twelfth zwolfte zwolften",
            "thirteenth dreizehnte dreizehnten",
            "fourteenth vierzehnte vierzehnten",
            "fifteenth funfzehnte funfzehnten",
            "sixteenth sechzehnte sechzehnten",
            "seventeenth siebzehnte siebzehnten",
            "eighteenth achtzehnte achtzehnten",
            "nineteenth neunzehnte neunzehnten",
            "twentieth zwanzigste zwanzigsten",
        ),
        start=2,
    )
    for word in words.split()
}
_FRACTIONS = {
    fold(word): value
    for value, words in {
        0.5: "half halve halved halves hälfte halb mitad moitié половина половину половины",
        0.25: "quarter quarters viertel cuarto quart четверть четверти",
        2.0: "both twice double doubled doubling pair couple beide beiden ambos ambas zweimal "
        "doble deux оба обе дважды вдвое",
        10.0: "decade decades jahrzehnt jahrzehnte decada decadas decennie decennies",
        3.0: "thrice triple tripled dreimal трижды",
        12.0: "dozen dutzend docena douzaine",
    }.items()
    for word in words.split()
}
_SECONDS = frozenset("seconds sekunden".split())
_THE = re.compile(r"\b(?:the|these|those)\s+\Z", re.IGNORECASE)
_MONTHS = (
    "jan ene янв",
    "feb fev фев",
    "mar мар",
    "apr abr avr апр",
    "may mai мая маи мае",
    "jun juin июн",
    "jul juil июл",
    "aug ago aou авг",
    "sep сен",
    "oct okt окт",
    "nov ноя",
    "dec dez dic дек",
)
_WEEKDAYS = (
    "mon montag lun пон",
    "tue dien mart mard вто",
    "wed mitt mier merc сре",
    "thu donn juev jeud чет",
    "fri frei vier vend пят",
    "sat sam sonna sab суб",
    "sun sonnt dom dim вос",
)
# Measures that are told apart, by the beginnings of their names, or whole if short.
_MEASURES = {
    name: frozenset(words.split())
    for name, words in {
        "%": "% percent prozent процен pourcent",
        "$": "$ dollar dollars dolare usd доллар",
        "€": "€ euro euros eur евро",
        "£": "£ pounds sterli gbp libras",
        "second": "seconds sekund second segund секунд",
        "minute": "minute minutes minuto минут минуты",
        "hour": "hour hours stunde stunden hora horas heure heures час часа часов",
        "day": "day days tag tage tagen dia dias jour jours день дня дней",
        "week": "week weeks woche wochen semana semain недели неделя недель",
        "month": "month months monat monate monaten mes meses mois месяц месяца",
        "year": "year years jahr jahre jahren ano anos an ans annee annees год года лет",
        "decade": "decade decades jahrze decada decenn десяти",
        "century": "centur jahrhu siglo siglos siecle siecles век века веков",
        "km": "km kilome километ",
        "km2": "km2 square quadra cuadra carre carres",
        "m": "m metre metres meter meters metern metro metros mètre",
        "mile": "mile miles meile meilen milla millas",
        "foot": "foot feet ft fuß",
        "inch": "inch inches zoll",
        "tonne": "ton tons tonne tonnes tonnen тонн",
        "kg": "kg kilogr kilo kilos",
        "degree": "degree degrees grad grados degres °",
    }.items()
    for name, words in ((name, " ".join(fold(word) for word in words.split())),)
}
_LARGE = 13  # from here on a number is an hour, a day or a year by its measure alone
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|circa|over|more than|less than|"
    r"fewer than|under|beyond|just|close to|up to|at least|well over|"
    r"rund|etwa|ungefähr|fast|über|knapp|"
    r"mehr als|casi|unos|unas|más de|cerca de|alrededor de|environ|près de|presque|plus de|"
    r"около|почти|более|примерно|свыше)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_BEYOND = re.compile(r"\b(?:beyond|más allá de|au-delà de|über .* hinaus)\s+$", re.IGNORECASE)
_UNIT_WORDS = 3
_ROUNDED_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, a month or a weekday of a text."""

    text: str
    """As written."""
    values: tuple[float, ...]
    """What it may be worth: "1.000" is a thousand or one."""
    kind: str
    """"number", "month" or "weekday"."""
    start: int
    end: int
    measure: str
    """What it measures, or ""."""
    noun: tuple[str, ...]
    """The stems of the few words after it."""
    is_rough: bool

    def agrees(self, other: Figure) -> bool:
        """Whether the other is the same value, or what this one is rounded from."""
        if self.kind != other.kind:
            return False
        if set(self.values) & set(other.values):
            return True
        return self.is_rough and any(_rounds(a, b) for a in self.values for b in other.values)


def absent_figure(sentence: str, text: str) -> tuple[str, str] | None:
    """As `missing_figure`, but only for one whose value a text has nowhere; quick to tell."""
    there = figures(text)
    own = figures(sentence)
    for figure in own:
        if not _is_both(figure, sentence) and not any(figure.agrees(other) for other in there):
            return figure.text, _instead(figure, there, own)
    return None


def missing_figure(sentence: str, evidence: str) -> tuple[str, str] | None:
    """The first number or date of a sentence that the evidence does not have.

    Returns:
        Its words, and those of what the evidence has in its place ("" for nothing); None if
        nothing is missing.
    """
    there = figures(evidence)
    for figure in figures(sentence):
        if _is_both(figure, sentence):
            continue
        same = [
            other
            for other in there
            if figure.agrees(other)
            and (figure.is_rough or not _BEYOND.search(evidence[: other.start]))
        ]
        if not same:
            return figure.text, _instead(figure, there, figures(sentence))
        if figure.kind == "month" and not _same_date(figure, sentence, same, evidence):
            return sentence[figure.start : figure.end + 6].strip(" ,."), ""
        if figure.kind == "number" and not any(_same_unit(figure, other, there) for other in same):
            return f"{figure.text} {figure.measure or figure.noun[0]}", ""
    return None


def _is_both(figure: Figure, sentence: str) -> bool:
    """Whether a "two" counts what was named before: "the two teams"."""
    return figure.values == (2.0,) and _THE.search(sentence, 0, figure.start) is not None


@lru_cache(maxsize=1024)
def figures(text: str) -> tuple[Figure, ...]:
    """The numbers, months and weekdays of a text, in order of kind and place."""
    tokens = read_tokens(text)
    found = [*_written_in_digits(text), *_spelled(text, tokens), *_named_days(tokens)]
    return tuple(sorted(found, key=lambda figure: figure.start))


def _written_in_digits(text: str) -> list[Figure]:
    found: list[Figure] = []
    for match in _DIGITS.finditer(text):
        for start, end in _parts(match):
            scale = _SCALE.match(text, end)
            power = _POWERS[scale.lastgroup or "k"] if scale else 1.0
            last = scale.end() if scale else end
            values = tuple(value * power for value in _readings(text[start:end]))
            found.append(_figure(text, start, last, values))
    return found


def _parts(match: re.Match[str]) -> list[tuple[int, int]]:
    """A number, or those of a list with no space between them ("12,15,1998")."""
    text = match.group()
    if _GROUPS.fullmatch(text) or (len(re.findall(r"\D", text)) <= 1 and " " not in text):
        return [match.span()]
    return [
        (match.start() + part.start(), match.start() + part.end())
        for part in re.finditer(r"\d+(?:[.,]\d+)?", text)
    ]


def _readings(digits: str) -> list[float]:
    whole = float(re.sub(r"\D", "", digits))
    marks = re.findall(r"\D", digits)
    if not marks:
        return [whole]
    if not _GROUPS.fullmatch(digits):
        return [float(re.sub(r"\D", ".", digits))] if len(marks) == 1 else [whole]
    if len(marks) == 1 and marks[0] == ".":
        return [whole, float(digits)]
    return [whole]


def _spelled(text: str, tokens: Sequence[Token]) -> list[Figure]:
    found: list[Figure] = []
    taken: set[int] = set()
    for number in find_numbers(tokens):
        first, last = number.core
        core = tokens[first:last]
        if any(any(c.isdecimal() for c in token.text) for token in core):
            taken.update(range(first, last))
            continue
        start, end = core[0].start, core[-1].end
        worth = quantities(f"{text[start:end]} things")
        if worth:
            taken.update(range(first, last))
            found.append(_figure(text, start, end, (worth[0].value,)))
            continue
        for at in range(first, last):  # "five to ten"
            part = quantities(f"{tokens[at].text} things")
            if part and part[0].value:
                taken.add(at)
                found.append(_figure(text, tokens[at].start, tokens[at].end, (part[0].value,)))
    for at, token in enumerate(tokens):
        word = fold(token.lower)
        if at in taken or (word in _ORDINALS and token.is_first and token.text != "Both"):
            continue
        if word in _ORDINALS:
            found.append(_figure(text, token.start, token.end, (float(_ORDINALS[word]),)))
        elif word in _FRACTIONS:
            found.append(_figure(text, token.start, token.end, (_FRACTIONS[word],)))
    return found


def _named_days(tokens: Sequence[Token]) -> list[Figure]:
    found: list[Figure] = []
    for at, token in enumerate(tokens):
        if token.text in WEEKDAYS:
            kind, number = "weekday", _number_of(token.text, _WEEKDAYS)
        elif token.text in MONTHS and not _is_no_month(tokens, at):
            kind, number = "month", _number_of(token.text, _MONTHS)
        else:
            continue
        found.append(
            Figure(
                token.text, (float(number),), kind, token.start, token.end, "", (), is_rough=False
            )
        )
    return found


def _is_no_month(tokens: Sequence[Token], at: int) -> bool:
    """Whether "May" or "March" stands at the beginning of a sentence, with no number near."""
    near = tokens[max(0, at - 1) : at + 2]
    return tokens[at].is_first and not any(token.is_number for token in near)


def _number_of(name: str, table: Sequence[str]) -> int:
    """Which of a table's rows a name begins like, the longest beginning first."""
    word = fold(name)
    matches = [
        (len(start), row)
        for row, starts in enumerate(table, start=1)
        for start in starts.split()
        if word.startswith(fold(start))
    ]
    return max(matches, default=(0, 0))[1]


def _figure(text: str, start: int, end: int, values: tuple[float, ...]) -> Figure:
    after = re.split(r"[.;:!?()]\s|,\s|\n|\d", text[end : end + 60])[0]
    following = [fold(word) for word in re.findall(r"[^\W\d_]+|[%°$€£]", after)[:_UNIT_WORDS]]
    sign = text[start - 1] if start and text[start - 1] in "$€£" else ""
    measure = next((m for m, words in _MEASURES.items() if sign in words), "") if sign else ""
    for word in following[:2]:
        measure = measure or _measure(word)
    if following[:2] == ["per", "cent"] or following[:2] == ["por", "ciento"]:
        measure = "%"
    return Figure(
        text=text[start:end],
        values=values,
        kind="number",
        start=start,
        end=end,
        measure=measure,
        noun=tuple(stem(word) for word in following),
        is_rough=_ABOUT.search(text[max(0, start - 30) : start]) is not None,
    )


def _measure(word: str) -> str:
    return next((m for m, words in _MEASURES.items() if {word, word[:6]} & words), "")


def _same_unit(one: Figure, other: Figure, there: Sequence[Figure]) -> bool:
    """Whether two equal numbers may count the same, as far as the words after them tell."""
    if one.measure and other.measure:
        return one.measure == other.measure
    if one.noun and other.noun and one.noun[0] != other.noun[0]:
        # The noun stands after another number of the evidence: the two were swapped.
        elsewhere = [figure for figure in there if figure is not other and figure.noun]
        return not any(one.noun[0] == figure.noun[0] for figure in elsewhere)
    return True


def _same_date(month: Figure, sentence: str, others: Sequence[Figure], evidence: str) -> bool:
    """Whether the numbers beside a month can be those beside it in the evidence."""
    own = _beside(month, sentence)
    there = [_beside(other, evidence) for other in others]
    years = {_beside(other, evidence)[1] for other in figures(evidence) if other.kind == "month"}
    if own[1] is not None and own[1] in years and all(year != own[1] for _, year in there):
        return False  # the year stands beside another month
    return any(
        all(a is None or b is None or a == b for a, b in zip(own, other, strict=True))
        for other in there
    )


def _beside(month: Figure, text: str) -> tuple[int | None, int | None]:
    """The day and the year that stand beside a month, where they do."""
    before = re.search(r"(\d{1,2})(?:st|nd|rd|th|\.)?(?: de| of)? $", text[: month.start])
    after = re.match(r"\.? (\d{1,2})(?!\d)", text[month.end :])
    year = re.match(r"\.?(?: \d{1,2})?,? (?:de )?(\d{4})(?!\d)", text[month.end :])
    day = before or after
    return int(day[1]) if day else None, int(year[1]) if year else None


def _instead(figure: Figure, there: Sequence[Figure], own: Sequence[Figure]) -> str:
    """What the evidence says where a sentence says another number."""
    others = [
        other
        for other in there
        if other.kind == figure.kind and not any(mine.agrees(other) for mine in own)
    ]
    same_unit = [
        other
        for other in others
        if (figure.measure and other.measure == figure.measure)
        or set(figure.noun[:2]) & set(other.noun[:2])
    ]
    chosen = same_unit or others
    return chosen[0].text if len(chosen) == 1 or same_unit else ""


def _rounds(rounded: float, exact: float) -> bool:
    """Whether a number is another with fewer digits, rounded to two of them or to one."""
    if rounded == 0 or exact == 0 or (1000 <= exact <= 2100 and exact == int(exact) < 2100):
        return False
    shown = len(f"{rounded:.9e}".partition("e")[0].replace(".", "").rstrip("0"))
    return any(
        float(f"{exact:.{digits}g}") == rounded for digits in range(max(1, shown), shown + 1)
    ) or (shown <= _ROUNDED_DIGITS and float(f"{exact:.{_ROUNDED_DIGITS}g}") == rounded)
