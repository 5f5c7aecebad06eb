"""Questions about agreement itself: "Do X and Y agree on …?", "What do X and Y think of …?".

They are answered with what each side says, from the sentences that speak of the matter: those
in which the side speaks, or is at least named. Cue words in English, German, Spanish, French
and Russian.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.catalog import ArticleCache
from rag.claims import Claim, Passage
from rag.retrieve import Candidate, Retrieval
from rag.speakers import Speaker, Stance, who_at
from rag.terms import Term, distinct, shared, terms

_MOST = 4  # claims shown
_WITHIN = 0.13  # of the best score: a side may speak of the matter in other words
_HALF = 0.5
_NEAR = 0.08  # where no side is named, and any may speak
_BEHIND = 2  # paragraphs in which a reply stands
_REPLIES = 0.03
_LOOKED_AT = 40
_SPEAKS = 0.05  # what it is worth that a side itself speaks, and does so of the matter
_ON_THE_MATTER = 0.05  # that it uses all words of the matter
_NAMED = 0.02
_TELLS = 0.04  # … and that a sentence says itself how far they agree

_AND = re.compile(r",?\s+(?:and|und|y|e|et|и)\s+|\s*[,&]\s*")
_LEADING = re.compile(
    r"^(?:both|each of|all|the|die|der|das|beide|los|las|el|la|ambos|ambas|les|le|оба|обе)\s+",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:sides|parties|sources|articles|reports|newspapers|papers|politicians|leaders|"
    r"governments|countries|experts|officials|allies|scientists|historians|scholars|critics|"
    r"observers|analysts|economists|ministers|members|people|they|everyone|everybody|"
    r"seiten|parteien|quellen|artikel|politiker|regierungen|länder|experten|alle|"
    r"partes|fuentes|artículos|políticos|líderes|gobiernos|países|expertos|todos|"
    r"parties|camps|dirigeants|gouvernements|pays|"
    r"стороны|источники|статьи|политики|лидеры|страны|эксперты|все)\b",
    re.IGNORECASE,
)
_MATTER = (
    r"(?:\s+(?:on|about|over|that|as to|regarding|when it comes to|concerning|in|of|whether|how|"
    r"why|who|what)\b\s*(?P<matter>.+))"
)
_VIEWS = r"(?:views?|positions?|opinions?|accounts?|versions?|stances?)"
_SEES = r"(?:see|view|judge|regard|assess|describe|treat|remember)"
_ONE_MIND = (
    r"(?:concur|of (?:one|the same|like|a) mind|see eye to eye|united|divided|split|at odds|"
    r"in agreement|in dispute|(?:share|hold|take|have) (?:the same|a common|different|similar) "
    r"(?:view|opinion|position|line|stance)s?|think alike|tell the same story)"
)
_BOTH_SIDES = r"(?:the\s+)?(?:two|both|opposing|warring|different)\s+(?:sides|parties|camps)"
_SHARE = r"(?:share|support|back|accept|dispute|contradict|confirm)"
_FORMS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Do X and Y agree on …? ("Did they agree on …?" asks what happened.)
        r"(?:do|does|are|is)\s+(?P<sides>.+?)\s+(?:(?:all|both|really|fully)\s+)?agreed?(?! to\b)"
        rf"{_MATTER}?",
        # Are X of one mind about …?
        r"(?:do|does|did|are|is|were|was)\s+(?P<sides>.+?)\s+(?:(?:all|both|really|fully)\s+)?"
        rf"(?:disagree|differ|{_ONE_MIND}){_MATTER}?",
        # Do X and Y see … the same way?
        rf"(?:do|does|did)\s+(?P<sides>.+?)\s+{_SEES}\s+(?P<matter>.+?)\s+"
        r"(?:(?:in )?the same way|alike|differently|similarly|equally)",
        # What do X and Y each think of …?
        r"(?:what|how)\s+(?:do|does|did)\s+(?P<sides>.+?)\s+(?:each\s+|both\s+|respectively\s+)?"
        r"(?:think|say|make|feel)\s+(?:of|about|on)\s+(?P<matter>.+)",
        # Whom do the two sides blame for …?
        rf"(?:whom?|what|how|why)\s+(?:do|does|did)\s+(?P<sides>{_BOTH_SIDES})\s+(?P<matter>.+)",
        # Does X share Y's version of …?
        rf"(?:do|does|did)\s+(?P<sides>.+?)\s+{_SHARE}\s+(?P<other>(?:the\s+)?[^?]+?)[’']s?\s+"
        rf"(?:reading|story|assessment|interpretation|{_VIEWS})"
        r"(?:\s+(?:of|on|about)\s+(?P<matter>.+))?",
        # How do the views of X and Y on … differ? Where do X and Y stand on …?
        rf"(?:how|in what|where|on what)\s+(?:do|does|did)\s+(?:the\s+{_VIEWS}\s+of\s+)?"
        r"(?P<sides>.+?)(?:\s+(?:on|about|of)\s+(?P<rest>.+?))?\s+"
        rf"(?:differ|disagree|diverge|stand){_MATTER}?",
        # What are the positions of X and Y on …?
        rf"what\s+(?:are|is|were)\s+the\s+(?:different\s+)?{_VIEWS}\s+of\s+(?P<sides>.+?){_MATTER}",
        # Is there agreement between X and Y on …?
        r"(?:is|was|are|were)\s+there\s+(?:any\s+|a\s+)?(?:(?:dis)?agreement|consensus|dispute|"
        rf"differences?)\s+(?:between|among|of)\s+(?P<sides>.+?){_MATTER}",
        # German
        r"(?:sind|waren)\s+sich\s+(?P<sides>.+?)\s+"
        r"(?:(?:darin|darüber|in|über|bei|zu)\s+(?P<matter>.+?)\s+)?"
        r"(?:einig|uneinig|uneins)(?:,?\s+(?:dass|ob|was|wie|wer)\s+(?P<rest>.+))?",
        r"stimm(?:en|ten)\s+(?P<sides>.+?)\s+(?:in|bei|über)\s+(?P<matter>.+?)\s+überein",
        r"(?:was|wie)\s+(?:sagen|denken|halten|meinen|urteilen)\s+(?P<sides>.+?)\s+(?:jeweils\s+)?"
        r"(?:von|über|zu[mr]?)\s+(?P<matter>.+)",
        r"(?:wem|was|wen)\s+\w+\s+(?P<sides>(?:die\s+)?beiden\s+seiten)\s+(?P<matter>.+)",
        r"teil(?:t|en|te|ten)\s+(?P<sides>.+?)\s+(?P<other>\w+?)s?\s+"
        r"(?:sicht|version|darstellung|meinung)"
        r"(?:\s+(?:auf|von|über|zu[mr]?|de[sr])\s+(?P<matter>.+))?",
        # Spanish
        r"están\s+(?P<sides>.+?)\s+de\s+acuerdo\s+(?:en|sobre|con)\s+(?P<matter>.+)",
        r"(?:coinciden|discrepan|difieren)\s+(?P<sides>.+?)\s+(?:en|sobre)\s+(?P<matter>.+)",
        r"qué\s+(?:piensan|opinan|dicen)\s+(?P<sides>.+?)\s+(?:del?|sobre|acerca del?)\s+"
        r"(?P<matter>.+)",
        r"a\s+quién\s+\w+\s+(?P<sides>(?:las\s+)?(?:dos|ambas)\s+partes)\s+(?P<matter>.+)",
        r"comparten?\s+(?P<sides>.+?)\s+la\s+(?:versión|opinión|visión)\s+de\s+(?P<other>[\w.-]+)"
        r"(?:\s+(?:del?|sobre)\s+(?P<matter>.+))?",
        # French
        r"(?P<sides>.+?)\s+(?:sont|étaient)-(?:ils|elles)\s+d[’']accord\s+(?:sur|pour|avec)\s+"
        r"(?P<matter>.+)",
        r"que\s+(?:pensent|disent)\s+(?P<sides>.+?)\s+(?:de|du|des|d[’']|sur)\s*(?P<matter>.+)",
        r"qui\s+(?P<sides>les\s+deux\s+(?:camps|parties))\s+(?P<matter>.+)",
        # Russian
        r"согласны\s+ли\s+(?P<sides>.+?)\s+(?:с тем,?\s+что|в том,?\s+что|насчёт|насчет|"
        r"относительно|о|об|в)\s+(?P<matter>.+)",
        r"что\s+(?:думают|говорят)\s+(?P<sides>.+?)\s+(?:о|об|про)\s+(?P<matter>.+)",
        r"кого\s+\w+\s+(?P<sides>обе\s+стороны)\s+(?P<matter>.+)",
    )
]
_PLURAL = re.compile(r"(?:do|are|were)\s.*", re.IGNORECASE)
_MOST_WORDS = 7  # in the name of the sides: more is a question of another form

# A sentence that says itself how far others agree.
_TELLING = re.compile(
    r"\b(?:diverging|divergent|differing|conflicting|opposing|contradictory|rival) "
    r"(?:views?|accounts?|positions?|versions?|opinions?|claims?)|"
    r"\b(?:disagree\w*|at odds|divided over|split over|"
    r"differ(?:s|ed)? (?:on|over|about)|agreed that|unanimous\w*|contradict\w*|"
    r"uneinig|uneins|einig|gehen .* auseinander|discrepan\w*|divergen\w*|desacuerdo|divergent\w*|"
    r"désaccord|разноглас\w+|расход\w+)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(?:[A-ZÀ-ÞА-ЯЁ][\w.’'-]*\s+(?:(?:spokes\w+|minister|president|leader|chief)\s+)?){1,6}"
    r"[A-ZÀ-ÞА-ЯЁ][\w-]+"
)
_TITLES = frozenset(
    "presid prime minist chance foreig defenc leader offici spokes genera gen secret king queen "
    "mr mrs ms dr sir".split()
)


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is asked about, and about what."""

    names: tuple[str, ...]
    """As written: "Kyiv", "Moscow"; empty for all who speak of the matter ("the two sides")."""
    matter: str
    """What they may differ on."""

    @property
    def query(self) -> str:
        """What to search for: the sides and the matter, without the words about agreeing."""
        return " ".join((*self.names, self.matter))


def asks_for_sides(question: str) -> Sides | None:
    """The sides and the matter of a question about agreement; None for any other question."""
    text = question.strip(" ¿¡?!.\"'“”„«»")
    for form in _FORMS:
        match = form.match(text)
        if match is None:
            continue
        parts = match.groupdict()
        names = _names(parts["sides"])
        if parts.get("other"):
            names = (*names, _LEADING.sub("", parts["other"]))
        is_group = _is_group(text, parts["sides"], names)
        if len(parts["sides"].split()) > _MOST_WORDS or (len(names) < 2 and not is_group):
            continue
        matter = " ".join(filter(None, (parts.get("matter"), parts.get("rest")))) or text
        return Sides(() if is_group and not parts.get("other") else names, matter)
    return None


def _is_group(question: str, sides: str, names: Sequence[str]) -> bool:
    """Whether nobody is named: "the two sides", "European politicians"."""
    if _GROUP.search(sides):
        return True
    return len(names) == 1 and sides.endswith("s") and _PLURAL.match(question) is not None


def _names(sides: str) -> tuple[str, ...]:
    parts = (_LEADING.sub("", part.strip()) for part in _AND.split(sides))
    return tuple(part for part in parts if part)


def sides(asked: Sides, retrieval: Retrieval, articles: ArticleCache) -> list[Claim]:
    """What each side says of the matter, the best first; at most four claims.

    Args:
        asked: by `asks_for_sides`.
        retrieval: of its `query`.
        articles: to tell who speaks.
    """
    views = _views(asked, retrieval, articles)
    if not views:
        return []
    views = [view for view in views if view.score >= views[0].score - _WITHIN]
    chosen = _of_each(views, len(asked.names)) if asked.names else _of_all(views)
    return [Claim(_passage(view.candidate)) for view in chosen[:_MOST]]


def with_voice(
    side: Sequence[Term],
    matter: str,
    candidates: Sequence[Candidate],
    articles: ArticleCache,
) -> list[tuple[Candidate, bool]]:
    """The candidates in which a side speaks, or that name it, the best first, and which it is.

    Args:
        side: the terms of its name.
        matter: what it may speak of.
        candidates: of a question, best first.
        articles: to tell who speaks.
    """
    looked_at = candidates[:_LOOKED_AT]
    countries = _countries_of_names({c.row.file for c in looked_at}, articles)
    views = [_view(c, [side], terms(matter), countries, articles) for c in looked_at]
    found = [
        (
            replace(v.candidate, score=v.candidate.score + _SPEAKS * bool(v.speaking)),
            bool(v.speaking),
        )
        for v in views
        if v.speaking or v.named
    ]
    return sorted(found, key=lambda each: -each[0].score)


@dataclass(frozen=True, slots=True)
class _View:
    """A sentence that speaks of the matter, with whose view it is."""

    candidate: Candidate
    score: float
    speakers: tuple[tuple[Term, ...], ...]
    speaking: frozenset[int]
    """Which of the sides asked about speak in it."""
    named: frozenset[int]
    """Which of them it names."""
    on_matter: float
    """The share of the matter's words that it uses."""
    tells: bool
    """Whether it says itself how far they agree."""


def _views(asked: Sides, retrieval: Retrieval, articles: ArticleCache) -> list[_View]:
    candidates = retrieval.candidates[:_LOOKED_AT]
    countries = _countries_of_names({c.row.file for c in candidates}, articles)
    wanted = [terms(name) for name in asked.names]
    matter = terms(asked.matter)
    views = [_view(candidate, wanted, matter, countries, articles) for candidate in candidates]
    return sorted(views, key=lambda v: (-v.score, v.candidate.row.file, v.candidate.row.start))


def _view(
    candidate: Candidate,
    wanted: Sequence[Sequence[Term]],
    matter: Sequence[Term],
    countries: dict[str, Term],
    articles: ArticleCache,
) -> _View:
    row = candidate.row
    text = articles[row.file].text
    found = who_at(text, row.start, row.end)
    if any(who.stance is Stance.DENIES for who in found):
        found = [who for who in found if who.stance is not Stance.CLAIMS or who.said_at != who.end]
    speakers = tuple(_side(who, countries) for who in found)
    words = terms(candidate.text)
    speaking = {i for i, side in enumerate(wanted) if any(shared(side, who) for who in speakers)}
    named = {i for i, side in enumerate(wanted) if shared(side, words)}
    on_matter = len(shared(matter, words)) / max(1, distinct(matter))
    score = candidate.cosine + _ON_THE_MATTER * on_matter
    tells = on_matter >= _HALF and _TELLING.search(candidate.text) is not None
    score += _TELLS * tells
    if speakers:
        score += _SPEAKS * (not wanted or bool(speaking))
    score += _NAMED * bool(named - speaking)
    return _View(
        candidate, score, speakers, frozenset(speaking), frozenset(named), on_matter, tells
    )


def _side(who: Speaker, countries: dict[str, Term]) -> tuple[Term, ...]:
    """What a speaker may be called: their names, and the country that they speak for."""
    found = [t for t in terms(who.name) if t.token not in _TITLES]
    found.extend(countries[t.bones] for t in found[:] if t.bones in countries)
    return tuple(found)


def _countries_of_names(files: Iterable[str], articles: ArticleCache) -> dict[str, Term]:
    """Name → country, where an article introduces somebody with it: "French President Macron"."""
    found: dict[str, Term] = {}
    for file in sorted(files):
        for match in _INTRODUCED.finditer(articles[file].text):
            named = terms(match.group())
            if not named or named[0].word or named[0].is_act:
                continue
            first, *rest = named
            for term in rest:
                if term.bones and term.token not in _TITLES:
                    found.setdefault(term.bones, first)
    return found


def _of_each(views: Sequence[_View], count: int) -> list[_View]:
    """For each side the best of what it says, or else of what names it."""
    pools = [_pool(views, side) for side in range(count)]
    pools.sort(key=lambda pool: -pool[0].score if pool else 0.0)
    chosen: list[_View] = []
    for pool in pools:
        best = max(pool, key=lambda view: view.score + _reply(view, chosen), default=None)
        if best is not None and best not in chosen:
            chosen.append(best)
    return sorted(chosen, key=views.index)


def _pool(views: Sequence[_View], side: int) -> list[_View]:
    """Where a side speaks alone, or else at all, or else is named."""
    pools = (
        [v for v in views if v.speaking == {side}],
        [v for v in views if side in v.speaking],
        [v for v in views if side in v.named],
    )
    return next((pool for pool in pools if pool), [])


def _reply(view: _View, chosen: Sequence[_View]) -> float:
    """What it is worth that a sentence stands right behind what another side says."""
    row = view.candidate.row
    behind = any(
        row.file == other.candidate.row.file
        and 0 <= row.paragraph - other.candidate.row.paragraph <= _BEHIND
        for other in chosen
    )
    return _REPLIES * behind


def _of_all(views: Sequence[_View]) -> list[_View]:
    """The best of each who speaks, and of other articles where nobody is named."""
    if len(views[0].speakers) > 1 and views[0].tells:
        return [views[0]]  # "… have diverging views: X …, while Y …"
    chosen: list[_View] = []
    for view in views:
        if view.score < views[0].score - _NEAR:
            break
        heard = [who for other in chosen for who in other.speakers]
        if view.speakers:
            is_new = not all(any(shared(w, other) for other in heard) for w in view.speakers)
        else:
            files = {other.candidate.row.file for other in chosen}
            is_new = view.candidate.row.file not in files and view.on_matter >= _HALF
        if is_new:
            chosen.append(view)
    return chosen or [views[0]]


def _passage(candidate: Candidate) -> Passage:
    row = candidate.row
    return Passage(row.file, row.paragraph, row.start, row.end)
