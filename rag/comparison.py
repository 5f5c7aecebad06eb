"""Comparisons: "How does A's plan differ from B's?", "Compare what A and B said of Y".

A comparison is split into its sides, and each is answered by itself, from the sentences in
which that side speaks or is named. One sentence that contrasts them ("A is …, while B …")
answers for both. Told from the words, in English, German, Spanish, French and Russian.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.claims import Claim, Statement, remaining
from rag.confidence import features
from rag.quote import choose
from rag.remarks import compared, not_answered
from rag.retrieve import Candidate, Retrieval, Retriever
from rag.sides import Sides, with_voice
from rag.terms import Term, shared, terms
from rag.topics import probability, search_for

_AND = r"(?:and|und|sowie|y|e|et|и|с|mit|con|avec|with|to|from|von|vs\.?|versus|or)"
_ON = (
    r"(?:on|about|over|regarding|concerning|as to|in terms of|when it comes to|with regard to|"
    r"bei|bezüglich|hinsichtlich|in bezug auf|in der frage|über|sobre|respecto a|en cuanto a|"
    r"sur|concernant|au sujet de|quant à|в вопросе|относительно|насчёт|насчет|по поводу|по)"
)
_MATTER = rf"(?:\s+{_ON}\s+(?P<matter>.+))?"
_DIFFER = (
    r"(?:differ(?:ent|s|ed)?|distinct|diverge[sd]?|compare[sd]?|stand out|"
    r"vary|varies)"
)
_A, _B = r"(?P<a>.+?)", r"(?P<b>.+?)"
_FORMS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # What is the difference between A and B on M?
        r"(?:(?:what|which)(?: is|['’]s| are| was| were)|(?:can you |please )?"
        r"(?:explain|describe|name|tell me|show|list))\s+(?:the\s+)?(?:\w+\s+)?"
        rf"(?:differences?|distinctions?|contrasts?)\s+between\s+{_A}\s+and\s+{_B}{_MATTER}",
        # How does A differ from B on M? In what way is A different from B?
        r"(?:how|in (?:what|which) (?:ways?|respects?)|where)\s+(?:do|does|did|is|are|was|were)\s+"
        rf"{_A}\s+{_DIFFER}\s+(?:from|to|with|than)\s+{_B}{_MATTER}",
        r"(?:how|in (?:what|which) (?:ways?|respects?)|where)\s+(?:do|does|did|are|were)\s+"
        rf"{_A}\s+and\s+{_B}\s+{_DIFFER}{_MATTER}",
        # Compare A and B on M.
        r"(?:please\s+|can you\s+|could you\s+)?(?:compare|contrast)\s+(?:and contrast\s+)?"
        rf"{_A}\s+(?:and|with|to|versus|vs\.?)\s+{_B}{_MATTER}",
        # German
        r"(?:was (?:ist|sind|war|waren)|worin (?:besteht|bestehen|liegt|liegen)|erkläre?|nenne?)\s+"
        rf"(?:der|die|den)\s+unterschiede?\s+zwischen\s+{_A}\s+und\s+{_B}{_MATTER}",
        rf"(?:worin|wie|inwiefern)\s+unterscheide(?:t|n)\s+sich\s+{_A}\s+(?:von|und)\s+{_B}{_MATTER}",
        rf"(?:worin|wie|inwiefern)\s+unterschied(?:en)?\s+sich\s+{_A}\s+(?:von|und)\s+{_B}{_MATTER}",
        rf"vergleich(?:e|en sie)\s+{_A}\s+(?:und|mit)\s+{_B}{_MATTER}",
        # Spanish
        r"(?:cuál(?:es)? (?:es|son|era|eran)|qué)\s+(?:la |las )?diferencias?\s+(?:hay\s+)?"
        rf"entre\s+{_A}\s+y\s+{_B}{_MATTER}",
        rf"en qué se (?:diferencian?|distinguen?)\s+{_A}\s+(?:de|y)\s+{_B}{_MATTER}",
        rf"compara[r]?\s+{_A}\s+(?:y|con)\s+{_B}{_MATTER}",
        # French
        r"(?:quelles?\s+(?:est|sont|était|étaient)\s+)(?:la |les )?différences?\s+entre\s+"
        rf"{_A}\s+et\s+{_B}{_MATTER}",
        rf"en quoi\s+{_A}\s+(?:diffère(?:nt)?|se distinguent?)(?:-t-(?:il|elle)|-(?:ils|elles))?\s+"
        rf"(?:de|du|des|d['’])\s*{_B}{_MATTER}",
        rf"compare[rz]?\s+{_A}\s+(?:et|avec)\s+{_B}{_MATTER}",
        # Russian
        rf"(?:в ч[её]м|какова|какая)\s+(?:разница|различие)\s+между\s+{_A}\s+и\s+{_B}{_MATTER}",
        rf"чем\s+{_A}\s+отлича[ею]тся\s+от\s+{_B}{_MATTER}",
        rf"сравни(?:те)?\s+{_A}\s+(?:и|с)\s+{_B}{_MATTER}",
    )
]
# "what A and B said about M"
_SAID = re.compile(
    r"(?:what|how|was|wie|lo que|ce que|что)\s+(?P<sides>.+?)\s+"
    r"(?:said|say|says|think|thinks|thought|want|wants|wanted|promised?|propose[sd]?|sagten?|"
    r"sagen|denken|dijeron|dicen|piensan|disent|pensent|сказали|говорят|думают)$",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?P<who>.+?)(?:['’]s|(?<=s)['’])(?:\s+(?P<aspect>.+))?$", re.IGNORECASE)
_VIEWS = (
    r"(?:views?|positions?|opinions?|stances?|attitudes?|statements?|claims?|accounts?|versions?|"
    r"positionen|position|haltung|haltungen|meinung(?:en)?|posici(?:ón|ones)|opini(?:ón|ones)|"
    r"позици[ия]|мнени[ея])"
)
# "the plans of A and B": what is compared of both
_SHARED = re.compile(
    r"(?i:the|die|las?|los|les?)?\s*(?P<aspect>[a-zà-öø-ÿ]+[sn])\s+(?:of|von|der|des|de|du)\s+"
    r"(?P<who>.+)"
)
_VIEWS_OF = re.compile(rf"^{_VIEWS}(?:\s+(?:of|on|about|to|towards?|von|zu|de|sobre)\b)?\s*", re.I)
_LEADING = re.compile(
    r"^(?:the|a|an|that of|those of|der|die|das|den|dem|einem?|einer|el|la|los|las|una?|le|les|une)"
    r"\s+|^l['’]",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:it|them|this|that|these|those|he|she|him|her|they|one|ones|others?|the other|each other|"
    r"one another|now|then|before|today|es|ihm|ihnen|heute|damals)",
    re.IGNORECASE,
)
_MOST_CHARACTERS = 400  # of a question that compares two things
_MOST_WORDS = 9  # in the name of a side: more is a question of another form
# What stands between two things that a sentence contrasts.
_CONTRASTS = re.compile(
    r"\b(?:while|whereas|unlike|but|however|in contrast|by contrast|compared|differ\w*|"
    r"während|hingegen|dagegen|aber|anders als|im gegensatz|mientras|pero|a diferencia|"
    r"tandis que|alors que|mais|contrairement|тогда как|в отличие|но|однако)\b",
    re.IGNORECASE,
)
_WITHIN = 0.08  # of the best score for a side: where what it says is about the matter
_NEAR = 0.06  # of the best score: where a sentence that contrasts the sides answers


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, in what respect."""

    sides: tuple[str, str]
    """As written, without articles and possessive endings: "Russia", "Ukraine"."""
    matter: str = ""
    """On what: "election stance"; nothing for the sides as such."""

    @property
    def query(self) -> str:
        """What to search for: the sides and the matter, without the words about comparing."""
        return " ".join(filter(None, (*self.sides, self.matter)))


def comparison_of(question: str) -> Comparison | None:
    """What a question compares; None if it compares nothing.

    >>> comparison_of("How does Russia's plan differ from Ukraine's?")
    Comparison(sides=('Russia', 'Ukraine'), matter='plan')
    >>> comparison_of("Who compared the plans?") is None
    True
    """
    text = " ".join(question.split()).strip(' ¿¡?!."“”„«»')
    if len(text) > _MOST_CHARACTERS:
        return None
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is None:
            continue
        found = _understand(match["a"], match["b"], match["matter"] or "")
        if found is not None:
            return found
    return None


def _understand(a: str, b: str, matter: str) -> Comparison | None:
    aspect = ""
    if said := _SAID.fullmatch(f"{a} and {b}"):
        a, _, b = said["sides"].partition(" and ")
    one, first = _owner(a)
    other, second = _owner(b)
    if first is None and second is None and (of := _SHARED.fullmatch(a)) and " of " not in b:
        one, aspect = of["who"], of["aspect"]
    aspect = first or second or aspect
    names = tuple(_LEADING.sub("", name.strip()).strip() for name in (one, other))
    for name in names:
        if not name or len(name.split()) > _MOST_WORDS or _PRONOUN.fullmatch(name):
            return None
    what = " ".join(filter(None, (_VIEWS_OF.sub("", aspect).strip(), matter.strip())))
    return Comparison((names[0], names[1]), what)


def _owner(phrase: str) -> tuple[str, str | None]:
    """ "Russia's plan" → "Russia", "plan"; a phrase that names no owner as it is, and None."""
    match = _OWNED.fullmatch(phrase.strip())
    return (match["who"], match["aspect"]) if match else (phrase, None)


def compare(
    retriever: Retriever, comparison: Comparison, retrieval: Retrieval, files: Sequence[str] = ()
) -> tuple[list[Statement], float]:
    """Answer each side of a comparison, or both with the sentence that contrasts them.

    Args:
        retriever: over the index, inside `Index.reading()`.
        comparison: by `comparison_of`.
        retrieval: of its `query`.
        files: globs over corpus-relative names; empty for all.

    Returns:
        A remark that names the sides in their order and a claim for each; a remark for a side
        that is not answered. With the confidence of the side that is less sure. Nothing, if
        neither side is answered.
    """
    articles = retriever.index.articles
    wanted = _distinguishing(comparison.sides)
    both = _contrasting(wanted, retrieval.candidates)
    if both is not None and probability(retriever, retrieval)[1]:
        return [*choose([both])], probability(retriever, retrieval)[0]
    statements: list[Statement] = []
    missing: list[Statement] = []
    sure: list[float] = []
    asked = Sides(comparison.sides, comparison.matter)
    for place, side in enumerate(comparison.sides):
        claim, likely = _answer_side(retriever, asked, place, retrieval, files)
        if claim is None:
            missing.append(not_answered(", ".join(filter(None, (side, comparison.matter)))))
            continue
        sure.append(likely)
        shown = [s.passage for s in statements if isinstance(s, Claim)]
        statements.extend(remaining(claim, shown, articles))
    if not statements:
        return [], 0.0
    if len(statements) == len(comparison.sides):
        statements.insert(0, compared(*comparison.sides))
    return [*statements, *missing], min(sure)


def _answer_side(
    retriever: Retriever,
    asked: Sides,
    side: int,
    whole: Retrieval,
    files: Sequence[str],
) -> tuple[Claim | None, float]:
    """What the articles say of one side on the matter, and how likely it answers.

    Args:
        retriever: inside `Index.reading()`.
        asked: the sides and the matter.
        side: which of them.
        whole: the retrieval of the whole question.
        files: globs over corpus-relative names; empty for all.
    """
    query = " ".join(filter(None, (asked.names[side], asked.matter)))
    retrieval = search_for(retriever, query, files)
    if not retrieval.candidates:
        return None, 0.0
    own = _distinguishing(asked.names)[side]
    found = with_voice(own, asked.matter, retrieval.candidates, retriever.index.articles)
    fitted = retriever.calibration
    # What a side says is judged with the whole question: that the side speaks is known, and
    # "France" for "French officials" would tell against it.
    least = retrieval.candidates[0].score - _WITHIN
    said = [c for c, speaks in found if speaks and c.score >= least]
    likely = fitted.probability(features(whole))
    if said and likely >= fitted.threshold:
        return choose(said)[0], likely
    pool = [c for c, _ in found]
    if not pool:
        return None, 0.0
    likely = fitted.probability(features(replace(retrieval, candidates=tuple(pool))))
    return (choose(pool)[0] if likely >= fitted.threshold else None), likely


def _distinguishing(names: Sequence[str]) -> list[tuple[Term, ...]]:
    """For each name the terms that the others have not; all of them if there are none."""
    found = [terms(name) for name in names]
    own: list[tuple[Term, ...]] = []
    for place, mine in enumerate(found):
        others = [term for i, other in enumerate(found) if i != place for term in other]
        own.append(tuple(term for term in mine if not shared([term], others)) or mine)
    return own


def _contrasting(
    wanted: Sequence[Sequence[Term]], candidates: Sequence[Candidate]
) -> Candidate | None:
    """The best sentence that names one side, then contrasts it with the other."""
    for candidate in candidates:
        if candidate.score < candidates[0].score - _NEAR:
            return None
        text = candidate.text
        for cue in _CONTRASTS.finditer(text):
            before, after = terms(text[: cue.start()]), terms(text[cue.end() :])
            for one, other in (wanted, wanted[::-1]):
                if shared(one, before) and not shared(other, before) and shared(other, after[:2]):
                    return candidate
    return None
