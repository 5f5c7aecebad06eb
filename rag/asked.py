"""What phrase would answer a question: a count, a year, a person… or none that is plain.

Finer than `rag.question`, which helps to rank sentences and may err: a phrase is only
pointed at where the question word and the noun that goes with it leave no doubt.
English, German, Spanish, French and Russian.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from index.tokens import stem
from rag.question import Question, Wants
from rag.wording import Token, read_tokens, tell_language


class Kind(StrEnum):
    """What sort of phrase is asked for."""

    COUNT = "count"
    SHARE = "share"
    MONEY = "money"
    FIGURE = "figure"
    SIZE = "size"
    SPAN = "span"
    TIMES = "times"
    DATE = "date"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    CENTURY = "century"
    DECADE = "decade"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `focus` are the stems of the words that name it: of "old drones" in "how many old drones".
    """

    kind: Kind
    focus: tuple[str, ...]


# The question words of each language: those that say by themselves what is asked for…
_LEADING: dict[str, dict[Kind, str]] = {
    "en": {Kind.PERSON: "who whom whose", Kind.DATE: "when", Kind.PLACE: "where"},
    "de": {Kind.PERSON: "wer wen wem wessen", Kind.DATE: "wann", Kind.PLACE: "wo wohin woher"},
    "es": {Kind.PERSON: "quién quiénes", Kind.DATE: "cuándo", Kind.PLACE: "dónde adónde"},
    "fr": {Kind.PERSON: "qui", Kind.DATE: "quand", Kind.PLACE: "où"},
    "ru": {
        Kind.PERSON: "кто кого кому кем чей чья чьё чьи чьей",
        Kind.DATE: "когда",
        Kind.PLACE: "где куда откуда",
    },
}
# … and the others.
_OTHER = {
    "en": "what which why how",
    "de": "was welche welcher welches welchem welchen warum weshalb wieso wie wieviel wieviele "
    "womit wofür worauf worüber wodurch wozu woran worin",
    "es": "qué cuál cuáles cómo cuánto cuánta cuántos cuántas",
    "fr": "que quoi qu quel quelle quels quelles comment combien pourquoi lequel laquelle",
    "ru": "что чего чему чем чём как каков какова каково каковы сколько скольких скольким почему "
    "зачем насколько",
}
_QUESTION_WORDS: dict[str, dict[str, Kind | None]] = {
    language: {
        **dict.fromkeys(_OTHER[language].split()),
        **{word: kind for kind, words in kinds.items() for word in words.split()},
    }
    for language, kinds in _LEADING.items()
}
# How a question begins that yes or no answers.
_YES_OR_NO = frozenset(
    "is are was were am do does did has have had can could will would shall should may might must "
    "ist sind war waren hat haben hatte wird werden wurde wurden kann können soll darf "
    "es son fue fueron está están ha han había puede pueden hay est sont était ont a peut".split()
)
_WHICH = re.compile(
    r"what|which|welche[rsmn]?|wie ?viele?|qué|cuál(?:es)?|quels?|quelles?|"
    r"как(?:ой|ая|ое|ие|ом|ого|ую|им|ими|их|ому)|котор\w+"
)
_RUSSIAN_WHICH = re.compile(r"как(?:ой|ая|ое|ие|ом|ого|ую|им|ими|их|ому)|котор\w+")
_BE = frozenset(
    "is was are were 's be ist war sind waren betrug beträgt lautet lautete es era fue son eran "
    "est était sont была был было были составляет составляла является".split()
)

# Nouns that say what is asked for, in each language.
_NOUNS: dict[str, dict[Kind, str]] = {
    "en": {
        Kind.YEAR: "years?",
        Kind.MONTH: "months?",
        Kind.DAY: "dates?|days?|weekdays?",
        Kind.CENTURY: "century|centuries",
        Kind.DECADE: "decades?",
        Kind.SHARE: "percent|percentages?|percentile|proportions?|fractions?",
        Kind.MONEY: "prices?|costs?|sums?|salary|revenues?|fees?",
        Kind.FIGURE: "numbers?|populations?|amounts?|temperatures?|speeds?|ratios?|sizes?|heights?|"
        "depths?|lengths?|weights?|distances?|capacity|efficiency|wavelengths?|rates?|age",
        Kind.PERSON: "persons?|presidents?|(?:\\w*)ministers?|premiers?|chancellors?|leaders?|"
        "kings?|queens?|emperors?|empress|princes?|princess|rulers?|politicians?|generals?|"
        "commanders?|authors?|writers?|poets?|novelists?|scientists?|researchers?|chemists?|"
        "physicists?|biologists?|geologists?|mathematicians?|philosophers?|architects?|actors?|"
        "actress(?:es)?|directors?|composers?|singers?|musicians?|artists?|painters?|players?|"
        "footballers?|coach(?:es)?|governors?|senators?|mayors?|officials?|spokes\\w+|"
        "ambassadors?|judges?|explorers?|engineers?|inventors?|reformers?|shamans?|descendants?|"
        "sons?|daughters?|wife|husband|brothers?|sisters?|father|mother|founders?|chairman|ceo",
        Kind.PLACE: "country|countries|city|cities|towns?|villages?|states?|regions?|places?|"
        "provinces?|continents?|islands?|county|counties|districts?|colony|colonies|nations?|"
        "areas?|capital",
        Kind.ORGANISATION: "company|companies|firms?|corporations?|organi[sz]ations?|university|"
        "universities|colleges?|party|parties|agency|agencies|newspapers?|magazines?|outlets?|"
        "networks?|channels?|broadcasters?|bands?|museums?|teams?|clubs?|banks?|institutes?|"
        "institutions?|ministry|ministries|manufacturers?|publishers?|airlines?",
    },
    "de": {
        Kind.YEAR: "jahr(?:e[ns]?)?",
        Kind.MONTH: "monat(?:e[ns]?)?",
        Kind.DAY: "datum|daten|tag(?:e[ns]?)?|wochentag(?:e[ns]?)?",
        Kind.CENTURY: "jahrhundert(?:e[ns]?|s)?",
        Kind.DECADE: "jahrzehnt(?:e[ns]?|s)?",
        Kind.SHARE: "prozent\\w*|anteile?s?",
        Kind.MONEY: "preise?s?|kosten|gebühren|summe",
        Kind.FIGURE: "anzahl|\\w*bevölkerung\\w*|einwohnerzahl|zahl|\\w*temperatur\\w*|menge|"
        "\\w*geschwindigkeit\\w*|verhältnis|größe|höhe|tiefe|länge|fläche|gewicht|entfernung|"
        "\\w*wirkungsgrad",
        Kind.PERSON: "personen?|königin|kaiserin|\\w*(?:präsident|minister|kanzler|führer|könig|"
        "kaiser|herrscher|politiker|general|autor|dichter|schriftsteller|wissenschaftler|forscher|"
        "chemiker|physiker|architekt|schauspieler|regisseur|komponist|sänger|künstler|maler|"
        "spieler|gouverneur|bürgermeister|ingenieur|erfinder|gründer|schamane|nachkomme)"
        "(?:in|innen|e[nsr]?|s|n|en)?",
        Kind.PLACE: "länder[n]?|\\w*städte[n]?|\\w*(?:land|stadt|staat|region|ort|dorf|provinz|"
        "insel|kontinent|bezirk|kolonie|nation|gebiet)(?:e[nsr]?|s|n|en)?",
        Kind.ORGANISATION: "\\w*firmen|\\w*(?:unternehmen|firma|gesellschaft|organisation|"
        "universität|partei|agentur|zeitung|sender|band|museum|mannschaft|verein|bank|institut|ministerium|"
        "hersteller|netzwerk)(?:e[ns]?|s|n|en)?",
    },
    "es": {
        Kind.YEAR: "años?",
        Kind.MONTH: "mes(?:es)?",
        Kind.DAY: "fechas?|días?",
        Kind.CENTURY: "siglos?",
        Kind.DECADE: "décadas?",
        Kind.SHARE: "porcentajes?|proporción",
        Kind.MONEY: "precios?|costos?|costes?|tarifas?",
        Kind.FIGURE: "población|número|cantidad|temperatura|velocidad|relación|tamaño|altura|"
        "profundidad|longitud|superficie|eficiencia|proporción",
        Kind.PERSON: "personas?|president[ea]s?|ministr[oa]s?|rey|reina|emperador|líder(?:es)?|"
        "gobernantes?|polític[oa]s?|autor(?:a|es)?|escritor(?:a|es)?|poetas?|científic[oa]s?|"
        "investigador(?:a|es)?|químic[oa]s?|arquitect[oa]s?|actor(?:es)?|actriz|"
        "director(?:a|es)?|compositor(?:a|es)?|cantantes?|artistas?|pintor(?:a|es)?|"
        "jugador(?:a|es)?|gobernador(?:a|es)?|general(?:es)?|chamán|descendientes?",
        Kind.PLACE: "país(?:es)?|ciudad(?:es)?|pueblos?|estados?|región|regiones|provincias?|"
        "islas?|lugar(?:es)?|colonias?|nación|naciones|zonas?|capital",
        Kind.ORGANISATION: "empresas?|compañías?|organización|organizaciones|universidad(?:es)?|"
        "partidos?|agencias?|periódicos?|canal(?:es)?|cadenas?|bandas?|museos?|equipos?|clubes|"
        "bancos?|institut[oa]s?",
    },
    "fr": {
        Kind.YEAR: "ans?|années?",
        Kind.MONTH: "mois",
        Kind.DAY: "dates?|jours?",
        Kind.CENTURY: "siècles?",
        Kind.DECADE: "décennies?",
        Kind.SHARE: "pourcentages?|proportion|part",
        Kind.MONEY: "prix|coûts?|sommes?",
        Kind.FIGURE: "population|nombre|température|vitesse|taille|hauteur|profondeur|longueur|"
        "superficie",
        Kind.PERSON: "personnes?|présidente?s?|ministres?|rois?|reine|empereur|dirigeants?|"
        "auteurs?|écrivains?|poètes?|chercheurs?|architectes?|acteurs?|actrices?|peintres?|joueurs?|"
        "général|généraux",
        Kind.PLACE: "pays|villes?|villages?|états?|régions?|îles?|lieux?|provinces?|capitale",
        Kind.ORGANISATION: "entreprises?|sociétés?|compagnies?|organisations?|universités?|partis?|"
        "agences?|journal|journaux|chaînes?|musées?|équipes?|banques?",
    },
    "ru": {
        Kind.YEAR: "год(?:у|а|ы|ах)?",
        Kind.MONTH: "месяц\\w*",
        Kind.DAY: "дат[ауыеой]+|день|дня|дней|числа",
        Kind.CENTURY: "век\\w*|столети\\w+",
        Kind.DECADE: "десятилети\\w+",
        Kind.SHARE: "процент\\w*|дол[яюи]",
        Kind.MONEY: "цен[ауы]|стоимост\\w+",
        Kind.FIGURE: "число|численност\\w+|населени\\w+|температур\\w+|скорост\\w+|соотношени\\w+|"
        "размер\\w*|высот\\w+|глубин\\w+|длин[ауы]|площад\\w+|количеств\\w+",
        Kind.PERSON: "человек\\w*|президент\\w*|министр\\w*|канцлер\\w*|лидер\\w*|корол\\w+|"
        "император\\w*|правител\\w+|политик\\w*|автор\\w*|писател\\w+|поэт\\w*|уч[её]н\\w+|химик\\w*|"
        "архитектор\\w*|акт[её]р\\w*|режисс[её]р\\w*|композитор\\w*|художник\\w*|генерал\\w*|"
        "губернатор\\w*|шаман\\w*|потом(?:ок|ка|ки)\\w*",
        Kind.PLACE: "стран\\w+|город\\w*|деревн\\w+|штат\\w*|регион\\w*|област\\w+|мест[оаеу]м?|"
        "провинци\\w+|остров\\w*|колони\\w+",
        Kind.ORGANISATION: "компани\\w+|фирм\\w+|организаци\\w+|университет\\w*|парти[яиюей]+|"
        "агентств\\w+|газет\\w+|канал\\w*|групп[аыуе]\\w*|музе[йяеюи]\\w*|команд[аыуе]\\w*|клуб\\w*|"
        "банк\\w*|институт\\w*|сет[ьи]",
    },
}
_NOUN_KINDS = {
    language: [(kind, re.compile(pattern)) for kind, pattern in nouns.items()]
    for language, nouns in _NOUNS.items()
}
_TIME_NOUN = re.compile(
    r"years?|months?|weeks?|days?|hours?|minutes?|decades?|jahre[n]?|monate[n]?|wochen|tage[n]?|"
    r"stunden|minuten|años|meses|semanas|días|horas|ans|années|mois|semaines|jours|heures|лет|"
    r"месяцев|недель|дней|часов|минут|времени|tiempo|temps"
)
_TIMES_NOUN = re.compile(r"times|mal|veces|fois|раз")
_MONEY_NOUN = re.compile(
    r"money|dollars?|euros?|geld|dinero|dólares|argent|денег|долларов|рублей|евро"
)
_PAYING = re.compile(
    r"costs?|pay|pays|paid|spen[dt]|worth|earns?|charged?|kost\w+|zahl\w+|bezahlt\w*|wert|"
    r"cuesta|costó|costaba|pag[aoó]\w*|vale|coût\w+|стоит|стоил\w*|заплат\w+"
)
_MEASURES: dict[str, dict[str, Kind]] = {
    "en": {
        **dict.fromkeys(
            "high tall deep far large big wide heavy fast thick hot cold".split(), Kind.SIZE
        ),
        "long": Kind.SPAN,
        "old": Kind.SPAN,
        "often": Kind.TIMES,
    },
    "de": {
        **dict.fromkeys(
            "hoch tief weit groß breit schwer schnell dick heiß kalt".split(), Kind.SIZE
        ),
        "lange": Kind.SPAN,
        "lang": Kind.SPAN,
        "alt": Kind.SPAN,
        "oft": Kind.TIMES,
    },
    "ru": {"долго": Kind.SPAN, "давно": Kind.SPAN, "часто": Kind.TIMES},
}
# The first group tells what can be counted from what can only be measured.
_HOW_MANY = {
    "en": re.compile(r"how (?:(many)|much)\b"),
    "de": re.compile(r"wie ?(?:(vielen?)|viel)\b"),
    "es": re.compile(r"(cuánt[oa]s)\b|cuánt[oa]\b"),
    "fr": re.compile(r"(combien d[e']?)\b|combien\b"),
    "ru": re.compile(r"(скольк\w+)"),
}
_AUXILIARIES = frozenset(
    "is was are were do does did has have had can could will would shall should may might must "
    "in exactly else".split()
)
_STOP = frozenset(
    "is was are were be been being am do does did done has have had can could will would shall "
    "should may might must of in on at to for from with by about into over under and or but as "
    "than that who whom whose when where why it its there their they he she his her this these "
    "ist war sind waren wird wurde wurden werden hat haben hatte hatten kann können konnte von im "
    "am zu mit für auf aus bei nach um und oder sich es er sie der die das den dem des ein eine "
    "es era fue son eran fueron está están estaba ha han había de del en con por para se que y o "
    "el la los las un una est était sont étaient a ont avait de du des en dans par pour sur et ou "
    "le les qui il elle в на с из от к по о об и или был была было были есть является не".split()
)
_LONGEST_PHRASE = 5  # words of "what … …" that are looked at
_DESCRIBED = 5  # words after "what" among which the noun must come


def what_is_asked(question: Question) -> Asked | None:
    """What phrase answers a question, or None if that is not plain."""
    if question.wants is Wants.REASON:
        return None
    text = _last_question(question.text)
    tokens = read_tokens(text)
    language = tell_language(tokens)
    if language is None:
        return None
    if question.wants is Wants.AUTHOR:
        return Asked(Kind.PERSON, ())
    at = _question_word(tokens, language)
    if at is None:
        return None
    kind, focus = _kind(tokens, at, language)
    return None if kind is None else Asked(kind, tuple(dict.fromkeys(map(stem, focus))))


def _last_question(text: str) -> str:
    """The part of a text that asks; earlier ones are what a follow-up follows."""
    parts = [part for part in re.split(r"(?<=[?？])\s", text) if part.strip(" ?¿？")]
    return parts[-1] if parts else text


def _question_word(tokens: tuple[Token, ...], language: str) -> int | None:
    """Where the first question word stands; one with a capital inside is part of a name."""
    known = _QUESTION_WORDS[language]
    if tokens[0].lower in _YES_OR_NO:
        return None
    for at, token in enumerate(tokens):
        if token.is_capitalised and not token.is_first and '"' not in token.gap:
            continue
        if token.lower in known or (language == "ru" and _RUSSIAN_WHICH.fullmatch(token.lower)):
            following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
            joins = language == "en" and token.lower in {"when", "where"}
            if not (joins and following and following not in _AUXILIARIES):
                return at
    return None


def _kind(tokens: tuple[Token, ...], at: int, language: str) -> tuple[Kind | None, list[str]]:
    word = tokens[at].lower
    rest = tokens[at + 1 :]
    following = rest[0].lower if rest else ""
    plain = _QUESTION_WORDS[language].get(word)
    if plain is not None:
        describes = plain is Kind.PERSON and _asks_what_someone_is(rest)
        return (None if describes else plain), []
    how_many = _HOW_MANY[language].match(" ".join([word, following]))
    if how_many:
        skipped = how_many.group().count(" ")
        return _how_many(rest[skipped:], language, bool(how_many[1]))
    if word in {"how", "wie", "как"}:
        if following in {"hoch", "groß"} and (kind := _described(rest[1:], language)):
            return kind, []
        return _MEASURES[language].get(following), []
    if following in _BE or word in {"каков", "какова", "каково", "каковы"}:
        return _described(rest, language), []
    return _which(rest, language) if _WHICH.fullmatch(word) else (None, [])


def _asks_what_someone_is(rest: tuple[Token, ...]) -> bool:
    """Whether "who is" is followed by a name and no more: that asks for a description."""
    if not rest or rest[0].lower not in _BE:
        return False
    return all(token.is_capitalised for token in rest[1:])


def _how_many(
    rest: tuple[Token, ...], language: str, countable: bool
) -> tuple[Kind | None, list[str]]:
    phrase = _phrase(rest)
    words = [token.lower for token in phrase]
    if words and _TIMES_NOUN.fullmatch(words[0]):
        return Kind.TIMES, []
    if any(_TIME_NOUN.fullmatch(word) for word in words[:2]):
        return Kind.SPAN, []
    if any(_MONEY_NOUN.fullmatch(word) for word in words) or any(
        _PAYING.fullmatch(token.lower) for token in rest
    ):
        return Kind.MONEY, []
    if words and _kind_of_noun(words[0], language) is Kind.SHARE:
        return Kind.SHARE, []
    return (Kind.COUNT if countable else Kind.FIGURE), [token.text for token in phrase]


def _phrase(rest: tuple[Token, ...]) -> list[Token]:
    """The words up to the first that cannot be part of a noun phrase."""
    phrase: list[Token] = []
    for token in rest[:_LONGEST_PHRASE]:
        cut = phrase and token.gap.strip(" '’-\"“”„«»")
        if token.lower in _STOP or token.text[0].isdecimal() or cut:
            break
        phrase.append(token)
    return phrase


def _which(rest: tuple[Token, ...], language: str) -> tuple[Kind | None, list[str]]:
    phrase = _phrase(rest)
    for token in phrase:
        kind = _kind_of_noun(token.lower, language)
        if kind is not None:
            return kind, [token.text]
    return None, []


def _described(rest: tuple[Token, ...], language: str) -> Kind | None:
    """The kind of "what is the … population", if it is a number."""
    for token in rest[:_DESCRIBED]:
        if token.is_capitalised and language != "de":
            continue
        kind = _kind_of_noun(token.lower, language)
        if kind in {Kind.SHARE, Kind.MONEY, Kind.FIGURE, Kind.YEAR}:
            return kind
    return None


def _kind_of_noun(word: str, language: str) -> Kind | None:
    kinds = _NOUN_KINDS[language]
    return next((kind for kind, pattern in kinds if pattern.fullmatch(word)), None)
