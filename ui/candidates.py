"""Questions that a corpus seems to answer, read off its own sentences.

A few English patterns with nothing of any corpus in them: "Polish Prime Minister Donald
Tusk" asks "Who is the Polish Prime Minister?". Articles in another language offer their
titles, which make sense to search for in any language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from index.models import Article, Kind
from index.sentences import split_sentences
from index.spelling import names_in

_MIN_TITLE_WORDS: Final = 3
_MAX_TITLE: Final = 90  # characters; longer ones were cut, and end in "…"
_ENGLISH_SHARE: Final = 0.12  # of the words
_ENGLISH = re.compile(r"\b(?:the|of|and|to|in|a|is|was|that|for)\b", re.IGNORECASE)
_NOUN_SHARE: Final = 0.2  # of a name's mentions end a phrase or own something; adjectives do not
_MOST_NAMED: Final = 5
_DATE = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|"
    r"August|September|October|November|December"
)

_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,2}"
_OFFICE = (
    r"(?:[Pp]rime [Mm]inister|(?:[A-Z][a-z]+ )?[Mm]inister|[Pp]resident|[Cc]hancellor|[Mm]ayor|"
    r"[Gg]overnor|[Ss]pokes(?:person|man|woman)|[Cc]hief [Ee]xecutive|[Dd]irector|[Ff]ounder|"
    r"[Cc]hair(?:man|woman|person)?|[Cc]oach|[Cc]aptain|[Aa]mbassador|[Kk]ing|[Qq]ueen)"
)
_HOLDER = re.compile(rf"\b([A-Z]\w+) ({_OFFICE}) ({_NAME})")
_OFFICE_BEFORE = re.compile(rf"^(?:{_OFFICE} )+")
_ENDS_PHRASE = re.compile(r"(\b[A-Z]\w+ )?\b([A-Z]\w+)(?=[.,;:!?]|['’]s\b)")
_SPEAKER = re.compile(rf"\b({_NAME}) (?:said|told|announced|explained|warned|stressed)\b")
_THINGS = r"((?!(?:hundred|thousand|million|billion|trillion)\b)(?:[a-z-]+ ){0,2}?[a-z-]+s)"
_DONE_TO = re.compile(rf"\b([a-z]+ed) (\d[\d,.]*\d) {_THINGS}\b")
_WAS_DONE = re.compile(rf"\b(\d[\d,]*) {_THINGS} were ([a-z]+ed)\b")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and the words of which its answer must quote some."""

    question: str
    expected: tuple[str, ...]


def candidates(articles: Sequence[Article]) -> list[Candidate]:
    """Questions to try, the most telling first and kinds taking turns, each question once."""
    if not _is_english(articles):
        return list(_titles(articles))
    kinds: dict[str, list[Candidate]] = {"office": [], "speaker": [], "number": []}
    for article in articles:
        for kind, candidate in _from_article(article):
            kinds[kind].append(candidate)
    found: dict[str, Candidate] = {}
    for candidate in (*_by_turns(kinds.values()), *_about(articles)):
        before = found.get(candidate.question)
        expected = (*before.expected, *candidate.expected) if before else candidate.expected
        found[candidate.question] = Candidate(candidate.question, expected)
    return list(found.values())


def _is_english(articles: Sequence[Article]) -> bool:
    small_words = sum(len(_ENGLISH.findall(article.text)) for article in articles)
    return small_words >= _ENGLISH_SHARE * sum(len(article.text.split()) for article in articles)


def _from_article(article: Article) -> Iterator[tuple[str, Candidate]]:
    names = names_in(article.text)
    nouns = _nouns(article.text)
    for sentence in _sentences(article):
        for match in _DONE_TO.finditer(sentence):
            done, number, things = match.groups()
            yield "number", Candidate(f"How many {things} were {done}?", (number,))
        for match in _WAS_DONE.finditer(sentence):
            number, things, done = match.groups()
            yield "number", Candidate(f"How many {things} were {done}?", (number,))
        for match in _HOLDER.finditer(sentence):
            whose, office, name = match.groups()
            # The first word of a sentence may be any; one said again, or later, is a name.
            if names[whose] > (match.start() == 0):
                yield "office", Candidate(f"Who is the {whose} {office}?", (name,))
        for match in _SPEAKER.finditer(sentence):
            speaker = _OFFICE_BEFORE.sub("", match.group(1))
            topic = _topic(sentence, speaker, nouns)
            if topic and speaker.split()[-1] in names:
                question = f"What did {speaker} say about {topic}?"
                yield "speaker", Candidate(question, (speaker.split()[-1],))


def _topic(sentence: str, speaker: str, nouns: Counter[str]) -> str | None:
    """The name in a sentence that its article speaks of most, the speaker's own apart."""
    found = [word for word in names_in(sentence) if word in nouns and word not in speaker.split()]
    return max(found, key=lambda word: nouns[word], default=None)


def _nouns(text: str) -> Counter[str]:
    """The names in a text that stand for a person or a thing: "Russia", but not "Russian"."""
    # What follows another capital is the end of a longer name: "States".
    ends_phrase = Counter(name for before, name in _ENDS_PHRASE.findall(text) if not before)
    return Counter(
        {
            name: count
            for name, count in names_in(text).items()
            if not _DATE.fullmatch(name) and ends_phrase[name] >= _NOUN_SHARE * count
        }
    )


def _about(articles: Sequence[Article]) -> Iterator[Candidate]:
    counts: Counter[str] = Counter()
    for article in articles:
        counts.update(_nouns(article.text))
    for name, _ in counts.most_common(_MOST_NAMED):
        yield Candidate(f"What do the articles say about {name}?", (name,))


def _titles(articles: Sequence[Article]) -> Iterator[Candidate]:
    for article in articles:
        title = article.title
        if len(title.split()) >= _MIN_TITLE_WORDS and len(title) <= _MAX_TITLE:
            yield Candidate(title, ("",))


def _sentences(article: Article) -> Iterator[str]:
    for paragraph in article.paragraphs:
        if paragraph.kind is Kind.BODY:
            text = article.text[paragraph.start : paragraph.end]
            for start, end in split_sentences(text):
                yield " ".join(text[start:end].split())


def _by_turns(lists: Iterable[Sequence[Candidate]]) -> Iterator[Candidate]:
    columns = [list(items) for items in lists]
    for row in range(max(map(len, columns), default=0)):
        for column in columns:
            if row < len(column):
                yield column[row]
