"""What the numbers and dates of a sentence are worth, and whether two can both be true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.tokens import fold
from rag.dates import find_dates
from rag.numbers import Number, Unit, find_numbers
from rag.terms import Term, terms
from rag.wording import Token, read_tokens

_WORDS = {
    fold(word): float(value)
    for value, forms in {
        2: "two zwei dos deux два две двух",
        3: "three drei tres trois три трёх трех",
        4: "four vier cuatro quatre четыре четырёх четырех",
        5: "five fünf cinco cinq пять пяти",
        6: "six sechs seis шесть шести",
        7: "seven sieben siete sept семь семи",
        8: "eight acht ocho huit восемь восьми",
        9: "nine neun nueve neuf девять девяти",
        10: "ten zehn diez dix десять десяти",
        11: "eleven elf once onze одиннадцать",
        12: "twelve zwölf doce douze двенадцать dozen dutzend",
        13: "thirteen dreizehn trece treize тринадцать",
        14: "fourteen vierzehn catorce quatorze четырнадцать",
        15: "fifteen fünfzehn quince quinze пятнадцать",
        16: "sixteen sechzehn dieciséis seize шестнадцать",
        17: "seventeen siebzehn diecisiete семнадцать",
        18: "eighteen achtzehn dieciocho восемнадцать",
        19: "nineteen neunzehn diecinueve девятнадцать",
        20: "twenty zwanzig veinte vingt двадцать двадцати",
        30: "thirty dreißig treinta trente тридцать тридцати",
        40: "forty vierzig cuarenta quarante сорок",
        50: "fifty fünfzig cincuenta cinquante пятьдесят",
        60: "sixty sechzig sesenta soixante шестьдесят",
        70: "seventy siebzig setenta семьдесят",
        80: "eighty achtzig ochenta восемьдесят",
        90: "ninety neunzig noventa девяносто",
    }.items()
    for word in forms.split()
}
_SCALES = {
    fold(word): value
    for value, forms in {
        1e2: "hundred hundert cien ciento cent сто",
        1e3: "thousand k tausend mil mille тысяча тысяч тысячи тысячу тыс",
        1e6: "million millions m mn mio millionen millón millones миллион миллиона миллионов млн",
        1e9: "billion bn mrd milliarde milliarden milliard milliards миллиард миллиарда "
        "миллиардов млрд",
    }.items()
    for word in forms.split()
}
_CURRENCIES = {
    sign: frozenset(words.split())
    for sign, words in {
        "$": "$ dollar dollars dólares usd доллар доллара долларов",
        "€": "€ euro euros eur евро",
        "£": "£ pound pounds gbp libras livres pfund фунтов",
        "₽": "₽ ruble rubles rouble roubles rubel rublos roubles рубль рубля рублей",
    }.items()
}
_SIGNS = frozenset("$€£¥₽₴₹%")
_DIGITS = re.compile(r"(\d+(?:[.,'’ \u00a0\u202f]\d+)*)([a-z]{0,2})", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+")
_RATIO = 0.15  # what a rough number may be off
_ROUNDED_OFF = 0.1  # what a round number may be off without a word of it
_LONGEST_UNIT = 4
_NO_UNIT = frozenset(
    "of in on at to for from with by and or as than that was were is are had has have per the a "
    "von in im auf für mit und oder als war waren ist der die das "
    "de en a por con y o que fue son los las el la du des et ou dans sur les le "
    "в на с и или из за по".split()
)
_MONTHS = {
    fold(name): number
    for number, names in enumerate(
        (
            "january jan januar enero janvier января январе январь",
            "february feb februar febrero février февраля феврале февраль",
            "march mar märz marzo mars марта марте март",
            "april apr abril avril апреля апреле апрель",
            "may mai mayo мая мае май",
            "june jun juni junio juin июня июне июнь",
            "july jul juli julio juillet июля июле июль",
            "august aug agosto août августа августе август",
            "september sept sep septiembre septembre сентября сентябре сентябрь",
            "october oct oktober octubre octobre октября октябре октябрь",
            "november nov noviembre novembre ноября ноябре ноябрь",
            "december dec dezember diciembre décembre декабря декабре декабрь",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR = re.compile(r"[12]\d{3}")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts."""

    value: float
    unit: tuple[Term, ...]
    """The words that name it; for a share or money, one made-up term."""
    rough: bool
    """Whether it is said to be about so much, or a bound."""

    def same_unit(self, other: Quantity) -> bool:
        return any(
            one.matches(two)
            for one in self.unit
            for two in other.unit
            if one is self.unit[-1] or two is other.unit[-1]
        )

    def differs(self, other: Quantity) -> bool:
        """Whether both cannot be right: neither equal, nor one the other rounded."""
        low, high = sorted((self.value, other.value))
        if low == high:
            return False
        if (self.rough or other.rough) and high - low <= _RATIO * high:
            return False
        if high - low > _ROUNDED_OFF * high:
            return True
        return not (_is_rounding(self.value, other.value) or _is_rounding(other.value, self.value))


@dataclass(frozen=True, slots=True)
class Day:
    """A day, a month or a year, as far as it is told; 0 for what is not."""

    year: int
    month: int
    day: int

    def differs(self, other: Day) -> bool:
        """Whether both cannot be the same: a part that both tell is not."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return any(one and two and one != two for one, two in pairs)


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text that count something, in order."""
    tokens = read_tokens(text)
    in_dates = {at for date in find_dates(tokens) for at in range(*date.core)}
    found: list[Quantity] = []
    for number in find_numbers(tokens):
        if number.last < len(tokens) and tokens[number.last].gap in {".", ","}:
            continue  # "27.5bn": more of it follows
        core = [token for token in tokens[slice(*number.core)] if token.text not in _SIGNS]
        value = _value(core)
        unit = _unit(text, tokens, number)
        if value is not None and unit and number.core[0] not in in_dates:
            found.append(Quantity(value, unit, number.first < number.core[0]))
    return found


def days(text: str) -> list[Day]:
    """The dates of a text that can be written in numbers, in order."""
    tokens = read_tokens(text)
    found = [_day(tokens[slice(*date.core)]) for date in find_dates(tokens)]
    return [day for day in found if day.year or day.day]


def _value(tokens: Sequence[Token]) -> float | None:
    """What a number is worth; None for a range, a fraction, or "hundreds"."""
    total = 0.0
    part: float | None = None
    for token in tokens:
        word = fold(token.lower)
        digits = _DIGITS.fullmatch(token.text)
        if digits is not None:
            if part is not None:
                return None
            part = _number(digits[1]) * _SCALES.get(digits[2].lower(), 1.0)
        elif word in _WORDS:
            part = (part or 0.0) + _WORDS[word]
        elif word in _SCALES:
            part = (1.0 if part is None else part) * _SCALES[word]
            if part >= _SCALES["thousand"]:
                total, part = total + part, 0.0
        else:
            return None
    return None if part is None else total + part


def _number(digits: str) -> float:
    if _GROUPED.fullmatch(digits):
        return float(re.sub(r"\D", "", digits))
    whole, _, rest = re.sub(r"\D+", ".", digits).partition(".")
    return 0.0 if "." in rest else float(f"{whole}.{rest}")  # "1.2.3" is a version or a date


def _unit(text: str, tokens: Sequence[Token], number: Number) -> tuple[Term, ...]:
    """The noun after a number with what stands before it: "long-range drones"."""
    if number.unit is Unit.SHARE:
        return (Term("%", "", "", 0, 0),)
    if number.unit is Unit.MONEY:
        written = {token.lower for token in tokens[number.first : number.last]}
        sign = next((sign for sign, words in _CURRENCIES.items() if words & written), "money")
        return (Term(sign, "", "", 0, 0),)
    following: list[Token] = []
    for token in tokens[number.core[1] : number.core[1] + _LONGEST_UNIT]:
        if token.lower in _NO_UNIT or token.gap.strip(" -\u00a0\u202f\n"):
            break
        following.append(token)
    if not following:
        return ()
    return terms(text[following[0].start : following[-1].end], seats=False)


def _day(tokens: Sequence[Token]) -> Day:
    year = month = day = 0
    for token in tokens:
        number = _DAY.fullmatch(token.lower)
        if _YEAR.fullmatch(token.text):
            year = int(token.text)
        elif number is not None:
            day = int(number[1])
        else:
            month = _MONTHS.get(fold(token.lower), month)
    return Day(year, month, day if month else 0)


def _is_rounding(rounded: float, exact: float) -> bool:
    """Whether one number is the other with fewer digits, rounded or cut off."""
    digits = _digits(rounded)
    if float(f"{exact:.{max(1, len(digits))}g}") == rounded:
        return True
    return len(digits) > 1 and _digits(exact).startswith(digits)


def _digits(value: float) -> str:
    """The significant digits of a number."""
    return f"{value:.9e}".partition("e")[0].replace(".", "").rstrip("0")
