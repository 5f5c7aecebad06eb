"""Who says what a sentence says, told from its verbs and phrases of saying.

"X said", "according to X", "X's claim", "denied by X", "“…”, sagte X": rules that can be read,
for English, German, Spanish, French and Russian; no parser, no list of people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from index.sentences import split_sentences


class Stance(StrEnum):
    """What a speaker does to the thing spoken of."""

    SAYS = "says"
    CLAIMS = "claims"
    DENIES = "denies"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: the words that name them, as written, and where these stand."""

    name: str
    start: int
    end: int
    stance: Stance
    said_at: int
    """Where the word of saying stands, in the sentence itself."""
    in_previous: bool = False
    """Whether the name stands in a sentence before, for a "he" or "she" in this one."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """A verb or phrase of saying with its subject; no subject where none was found."""

    stance: Stance
    at: int
    """Where the verb stands."""
    subject: tuple[int, int] | None


# -- the words of saying -------------------------------------------------------------------

# Forms that are hardly ever nouns: "states", "reports" and "notes" are left out.
_SAYS = (
    r"said|says|told|tells|stated|announced|"
    r"added(?! (?:a|an|two|three|four|five|\d))|adds|explained|explains|stressed|stresses|"
    r"emphasi[sz]ed|noted|argued|argues|insisted|insists|warned|warns|suggested|suggests|"
    r"confirmed|confirms|reported|revealed|indicated|reaffirmed|reiterated|acknowledged|admitted|"
    r"admits|declared|described|describes|expressed|cautioned|predicted|estimated|estimates|"
    r"believes?|believed|thinks?|replied|responded|commented|concluded|maintain(?:ed|s) that|"
    r"testified|disagreed|called for|calls for|"
    r"made the (?:remarks?|comments?|announcement)|promised|vowed|pledged|recalled|remarked|"
    r"clarified|hinted|conceded|wrote|"
    r"sagten?|sagt|erklärten?|erklärt|betonten?|betont|bestätigten?|teilten? mit|berichteten?|"
    r"warnten?|meinten?|kündigten? an|fügten? hinzu|"
    r"dijo|dijeron|afirmó|afirma|aseguró|asegura|declaró|señaló|explicó|anunció|añadió|"
    r"informó|advirtió|"
    r"a (?:dit|déclaré|affirmé|assuré|expliqué|annoncé|ajouté|indiqué|souligné)|"
    r"ont (?:dit|déclaré|affirmé|annoncé)|affirme|assure|déclare|"
    r"сказал[аи]?|заявил[аио]?|сообщил[аио]?|подчеркнул[аи]?|отметил[аи]?|добавил[аи]?|"
    r"объявил[аи]?|пояснил[аи]?"
)
_CLAIMS = (
    r"claimed|claims(?= (?:that|to|it|the|he|she|they)\b)|alleged|alleges|accused|accuses|blamed|"
    r"blames|asserted|asserts|contended|contends|"
    r"behaupteten?|behauptet|beschuldigten?|"
    r"alegó|acusó|acusa|sostiene|sostuvo|"
    r"a (?:prétendu|accusé|soutenu)|prétend|accuse|"
    r"утвержда(?:ет|ют|л|ла|ли)|обвинил[аи]?|обвиня(?:ет|ют)"
)
_DENIES = (
    r"denied|denies|denying|rejected|rejects|rejecting|disputed|disputes(?= the| that| it)|"
    r"refuted|dismissed|dismisses|dismissing|contradicted|contradicts|rebutted|repudiated|"
    r"(?:could|can|was|were|has|have)(?: ?not|n[’']t)(?: yet)?(?: been)?(?: able to)?"
    r"(?: independently| immediately)? (?:verif(?:y|ied)|confirm(?:ed)?)|"
    r"bestritt(?:en)?|bestreite[nt]|lehn(?:t|te|ten)(?= .*\bab\b)|"
    r"dementierten?|dementiert|leugneten?|leugnet|w(?:ies|eist|iesen)"
    r"(?= .*\bzurück)|"
    r"negó|niega|negaron|desmintió|rechazó|"
    r"a (?:nié|démenti|rejeté|contesté)|ont (?:nié|démenti|rejeté)|nie|dément|"
    r"отрица(?:ет|ют|л|ла|ли)|опроверг(?:ла|ли)?|отверг(?:ла|ли)?"
)
_VERB = re.compile(
    rf"\b(?:(?P<denies>{_DENIES})|(?P<claims>{_CLAIMS})|(?P<says>{_SAYS}))\b", re.IGNORECASE
)
# What turns a saying into a denial, wherever it stands in the sentence.
_UNTRUE = re.compile(
    r"\b(?:fabricat(?:ed|ions?)|baseless|groundless|unfounded|untrue|false|falsehoods?|lies?|hoax|"
    r"invented|no (?:evidence|proof|truth|basis)|not (?:true|happened?)|nonsense|"
    r"unverified|unconfirmed|erfunden|haltlos|unwahr|falsch|Lügen?|keine (?:Beweise|Belege|"
    r"Hinweise)|falso|falsa|mentira|inventado|infundad[oa]s?|(?:no hay|sin) (?:pruebas|evidencia)|"
    r"faux|fausses?|mensonges?|infondée?s?|aucune preuve|pas de preuves?|ложь|ложью|вымысел|"
    r"вымыслом|выдумк\w+|фейк\w*|нет (?:доказательств|подтверждений))\b",
    re.IGNORECASE,
)
_MODAL_PASSIVE = re.compile(
    r"\b(?:can|could|would|will|to|must|should|may|might)\s+(?:only\s+|also\s+)?be\s+$"
)
_HEADLINE = re.compile(r"(?P<name>[^\W\d_][^:“”\"«»,;.!?]{1,40}):\s+[“\"«„‘'A-ZА-Я]")
_BY = re.compile(r"\s+(?:by|von|por|par)\s+")
_ACCORDING = re.compile(
    r"\b(?:according to|in the words of|in the view of|laut|nach Angaben (?:von|des|der)|"
    r"nach Ansicht (?:von|des|der)|según|de acuerdo con|selon|d[’']après|по словам|"
    r"по мнению|согласно)\s+",
    re.IGNORECASE,
)
_MAY_CLAIM = re.compile(
    rf"\b(?:{_CLAIMS}|claims?|accusations?|allegations?|assertions?|Behauptung\w*|Vorw[uü]rf\w*)\b",
    re.IGNORECASE,
)
_MAY_DENY = re.compile(rf"\b(?:{_DENIES})\b", re.IGNORECASE)
_OWN_CLAIM = re.compile(
    r"[’']s?\s+(?:\w+\s+){0,2}?(?:claims?|accusations?|allegations?|assertions?|version|account)\b"
)
_CLAIM_OF = re.compile(
    r"\b(?:claims?|accusations?|allegations?|assertions?)\s+(?:made\s+)?by\s+|"
    r"\b(?:Behauptung|Behauptungen|Vorwürfe|Darstellung)\s+(?:von|der|des)\s+"
)

# -- the parts of a subject ----------------------------------------------------------------

_WORD = re.compile(r"[\w’'.&/-]*\w[\w’'.&/-]*")
_BOUNDARY = re.compile(
    r"[,;:—–()\[\]“”„\"«»!?]|(?<!\w)[‘']|(?<![sS])[’'](?!\w)|"
    r"\b(?:that|but|while|when|as|because|if|although|though|whereas|after|before|until|where|"
    r"dass|aber|während|weil|obwohl|que|pero|mientras|aunque|mais|что|но|хотя)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:^|\s+)(?:has|have|had|is|are|was|were|been|be|will|would|did|does|do|also|then|later|"
    r"earlier|again|once|repeatedly|always|never|not|once again|\w+ly|himself|herself|itself|"
    r"hat|haben|hatte|auch|wurde|ist|ha|han|había|también|no|a|ont|avait|aussi|ne|n|"
    r"также|ранее|не)$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\s+(?:(?:late|early|earlier|only|just)\s+)?(?:(?:on|in|at|last|this|am|im|el|en|le|в|во)\s+)?"
    r"(?:(?:a|an|the|his|her|its|their|this|last|one)\s+)?(?:[\w-]+\s+)?"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun|to|yester)day$|"
    r"\s+(?:on|in|at|earlier|last|this|during)\s+(?:(?:a|an|the|his|her|its|their|this|last)\s+)?"
    r"(?:[\w-]+\s+)?(?:week|month|year|statement|interview|speech|report|letter|\d{4}|january|"
    r"february|march|april|may|june|july|august|september|october|november|december)$|"
    r"\s+(?:am|el|le|в|во)\s+\w+(?:tag|woch|abend|es|ado|ngo|di|che|ник|ицу|оту|реду|енье)$",
    re.IGNORECASE,
)
_PRONOUNS = frozenset(
    "he she they it who er sie es él ella ellos ellas il elle ils elles он она они "
    "him her them ihm ihr ihnen lui eux него ней них его её".split()
)
_THE = frozenset("the der die das el la los las le les".split())
_DETERMINERS = _THE | frozenset(
    "a an one some two three several many most this these those his her its their our my local "
    "another other both all no dem den des ein eine einem einer un una unos unas une".split()
)
_SELF = frozenset("i we ich wir yo nosotros je nous я мы".split())
_LINKS = frozenset("of to from for at close near de del du von der des zu".split())
_STOPS = frozenset(
    "in on with by about into over under against during through and or is are was were be been "
    "has have had will would could can may might must should did does do not who which whom "
    "whose what how why than so then there here it he she they him them "
    "am im um mit bei auf aus nach über unter und oder ist sind war hat "
    "en con por sobre y o es fue "
    "dans avec par sur et ou est в на с и или из за по при".split()
)
_LONGEST_TITLE = 3  # words in small letters inside a name: "Kremlin spokesperson Dmitry Peskov"
_LONGEST_NOUN = 5
_LONGEST_SUBJECT = 10

_LINE = re.compile(r"[^\r\n]+")
_CLOSING = re.compile(r"[”»\"“]")
_PRONOUN_SPEAKS = re.compile(rf"\b(?:{'|'.join(sorted(_PRONOUNS))})\b", re.IGNORECASE)
_OPENS_WITH_PRONOUN = re.compile(
    r"\W*(?:he|she|they|er|sie|él|ella|ellos|il|elle|ils|он|она|они)\b", re.IGNORECASE
)
_LOOK_BACK = 800  # characters before a sentence in which a "he" is looked up

Span = tuple[int, int]


def speaker_of(sentence: str, previous: str | None = None) -> Speaker | None:
    """Who says what a sentence says, or None if it does not tell.

    Args:
        sentence: as written.
        previous: the sentence before it in the paragraph, where a "he" or "she" is looked up.
    """
    return next(iter(speakers_in(sentence, previous)), None)


def speakers_in(sentence: str, previous: str | None = None) -> list[Speaker]:
    """All who speak in a sentence, whoever speaks in its main clause first.

    "Kyiv rejected Russia's claim" has two: Kyiv, who denies, and Russia, whose claim it is.
    """
    before = None
    if previous is not None:
        before = next((who for who in _find(previous, None)), None)
    return _find(sentence, before)


def who_at(text: str, start: int, end: int) -> list[Speaker]:
    """As `speakers_at`; of a sentence that begins with "he", and tells what he did, who he is."""
    found = speakers_at(text, start, end)
    if found or not _OPENS_WITH_PRONOUN.match(text, start):
        return found
    before = speaker_before(text, start)
    return [replace(before, said_at=start, in_previous=True)] if before else []


def speakers_at(text: str, start: int, end: int) -> list[Speaker]:
    """All who speak in `text[start:end]`, a sentence of an article.

    A "he" is looked up in the sentences before, and a sentence inside a quotation belongs to
    whoever is named where that ends. Places of the speakers count in `text`.
    """
    sentence = text[start:end]
    found = [_moved(who, start) for who in _find(sentence, None)]
    if any(who.stance is not Stance.CLAIMS for who in found):
        return found
    if _PRONOUN_SPEAKS.search(sentence) and _voices(sentence):
        before = speaker_before(text, start)
        return [
            replace(who, said_at=who.said_at + start) if who.in_previous else _moved(who, start)
            for who in _find(sentence, before)
        ]
    after = _speaker_after(text, end) if _is_open(text, start, end) else None
    return [*found, *([after] if after else [])]


def may_claim(text: str) -> bool:
    """Whether a text has words of claiming; a quick look before a thorough one."""
    return _MAY_CLAIM.search(text) is not None


def may_deny(sentence: str) -> bool:
    """Whether a sentence has words of denial; a quick look before a thorough one."""
    return bool(_UNTRUE.search(sentence) or _MAY_DENY.search(sentence))


def _find(sentence: str, antecedent: Speaker | None) -> list[Speaker]:
    found: dict[tuple[str, Stance], Speaker] = {}
    last: Speaker | None = None
    for voice in _voices(sentence):
        who = last
        if voice.subject is not None:
            name = sentence[slice(*voice.subject)]
            if name.lower() in _SELF:
                continue
            if name.lower() not in _PRONOUNS:
                who = Speaker(name, *voice.subject, voice.stance, voice.at)
            elif last is None and antecedent is not None:
                who = replace(antecedent, in_previous=True)
        if who is not None:
            last = replace(who, stance=voice.stance, said_at=voice.at)
            found.setdefault((last.name, last.stance), last)
    says = [who for who in found.values() if who.stance is Stance.SAYS]
    if says and _UNTRUE.search(sentence):
        place = list(found).index((says[-1].name, says[-1].stance))
        speakers = list(found.values())
        speakers[place] = replace(says[-1], stance=Stance.DENIES)
    else:
        speakers = list(found.values())
    known = {who.name for who in speakers if who.stance is Stance.CLAIMS}
    for subject in _owners(sentence):
        name = sentence[slice(*subject)]
        if name not in known:
            speakers.append(Speaker(name, *subject, Stance.CLAIMS, subject[1]))
    return speakers


def _moved(who: Speaker, by: int) -> Speaker:
    """A speaker found in a part of a text, with its places in the whole."""
    return replace(who, start=who.start + by, end=who.end + by, said_at=who.said_at + by)


def speaker_before(text: str, start: int) -> Speaker | None:
    """The last who spoke before a place of an article, not far from it."""
    offset = max(0, start - _LOOK_BACK)
    if offset:
        offset = text.find(" ", offset) + 1
    found: Speaker | None = None
    for block in _LINE.finditer(text, offset, start):
        for first, last in split_sentences(block.group()):
            speakers = _find(block.group()[first:last], None)
            if speakers:
                found = _moved(speakers[0], block.start() + first)
    return found


def _speaker_after(text: str, end: int) -> Speaker | None:
    """Who is named where the quotation ends that is open at a place of a paragraph."""
    line = _LINE.match(text, end)
    if line is None:
        return None
    for first, last in split_sentences(line.group()):
        sentence = line.group()[first:last]
        if _CLOSING.search(sentence):
            found = _find(sentence, speaker_before(text, end))
            who = found[0] if found else None
            return who and _elsewhere(who, end + first, end)
    return None


def _elsewhere(who: Speaker, by: int, said_at: int) -> Speaker:
    """Who speaks in another sentence, as the speaker of one that ends at `said_at`."""
    moved = who if who.in_previous else _moved(who, by)
    return replace(moved, said_at=said_at, in_previous=True)


def _is_open(text: str, start: int, end: int) -> bool:
    """Whether a quotation is open at the end of a sentence."""
    line = text.rfind("\n", 0, start) + 1
    opened = text[line:end]
    if opened.count('"') % 2 == 1:
        return True
    opening, closing = ("„", "“”") if "„" in opened else ("“«", "”»")
    return sum(map(opened.count, opening)) > sum(map(opened.count, closing))


@lru_cache(maxsize=1024)
def _voices(sentence: str) -> tuple[_Voice, ...]:
    """Verbs and phrases of saying, in order, "according to" as any other."""
    voices: list[_Voice] = []
    headline = _HEADLINE.match(sentence)
    if headline and headline["name"][0].isupper() and _is_run(headline["name"]):
        voices.append(_Voice(Stance.SAYS, headline.end("name"), headline.span("name")))
    for match in _VERB.finditer(sentence):
        if _MODAL_PASSIVE.search(sentence, 0, match.start()):
            continue
        stance = Stance(match.lastgroup or "says")
        voices.append(_Voice(stance, match.start(), _subject(sentence, match)))
    for match in _ACCORDING.finditer(sentence):
        subject = _after(sentence, match.end())
        if subject:
            voices.append(_Voice(Stance.SAYS, match.start(), subject))
    return tuple(sorted(voices, key=lambda voice: voice.at))


def _owners(sentence: str) -> list[Span]:
    """Whose claims are spoken of: "Moscow's claims", "allegations by the ministry"."""
    found: list[Span] = []
    for match in _OWN_CLAIM.finditer(sentence):
        subject = _before(sentence, match.start(), as_subject=False)
        if subject and sentence[slice(*subject)].lower() not in _PRONOUNS:
            found.append(subject)
    for match in _CLAIM_OF.finditer(sentence):
        subject = _after(sentence, match.end())
        if subject:
            found.append(subject)
    return found


def _subject(sentence: str, verb: re.Match[str]) -> Span | None:
    by = _BY.match(sentence, verb.end())
    if by:
        return _after(sentence, by.end())
    before = _before(sentence, verb.start())
    if before is not None:
        return before
    opened = sentence[: verb.start()].rstrip()
    if verb.group().endswith("ing"):  # X said …, rejecting …
        return None
    if opened and opened[-1] in ",”\"»“?!’'–—-":  # “…”, said X
        return _after(sentence, verb.end())
    return None


# -- a subject before the verb -------------------------------------------------------------


def _before(sentence: str, at: int, *, as_subject: bool = True) -> Span | None:
    left = _without_fillers(sentence[:at])
    if left.endswith(","):  # X, the head of Y, said
        left, _, aside = left[:-1].rpartition(",")
        first = _WORD.search(aside)
        if not left or first is None or first.group()[0].isupper():
            return None
        if first.group().lower() not in _DETERMINERS | {"who", "whose", "which", "head", "chief"}:
            return None
    boundary = 0
    for match in _BOUNDARY.finditer(left):
        boundary = match.end()
    segment = left[boundary:]
    while time := _TIME.search(f" {segment.strip()}"):
        segment = segment[: len(segment.rstrip()) - len(time.group().rstrip()) + 1].rstrip()
        if not time.group().strip():
            break
    words = [(boundary + m.start(), boundary + m.end()) for m in _WORD.finditer(segment)]
    return _phrase_ending(sentence, words, as_subject)


def _without_fillers(left: str) -> str:
    left = left.rstrip()
    while filler := _FILLER.search(left):
        left = left[: filler.start()].rstrip()
    return left


def _phrase_ending(sentence: str, words: list[Span], as_subject: bool) -> Span | None:
    """The noun phrase at the end of these words."""
    if not words:
        return None
    texts = [sentence[start:end] for start, end in words]
    last = len(words) - 1
    if texts[last].lower() in _PRONOUNS:
        return words[last]
    if texts[last].lower() in _STOPS | _DETERMINERS:
        return None
    start = _noun_start(texts, last)
    if start is None:
        return None
    if as_subject and start > 0 and texts[start - 1].lower() in _STOPS | _LINKS - {"close"}:
        source = _source_start(texts, start)
        if source is None:
            return None
        start = source
    return words[start][0], words[last][1]


def _noun_start(texts: list[str], last: int) -> int | None:
    """Where the noun phrase begins that ends in word `last`."""
    start = last
    if not _is_name(texts[last]):
        while start > 0 and not (_is_name(texts[start]) or texts[start].lower() in _DETERMINERS):
            if texts[start].lower() in _STOPS | _LINKS or last - start >= _LONGEST_NOUN:
                return start + 1 if start + 1 <= last and start == 0 else None
            start -= 1
        if texts[start].lower() in _DETERMINERS or not _is_name(texts[start]):
            return start if texts[start].lower() not in _STOPS else None
    while start > 0:
        small = _small_before(texts, start)
        if _is_name(texts[start - 1]):
            start -= 1
        elif small is not None:
            start = small
        else:
            break
    if start > 0 and texts[start - 1].lower() in _THE:
        start -= 1
    return start


def _small_before(texts: list[str], start: int) -> int | None:
    """Where a name goes on beyond small words: "Kremlin spokesperson" Peskov, "Bank of" England."""
    for place in range(start - 1, max(-1, start - 2 - _LONGEST_TITLE), -1):
        word = texts[place].lower()
        if _is_name(texts[place]):
            return place
        if word in _THE and place < start - 1:
            return place
        if word in _DETERMINERS | _STOPS and word != "and":
            return None
        if word in _LINKS and word not in {"of", "de", "del", "du", "von"}:
            return None
    return None


def _source_start(texts: list[str], start: int) -> int | None:
    """Where "a source close to" a name begins, if that is what stands before it."""
    for place in range(start - 2, max(-1, start - 7), -1):
        word = texts[place].lower()
        if word in _DETERMINERS:
            if place > 0 and texts[place - 1].lower() in _STOPS:
                return None
            return place
        if word in _STOPS:
            return None
    return None


def _is_run(name: str) -> bool:
    """Whether all words of a name begin with a capital letter, and none is a pronoun."""
    return all(_is_name(word) and word.lower() not in _PRONOUNS for word in name.split())


def _is_name(word: str) -> bool:
    return word[0].isupper() and word.lower() not in _DETERMINERS


# -- a subject after the verb --------------------------------------------------------------


def _after(sentence: str, at: int) -> Span | None:
    boundary = _BOUNDARY.search(sentence, at)
    stop = boundary.start() if boundary else len(sentence)
    words = [(m.start(), m.end()) for m in _WORD.finditer(sentence[:stop], at)]
    if not words or sentence[at : words[0][0]].strip():
        return None
    first = sentence[slice(*words[0])]
    if first.lower() in _PRONOUNS:
        return words[0]
    if not _is_name(first) and first.lower() not in _DETERMINERS:
        titles = [_is_name(sentence[slice(*word)]) for word in words[: _LONGEST_TITLE + 1]]
        if True not in titles:  # said chief executive Sam Yagan
            return None
    return _name_from(sentence, words)


def _name_from(sentence: str, words: list[Span]) -> Span:
    """The noun phrase at the beginning of these words."""
    end = words[0][1]
    for start, stop in words[1:_LONGEST_SUBJECT]:
        word = sentence[start:stop]
        if (
            word.lower() in _STOPS | {"at", "near"}
            or word.endswith(("’s", "'s"))
            or _TIME.fullmatch(f" {word}")
        ):
            break
        end = stop
    last = sentence[words[0][0] : end].split()[-1]
    if last.endswith(".") and len(last) > len("U.S."):
        end -= 1
    return words[0][0], end
