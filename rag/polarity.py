"""Yes or no: which way a clause speaks, and of what.

A clause says no by a negation ("never", "won't"), by a verb that has one in it ("refuse",
"deny", "yet to"), or by a verdict ("pointless", "a fabrication"); two make a yes ("would not
oppose"). Some words say yes out loud ("ready", "open to", "support"). Words alone, in English,
German, Spanish, French and Russian.

Source of the method: negation cues and their scope, as in Chapman et al., "A Simple Algorithm
for Identifying Negated Findings and Diseases in Discharge Summaries", Journal of Biomedical
Informatics 34, 2001: a cue reaches to the end of its clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.terms import Term, terms

# What looks like a negation and is none.
_NO_NEGATION = re.compile(
    r"\b(?:not (?:only|just|merely|simply|least|to mention|necessarily|surprisingly)|no doubt|"
    r"without (?:a )?doubt|no (?:less|fewer|more|later|sooner) than|no matter|whether or not|"
    r"if not|or not|why not|not until|none other|nothing but|nothing less|no\. ?\d|not all|"
    r"not every|nicht (?:nur|zuletzt|unbedingt)|no (?:sólo|solo|obstante)|sin duda|"
    r"non seulement|sans doute|pas seulement|не только|не менее|не более|несмотря)\b",
    re.IGNORECASE,
)
# Negations, and verbs with one inside: what follows is negated.
_NO_BEFORE = (
    r"not|\w+n[’']t|cannot|never|neither|nor|no longer|hardly|scarcely|no|none|nobody|nothing|"
    r"yet to|fail(?:s|ed|ing|ure)? to|unable to|unlikely|unwilling(?:ness)?(?: to)?|reluctan\w+|"
    r"refus(?:e|es|ed|ing|al)|declin(?:e|es|ed|ing) to|den(?:y|ies|ied|ying|ials?)|"
    r"reject(?:s|ed|ing|ion)?|oppos(?:e|es|ed|ing|ition)|object(?:s|ed|ing)? to|objections?|"
    r"disput(?:e|es|ed|ing)|dismiss(?:es|ed|ing)?|rul(?:e|es|ed|ing) out|"
    r"(?:is|are|was|were|be|been|came out|spoke out|voted|warned|argued|advised) against|"
    r"(?<=\bnot )against|"
    r"stopped short of|far from|veto(?:ed|es)?|abandon(?:s|ed|ing)?|"
    r"nicht|kein\w*|nie|niemals|niemand|weder|lehn(?:t|te|ten)|ablehn\w+|weiger(?:t|te|ten|n)|"
    r"verweiger\w+|bestreite\w+|bestritt\w*|dementier\w+|gegen|"
    r"no|nunca|jamás|ningun[oa]?|ningún|nadie|niega|negó|rechaz\w+|se opone|opuso|"
    r"ne|n[’']\w+|pas|jamais|aucune?|personne|refus\w+|rejett?e\w*|nie|oppose\w*|"
    r"не|нет|никогда|ни|никто|отказ\w+|отверг\w*|опроверг\w*|отриц\w+|против"
)
# Verdicts: what stands around them is said not to be so, or not to be good.
_NO_AROUND = (
    r"fabricat(?:ed|ions?)|baseless|groundless|unfounded|untrue|hoax|pointless|impossible|"
    r"premature|unthinkable|unacceptable|out of the question|off the table|useless|futile|"
    r"shot down|foiled|cancel(?:l?ed)|called off|scrapped|"
    r"unmöglich|sinnlos|erfunden|haltlos|inakzeptabel|abgelehnt|ausgeschlossen|"
    r"imposible|inútil|falso|inaceptable|descartad[oa]|infundad[oa]s?|"
    r"impossible|inutile|infondée?s?|inacceptable|exclue?s?|"
    r"невозможн\w+|бессмысленн\w+|неприемлем\w+|вымысел|вымыслом"
)
_PASSIVE = (
    r"(?:denied|rejected|disputed|dismissed|refused|ruled out|opposed|vetoed|contested|"
    r"bestritten|zurückgewiesen|dementiert|negad[oa]s?|rechazad[oa]s?|niée?s?|rejetée?s?|démentie?s?)"
)
_YES = (
    r"ready|readiness|willing(?:ness)?|open to|agree(?:s|d|ment)?|accept(?:s|ed|ing|ance)?|"
    r"support(?:s|ed|ing)?|back(?:s|ed|ing)?|in favou?r of|favou?rs?|favou?red|welcom(?:e|es|ed)|"
    r"approv(?:e|es|ed|al)|confirm(?:s|ed|ing)?|availab(?:le|ility)|prepared to|eager|keen|"
    r"committed to|consent(?:s|ed)?|endors(?:e|es|ed)|embrac(?:e|es|ed)|call(?:s|ed) for|afraid|"
    r"recogni[sz](?:e|es|ed)|allow(?:s|ed)?|hope|wants?|wanted|"
    r"bereit\w*|offen für|stimm(?:t|te|ten)|zustimm\w+|unterstütz\w+|befürwort\w+|bestätig\w+|"
    r"dispuest\w+|list[oa] para|abiert[oa] a|acept\w+|apoy\w+|favor|confirm\w+|"
    r"prêt\w*|ouvert à|accept\w+|souten\w+|soutien\w*|favorable\w*|confirm\w+|"
    r"готов\w*|открыт\w*|соглас\w+|поддерж\w+|подтвер\w+"
)
_CUE = re.compile(
    rf"\b(?:(?P<passive>{_PASSIVE}(?=\s+(?:\w+ly\s+)?(?:by|von|por|par)\b))|(?P<before>{_NO_BEFORE})|"
    rf"(?P<around>{_NO_AROUND})|(?P<yes>{_YES}))(?!\w)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:—–]|(?<=\w),\s+(?=(?:but|while|although|though|whereas|and|however|yet|which|who|where|since|so)\b)|"
    r"\b(?:but|while|although|though|whereas|because|aber|während|obwohl|sondern|weil|pero|mientras|"
    r"aunque|porque|sino|mais|tandis que|bien que|parce que|но|хотя|потому|тогда как)\b|"
    r"\band (?:(?:he|she|it|they) )?(?:said|says|told|added|warned|vowed|called|insisted|urged)\b|"
    r"[.!?…]['\"”»’]?\s",
    re.IGNORECASE,
)
# "Because it had failed, they …": the clause that comes first ends at its comma.
_SUBORDINATE = re.compile(
    r"\W*(?:because|although|though|while|whereas|when|if|as|since|after|before|until|despite|"
    r"unless|weil|obwohl|während|wenn|als|da|nachdem|bevor|porque|aunque|mientras|cuando|si|"
    r"parce que|bien que|quand|lorsque|puisque|хотя|если|когда|поскольку)\b[^,]*(,)\s",
    re.IGNORECASE,
)
_REACH = 8  # terms that a cue reaches: what stands further off is mostly another matter
_ADVERBS = frozenset("independ fully simply really still even ever complet immedi".split())


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with the way it speaks."""

    says_no: bool
    """An odd number of negations."""
    has_yes: bool
    """Whether it says yes out loud; by two negations as well."""
    terms: tuple[Term, ...]
    """All its terms, the cues themselves among them."""
    core: tuple[Term, ...]
    """Those of them that are no cues: what is spoken of."""
    scope: tuple[Term, ...]
    """Those that its cues reach."""
    head: Term | None
    """The first of them: mostly the verb that is negated."""


def clauses(text: str) -> list[Clause]:
    """The clauses of a text that say anything, in order."""
    found: list[Clause] = []
    start = 0
    first = _SUBORDINATE.match(text)
    if first is not None:
        found.extend(_clause(text[: first.start(1)]))
        start = first.end(1)
    for match in _CLAUSE.finditer(text, start):
        found.extend(_clause(text[start : match.start()]))
        start = match.end()
    found.extend(_clause(text[start:]))
    return found


def has_cue(text: str) -> bool:
    """Whether anything in a text says yes or no; a quick look before a thorough one."""
    return _CUE.search(text) is not None


def _clause(text: str) -> list[Clause]:
    words = terms(text)
    if not words:
        return []
    hidden = _NO_NEGATION.sub(lambda match: "#" * len(match.group()), text)
    negations = 0
    has_yes = False
    scope: dict[int, Term] = {}
    cues: set[int] = set()
    head: Term | None = None
    for cue in _CUE.finditer(hidden):
        kind = cue.lastgroup
        if kind == "yes":
            has_yes = True
        else:
            negations += 1
        after = [term for term in words if term.start >= cue.end()][:_REACH]
        before = [term for term in words if term.end <= cue.start()][-_REACH:]
        own = [term for term in words if cue.start() <= term.start < cue.end()]
        cues.update(term.start for term in own)
        reached = {
            "passive": before,
            "around": [*before, *after],
            "before": after,
            "yes": [*own, *after],
        }[kind or "before"]
        scope.update((term.start, term) for term in reached)
        if head is None and kind in ("before", "yes"):
            head = next((term for term in reached if term.token not in _ADVERBS), None)
    return [
        Clause(
            says_no=negations % 2 == 1,
            has_yes=has_yes or (negations > 0 and negations % 2 == 0),
            terms=words,
            core=tuple(term for term in words if term.start not in cues),
            scope=tuple(scope[start] for start in sorted(scope)),
            head=head,
        )
    ]
