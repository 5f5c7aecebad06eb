"""Proper names among the words of a text, and what their surroundings say of them.

English, Spanish, French and Russian: names are told by their capital letters, which
in German every noun has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.tokens import fold
from rag.dates import MONTHS, WEEKDAYS
from rag.wording import Token, folded_set

LANGUAGES = frozenset({"en", "es", "fr", "ru"})


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: the tokens from `first` up to `last`."""

    first: int
    last: int
    is_by: bool
    """It stands after "by"."""
    is_placed: bool
    """It stands after "in", "at", "from"…"""
    is_unsure: bool
    """It is one word at the beginning of a sentence, where every word has a capital."""
    is_group: bool
    """It holds a word for an organisation: University, Party, Council…"""
    is_site: bool
    """It holds a word for a place: Street, River, Castle…"""


_PARTICLES = folded_set(
    "de von van der den del della di da du dos la le al el bin ibn ben of the фон де"
)
_NO_NAMES = folded_set(
    "a an the this that these those it its he his she her they their we our i you there here in on "
    "at for from with by about after before when while where if although though however as but and "
    "or so because since during until through under over between among some many most more such "
    "other another each every all both no not one two three several few first second then also "
    "instead despite following today yesterday "
    "el la los las un una unos unas lo su sus este esta estos estas ese esa en de del al a por "
    "para con sin sobre entre desde hasta según cuando donde como si aunque pero y o no se es era "
    "fue muchos algunos otros tras durante ante "
    "le les l d une des ce cette ces il elle ils elles on nous dans sur sous avec sans pour par "
    "selon lors après avant pendant mais ou et est sont "
    "в во на с со к ко у о об от до из за по для при под над между и а но или он она оно они его "
    "ее их этот эта это эти тот та те как когда где если хотя однако также не после во время "
    "многие некоторые другие все весь один одна"
)
_BY = folded_set("by por par")
_PLACED = folded_set(
    "in at from near to into towards around outside across throughout within en desde hacia cerca "
    "hasta à dans depuis vers chez в во из на близ около под у"
)
_ARTICLES = folded_set("the a an el la los las un una del al le les l du au aux une")
_TITLES = folded_set(
    "president prime minister premier chancellor king queen emperor empress prince princess duke "
    "earl lord lady sir dame baron count saint pope bishop cardinal archbishop reverend general "
    "gen colonel col major captain capt lieutenant lt sergeant admiral commander marshal governor "
    "senator mayor professor doctor dr mr mrs ms judge ambassador secretary director chairman "
    "presidente presidenta ministro ministra primer rey reina emperador príncipe princesa duque "
    "conde papa obispo coronel capitán almirante gobernador senador alcalde profesor señor señora "
    "don doña président présidente premier ministre roi reine empereur duc comte pape évêque "
    "capitaine gouverneur maire professeur monsieur madame "
    "президент премьер министр канцлер король королева император князь граф лорд сэр генерал "
    "полковник майор капитан губернатор сенатор мэр профессор доктор"
)
_GROUPS = re.compile(
    r"universit\w*|colleges?|schools?|institut\w*|academy|compan(?:y|ies)|corporation|corp|inc|"
    r"ltd|gmbh|ag|bank|party|ministry|department|agency|council|committee|commission|court|"
    r"parliament|congress|senate|assembly|army|navy|forces?|union|league|association|"
    r"organi[sz]ation|foundation|society|club|group|network|television|press|times|news|church|"
    r"government|office|authority|board|team|band|federation|service|trust|center|centre|guards?|"
    r"universidad|colegio|escuela|empresa|compania|banco|partido|ministerio|agencia|consejo|"
    r"comite|comision|tribunal|corte|parlamento|congreso|senado|ejercito|asociacion|fundacion|"
    r"iglesia|gobierno|oficina|universite|ecole|societe|banque|parti|ministere|conseil|cour|"
    r"parlement|armee|fondation|eglise|gouvernement|"
    r"университет\w*|школ\w*|институт\w*|компани\w*|банк\w*|парти\w*|министерств\w*|агентств\w*|"
    r"совет\w*|комитет\w*|комисси\w*|суд\w*|парламент\w*|конгресс\w*|сенат\w*|арми\w*|союз\w*|"
    r"организаци\w*|фонд\w*|обществ\w*|клуб\w*|церк\w*|правительств\w*"
)
_SITES = re.compile(
    r"streets?|avenue|road|boulevard|river|lakes?|sea|ocean|county|city|town|village|islands?|isle|"
    r"mountains?|mount|hills?|valley|palace|house|castle|park|gardens?|square|bridge|province|"
    r"region|states?|republic|kingdom|empire|coast|bay|gulf|desert|forest|airport|station|"
    r"hall|museum|gallery|theatre|theater|cathedral|stadium|port|north|south|east|west|\w+land|"
    r"calle|avenida|rio|lago|mar|oceano|condado|ciudad|pueblo|isla|montana|valle|palacio|castillo|"
    r"parque|jardin|plaza|puente|provincia|republica|reino|costa|bahia|museo|teatro|"
    r"rue|fleuve|lac|mer|ville|ile|mont|vallee|palais|chateau|parc|place|pont|cote|musee|"
    r"улиц\w*|рек\w+|озер\w*|мор[ея]\w*|океан\w*|город\w*|остров\w*|гор[аыеу]|дворе?ц\w*|"
    r"зам(?:ок|к)\w*|парк\w*|сад\w*|площад\w*|мост\w*|област\w*|кра[ия]\w*|республик\w*|"
    r"графств\w*|округ\w*"
)
_NO_NAME_ALONE = re.compile(r"\w+(?:ly|ing|ed)")  # English, at the beginning of a sentence
_ABBREVIATED = folded_set("dr mr mrs ms st gen col lt sgt capt prof sen gov jr sr no mt")
_LONGEST_INITIAL = 2  # letters
_LONGEST_NUMBER = 3  # characters, as in "Astra 2A"
_LONGEST = 8  # tokens of a name
_SPACED = frozenset({" ", "\u00a0"})
_JOINED = frozenset({" ", "\u00a0", "-", "’", "'", "’ ", "' ", " & ", "&"})
_AFTER_INITIAL = frozenset({". ", ".", ".\u00a0"})
_OPENERS = (":", "“", "„", "«", '"', "—")
_SHORTEST_HEADLINE = 6  # words
_HEADLINE = 0.7  # share of capitals from which a sentence is a headline


def find_names(tokens: Sequence[Token]) -> list[Name]:
    """The proper names of a text, in order."""
    headlines = _headlines(tokens)
    found: list[Name] = []
    at = 0
    while at < len(tokens):
        end = at if tokens[at].sentence in headlines else _name_end(tokens, at)
        if end > at and (name := _describe(tokens, at, end)):
            found.append(name)
        at = max(end, at + 1)
    return found


def _headlines(tokens: Sequence[Token]) -> set[int]:
    """The sentences in which nearly every word has a capital."""
    words = Counter(token.sentence for token in tokens)
    capitals = Counter(token.sentence for token in tokens if token.is_capitalised)
    return {
        sentence
        for sentence, count in words.items()
        if count >= _SHORTEST_HEADLINE and capitals[sentence] >= _HEADLINE * count
    }


def _opens(token: Token) -> bool:
    """Whether a sentence, or words that are quoted or listed, begin here."""
    return token.is_first or token.gap.rstrip().endswith(_OPENERS)


def _is_name_word(token: Token) -> bool:
    if not token.is_capitalised or token.text in MONTHS or token.text in WEEKDAYS:
        return False
    return not (_opens(token) and fold(token.lower) in _NO_NAMES)


def _name_end(tokens: Sequence[Token], at: int) -> int:
    """Where the name that begins at a token ends; there, if none does."""
    if not _is_name_word(tokens[at]):
        return at
    end = at + 1
    while end < min(len(tokens), at + _LONGEST) and not tokens[end].is_first:
        token, before = tokens[end], tokens[end - 1]
        initial = len(before.text) <= _LONGEST_INITIAL or fold(before.lower) in _ABBREVIATED
        if not (token.gap in _JOINED or (initial and token.gap in _AFTER_INITIAL)):
            break
        if _is_name_word(token):
            end += 1
        elif (
            token.gap in _SPACED
            and token.text[0].isdecimal()
            and len(token.text) <= _LONGEST_NUMBER
        ):
            return end + 1
        elif particles := _particles(tokens, end):
            end += particles + 1
        else:
            break
    return end


def _particles(tokens: Sequence[Token], at: int) -> int:
    """How many small words stand here that tie two parts of a name together."""
    for length in (2, 1):
        words = tokens[at : at + length + 1]
        if (
            len(words) == length + 1
            and all(word.gap in _SPACED for word in words)
            and all(fold(word.lower) in _PARTICLES for word in words[:-1])
            and words[0].lower != "the"
            and _is_name_word(words[-1])
        ):
            return length
    return 0


def _describe(tokens: Sequence[Token], first: int, last: int) -> Name | None:
    words = [fold(token.lower) for token in tokens[first:last]]
    if all(word in _TITLES for word in words) or all(len(word) == 1 for word in words):
        return None
    unsure = len(words) == 1 and _opens(tokens[first])
    if unsure and _NO_NAME_ALONE.fullmatch(words[0]):
        return None
    before = [fold(token.lower) for token in tokens[max(0, first - 2) : first]]
    if tokens[first].is_first:
        before = []
    if before and before[-1] in _ARTICLES - _PLACED:
        before.pop()
    titles = next(i for i, word in enumerate(words) if word not in _TITLES)
    return Name(
        first=first + titles,
        last=last,
        is_by=bool(before) and before[-1] in _BY,
        is_placed=bool(before) and before[-1] in _PLACED,
        is_unsure=unsure,
        is_group=any(_GROUPS.fullmatch(word) for word in words),
        is_site=any(_SITES.fullmatch(word) for word in words),
    )
