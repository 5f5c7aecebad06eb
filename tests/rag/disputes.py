"""Invented articles that contradict one another, and what to retrieve from them in tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.catalog import PARAGRAPH_SHIFT, ChunkRow
from index.lexical import NO_WORDS
from index.models import Article, Kind
from index.sentences import split_sentences
from index.store import Snapshot
from rag.question import analyse
from rag.retrieve import Candidate, Retrieval
from tests.index.articles import Articles, make_article

GAZETTE = """Dockers stop work in Hull

The dockers' union said 1,200 workers joined the strike in Hull on Tuesday. It began at six in \
the morning.

Harbour director Ewa Lindt claimed that the union had damaged two cranes during the night. The \
union rejected the accusation.

“That is pure invention, and she knows it,” union leader Tom Reyes said. He added that the dockers \
would never accept a pay cut.

Lindt said the port was ready to talk at any time. She did not name a date.
"""
POST = """Port of Hull at a standstill

Some 700 workers joined the strike in Hull on Tuesday, the port company said. Lorries queued on \
the road to Leeds.

The police could not confirm that any crane had been damaged. An inspector said there was no \
evidence of sabotage.

The minister of transport, Alan Frears, called for patience, while opposition leader Nora Bell \
defended the strike.
"""
MUSEUM = """Varna museum waits for its portrait

The museum in Varna has yet to buy the portrait of the tsarina, its director Mila Petrova said on \
Friday. The price is 2.4 million euros.

Petrova ruled out a sale of the gold mask. The city council opposes the plan for a new wing.

The council said the old building was good enough. Petrova disagreed and called the roof a danger.
"""
MORNING = """Bridge over the Tarn reopens

The bridge over the Tarn in Albi was reopened on 12 May 2019 after long repairs, the town hall said.
"""
EVENING = """Albi has its bridge back

The bridge over the Tarn in Albi was reopened on 14 May 2019 after long repairs. Drivers had \
waited for three years.
"""
DAM = """Quarrel over the Senna dam

Keria accused Lavonia of draining the Senna reservoir without warning, a charge that Lavonia \
firmly denied. Farmers have lost a third of the harvest.

Lavonian water minister Otto Brandt described the report as baseless. He said that his country was \
open to a joint commission.

Kerian President Ilse Maar refused to meet Brandt. “We do not negotiate with thieves,” she said.
"""
WERK = """Streit um das Stahlwerk

Die Gewerkschaft behauptete, das Stahlwerk in Bochum habe giftigen Staub abgelassen. Der Vorstand \
bestritt die Vorwürfe.

Werksleiter Jens Kolbe sagte, die Filter seien in Ordnung. Er lehnte den Vorschlag ab, das Werk zu \
schließen.
"""
DISPUTES: Articles = {
    "gazette.txt": GAZETTE,
    "post.txt": POST,
    "museum.txt": MUSEUM,
    "morning.txt": MORNING,
    "evening.txt": EVENING,
    "dam.txt": DAM,
    "werk.txt": WERK,
}


def articles_of(texts: Articles) -> dict[str, Article]:
    """What stands in for the catalogue."""
    return {file: make_article(text, file) for file, text in texts.items()}


def candidates_of(texts: Articles) -> list[Candidate]:
    """Every sentence of the articles, in order, each with the score 0.8."""
    found: list[Candidate] = []
    for file, article in articles_of(texts).items():
        for paragraph in article.paragraphs:
            if not paragraph.kind.is_evidence:
                continue
            text = article.text[paragraph.start : paragraph.end]
            for place, (start, end) in enumerate(split_sentences(text)):
                key = ((paragraph.number + 100 * len(found)) << PARAGRAPH_SHIFT) + place
                row = ChunkRow(
                    key, f"{file}#{key}", file, paragraph.number,
                    paragraph.start + start, paragraph.start + end, 10, Kind.BODY,
                )  # fmt: skip
                found.append(Candidate(row, text[start:end], 0.8, NO_WORDS, NO_WORDS, None, 0.8))
    return found


def retrieval_of(question: str, texts: Articles, best: Sequence[str]) -> Retrieval:
    """A retrieval that finds the sentences which begin with these words first."""
    candidates = candidates_of(texts)
    ranked: list[Candidate] = []
    for place, words in enumerate(best):
        one = next(c for c in candidates if c.text.startswith(words))
        candidates.remove(one)
        score = 0.9 - place / 100
        ranked.append(replace(one, score=score, cosine=score))
    return Retrieval(analyse(question), (*ranked, *candidates), (), Snapshot("data-1", 1, True))
