"""ask(): every word of an answer can be pointed at, and what is not there is refused."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from index.build import build_index
from index.embed import local_embedder
from index.errors import FootnoteError, IndexStoreError, ModelMismatchError, QuestionError
from index.paragraphs import split_paragraphs
from rag import NOT_IN_ARTICLES, Answer, aask, ask, stream
from rag.evaluate import TestQuestion as Question
from rag.evaluate import read_questions
from rag.models import MAX_QUESTION_CHARACTERS, Message
from rag.session import close_indexes
from tests.fakes import FakeEmbedder
from tests.index.articles import GARDEN, HARBOUR, TOWN, write_articles

pytestmark = pytest.mark.integration

DRONES = "How many drones did Moscow say were used?"
FOREIGN = "Who won the football World Cup in 2022?"
ROSES = "How many roses does the garden have?"
Asked = list[tuple[Question, Answer]]


def timeless(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


# -- the flagship --------------------------------------------------------------------------


def test_how_many_drones(seeds_index: Path) -> None:
    answer = ask(DRONES, seeds_index)
    assert answer.answered
    assert "91 long-range drones" in answer.text
    first = answer.citations[0]
    assert (first.file, first.paragraph) == ("001_5bc5dbd4b62a0cd8.txt", 11)
    assert "91 long-range drones" in first.quote


@pytest.mark.parametrize(
    ("question", "file", "paragraph", "words"),
    [
        ("Who is the Kremlin spokesperson?", "004", 8, "Dmitry Peskov"),
        ("Who wrote the article about Europe-Russia talks?", "003", 13, "By Vafa Guliyeva"),
        ("How many villages did Gerassimow report as captured?", "004", 6, "334 villages"),
        ("Как Лавров назвал инцидент?", "001", 12, "state terrorism"),
    ],
)
def test_plain_questions_of_the_samples(
    seeds_index: Path, question: str, file: str, paragraph: int, words: str
) -> None:
    first = ask(question, seeds_index).citations[0]
    assert (first.file[:3], first.paragraph) == (file, paragraph)
    assert words in first.quote


# -- invariant 1, and the form of an answer, over all questions ----------------------------


@pytest.fixture(scope="module")
def asked(seeds_index: Path, repository: Path) -> Asked:
    """Each of the repository's questions with its answer."""
    questions = read_questions(repository / "tests" / "questions.jsonl")
    return [(q, ask(q.question, seeds_index, history=q.history)) for q in questions]


@pytest.fixture(scope="module")
def texts(seeds: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode("utf-8") for path in seeds.glob("*.txt")}


def test_every_citation_stands_in_its_paragraph(asked: Asked, texts: dict[str, str]) -> None:
    count = 0
    for question, answer in asked:
        for citation in answer.citations:
            text = texts[citation.file]
            paragraph = split_paragraphs(text)[citation.paragraph - 1]
            assert text[citation.start : citation.end] == citation.quote, question.id
            assert paragraph.start <= citation.start < citation.end <= paragraph.end, question.id
            count += 1
    assert count > len(asked) / 2


def test_every_claim_is_a_quotation_with_its_citations(asked: Asked) -> None:
    for question, answer in asked:
        if answer.answered:
            said = answer.text
            for remark in (note for note in answer.notes if note in said):
                said = said.replace(f"{remark}.", "").strip()
            claims = re.findall(r"“(.*?)” ((?:\[\d\])+)(?: |$)", said, re.DOTALL)
            assert " ".join(f"“{quote}” {marks}" for quote, marks in claims) == said
            numbers = [int(n) for _, marks in claims for n in re.findall(r"\d", marks)]
            assert numbers == [c.number for c in answer.citations], question.id
            assert numbers == list(range(1, len(numbers) + 1)), question.id
            by_number = {c.number: c for c in answer.citations}
            for quote, marks in claims:
                first = by_number[int(marks[1])]
                assert quote == " ".join(first.quote.split()), question.id


def test_one_to_three_citations_an_answer(asked: Asked) -> None:
    for question, answer in asked:
        assert len(answer.citations) in ((1, 2, 3) if answer.answered else (0,)), question.id


def test_citations_of_an_answer_do_not_overlap(asked: Asked) -> None:
    for question, answer in asked:
        ranges = sorted((c.file, c.start, c.end) for c in answer.citations)
        for (file, _, end), (other, start, _) in pairwise(ranges):
            assert file != other or end <= start, question.id


def test_no_menu_caption_or_credit_is_evidence(asked: Asked, texts: dict[str, str]) -> None:
    furniture = {("001", 19), *(("002", n) for n in (1, 2, 3, 4, 5, 6, 16, 17, 18, 19))}
    bylines = {("000", 2), ("000", 3), ("003", 13)}
    for question, answer in asked:
        places = {(c.file[:3], c.paragraph) for c in answer.citations}
        assert not places & furniture, question.id
        if places & bylines:
            assert re.search("wrote|author|written", question.question), question.id


def test_the_phrase_that_answers_is_marked(seeds_index: Path) -> None:
    first = ask(DRONES, seeds_index).citations[0]
    assert first.answer_start is not None
    assert first.answer_end is not None
    phrase = first.quote[first.answer_start - first.start : first.answer_end - first.start]
    assert phrase.startswith("91")


def test_a_refusal_says_so_and_cites_nothing(asked: Asked) -> None:
    refused = [answer for _, answer in asked if not answer.answered]
    assert refused
    for answer in refused:
        assert answer.text.startswith(NOT_IN_ARTICLES)
        assert answer.citations == ()
        assert all(isinstance(note, str) for note in answer.notes)


def test_no_answer_begins_like_a_refusal(asked: Asked) -> None:
    assert not any(a.text.startswith(NOT_IN_ARTICLES) for _, a in asked if a.answered)


def test_the_json_of_every_answer_is_the_contract(asked: Asked) -> None:
    for question, answer in asked:
        plain = json.loads(answer.to_json())
        assert {name: type(value) for name, value in plain.items()} == {
            "question": str,
            "answered": bool,
            "text": str,
            "mode": str,
            "confidence": float,
            "citations": list,
            "notes": list,
            "timings_ms": dict,
            "model": type(None),
        }, question.id
        assert plain["question"] == question.question
        assert plain["mode"] == "quote"
        assert 0 <= plain["confidence"] <= 1
        assert set(plain["timings_ms"]) == {"retrieve", "answer"}
        assert all(value >= 0 for value in plain["timings_ms"].values())
        for citation in plain["citations"]:
            phrase = [citation.pop(name, None) for name in ("answer_start", "answer_end")]
            if phrase != [None, None]:
                assert citation["start"] <= phrase[0] < phrase[1] <= citation["end"]
            assert {name: type(value) for name, value in citation.items()} == {
                "number": int,
                "file": str,
                "paragraph": int,
                "quote": str,
                "start": int,
                "end": int,
                "title": str,
                "support": float,
            }
            assert 0 < citation["support"] <= 1
            assert citation["title"]


# -- refusals and other questions ----------------------------------------------------------


def test_a_question_of_another_world_is_refused(seeds_index: Path) -> None:
    answer = ask(FOREIGN, seeds_index)
    assert not answer.answered
    assert answer.text.startswith(NOT_IN_ARTICLES)
    assert answer.citations == ()
    assert answer.confidence < 0.5


@pytest.mark.parametrize(
    "question", ["?", "…", "字", "Who?", "the the the", "😀", "' OR 1=1 --", '"', "%", "\x1b[31m"]
)
def test_any_question_gets_an_answer(seeds_index: Path, question: str) -> None:
    answer = ask(question, seeds_index)
    assert answer.question == question
    assert answer.answered == bool(answer.citations)


@pytest.mark.parametrize("question", ["", " ", "\n\t", "\u00a0"])
def test_an_empty_question_is_an_error(seeds_index: Path, question: str) -> None:
    with pytest.raises(QuestionError, match="the question is empty"):
        ask(question, seeds_index)


def test_a_question_too_long_is_an_error(seeds_index: Path) -> None:
    with pytest.raises(QuestionError, match="4001 characters"):
        ask("x" * (MAX_QUESTION_CHARACTERS + 1), seeds_index)
    assert ask("what " * (MAX_QUESTION_CHARACTERS // 5), seeds_index).question


def test_white_space_around_a_question_does_not_matter(seeds_index: Path) -> None:
    spaced = ask(f"  {DRONES}\n".replace(" did", "\n  did"), seeds_index)
    assert spaced.citations == ask(DRONES, seeds_index).citations


# -- modes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["magic", "", "QUOTE", "auto "])
def test_an_unknown_mode_is_an_error(seeds_index: Path, mode: str) -> None:
    with pytest.raises(FootnoteError, match="there is no mode") as raised:
        ask(DRONES, seeds_index, mode=mode)
    assert "quote" in raised.value.fix


def test_auto_is_quote_without_an_llm(seeds_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quoted = ask(DRONES, seeds_index, mode="quote")
    monkeypatch.setenv("OPENAI_API_KEY", "exported-by-chance")
    answer = ask(DRONES, seeds_index)
    assert timeless(answer) == timeless(quoted)
    assert (answer.mode, answer.model, answer.notes) == ("quote", None, quoted.notes)


# -- files ---------------------------------------------------------------------------------


def test_only_the_files_named_are_asked(seeds_index: Path) -> None:
    question = "What did Tusk say about peace?"
    for file in ["001_*", "002_*"]:
        answer = ask(question, seeds_index, files=[file])
        assert answer.answered
        assert {c.file[:4] for c in answer.citations} == {file[:4]}
    both = ask(question, seeds_index, files=["001_*", "002_*"])
    assert {c.file[:3] for c in both.citations} <= {"001", "002"}
    nowhere = ask(question, seeds_index, files=["003_*"])
    assert {c.file[:3] for c in nowhere.citations} <= {"003"}
    with pytest.raises(QuestionError, match="no indexed file matches"):
        ask(question, seeds_index, files=["nothing*"])


def test_the_author_is_asked_of_the_files_named(seeds_index: Path) -> None:
    answer = ask("Who wrote the article about the talks?", seeds_index, files=["000_*"])
    assert [c.file[:3] for c in answer.citations] == ["000"]
    nobody = ask("Who wrote the article about the talks?", seeds_index, files=["004_*"])
    assert not nobody.answered


# -- conversations -------------------------------------------------------------------------


def said(*texts: str) -> list[Message]:
    return [
        Message(role="assistant" if i % 2 else "user", content=text) for i, text in enumerate(texts)
    ]


def test_a_follow_up_is_understood_from_the_conversation(seeds_index: Path) -> None:
    where = "Where will Kyiv's allies meet?"
    answer = ask("And when?", seeds_index, history=said(where, "In Paris, Macron said."))
    assert "early January" in answer.text
    assert any(where in note for note in answer.notes)
    assert answer.question == "And when?"


@pytest.mark.parametrize("word", ["hello", "Thanks!"])
def test_what_is_no_question_does_not_ask_the_one_before_again(
    seeds_index: Path, word: str
) -> None:
    history = said("Who is the Polish prime minister?", "Donald Tusk.")
    assert not ask(word, seeds_index, history=history).answered


def test_a_question_that_stands_alone_is_not_changed_by_the_conversation(
    seeds_index: Path,
) -> None:
    history = said("Who is the Polish prime minister?", "Donald Tusk.")
    assert timeless(ask(DRONES, seeds_index, history=history)) == timeless(ask(DRONES, seeds_index))


def test_what_an_earlier_answer_said_is_no_evidence(seeds_index: Path) -> None:
    history = said(FOREIGN, "Argentina won the World Cup in 2022 after penalties.")
    answer = ask("And who was the captain?", seeds_index, history=history)
    assert "Argentina" not in answer.text


# -- the same answer, whoever asks ---------------------------------------------------------


def test_the_same_question_gives_the_same_answer(seeds_index: Path, asked: Asked) -> None:
    close_indexes()
    for question, answer in asked[::10]:
        again = ask(question.question, seeds_index, history=question.history)
        assert timeless(again) == timeless(answer)


def test_threads_get_the_same_answers(seeds_index: Path, asked: Asked) -> None:
    some = [(q, timeless(a)) for q, a in asked if not q.history][:8]
    close_indexes()  # and they may all open it at once
    jobs = some * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda job: ask(job[0].question, seeds_index), jobs))
    assert [timeless(answer) for answer in found] == [answer for _, answer in jobs]


@pytest.mark.parametrize("question", [DRONES, FOREIGN, "What did Tusk say about peace?"])
def test_a_stream_is_the_text_and_then_the_answer(seeds_index: Path, question: str) -> None:
    *pieces, answer = stream(question, seeds_index)
    assert isinstance(answer, Answer)
    assert all(isinstance(piece, str) for piece in pieces)
    assert "".join(map(str, pieces)) == answer.text
    assert timeless(answer) == timeless(ask(question, seeds_index))


def test_a_reader_in_no_hurry_makes_no_answer_slow(seeds_index: Path) -> None:
    pieces: Iterator[str | Answer] = stream(DRONES, seeds_index)
    next(pieces)
    time.sleep(0.3)
    *_, answer = pieces
    assert isinstance(answer, Answer)
    assert answer.timings_ms["answer"] < 250


def test_a_stream_holds_up_nobody(seeds_index: Path) -> None:
    pieces = stream(DRONES, seeds_index)
    next(pieces)  # left open
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask, DRONES, seeds_index).result(timeout=20).answered


def test_many_questions_at_once_in_one_event_loop(seeds_index: Path) -> None:
    async def ask_all(questions: Sequence[str]) -> list[Answer]:
        return await asyncio.gather(*(aask(q, seeds_index) for q in questions))

    questions = [DRONES, FOREIGN, "Who is the Kremlin spokesperson?"]
    found = asyncio.run(ask_all(questions))
    expected = [ask(question, seeds_index) for question in questions]
    assert list(map(timeless, found)) == list(map(timeless, expected))


def test_errors_reach_whoever_awaits(seeds_index: Path) -> None:
    with pytest.raises(QuestionError):
        asyncio.run(aask("", seeds_index))


# -- indexes -------------------------------------------------------------------------------


def test_there_must_be_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match="there is no index at"):
        ask(DRONES, tmp_path / "nothing")


def test_an_index_is_never_asked_with_another_model(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    build_index(folder, tmp_path / "index", FakeEmbedder())
    with pytest.raises(ModelMismatchError, match=r"fake-1/hash.*multilingual-e5-small") as raised:
        ask(ROSES, tmp_path / "index")
    assert "--rebuild" in raised.value.fix


def test_without_an_index_the_configured_one_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_CORPUS", str(write_articles(tmp_path / "articles", TOWN)))
    monkeypatch.setenv("FOOTNOTE_INDEX", str(tmp_path / "index"))
    answer = ask(ROSES)
    assert "4,711 roses" in answer.text
    assert timeless(ask(ROSES, tmp_path / "index")) == timeless(answer)


def test_an_update_is_seen_by_the_next_question_and_a_removal_too(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN)
    index = tmp_path / "index"
    build_index(folder, index, local_embedder())
    tower = "How high is the tower of the town hall?"
    assert "4,711" in ask(ROSES, index).text
    text = "The tower of the town hall is 63 metres high and was built in 1502."
    write_articles(folder, {"harbour.txt": HARBOUR, "garden.txt": GARDEN, "tower.txt": text})
    build_index(folder, index, local_embedder())
    assert ask(tower, index).citations[0].quote == text
    write_articles(folder, {"harbour.txt": HARBOUR, "tower.txt": text})
    build_index(folder, index, local_embedder())
    after = ask(ROSES, index)
    assert "4,711" not in after.text
    assert all(citation.file != "garden.txt" for citation in after.citations)


def test_updated_and_new_indexes_answer_alike(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", TOWN | {"old.txt": GARDEN.replace("roses", "")})
    build_index(folder, tmp_path / "updated", local_embedder())
    changed = TOWN | {"harbour.txt": HARBOUR.replace("6,460", "7,000"), "copy.txt": GARDEN}
    write_articles(folder, changed)
    build_index(folder, tmp_path / "updated", local_embedder())
    build_index(folder, tmp_path / "new", local_embedder())
    for question in [ROSES, "What did the repairs cost?", "Who opened the harbour?", FOREIGN]:
        updated, new = ask(question, tmp_path / "updated"), ask(question, tmp_path / "new")
        assert updated.citations == new.citations
        assert updated.text == new.text
        assert updated.confidence == pytest.approx(new.confidence, abs=1e-3)


class StopError(Exception):
    """The run is stopped here."""


def stop_at(stage: str) -> Callable[[str, int, int], None]:
    def progress(what: str, done: int, total: int) -> None:
        if what == stage:
            raise StopError

    return progress


def test_an_answer_from_a_part_of_the_articles_says_so(tmp_path: Path) -> None:
    ships = {f"{n:02}.txt": f"Ship number {n} brought {n * 7} barrels to Bath." for n in range(80)}
    folder = write_articles(tmp_path / "articles", ships)
    index = tmp_path / "index"
    with pytest.raises(StopError):
        build_index(folder, index, local_embedder(), progress=stop_at("embedding"))
    question = "How many barrels did ship number 12 bring to Bath?"
    answer = ask(question, index)
    assert any("still being built" in note for note in answer.notes)
    assert answer.answered == bool(answer.citations)
    assert build_index(folder, index, local_embedder()).embedded == 0  # all was in the cache
    whole = ask(question, index)
    assert not any("still being built" in note for note in whole.notes)
    assert "84 barrels" in whole.text


def test_one_article_in_two_files_is_quoted_once_and_cited_twice(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", {"a.txt": GARDEN, "b.txt": GARDEN, **TOWN})
    build_index(folder, tmp_path / "index", local_embedder())
    answer = ask(ROSES, tmp_path / "index")
    assert answer.text.count("4,711") == 1
    assert len({c.file for c in answer.citations if "4,711" in c.quote}) == 3


@pytest.mark.integration
def test_an_article_that_is_not_there_has_no_author(seeds_index: Path) -> None:
    known = ask("Who wrote the article about Europe-Russia talks?", seeds_index)
    assert [c.quote for c in known.citations] == ["By Vafa Guliyeva"]
    assert not ask("Who wrote the article about the football World Cup?", seeds_index).answered
