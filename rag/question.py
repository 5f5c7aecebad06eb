"""What a question asks for, told from its words: a number, a date, a person, a reason…

Only what is plain is used, in English, German, Spanish, French and Russian; a question
of no plain kind, or in another language, is answered by meaning and words alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from index.tokens import fold, stem, tokenize, words


class Wants(StrEnum):
    """The kind of answer a question wants."""

    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    AUTHOR = "author"


_ARTICLE = r"(?:article|story|report|piece|text|artikel|bericht|artículo|nota|стать\w+|texte)"
_PATTERNS: list[tuple[Wants, re.Pattern[str]]] = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in [
        (
            Wants.AUTHOR,
            rf"\b(?:who\s+(?:\w+\s+)?(?:wrote|authored|penned)\b.*\b{_ARTICLE}|"
            rf"(?:author|writer|byline|journalist)s?\b.*\b{_ARTICLE}|"
            rf"{_ARTICLE}\b.*\b(?:written by|by whom|author|byline)|"
            rf"wer\s+hat\b.*\b{_ARTICLE}.*\bgeschrieben|qui\s+a\s+écrit\b.*\b{_ARTICLE}|"
            rf"quién\s+escribió\b.*\b{_ARTICLE}|кто\s+(?:на)?писал\b.*\b{_ARTICLE})",
        ),
        (
            Wants.REASON,
            r"\b(?:why|for what reason|what (?:is|was) the reason|warum|weshalb|wieso|por qué|"
            r"почему|зачем|pourquoi)\b",
        ),
        (
            Wants.MONEY,
            r"\bhow much\b.*\b(?:costs?|pay|pays|paid|spen[dt]|worth|earns?|price|charge)\b|"
            r"\b(?:what|which) (?:price|sum)\b|\bwie ?viel\b.*\b(?:kosten|kostet|kostete|zahl\w+|"
            r"wert)\b|\bcuánto\b.*\b(?:cuesta|costó|costaba|pag\w+)\b|\bcombien\b.*\bcoût\w+|"
            r"\bсколько\b.*\bсто(?:ит|ил|ила|ило|ят)\b",
        ),
        (
            Wants.NUMBER,
            r"\b(?:how (?:many|much|large|big|far|high|tall|old|long|often|wide|deep|heavy|fast)|"
            r"(?:what|which) (?:percent\w*|proportion|share|number|amount|fraction|price|size)|"
            r"what (?:is|was) the (?:\w+ )?(?:number|population|percentage|amount|price|cost)|"
            r"wie ?viele?|wie (?:hoch|groß|lange?|alt|oft|weit)|cuánt\w+|combien|сколько)\b",
        ),
        (
            Wants.DATE,
            r"\b(?:when|(?:what|which) (?:\w+ ){0,2}(?:year|date|day|month|century|decade|"
            r"weekday)|wann|seit wann|welche[mrns]? (?:jahr|datum|monat|tag|jahrhundert)|cuándo|"
            r"qué (?:año|fecha|día|mes|siglo)|quand|quelle (?:année|date)|когда|"
            r"каком (?:году|веке|месяце))\b",
        ),
        (
            Wants.PLACE,
            r"\b(?:where|(?:what|which) (?:country|city|state|region|place|town|area|continent)|"
            r"wo|wohin|woher|dónde|adónde|où|где|куда|откуда)\b",
        ),
        (
            Wants.PERSON,
            r"\b(?:who|whose|whom|(?:which|what) (?:person|president|minister|leader|scientist|"
            r"king|queen|emperor|politician|general|author|writer|official)|"
            r"wer|wen|wem|wessen|quién|quiénes|qui|кто|кого|кому)\b",
        ),
    ]
]

# Words of a question that say nothing of its subject.
_FUNCTION_WORDS = frozenset(
    fold(word)
    for word in (
        "a an the of in on at to for from by with about into over under and or but as than that "
        "this these those it its is are was were be been being am do does did done has have had "
        "can could will would shall should may might must not no any some there their they them "
        "he she his her him we our us you your i my me who whom whose what which when where why "
        "how many much s t according name named call called tell say said says "
        "take takes took taken place happen happens happened occur occurs occurred think thinks "
        "der die das den dem des ein eine einen einem einer eines und oder aber von vom zu zum zur "
        "im in am an auf für mit bei aus nach über unter um ist sind war waren wird werden wurde "
        "wurden hat haben hatte hatten kann können konnte nicht kein keine es er sie ihr ihre sein "
        "seine was wer wen wem wessen wann wo wohin woher warum weshalb wieso wie viel viele "
        "welche welcher welches welchem welchen sich als auch dass laut "
        "el la los las lo un una unos unas de del al en y o u a por para con sin sobre entre es "
        "son era eran fue fueron ser estar está están ha han había se su sus que qué quién quiénes "
        "cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas no según "
        "le les du des et ou à au aux dans sur pour par avec sans est sont était étaient a ont "
        "avait ce cette ces il elle ils elles qui quoi quel quelle quels quelles quand où comment "
        "combien pourquoi ne pas selon "
        "и или но в во на с со к ко у о об от до из за по для не ни же ли бы что чтобы кто кого "
        "кому чем где куда откуда когда почему зачем как какой какая какие каком какую каких "
        "сколько который которая которые это этот эта эти он она они его ее их был была были "
        "было быть есть"
    ).split()
)

_NUMBER_WORDS = frozenset(
    (
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
        "ninety hundred hundreds thousand thousands million millions billion billions dozen "
        "dozens half third quarter twice double couple several "
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert "
        "tausend millionen milliarden hälfte zweimal dos tres cuatro cinco seis siete ocho "
        "nueve diez once doce veinte treinta cien mil millones mitad deux trois quatre cinq six "
        "sept huit neuf dix douze vingt trente cent mille moitié два две три четыре пять шесть "
        "семь восемь девять десять двадцать тридцать сто тысяч тысячи миллион миллионов "
        "миллиарда миллиардов половина"
    ).split()
)
_DATE_WORDS = frozenset(
    (
        "january february march april may june july august september october november december "
        "jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday "
        "friday saturday sunday century centuries year years day days week weeks month months "
        "decade decades ago today yesterday tomorrow "
        "januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag "
        "freitag samstag sonntag jahrhundert jahr jahre jahren tag tage woche wochen monat monate "
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
        "lunes martes miércoles jueves viernes sábado domingo siglo año años día días semana mes "
        "janvier février mars avril juin juillet août septembre octobre novembre décembre lundi "
        "mardi mercredi jeudi vendredi samedi dimanche siècle an ans jour jours semaine mois "
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
        "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре "
        "понедельник вторник среду четверг пятницу субботу воскресенье век веке года году лет дней"
    ).split()
)
_MONEY = re.compile(
    r"[$€£¥₽₴₹]|\b(?:dollars?|euros?|pounds?|cents?|rubles?|roubles?|hryvnias?|yen|yuan|francs?|"
    r"marks?|kronor|kroner|dólares|libras|pesos|pesetas|livres|pfund|mark|рубл\w+|доллар\w*|евро|"
    r"usd|eur|gbp|free of charge|for free|million\w*|billion\w*|milliard\w*|миллиард\w*|"
    r"миллион\w*)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1\d{3}|20\d\d)(?:s|er|er-jahre)?")
_REASON_WORDS = re.compile(
    r"\b(?:because|due to|since|in order to|so that|aimed at|as a result|owing to|caused by|"
    r"reason|as (?:it|they|he|she|this)|therefore|weil|wegen|damit|aufgrund|deshalb|porque|"
    r"debido|ya que|por eso|parce que|car|puisque|afin|потому|из-за|поскольку|чтобы|так как)\b",
    re.IGNORECASE,
)


_GERMAN = frozenset(
    "der die das den dem des ein eine einer eines ist sind war wurde wurden hat haben und von vom "
    "zu zur zum im wie was wer wo wann warum welche welcher welches welchen für mit bei nach "
    "aus auf nicht".split()
)
_SURELY_GERMAN = 2  # of these words
_SHORTEST_NAME = 4
_BEFORE_FIRST_WORD = " ¿¡\"'“„«"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as retrieval sees it."""

    text: str
    wants: Wants | None
    content: tuple[str, ...]
    """Its words that say what it is about, as written."""
    names: tuple[str, ...]
    """Those of them that are plainly names: a capital letter inside the sentence."""
    tokens: frozenset[str]
    """The tokens of all its words."""


@lru_cache(maxsize=64)  # the steps of an answer ask for the same few questions
def analyse(text: str) -> Question:
    """Tell what a question wants and which of its words carry its subject."""
    wants = _wants(text)
    content = tuple(word for word in words(text) if has_content(word))
    content = content or tuple(words(text))
    return Question(
        text=text,
        wants=wants,
        content=content,
        names=_names(text, content),
        tokens=frozenset(tokenize(text)),
    )


def has_content(word: str) -> bool:
    """Whether a word says something of a subject: not "the", "how" or "ist"."""
    return fold(word) not in _FUNCTION_WORDS


def _wants(text: str) -> Wants | None:
    """The kind that is asked for first: "Where was he when it began?" wants a place."""
    first: tuple[int, Wants] | None = None
    for kind, pattern in _PATTERNS:
        match = pattern.search(text)
        if match is None:
            continue
        if kind is Wants.AUTHOR:
            return kind
        if first is None or match.start() < first[0]:
            first = match.start(), kind
    return first[1] if first else None


def _names(text: str, content: tuple[str, ...]) -> tuple[str, ...]:
    found = [word.lower() for word in words(text)]
    if len(_GERMAN.intersection(found)) >= _SURELY_GERMAN:
        return ()  # a capital letter tells nothing where every noun has one
    start = text.lstrip(_BEFORE_FIRST_WORD)
    return tuple(
        word
        for word in content
        if word[0].isupper() and len(word) >= _SHORTEST_NAME and not start.startswith(word)
    )


def offers(wants: Wants, sentence: str, question: Question) -> bool:
    """Whether a sentence holds something of the wanted kind that the question does not."""
    if wants is Wants.REASON:
        return bool(_REASON_WORDS.search(sentence))
    if wants is Wants.MONEY:
        return bool(_MONEY.search(sentence))
    asked = question.tokens
    found = words(sentence)
    if wants is Wants.NUMBER:
        return any(
            (word[0].isdigit() or word.lower() in _NUMBER_WORDS) and stem(word) not in asked
            for word in found
        )
    if wants is Wants.DATE:
        return any(
            (word.lower() in _DATE_WORDS or _YEAR.fullmatch(word.lower()))
            and stem(word) not in asked
            for word in found
        )
    # A person or a place has a name: a capital letter inside the sentence.
    return any(
        word[0].isupper() and len(word) > 2 and stem(word) not in asked for word in found[1:]
    )
