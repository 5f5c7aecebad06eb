"""Questions about the articles themselves: how many, which, and which of them mention what.

Told from the words alone, in English, German, Spanish, French and Russian, and only where
the whole question is of one of these forms: "How many articles does the treaty have?" and
"Which articles of the constitution were amended?" are about what the articles tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.article_names import ARTICLES, COLLECTION, ONE_ARTICLE

_A = rf"(?:{ARTICLES}|{ONE_ARTICLE}|sources?|news stories)"
_WHICH = (
    r"(?:which|what|welche[rsnm]?|qué|cuál(?:es)?(?: de)?|quel(?:le)?s?|как(?:ие|ая|ой|их|ом|ую))"
)
_HOW_MANY = r"(?:how many|wie ?viele[nr]?|cuánt[oa]s|combien d(?:e |['’])|скольк(?:о|их))"
_OF_THE = (
    r"(?:(?: of)?(?: the| these| your| our| de los| der| dieser| de ces| des| из)?(?: \d+)? ?)?"
)
_WHICH_ARTICLES = rf"(?:{_WHICH}|{_HOW_MANY} ?){_OF_THE} ?{_A}"
_HERE = (
    rf"(?: (?:here|there|in (?:all|total)|insgesamt|hier|en total|aquí|ici|au total|всего|здесь)|"
    rf" (?:in|im|en|dans|в) (?:(?:the|this|your|our|der|dieser|dem|el|la|este|esta|le|l['’]) ?)?"
    rf"{COLLECTION})*"
)
_NOT = r"(?P<negated>(?:do(?:es)? not|don['’]t|doesn['’]t|never|no|не) )"

# That a word or a name is used; and that something is told of, in whatever words.
_MENTION = (
    r"(?:mentions?|names?|refers? to|contains?|quotes?|cites?|speaks? of|"
    r"erwähn(?:t|en)|nenn(?:t|en)|zitier(?:t|en)|enthalten|enthält|"
    r"mencionan?|nombran?|citan?|contienen?|"
    r"mentionne(?:nt)?|cite(?:nt)?|nomme(?:nt)?|évoque(?:nt)?|"
    r"упомина[ею]т|называ[ею]т|цитиру[ею]т|содерж[аи]т)"
)
_MENTIONED = (
    r"(?:mentioned|named|quoted|cited|referred to|found|"
    r"erwähnt|genannt|zitiert|mencionad[oa]s?|nombrad[oa]s?|citad[oa]s?|"
    r"mentionnée?s?|citée?s?|nommée?s?|évoquée?s?|упомянут\w*|назван\w*|процитирован\w*)"
)
_TELL = (
    r"(?:reports?(?: on| about)?|describes?|discuss(?:es)?|covers?|deals? with|"
    r"(?:talks?|speaks?|writes?) about|(?:is|are) about|tells? (?:of|about)|"
    r"(?:says?|reports?) (?:something about|that)|"
    r"(?:berichte[nt]|schreib(?:t|en)|sprech(?:en)|spricht|handel[nt]) (?:über|von)|"
    r"(?:berichte[nt]|sag(?:t|en)),? dass|beschreib(?:t|en)|behandel[nt]|"
    r"(?:hablan?|tratan?|informan?) (?:de|del|sobre|acerca de)|describen?|"
    r"(?:parle(?:nt)?|traite(?:nt)?) (?:de|du|des)|décri(?:t|vent)|"
    r"(?:сообща[ею]т|рассказыва[ею]т|пиш[еу]т|говор[ия]т) (?:о(?:бо?)?|про)|(?:описыва|"
    r"обсужда)[ею]т)"
)
_TOLD = r"(?:reported(?: on)?|described|discussed|covered|beschrieben|behandelt|berichtet)"
_X = r"(?P<x>.+?)"
_Y = r"(?P<y>.+?)"


class About(StrEnum):
    """What a question asks about the articles."""

    COUNT = "count"
    LIST = "list"
    MENTION = "mention"
    """Which articles use a word or a name."""
    REPORT = "report"
    """Which articles tell of something, in whatever words."""
    BYLINE = "byline"
    """Which articles name their author; of one author, if the question names one."""
    LONGEST = "longest"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True)
class CorpusQuestion:
    """A question about the articles themselves."""

    about: About
    what: str = ""
    """What is to be mentioned or reported, or who is to have written it."""
    negated: bool = False
    """Which articles do not."""


_PATTERNS: list[tuple[About, re.Pattern[str]]] = [
    (about, re.compile(pattern, re.IGNORECASE))
    for about, pattern in [
        # How many are there?
        (
            About.COUNT,
            rf"{_HOW_MANY} ?{ARTICLES}(?: (?:are|have been|were|is))?(?: there| indexed| loaded| "
            rf"available| in)?{_HERE}",
        ),
        (
            About.COUNT,
            rf"{_HOW_MANY} ?{ARTICLES} (?:do|does|have|has|can) (?:you|we|i|(?:the|this|your|our) "
            rf"{COLLECTION})(?: (?:have|got|know|hold|contain|include|search|see|read))?{_HERE}",
        ),
        (
            About.COUNT,
            rf"{_HOW_MANY} ?{ARTICLES} (?:gibt es|hast du|haben (?:sie|wir)|kennst du|sind es|"
            rf"sind vorhanden|hay|tienes?|tenemos|existen|y a-t-il|as-tu|avez-vous|avons-nous|"
            rf"есть|имеется|у (?:тебя|вас|нас)(?: есть)?){_HERE}",
        ),
        (About.COUNT, rf"(?:what is|what['’]s) the number of {ARTICLES}{_HERE}"),
        (About.COUNT, rf"сколько (?:здесь |всего |у (?:тебя|вас|нас) )+{ARTICLES}{_HERE}"),
        # Which are there?
        (
            About.LIST,
            rf"(?:list|show|name|enumerate|display)(?: me| us)?(?: all)?(?: of)?(?: the| your| our|"
            rf" these)? (?:(?:titles|names|headlines) of )?(?:all )?(?:the )?{ARTICLES}"
            rf"(?: (?:titles|names))?{_HERE}",
        ),
        (
            About.LIST,
            rf"(?:which|what) {ARTICLES} (?:are (?:there|available|indexed|loaded|in)|"
            rf"(?:do|have|can) (?:you|we)(?: (?:have|got|know|search|see|read))?|exist){_HERE}",
        ),
        (
            About.LIST,
            rf"what are the (?:titles|headlines|names)(?: of(?: all)?(?: the| your)? {ARTICLES})?",
        ),
        (
            About.LIST,
            rf"(?:welche {ARTICLES} (?:gibt es|hast du|haben (?:sie|wir)|kennst du|sind vorhanden)|"
            rf"(?:liste|zeige?|nenne)(?: mir| uns)?(?: alle| die)* {ARTICLES}(?: auf)?|"
            rf"qué {ARTICLES} (?:hay|tienes?|tenemos|existen)|"
            rf"(?:lista|enumera|muestra|muéstrame|enséñame|nombra)(?: todos)?(?: los)? {ARTICLES}|"
            rf"quels {ARTICLES} (?:y a-t-il|as-tu|avez-vous|sont disponibles)|"
            rf"(?:liste|énumère|montre|affiche)z?(?:-moi)?(?: tous)?(?: les)? {ARTICLES}|"
            rf"какие (?:у (?:тебя|вас|нас) )?(?:есть )?{ARTICLES}(?: есть| имеются)?|"
            rf"(?:перечисли|покажи|назови|выведи)(?:те)?(?: мне)?(?: все)? {ARTICLES}){_HERE}",
        ),
        # Who wrote them?
        (
            About.BYLINE,
            rf"{_WHICH_ARTICLES} (?:have|has|carry|carries|bears?|shows?|gives?|names?|state)s? "
            rf"(?:an?|the|their|its|no)? ?(?:by-?lines?|(?:named )?authors?(?:['’]s?)?(?: names?)?)"
            rf"(?: (?:that|which|naming|with|of).*)?",
        ),
        (About.BYLINE, rf"{_WHICH_ARTICLES} (?:is|are) signed(?: by name)?"),
        (
            About.BYLINE,
            rf"(?:who (?:are|were) the (?:authors|writers|journalists)(?: of(?: the| these)? "
            rf"{ARTICLES})?|who wrote (?:the|these|all(?: the)?) {ARTICLES}|"
            rf"(?:list|name)(?: all)? the authors(?: of(?: the)? {ARTICLES})?)",
        ),
        (
            About.BYLINE,
            rf"(?:{_WHICH_ARTICLES} (?:haben|hat|nenn(?:en|t)|tienen?|llevan?|ont|a|имеют) "
            rf"(?:eine[n]?|ihren|un|una|su|leur)? ?(?:autoren?(?:zeile|namen?)?|verfasser|firma|"
            rf"autor|auteur|signature|автора)|quels {ARTICLES} sont signés|"
            rf"(?:у|в) каких {ARTICLES} (?:указан|есть) автор|какие {ARTICLES} подписаны)",
        ),
        (
            About.BYLINE,
            rf"{_WHICH_ARTICLES} (?:(?:did|has|have) {_X} (?:write|written|authored?)|"
            rf"(?:is|are|was|were) (?:written |authored )?by {_Y})",
        ),
        # The longest
        (
            About.LONGEST,
            rf"(?:{_WHICH}(?: is| ist| es| est)?(?: the| der| el)? (?:longest|längste) "
            rf"{ONE_ARTICLE}|"
            rf"{_WHICH} {ONE_ARTICLE} (?:is|ist) (?:the |der )?(?:longest|längste)|"
            rf"was ist der längste {ONE_ARTICLE}|"
            rf"{_WHICH} (?:es|est) (?:el |l['’]){ONE_ARTICLE} (?:más largo|le plus long)|"
            rf"{_WHICH} (?:самая длинная {ONE_ARTICLE}|{ONE_ARTICLE} самая длинная))",
        ),
        (
            About.SHORTEST,
            rf"(?:{_WHICH}(?: is| ist| es| est)?(?: the| der| el)? (?:shortest|kürzeste) "
            rf"{ONE_ARTICLE}|"
            rf"{_WHICH} {ONE_ARTICLE} (?:is|ist) (?:the |der )?(?:shortest|kürzeste)|"
            rf"was ist der kürzeste {ONE_ARTICLE}|"
            rf"{_WHICH} (?:es|est) (?:el |l['’]){ONE_ARTICLE} (?:más corto|le plus court)|"
            rf"{_WHICH} (?:самая короткая {ONE_ARTICLE}|{ONE_ARTICLE} самая короткая))",
        ),
        # Which of them mention, or tell of, something?
        (
            About.MENTION,
            rf"welche[rsn]? {_A} (?:erwähn(?:t|en)|nenn(?:t|en)) {_X} (?P<negated>nicht)",
        ),
        (About.MENTION, rf"{_WHICH_ARTICLES} {_NOT}?{_MENTION} (?:al? )?{_X}"),
        (
            About.MENTION,
            rf"(?:in|en|dans|в) {_WHICH_ARTICLES} (?:is|are|was|were|does|do|did|wird|werden|ist|"
            rf"sind|se|est|sont) (?P<negated>not )?{_X} (?P<late>not |nicht )?"
            rf"(?:{_MENTIONED}(?: by name)?|appear|occur|feature|come up|show up)",
        ),
        (
            About.MENTION,
            rf"(?:in|en|dans|в) {_WHICH_ARTICLES} (?:kommt|kommen|taucht|tauchen) {_X} (?:vor|auf)",
        ),
        (
            About.MENTION,
            rf"(?:in|en|dans|в) {_WHICH_ARTICLES} (?:se (?:menciona|nombra|cita)n?|aparecen?|sale|"
            rf"apparaît|figure|упомина[ею]тся|упомянут\w*|назван\w*|встреча[ею]тся|появля[ею]тся|"
            rf"фигуриру[ею]т)(?: al?)? {_X}",
        ),
        (
            About.MENTION,
            rf"(?:list|show|name|find|give)(?: me| us)?(?: all)?(?: of)?(?: the)? {ARTICLES} "
            rf"(?:that|which) {_NOT}?{_MENTION} {_X}",
        ),
        (
            About.MENTION,
            rf"(?:do|does) (?:any|any of the|the|these|some) {_A} {_MENTION} {_X}|"
            rf"(?:is|are|was|were) {_Y} {_MENTIONED} in "
            rf"(?:any|any of the|the|these) {_A}",
        ),
        (
            About.MENTION,
            rf"how (?:often|many times) (?:is|are|was|were) {_X} {_MENTIONED}"
            rf"(?: in (?:all |any of )?(?:the|these) {_A})?|"
            rf"wie oft (?:wird|werden) {_Y} {_MENTIONED}",
        ),
        (About.REPORT, rf"{_WHICH_ARTICLES} {_TELL} {_X}"),
        (
            About.REPORT,
            rf"in {_WHICH_ARTICLES} (?:is|are|was|were|wird|werden) {_X} {_TOLD}|"
            rf"in {_WHICH_ARTICLES} (?:wird|werden) über "
            rf"{_Y} (?:berichtet|geschrieben|gesprochen)",
        ),
        (
            About.REPORT,
            rf"(?:list|show|name|find|give)(?: me| us)?(?: all)?(?: of)?(?: the)? {ARTICLES} "
            rf"(?:(?:that|which) {_TELL}|about|on) {_X}",
        ),
        (
            About.REPORT,
            rf"are there (?:any )?{ARTICLES} (?:(?:that|which) {_TELL}|about|on) {_X}|"
            rf"(?:gibt es|hay|y a-t-il|есть ли) {ARTICLES} (?:über|zu|sobre|sur|о(?:бо?)?|про) "
            rf"{_Y}",
        ),
        (
            About.REPORT,
            rf"(?:in|en|dans|в) {_WHICH_ARTICLES} (?:se habla de|parle-t-on de|est-il question de|"
            rf"говорится (?:о(?:бо?)?|про)|рассказывается (?:о(?:бо?)?|про)) {_X}",
        ),
    ]
]
_AT_ALL = re.compile(r" (?:at all|anywhere|by name|namentlich|überhaupt)$", re.IGNORECASE)


def about_corpus(question: str) -> CorpusQuestion | None:
    """What a question asks about the articles themselves; None if it asks about their subject.

    >>> about_corpus("Which articles mention Davos?")
    CorpusQuestion(about=<About.MENTION: 'mention'>, what='Davos', negated=False)
    >>> about_corpus("How many articles does the treaty have?") is None
    True
    """
    text = " ".join(question.split()).strip("¿¡?!. ")
    for about, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        groups = match.groupdict()
        what = groups.get("x") or groups.get("y") or ""
        negated = bool(groups.get("negated") or groups.get("late"))
        return CorpusQuestion(about, _AT_ALL.sub("", what).strip(), negated)
    return None
