"""Whether a question asks for an overview, and of what: told from its words alone.

"Summarise article 004", "What is known about the harbour?", "What are the articles about?",
in English, German, Spanish, French and Russian. A question that asks for one fact, and a
turn of phrase that may mean something else ("What is the song about?"), is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.article_names import ARTICLES, COLLECTION, Named, reference

_BRIEF = (
    r"(?:in (?:short|brief|a nutshell|a few words|(?:one|two|three|four|five|\d+) sentences?)|"
    r"briefly|kurz(?: gesagt)?|knapp|in kürze|in (?:wenigen|ein paar) (?:worten|sätzen)|en breve|"
    r"en resumen|en pocas palabras|brevemente|en bref|en résumé|brièvement|en quelques mots|"
    r"вкратце|кратко|коротко|в двух словах)"
)
_PLEASE = (
    r"(?:please|kindly|bitte|por favor|s['’]il (?:te|vous) pla[iî]t|пожалуйста|"
    r"(?:can|could|would|will) you(?: please)?|i(?:['’]d| would) like(?: to have)?|i (?:want|need)|"
    r"(?:puedes|puede|podrías|podría)|(?:peux-tu|pouvez-vous|pourriez-vous)|"
    r"(?:можешь|можете|не мог(?:ли|ла)? бы вы))"
)
_BEFORE = re.compile(rf"(?:(?:{_BRIEF}|{_PLEASE})\s*[,:]?\s+)+", re.IGNORECASE)
_AFTER = re.compile(rf"(?:\s*,?\s+(?:{_BRIEF}|{_PLEASE}|for (?:me|us)))+$", re.IGNORECASE)

_SHORT = (
    r"(?:(?:an?|the|some|one|eine[nr]?|den|die|das|un|una|une|el|la|le|"
    r"short|brief|quick|concise|general|rough|little|good|small|"
    r"kurze[nr]?|knappe[nr]?|groben?|kleine[nr]?|allgemeine[nr]?|"
    r"breve|corto|pequeño|rápido|general|petit|bref|brève|court|courte|rapide|"
    r"кратк\w+|коротк\w+|общ\w+|небольш\w+)\s+)*"
)
_OVERVIEW = (
    r"(?:overview|summary|outline|synopsis|run-?down|recap|digest|gist|précis|"
    r"überblick|übersicht|zusammenfassung|kurzfassung|abriss|"
    r"resumen|síntesis|visión general|panorama|panorámica|sinopsis|"
    r"résumé|aperçu|synthèse|vue d['’]ensemble|"
    r"обзор|резюме|сводк[уа]|пересказ|изложение|краткое содержание|содержание)"
)
_AFTERWARDS = r"(?: (?:breve|corto|corta|rápid[oa]|general|bref|brève|rapide|court|courte))?"
_OF = (
    r"(?:of|on|about|over|regarding|über|von|vom|zu|zum|zur|der|des|"
    r"de|del|sobre|acerca de|du|des|sur|по|о(?:бо?)?|про)"
)
_ME = r"(?:[ -](?:me|us|mir|uns|moi|nous|мне|нам))?"
_MORE = r"(?:more |everything |something |all |etwas |mehr |alles |más |algo |todo |подробнее )?"

# `x` is a subject of any kind; `a` must name one article, or all of them; no group, all.
_FORMS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in [
        # Summarise …
        r"(?:summari[sz]e|sum up|recap|outline|condense)(?: for (?:me|us))? (?P<x>.+)",
        rf"(?:fasse?|fassen sie){_ME}(?: {_BRIEF}| bitte)* (?P<x>.+?)(?: {_BRIEF}| bitte)* "
        r"zusammen",
        r"(?:(?:kannst|könntest|könnten|können) (?:du|sie)(?: mir| uns)? )?(?P<x>.+) "
        r"zusammenfassen",
        r"(?:resume|resuma|resum[ií]r|resúme(?:me|nos)?|resúma(?:me|nos)|sintetiza|sintetice) "
        r"(?P<x>.+)",
        r"résume[rz]?(?:[ -](?:moi|nous))? (?P<x>.+)",
        r"(?:изложи|перескажи|резюмируй|обобщи|суммируй|подытожь)(?:те)?(?: мне| нам)?"
        rf"(?: {_BRIEF})? (?:(?:краткое )?содержание |суть )?(?P<x>.+)",
        # Give me an overview of …
        r"(?:(?:give|show|write|make|prepare|offer|provide|get|gib|geben sie|erstelle?|"
        r"erstellen sie|schreibe?|mache?|haz|haga|dame|deme|danos|escribe|prepara|fais|faites|"
        r"donne|donnez|écris|écrivez|дай|дайте|сделай|сделайте|составь|составьте|напиши|"
        rf"напишите){_ME}(?: bitte)? |hazme |hágame )?{_SHORT}{_OVERVIEW}{_AFTERWARDS} {_OF} "
        r"(?P<x>.+)",
        rf"(?:what is|what['’]s|was ist|cuál es|quel est) {_SHORT}(?:gist|essence|summary|kern) "
        rf"{_OF} (?P<x>.+)",
        # Tell me about …
        rf"tell (?:me|us) {_MORE}(?:that )?(?:(?:you|we) know )?about (?P<x>.+)",
        rf"erzähl(?:e|en sie)?(?: mir| uns)? {_MORE}(?:über|von) (?P<x>.+)",
        rf"(?:háblame|cuéntame) {_MORE}(?:de|del|sobre|acerca de) (?P<x>.+)",
        rf"parlez?[ -](?:moi|nous) {_MORE}(?:de|du|des) (?P<x>.+)",
        rf"расскажи(?:те)?(?: мне| нам)? {_MORE}(?:о(?:бо?)?|про) (?P<x>.+)",
        # What is known about …
        r"what(?: is|['’]s)(?: (?:already|currently|so far))? (?:known|reported|there to know)"
        r"(?: so far)? (?:about|on|of) (?P<x>.+)",
        r"what (?:is|has been) (?:said|reported|written) (?:about|on) (?P<x>.+)",
        r"what (?:do|can|should) (?:we|you|i) (?:currently |already )?(?:know|tell me|say) about "
        r"(?P<x>.+)",
        r"what (?:information|news) (?:is there|do you have|do we have) (?:about|on) (?P<x>.+)",
        r"was (?:ist|weiß man|wissen wir|weißt du|wissen sie|wird|wurde) (?:bisher |bislang |schon "
        r")?"
        r"(?:über|von|zu[mr]?) (?P<x>.+?)(?: bisher| bislang)?(?: bekannt| berichtet| gesagt)?",
        r"qué (?:se (?:sabe|dice|informa|conoce)|sabemos|sabes|sabe usted) "
        r"(?:de|del|sobre|acerca de) (?P<x>.+)",
        r"(?:que sait-on|que savez-vous|que sais-tu|qu['’]est-ce qu['’]on sait) "
        r"(?:de|du|des|sur|à propos de) (?P<x>.+)",
        r"что (?:сейчас |уже |нам )?известно (?:о(?:бо?)?|про|по) (?P<x>.+)",
        r"что (?:мы|ты|вы) зна(?:ем|ешь|ете) (?:о(?:бо?)?|про) (?P<x>.+)",
        # How is … going
        r"(?P<whole>how(?: is|['’]s| are| do| does) (?P<x>.+) (?:going|progressing|developing|"
        r"coming along|"
        r"getting on|stand)(?: at the moment| right now| (?:just )?now| currently| so far| "
        r"today)?)",
        r"what(?: is|['’]s) (?:the )?(?:latest(?: news)?|state of play|current (?:state|situation|"
        r"status)|latest situation|situation) (?:on|about|of|in|with|regarding|concerning) "
        r"(?P<x>.+)",
        r"(?P<whole>wie (?:läuft|laufen|steht es um|steht es mit) (?P<x>.+?)(?<! ab)(?: gerade| "
        r"derzeit| zurzeit| im moment)?)",
        r"(?P<whole>cómo (?:va|van|marcha|marchan) (?P<x>.+?)(?: en este momento| ahora)?)",
        r"(?P<whole>как (?:идут|ид[её]т|продвига[ею]тся|обстоят дела с) (?P<x>.+?)(?: сейчас| "
        r"теперь)?)",
        # The main points of …
        r"what are the (?:main|key|central|most important) (?:points|takeaways|messages) "
        r"(?:of|in|from) (?P<x>.+)",
        r"what are the (?:main|key|central|most important) (?:ideas|topics|themes|subjects|facts|"
        r"findings|events|stories|news) (?:of|in|from) (?P<a>.+)",
        # What does article 003 say? What is it about?
        r"what(?: is|['’]s| was| are) (?P<a>.+?) (?:all )?about",
        r"what do(?:es)? (?P<a>.+?) (?:say|report|tell(?: us| me)?)(?: (?:about|on) "
        r"(?P<within>.+))?",
        r"what do(?:es)? (?P<a>.+?) (?:talk about|deal with|cover|discuss|report on|describe|"
        r"contain)",
        r"what (?:topics|subjects|stories|themes|events) do(?:es)? (?P<a>.+?) "
        r"(?:cover|discuss|deal with|report on|treat|contain)",
        r"what (?:topics|subjects|stories|themes|events) are "
        r"(?:covered|discussed|reported(?: on)?|treated|found)(?: (?:in|by) (?P<a>.+))?",
        r"what(?: is|['’]s) (?:said|written|reported|stated )?(?:in )(?P<a>.+)",
        r"(?:was steht (?:in|im)|was stehen in) (?P<a>.*\d.*?) (?:über|zu[mr]?) (?P<within>.+)",
        r"(?:worum geht(?:['’]s| es) (?:in|bei)|wovon handel[nt]|was steht (?:in|im)|was stehen in|"
        r"worüber (?:berichte[nt]|schreib(?:t|en))) (?P<a>.+)",
        r"(?:was steht (?:in|im)|was stehen in) (?P<a>.+?) (?:über|zu[mr]?) (?P<within>.+)",
        r"worum geht(?:['’]s| es) (?=im )(?P<a>.+)|worum geht(?:['’]s| es) bei (?P<x>.+)",
        r"(?:was (?:sag(?:t|en)|berichte[nt]|schreib(?:t|en)|erzähl(?:t|en))) (?P<a>.+?)"
        r"(?: (?:über|zu[mr]?) (?P<within>.+))?",
        r"(?:de|sobre) qué (?:tratan?|van?|hablan?|es) (?P<a>.+)",
        r"qué (?:dicen?|cuentan?|informan?|contienen?) (?P<a>.+?)"
        r"(?: (?:sobre|acerca de|de) (?P<within>.+))?",
        r"de quoi (?:parle(?:nt)?|traite(?:nt)?|s['’]agit-il dans|est-il question dans|parle-t-on "
        r"dans) "
        r"(?P<a>.+)",
        r"(?:que|qu['’]est-ce que) (?:di(?:t|sent)|raconte(?:nt)?|rapporte(?:nt)?|contien(?:t|"
        r"nent)) "
        r"(?P<a>.+?)"
        r"(?: (?:sur|à propos d[eu]|au sujet d[eu]) (?P<within>.+))?",
        r"о ч[её]м (?:(?:говорится|рассказывается|ид[её]т речь|рассказыва[ею]т|сообща[ею]т|"
        r"пиш[еу]т|"
        r"говор[ия]т) )?(?:в )?(?P<a>.+)",
        r"что (?:говорится|сказано|написано|сообщается|сообща[ею]т|пиш[еу]т|говор[ия]т) (?:в )?"
        r"(?P<a>.+?)(?: (?:о(?:бо?)?|про) (?P<within>.+))?",
        rf"what(?: is|['’]s) (?:new|the news|in the news|in the {ARTICLES}|in the {COLLECTION})",
    ]
]

# "Summarise what the articles say about the harbour" is about the harbour.
_ROUNDABOUT = re.compile(
    rf"(?:(?:what|all(?: that)?|everything(?: that)?|was|alles,? was|lo que|ce que|что) "
    rf"(?:(?:is|has been|was) (?:said|known|written|reported)|"
    rf"(?:the |these |die |los |les )?{ARTICLES} (?:say|report|write|tell us|sagen|berichten|dicen|"
    rf"disent|говорят|пишут)|(?:you|we) know)|(?:the )?(?:main|key) (?:points|facts|ideas))"
    rf" (?:about|on|of|in|über|sobre|de|sur|о|об) ",
    re.IGNORECASE,
)
_UNDER_DISCUSSION = re.compile(
    r" (?:currently |now )?(?:(?:under|in) discussion|being discussed|so far|until now|at the "
    r"moment)$",
    re.IGNORECASE,
)
# What a conversation must tell: "Tell me more about it."
_POINTER = re.compile(
    r"(?:it|this|that|these|those|he|she|him|her|they|them|ihn|ihm|ihr|ihnen|sie|es|das|dies|"
    r"él|ella|ellos|ellas|eso|esto|lui|elle|eux|elles|cela|ça|н?его|н?её|нее|н?ей|н?их|н[её]м|"
    r"это|этом|том)(?: (?:all|alles|todo|tout|again|more))?",
    re.IGNORECASE,
)
_QUOTES = "\"“”„«»'‘’ "


class Scope(StrEnum):
    """What an overview is of."""

    ARTICLE = "article"
    """One article, named by its number or its file."""
    TITLED = "titled"
    """One article, named by its title, or by what it is about."""
    TOPIC = "topic"
    """Whatever the articles say about something."""
    CORPUS = "corpus"
    """All articles that are asked about."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is to be summed up."""

    scope: Scope
    subject: str = ""
    """The article's number, file name, title or subject; the topic; nothing for all articles."""
    query: str = ""
    """What to search the articles for."""
    article: str = ""
    """For a topic: the article that is asked what it says, as the question names it."""


def overview_of(question: str) -> Overview | None:
    """What a question wants an overview of; None if it wants none.

    >>> overview_of("What is article 003 about?")
    Overview(scope=<Scope.ARTICLE: 'article'>, subject='003', query='article 003', article='')
    >>> overview_of("What is the capital of Peru?") is None
    True
    """
    text = _bare(question)
    for form in _FORMS:
        if match := form.fullmatch(text):
            found = _understand(match.groupdict())
            if found is not None:
                return found
    return None


def _bare(question: str) -> str:
    """The question without its marks, and without "please" and "in short"."""
    text = " ".join(question.split()).strip("¿¡?!. ")
    text = _BEFORE.sub("", text, count=1) if _BEFORE.match(text) else text
    return _AFTER.sub("", text).strip(" ,?!.")


def _understand(groups: dict[str, str | None]) -> Overview | None:
    article, topic, within = groups.get("a"), groups.get("x"), groups.get("within")
    if article and within:
        meant = reference(article)
        if meant is None:
            return None
        return _topic(within, article="" if meant.named is Named.ALL else article)
    if article:
        return _overview(article)
    if topic:
        subject = _ROUNDABOUT.sub("", topic)
        return _overview(subject) or _topic(subject, query=groups.get("whole") or "")
    return Overview(Scope.CORPUS)


def _overview(phrase: str) -> Overview | None:
    meant = reference(phrase)
    if meant is None:
        return None
    if meant.named is Named.ALL:
        return Overview(Scope.CORPUS)
    if meant.named is Named.NAME:
        return Overview(Scope.ARTICLE, meant.name, phrase)
    return Overview(Scope.TITLED, meant.name, meant.name)


def _topic(phrase: str, article: str = "", query: str = "") -> Overview | None:
    subject = _UNDER_DISCUSSION.sub("", phrase).strip(_QUOTES)
    if not subject or _POINTER.fullmatch(subject):
        return None
    return Overview(Scope.TOPIC, subject, query or subject, article)
