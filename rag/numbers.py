"""Numbers among the words of a text, with what they count: "91", "6.4 million", "at least 60 days".

English, German, Spanish, French and Russian; digits in any language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.tokens import fold
from rag.wording import (
    DASHES,
    SPACES,
    Token,
    phrase_before,
    phrase_set,
    word_at,
    word_set,
)


class Unit(StrEnum):
    """What a number counts or measures."""

    SHARE = "share"
    MONEY = "money"
    TIME = "time"
    SIZE = "size"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Number:
    """A number: the tokens from `first` up to `last`, its unit and "about" among them."""

    first: int
    last: int
    core: tuple[int, int]
    """The tokens of the bare number."""
    unit: Unit | None
    may_be_year: bool = False


def _units(kinds: Mapping[Unit, str]) -> dict[tuple[str, ...], Unit]:
    return {
        tuple(fold(word) for word in phrase.split()): unit
        for unit, phrases in kinds.items()
        for phrase in phrases.split(",")
    }


_NUMBER_WORDS = word_set(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn "
    "dos tres cuatro cinco seis siete ocho nueve diez doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta "
    "setenta ochenta noventa cien ciento doscientos doscientas trescientos trescientas "
    "cuatrocientos quinientos quinientas seiscientos setecientos ochocientos novecientos "
    "deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt "
    "vingts trente quarante cinquante soixante cent cents "
    "два две двух двум двумя три трёх трех трем тремя четыре четырёх четырех пять пяти шесть "
    "шести семь семи восемь восьми девять девяти десять десяти одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать двадцати "
    "тридцать тридцати сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто двести "
    "триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"
)
_GERMAN_NUMBER = re.compile(
    r"(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und)?"
    r"(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)|"
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwanzig)(?:hundert|tausend)\w*"
)
_SCALES = word_set(
    "hundred thousand million billion trillion bn mn dozen "
    "hundert tausend million millionen milliarde milliarden billionen mio mrd dutzend "
    "mil millón millones mille milliard milliards тыс тысяча тысяч тысячи тысячу млн миллион "
    "миллиона миллионов млрд миллиард миллиарда миллиардов"
)
_LONE_SCALES = word_set("mil mille тысяча тысяч hundert")
_ONE = word_set("a one ein un una une")
_LONE = word_set(  # numbers all by themselves
    "hundreds thousands dozens millions billions hunderte tausende dutzende zehntausende cientos "
    "miles decenas docenas centaines milliers dizaines douzaines сотни тысячи десятки миллионы"
)
_FRACTIONS = word_set(
    "half third thirds quarter quarters fifth fifths majority hälfte drittel viertel mehrheit "
    "mitad tercio tercios mayoría moitié tiers половина половину половины треть трети четверть "
    "большинство"
)
_TIMES = word_set("twice thrice zweimal dreimal viermal fünfmal дважды трижды")
_AND = word_set("and und y et")
_BEFORE_AND = _SCALES | word_set(
    "treinta cuarenta cincuenta sesenta setenta ochenta noventa vingt trente quarante cinquante "
    "soixante"
)
_JOINS = frozenset(SPACES)
_JOINS_SPELLED = _JOINS | {"-"}
_TO = word_set("to or bis oder a o à ou до или")

_UNITS = _units(
    {
        Unit.SHARE: "%,percent,per cent,percentage points,prozent,prozentpunkte,por ciento,"
        "pour cent,процент,процента,процентов,процентами",
        Unit.MONEY: "$,€,£,¥,₽,₴,us dollars,u s dollars,dollar,dollars,euro,euros,pounds sterling,"
        "cents,ruble,rubles,roubles,hryvnias,yen,yuan,franc,francs,kronor,kroner,us dollar,mark,"
        "franken,dólares,dólares estadounidenses,libras esterlinas,pesos,pesetas,de dólares,"
        "de euros,livres sterling,de dollars,d euros,рублей,рубля,долларов,долларов сша,доллара,"
        "евро,фунтов стерлингов,гривен,usd,eur,gbp",
        Unit.TIME: "year,years,years old,years of age,month,months,week,weeks,day,days,hour,hours,"
        "minute,minutes,second,seconds,decade,decades,centuries,generations,jahr,jahre,jahren,"
        "jahre alt,monat,monate,monaten,woche,wochen,tag,tage,tagen,stunde,stunden,minuten,"
        "sekunden,jahrzehnte,jahrzehnten,jahrhunderte,jahrhunderten,año,años,años de edad,mes,"
        "meses,semana,semanas,día,días,hora,horas,minutos,segundos,décadas,siglos,ans,année,"
        "années,mois,semaines,jour,jours,heures,secondes,décennies,siècles,год,года,лет,месяц,"
        "месяца,месяцев,неделя,недели,недель,день,дня,дней,час,часа,часов,минут,минуты,секунд,"
        "десятилетия,десятилетий,века,веков",
        Unit.SIZE: "km,km2,m,m2,cm,mm,nm,µm,kilometers,kilometres,square kilometers,"
        "square kilometres,cubic kilometers,meters,metres,square meters,square metres,cubic metres,"
        "cubic meters,mile,miles,square miles,sq mi,sq km,nautical miles,feet,foot,square feet,"
        "sq ft,ft,inch,inches,yards,acres,hectares,ha,ton,tons,tonne,tonnes,metric tons,"
        "metric tonnes,gigatons,kilograms,grams,kg,mg,g,pounds,pound,lb,lbs,ounces,litres,liters,"
        "gallons,barrels,°,° c,° f,° e,° w,° n,° s,degrees,degrees celsius,degrees fahrenheit,"
        "kelvin,mph,km h,kwh,kw,mw,gw,w,watts,hz,khz,mhz,ghz,hertz,kb,mb,gb,tb,volts,knots,rpm,"
        "revolutions per minute,inhabitants,people,kilometer,kilometern,meter,metern,"
        "quadratkilometer,quadratkilometern,quadratmeter,quadratmetern,kubikmeter,meilen,"
        "quadratmeilen,seemeilen,zentimeter,millimeter,fuß,zoll,hektar,tonnen,gigatonnen,"
        "kilogramm,gramm,pfund,liter,grad,grad celsius,umdrehungen pro minute,einwohner,"
        "einwohnern,menschen,kilómetros,kilómetros cuadrados,metros,metros cuadrados,"
        "metros cúbicos,millas,millas cuadradas,pies,pulgadas,centímetros,milímetros,hectáreas,"
        "toneladas,toneladas métricas,gigatoneladas,kilogramos,kilos,gramos,libras,litros,grados,"
        "grados celsius,revoluciones por minuto,habitantes,personas,kilomètres,kilomètres carrés,"
        "mètres,mètres carrés,mètres cubes,pieds,pouces,centimètres,kilogrammes,grammes,degrés,"
        "degrés celsius,habitants,personnes,км,км2,м,см,мм,кг,километр,километра,километров,"
        "километрах,кв км,кв миль,кв километров,кв метров,квадратных километров,"
        "квадратных километра,метр,метра,метров,квадратных метров,кубических метров,миль,мили,"
        "квадратных миль,футов,фута,фунтов,дюймов,гектаров,тонн,тонны,гигатонн,килограммов,"
        "граммов,литров,градус,градуса,градусов,градусов цельсия,оборотов в минуту,жителей,"
        "человек,человека",
        Unit.TIMES: "times,mal,malen,veces,fois,раз,раза",
    }
)
_LONGEST_UNIT = 3
_BEFORE_UNIT = frozenset({"", " ", "\u00a0", "\u202f", "-", ". ", "."})
_MONEY_BEFORE = word_set("$ € £ ¥ ₽ ₴ usd eur gbp")
_DOLLARS = word_set("US A C")  # $
_GLUED = re.compile(r"\d+(?:[.,]\d+)?(m|bn|k|km|cm|mm|nm|kg|mg|ft)", re.IGNORECASE)
_GLUED_SCALES = word_set("m bn k")
_YEAR = re.compile(r"1\d{3}|20\d\d")
_ABOUT = phrase_set(
    "more than,less than,fewer than,greater than,higher than,lower than,at least,at most,up to,"
    "nearly,almost,about,around,approximately,roughly,over,under,mehr als,weniger als,"
    "mindestens,höchstens,bis zu,fast,beinahe,rund,etwa,ungefähr,knapp,über,más de,menos de,"
    "al menos,por lo menos,casi,unos,unas,alrededor de,cerca de,aproximadamente,plus de,"
    "moins de,au moins,environ,près de,presque,более,более чем,менее,менее чем,не менее,"
    "не более,почти,около,примерно,свыше,как минимум,по меньшей мере"
)
_LONGEST_ABOUT = 3
_JOINED = frozenset("-–/.:_^")


def find_numbers(tokens: Sequence[Token]) -> list[Number]:
    """The numbers of a text, in order; those that are part of a name or code left out."""
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        number = number_at(tokens, at)
        if number is not None:
            found.append(number)
        at = number.last if number else at + 1
    return found


def number_at(tokens: Sequence[Token], at: int) -> Number | None:
    """The number that begins at a token, its "about" before it; None if none does."""
    token = tokens[at]
    if token.gap.endswith(("[", "№", "#")) or (hangs(token) and not _is_spelled(token)):
        return None
    if token.lower in _TIMES:
        return Number(at, at + 1, (at, at + 1), Unit.TIMES)
    if token.lower in _FRACTIONS:
        first = at - (word_at(tokens, at - 1) in _ONE)
        return Number(_about(tokens, first), at + 1, (first, at + 1), Unit.SHARE)
    if token.lower in _LONE:
        return Number(at, at + 1, (at, at + 1), None)
    end = _value_end(tokens, at)
    if end is None:
        return None
    while (further := _range_end(tokens, end)) is not None:
        end = further
    if word_at(tokens, end) in _FRACTIONS and tokens[end].gap in {" ", "-"}:
        return Number(_about(tokens, at), end + 1, (at, end + 1), Unit.SHARE)
    first, unit, last = _with_unit(tokens, at, end)
    if unit is None and last < len(tokens) and tokens[last].gap == "-":
        last += not tokens[last].is_number  # "20-point"
    may_be_year = end == at + 1 and unit is None and bool(_YEAR.fullmatch(token.text))
    return Number(_about(tokens, first), last, (first, end), unit, may_be_year)


def hangs(token: Token) -> bool:
    """Whether a token is joined to the one before, as the number in "MPEG-4" and "3/4"."""
    return token.gap in _JOINED


def unit_at(tokens: Sequence[Token], at: int) -> tuple[Unit | None, int]:
    """The unit that begins at a token, and where it ends."""
    for length in range(_LONGEST_UNIT, 0, -1):
        words = tokens[at : at + length]
        if len(words) == length and all(word.gap in _BEFORE_UNIT for word in words):
            unit = _UNITS.get(tuple(fold(word.lower) for word in words))
            if unit is not None:
                return unit, at + length
    return None, at


def _with_unit(tokens: Sequence[Token], at: int, end: int) -> tuple[int, Unit | None, int]:
    """Where a number begins with its currency, its unit, and where it ends with that."""
    if at and tokens[at - 1].lower in _MONEY_BEFORE and len(tokens[at].gap) <= 1:
        dollars = at > 1 and tokens[at - 2].text in _DOLLARS and tokens[at - 1].gap == ""
        return at - 1 - dollars, Unit.MONEY, end
    glued = _GLUED.fullmatch(tokens[at].text)
    if glued and glued[1].lower() not in _GLUED_SCALES:
        return at, Unit.SIZE, end
    return at, *unit_at(tokens, end)


def _is_spelled(token: Token) -> bool:
    return token.lower in _NUMBER_WORDS or bool(_GERMAN_NUMBER.fullmatch(token.lower))


def _is_value(token: Token) -> bool:
    return token.is_number or _is_spelled(token) or bool(_GLUED.fullmatch(token.text))


def _value_end(tokens: Sequence[Token], at: int) -> int | None:
    """Where the number that begins at a token ends; None if none does."""
    token = tokens[at]
    if token.lower in _SCALES:
        if token.lower not in _LONE_SCALES and word_at(tokens, at - 1) not in _ONE:
            return None
    elif not _is_value(token):
        return None
    end = at + 1
    is_spelled = not token.is_number
    while end < len(tokens):
        following = tokens[end]
        if following.gap not in (_JOINS_SPELLED if is_spelled else _JOINS):
            break
        if following.lower in _SCALES or (is_spelled and _is_spelled(following)):
            end += 1
        elif (
            is_spelled
            and following.lower in _AND
            and tokens[end - 1].lower in _BEFORE_AND
            and end + 1 < len(tokens)
            and _is_spelled(tokens[end + 1])
        ):
            end += 2
        else:
            break
    return end


def _range_end(tokens: Sequence[Token], end: int) -> int | None:
    """Where "27-30" or "five to ten" ends, when `end` is after its first number."""
    if end >= len(tokens):
        return None
    if tokens[end].gap in DASHES and not _is_spelled(tokens[end]) and _is_value(tokens[end]):
        return _value_end(tokens, end)
    if tokens[end].lower in _TO and tokens[end].gap == " " and end + 1 < len(tokens):
        following = tokens[end + 1]
        if following.gap == " " and _is_value(following):
            return _value_end(tokens, end + 1)
    return None


def _about(tokens: Sequence[Token], first: int) -> int:
    return phrase_before(tokens, first, _ABOUT, _LONGEST_ABOUT)
