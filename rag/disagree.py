"""The other side of what is shown: a denial by somebody else, or another number or date.

Precision comes first: a sentence that is merely about the same subject is no other side.
A denial must speak of the claim's own words, or point at it ("the accusations") from right
behind it; a number must count the same thing, in another article, in a sentence about the
same, with nothing else that would explain it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.catalog import ArticleCache
from index.sentences import split_sentences
from rag.alike import is_denied
from rag.claims import Claim, Passage, Remark
from rag.premise import presupposes
from rag.quantities import days, quantities
from rag.question import Question, Wants
from rag.remarks import sources_differ
from rag.retrieve import Candidate, Retrieval
from rag.speakers import Speaker, Stance, may_claim, may_deny, speakers_at
from rag.terms import Term, distinct, shared, terms

_LOOKED_AT = 25  # candidates, from the best
_BEHIND = 2  # paragraphs after a claim in which "the accusations" means that claim
_WITHIN = 0.2  # of the best score: another side may be told in quite other words
_SAME_NUMBER_WITHIN = 0.1
_SHARED_WORDS = 2
_SHARE = 0.5
_ASKED = 0.4  # of the question's terms that a claim must hold to be what is asked for
_FEWEST_SAID = 3  # terms: fewer after the word of saying, and what is said comes before it
_SAME_SENTENCE = 0.5  # of the shorter sentence's terms, for numbers
_SAME_WITHOUT_NAMES = 0.7  # where no name in the question says that it is the same thing
_SHARED_FOR_NUMBERS = 3

# What a denial points at, if it does not say it again.
_POINTER = re.compile(
    r"\b(?:the|this|that|these|those|such|all|any|[’']s?|its|his|her|their)\s+(?:\w+\s+)?"
    r"(?:claims?|accusations?|allegations?|charges?|reports?|figures?|numbers?|assertions?|"
    r"story|version|accounts?|statements?)\b|"
    r"\b(?:die|diese|den|alle)\s+(?:\w+\s+)?(?:Vorwürfe|Vorwurf|Behauptung(?:en)?|Angaben|Berichte|"
    r"Anschuldigungen|Zahlen)\b|"
    r"\b(?:las|la|los|el|estas|esas|esta)\s+(?:acusaci(?:ón|ones)|alegaciones|afirmaci(?:ón|ones)|"
    r"cifras|informes?)\b|"
    r"\b(?:les|ces|cette|l[’'])\s*(?:accusations?|allégations?|affirmations?|chiffres|déclarations?)"
    r"\b|"
    r"\b(?:эти|это|все)?\s*(?:обвинени\w+|заявлени\w+|сообщени\w+|утверждени\w+)\b",
    re.IGNORECASE,
)
_ABOUT_CLAIMS = frozenset(
    "claim claims claime accusa allega charge report figure number assert story versio account "
    "statem denied deny denies deniab reject disput dismis descri fabric eviden proof confir "
    "indepe verify verifi =confirm comple firmly flatly suppor justif aimed design furthe false "
    "truth vorwur behaup angabe".split()
)
_ARTICLES = frozenset("The A An Der Die Das Ein Eine El La Los Las Un Una Le Les Une".split())
_TITLES = frozenset(
    "presid prime minist chance foreig defenc defens genera gen chief leader offici spokes secret "
    "king queen senato mr mrs ms dr sir prof profes direct chairm head mayor kanzle präsid praesi "
    "presid primer ministr premie presse".split()
)


@dataclass(frozen=True, slots=True)
class Contrast:
    """That sources differ: the passage to show besides, and the remark that says so."""

    claim: Claim | None
    """None where what is shown already holds both sides."""
    remark: Remark
    leads: bool = False
    """Whether that passage comes first: the question takes for granted what it denies."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with who speaks in it."""

    passage: Passage
    text: str
    speakers: tuple[Speaker, ...]

    def with_stance(self, *stances: Stance) -> Speaker | None:
        return next((who for who in self.speakers if who.stance in stances), None)


def other_side(
    retrieval: Retrieval, shown: Sequence[Claim], articles: ArticleCache
) -> Contrast | None:
    """What speaks against the first claim shown, if anything among what was retrieved does.

    Args:
        retrieval: of the question.
        shown: the claims of the answer, the best first; not empty.
        articles: to read what stands around a sentence.
    """
    first = shown[0].passage
    text = articles[first.file].text[first.start : first.end]
    found = (
        _denial(retrieval, first, text, articles)
        or _opposite(retrieval, first, text)
        or _other_figure(retrieval, first, text, articles)
    )
    if found is None or found.claim is None:
        return found
    passages = [p for claim in shown for p in (claim.passage, *(also for also, _ in claim.also))]
    if any(_holds(passage, found.claim.passage) for passage in passages):
        return Contrast(None, found.remark)
    return found


# -- claims and denials --------------------------------------------------------------------


def opposed(text: str, file: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """The best sentence of another article that says the opposite in nearly the same words.

    Args:
        text: the sentence.
        file: the article that it is of.
        candidates: best first.
    """
    return next((c for c in candidates if c.row.file != file and is_denied(text, c.text)), None)


def _opposite(retrieval: Retrieval, first: Passage, text: str) -> Contrast | None:
    """What another article says is not so, in nearly the same words, or says is."""
    found = opposed(text, first.file, retrieval.candidates[:_LOOKED_AT])
    if found is None:
        return None
    return Contrast(Claim(_passage(found)), sources_differ(first.file, found.row.file))


def _denial(
    retrieval: Retrieval, first: Passage, text: str, articles: ArticleCache
) -> Contrast | None:
    asked = terms(retrieval.question.text)
    own = [_read(part, articles) for part in _sentences(first, text)]
    for sentence in own:
        claimant = sentence.with_stance(Stance.CLAIMS)
        denier = sentence.with_stance(Stance.DENIES)
        if claimant and denier and _are_two(claimant.name, denier.name):
            if _is_about(asked, sentence, claimant):
                return Contrast(None, sources_differ(_named(claimant), _named(denier)))
            return None
    for sentence in own:
        denier = sentence.with_stance(Stance.DENIES)
        claimant = sentence.with_stance(Stance.CLAIMS, Stance.SAYS)
        if denier is not None:
            found = _claim_denied(retrieval, sentence, denier, articles)
        elif claimant is not None and _is_about(asked, sentence, claimant):
            found = _denial_of(retrieval, sentence, claimant, articles)
        else:
            continue
        if found is not None:
            return found
    return None


def _denial_of(
    retrieval: Retrieval, claim: _Sentence, claimant: Speaker, articles: ArticleCache
) -> Contrast | None:
    """The best denial of a claim: one by whom it accuses, if there is one."""
    found: Contrast | None = None
    for other in _others(retrieval, claim.passage, articles):
        denier = other.with_stance(Stance.DENIES)
        if denier and _denies(other, denier, claim, claimant, articles):
            remark = sources_differ(_named(claimant), _named(denier))
            question = retrieval.question.text
            asked = bool(shared(_side(denier.name), terms(question)))
            leads = asked and presupposes(question)
            contrast = Contrast(Claim(other.passage), remark, leads)
            if shared(_side(denier.name), _content(claim, claimant)):
                return contrast
            found = found or contrast
    return found


def _claim_denied(
    retrieval: Retrieval, denial: _Sentence, denier: Speaker, articles: ArticleCache
) -> Contrast | None:
    for other in _claims(retrieval, denial.passage, articles):
        claimant = other.with_stance(Stance.CLAIMS)
        if claimant and _denies(denial, denier, other, claimant, articles):
            remark = sources_differ(_named(claimant), _named(denier))
            return Contrast(Claim(other.passage), remark)
    return None


def _is_about(asked: Sequence[Term], sentence: _Sentence, claimant: Speaker) -> bool:
    """Whether a question asks for what is claimed, and not for something else that is said."""
    if any(term.token in _ABOUT_CLAIMS for term in asked):
        return True
    subject = [t for t in asked if not shared([t], terms(claimant.name))]
    said = _content(sentence, claimant)
    return bool(subject) and len(shared(subject, said)) >= _ASKED * distinct(subject)


def _content(sentence: _Sentence, who: Speaker) -> list[Term]:
    """What is said in a sentence, apart from who says it: what follows the word of saying."""
    said_at = who.said_at - sentence.passage.start
    found = terms(sentence.text)
    after = [term for term in found if term.start >= said_at]
    if distinct(after) >= _FEWEST_SAID:
        return after
    return [term for term in found if term.start < said_at]


def _denies(
    denial: _Sentence,
    denier: Speaker,
    claim: _Sentence,
    claimant: Speaker,
    articles: ArticleCache,
) -> bool:
    """Whether one sentence denies what another claims."""
    if not _are_two(denier.name, claimant.name):
        return False
    owner = denial.with_stance(Stance.CLAIMS)
    if owner is not None and owner.name != denier.name and _are_two(owner.name, claimant.name):
        return False
    objects = _objects(denial)
    about = shared(objects, terms(claim.text))
    if len(about) >= _SHARED_WORDS and len(about) >= _SHARE * distinct(objects):
        return True
    return _points_at(denial.passage, denial.text, claim.passage, articles)


def _points_at(denial: Passage, text: str, claim: Passage, articles: ArticleCache) -> bool:
    """Whether "the accusations" of a denial are the claim that stands right before it."""
    if denial.file != claim.file or denial.start < claim.end:
        return False
    if denial.paragraph - claim.paragraph > _BEHIND or not _POINTER.search(text):
        return False
    return not may_claim(articles[claim.file].text[claim.end : denial.start])


def _objects(denial: _Sentence) -> list[Term]:
    """What a denial is about: its terms but for who speaks, and for the denying itself."""
    said = [term for who in denial.speakers for term in terms(who.name)]
    return [
        term
        for term in terms(denial.text)
        if term.token not in _ABOUT_CLAIMS and not shared([term], said)
    ]


def _are_two(one: str, other: str) -> bool:
    """Whether two names are those of different sides."""
    first, second = _side(one), _side(other)
    return not shared(first, second) and bool(first) and bool(second)


def _side(name: str) -> list[Term]:
    found = terms(name)
    names = [t for t in found if t.is_name and t.token not in _TITLES]
    return names or list(found)


def _named(who: Speaker) -> str:
    """A speaker as a remark names it: "the Ukrainian president"."""
    first, _, rest = who.name.partition(" ")
    name = f"{first.lower()} {rest}" if rest and first in _ARTICLES else who.name
    return " ".join(name.split())


# -- numbers and dates ---------------------------------------------------------------------


def _other_figure(
    retrieval: Retrieval, first: Passage, text: str, articles: ArticleCache
) -> Contrast | None:
    """A sentence of another article with another number, or date, for the same thing."""
    question = retrieval.question
    if question.wants not in (Wants.NUMBER, Wants.MONEY, Wants.DATE) or not retrieval.candidates:
        return None
    least = retrieval.candidates[0].score - _SAME_NUMBER_WITHIN
    parts = [articles[first.file].text[part.start : part.end] for part in _sentences(first, text)]
    for candidate in retrieval.candidates[:_LOOKED_AT]:
        if candidate.score < least:
            break
        if candidate.row.file == first.file:
            continue
        for part in parts:
            if _is_same_fact(question, part, candidate, articles) and _figures_differ(
                question, part, candidate.text
            ):
                there = _passage(candidate)
                names = _speaker_names(first, there, articles)
                return Contrast(Claim(there, asks=question), sources_differ(*names))
    return None


def _is_same_fact(
    question: Question, sentence: str, candidate: Candidate, articles: ArticleCache
) -> bool:
    """Whether two sentences tell the same, as far as their words and the question's go."""
    asked = terms(question.text, seats=False)
    own = _without_numbers(sentence)
    other = _without_numbers(candidate.text)
    both = len(shared(own, other))
    share = _SAME_SENTENCE if question.names else _SAME_WITHOUT_NAMES
    if both < _SHARED_FOR_NUMBERS or both < share * min(distinct(own), distinct(other)):
        return False
    if len(shared(asked, other)) < len(shared(asked, own)):
        return False
    named = terms(" ".join(question.names), seats=False)
    article = articles[candidate.row.file]
    around = terms(
        f"{article.title}. {article.paragraph_text(candidate.row.paragraph)}", seats=False
    )
    return len(shared(named, around)) == distinct(named)


def _without_numbers(text: str) -> list[Term]:
    return [term for term in terms(text, seats=False) if not term.token.isdecimal()]


def _figures_differ(question: Question, one: str, other: str) -> bool:
    asked = terms(question.text, seats=False)
    here, there = days(one), days(other)
    if question.wants is Wants.DATE:
        return bool(here and there) and all(a.differs(b) for a in here for b in there)
    if any(a.differs(b) for a in here for b in there):
        return False  # two times, two numbers
    counted = [
        (mine, theirs)
        for mine in quantities(one)
        for theirs in quantities(other)
        if mine.same_unit(theirs) and (question.wants is Wants.MONEY or _is_asked(mine.unit, asked))
    ]
    return bool(counted) and all(mine.differs(theirs) for mine, theirs in counted)


def _is_asked(unit: Sequence[Term], asked: Sequence[Term]) -> bool:
    return not unit[0].word or bool(shared(unit, asked))


def _speaker_names(one: Passage, other: Passage, articles: ArticleCache) -> tuple[str, str]:
    """Who tells two passages apart: their speakers, or else their files."""
    first, second = (
        next(iter(speakers_at(articles[p.file].text, p.start, p.end)), None) for p in (one, other)
    )
    if first is not None and second is not None and _are_two(first.name, second.name):
        return _named(first), _named(second)
    return one.file, other.file


# -- sentences -----------------------------------------------------------------------------


def _sentences(passage: Passage, text: str) -> list[Passage]:
    return [
        Passage(passage.file, passage.paragraph, passage.start + start, passage.start + end)
        for start, end in split_sentences(text)
    ]


def _read(passage: Passage, articles: ArticleCache) -> _Sentence:
    text = articles[passage.file].text
    speakers = tuple(speakers_at(text, passage.start, passage.end))
    return _Sentence(passage, text[passage.start : passage.end], speakers)


def _others(retrieval: Retrieval, claim: Passage, articles: ArticleCache) -> Iterator[_Sentence]:
    """Sentences that may deny a claim: those retrieved, and those right behind it."""
    for candidate in _near(retrieval.candidates):
        if may_deny(candidate.text):
            yield _read(_passage(candidate), articles)
    article = articles[claim.file]
    for paragraph in article.paragraphs[claim.paragraph - 1 : claim.paragraph + _BEHIND]:
        if not paragraph.kind.is_evidence:
            continue
        text = article.text[paragraph.start : paragraph.end]
        place = Passage(claim.file, paragraph.number, paragraph.start, paragraph.end)
        for part in _sentences(place, text):
            if part.start >= claim.end and may_deny(article.text[part.start : part.end]):
                yield _read(part, articles)


def _claims(retrieval: Retrieval, denial: Passage, articles: ArticleCache) -> Iterator[_Sentence]:
    """Sentences that may hold the claim that is denied."""
    for candidate in _near(retrieval.candidates):
        passage = _passage(candidate)
        if not _holds(denial, passage) and may_claim(candidate.text):
            yield _read(passage, articles)


def _near(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    least = candidates[0].score - _WITHIN if candidates else 0.0
    return (c for c in candidates[:_LOOKED_AT] if c.score >= least)


def _passage(candidate: Candidate) -> Passage:
    row = candidate.row
    return Passage(row.file, row.paragraph, row.start, row.end)


def _holds(outer: Passage, inner: Passage) -> bool:
    return outer.file == inner.file and outer.start <= inner.start and inner.end <= outer.end
