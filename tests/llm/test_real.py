"""A real LLM, which invents freely: what survives is supported, streamed as it is, and bounded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from index.embed import local_embedder
from index.paragraphs import split_paragraphs
from index.store import Index
from rag import Answer, ask, stream
from rag.budget import ask_window, tokens
from rag.evaluate import read_questions
from rag.llm import writer_for
from rag.verify import verify_sentence
from tests.llm.conftest import UseLlm
from tests.llm.llama import MODEL, WINDOW
from tests.rag.test_ask import timeless

pytestmark = [pytest.mark.integration, pytest.mark.slow]

DRONES = "How many drones did Moscow say were used?"
EVERY = 24  # of the questions one is asked: benchmarks/llm.py asks all


def claims(answer: Answer) -> list[tuple[str, list[int]]]:
    """The sentences of an answer with their numbers, by the marks that it ends them with."""
    from rag.pieces import Marker, split_answer

    found: list[tuple[str, list[int]]] = []
    for piece in split_answer(answer):
        if isinstance(piece, Marker):
            found[-1][1].append(piece.citation.number)
        elif piece.text.strip():
            found.append((piece.text.strip(), []))
    return found


def check_answer(answer: Answer, index: Path, texts: dict[str, str]) -> None:
    """Invariants 1 and 2."""
    for citation in answer.citations:
        text = texts[citation.file]
        paragraph = split_paragraphs(text)[citation.paragraph - 1]
        assert text[citation.start : citation.end] == citation.quote
        assert paragraph.start <= citation.start < citation.end <= paragraph.end
    if answer.mode != "llm" or not answer.answered:
        return
    remarks = {f"{note}." for note in answer.notes}
    opened = Index(index, local_embedder())
    places = {c.number: (c.file, c.paragraph) for c in answer.citations}
    before = ""
    for sentence, numbers in claims(answer):
        if sentence in remarks:
            continue
        assert numbers, sentence
        cited = [places[number] for number in numbers]
        in_order = verify_sentence(sentence, cited, [], opened, context=before)
        alone = verify_sentence(sentence, cited, [], opened)
        assert in_order.supported or alone.supported, sentence
        before = sentence
    opened.close()


@pytest.fixture(scope="module")
def texts(seeds: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode("utf-8") for path in seeds.glob("*.txt")}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("structured", [False, True], ids=["marks", "json"])
def test_what_survives_is_supported(
    structured: bool,
    seeds_index: Path,
    texts: dict[str, str],
    repository: Path,
    use_llama: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_CONTEXT", "2048")  # fewer paragraphs: the sooner it writes
    monkeypatch.setenv("FOOTNOTE_LLM_SECONDS", "120")  # a machine may be slow
    if not structured:
        from index.settings import load_settings

        writer = writer_for(load_settings())
        assert writer is not None
        writer.refuse_schema()
    questions = read_questions(repository / "tests" / "questions.jsonl")
    asked = questions[EVERY :: EVERY * (1 + structured)]
    written = 0
    for question in asked:
        quoted = ask(question.question, seeds_index, question.history, mode="quote")
        *pieces, answer = stream(question.question, seeds_index, question.history)
        assert isinstance(answer, Answer)
        assert "".join(map(str, pieces)) == answer.text
        check_answer(answer, seeds_index, texts)
        written += answer.mode == "llm"
        if answer.mode == "quote":
            assert answer.text == quoted.text or question.history
        if not quoted.answered and not question.history:
            assert not answer.answered
        with capsys.disabled():
            print(f"\n{question.question}\n  {answer.mode}: {answer.text}\n  {answer.notes}")
    assert written or structured, "nothing survived: that is no success"


def test_the_window_is_the_one_that_the_server_has(llama: str, use_llama: None) -> None:
    from index.settings import load_settings

    writer = writer_for(load_settings())
    assert writer is not None
    assert (writer.model, writer.window) == (MODEL, WINDOW)


def test_a_context_overflow_is_told(seeds_index: Path, llama: str, use_llm: UseLlm) -> None:
    use_llm(llama, MODEL, None, llm_context=100_000)
    from index.settings import load_settings

    writer = writer_for(load_settings())
    assert writer is not None
    long = [("system", "Be brief."), ("user", "word " * 3 * WINDOW)]
    from index.llm_faults import Fault, LlmError

    with pytest.raises(LlmError) as raised:
        list(writer.write(long, structured=False))
    assert raised.value.fault is Fault.OVERFLOW


def test_a_reply_nobody_wants_any_more_is_given_up(llama: str, use_llama: None) -> None:
    from index.settings import load_settings

    writer = writer_for(load_settings())
    assert writer is not None
    pieces = writer.write([("user", "Count from 1 to 1000.")], structured=False)
    assert next(pieces)
    pieces.close()
    assert list(writer.write([("user", "Say yes.")], structured=False))


def test_tokens_are_not_underestimated(llama: str, texts: dict[str, str]) -> None:
    import httpx

    for text in texts.values():
        for one, other in pairwise(range(0, len(text), 800)):
            piece = text[one:other]
            reply = httpx.post(f"{llama.removesuffix('/v1')}/tokenize", json={"content": piece})
            assert len(reply.json()["tokens"]) <= tokens(piece) * 1.05


def test_a_follow_up_is_answered(seeds_index: Path, texts: dict[str, str], use_llama: None) -> None:
    history: Sequence[dict[str, str]] = [
        {"role": "user", "content": "Who is the Kremlin spokesperson?"},
        {"role": "assistant", "content": "Dmitry Peskov."},
    ]
    answer = ask("And what did he say on Monday?", seeds_index, history)  # type: ignore[arg-type]
    assert answer.answered
    check_answer(answer, seeds_index, texts)


def test_quotations_are_the_same_with_an_llm(seeds_index: Path, use_llama: None) -> None:
    quoted = ask(DRONES, seeds_index, mode="quote")
    assert timeless(quoted).model is None
    assert "91 long-range drones" in quoted.text


def test_a_window_is_asked_of_whoever_has_it() -> None:
    from index.embedding_endpoint import Endpoint
    from index.llm_server import LlmServer, open_client
    from tests.llm.scripted import scripted

    for props, models, window in [
        ({"default_generation_settings": {"n_ctx": 2048}}, None, 2048),
        (None, {"data": [{"id": "m", "max_model_len": 9000}, {"id": "n"}]}, 9000),
        (None, {"data": [{"id": "other", "meta": {"n_ctx": 777}}]}, 777),
        (None, {"data": [{"id": "a", "context_length": 1}, {"id": "b"}]}, None),
        ("no object", ["no object"], None),
        (None, {"data": [{"id": "m", "max_model_len": "many"}]}, None),
    ]:
        with scripted(models=models, props=props) as running:
            server = LlmServer("m", Endpoint(running.url))
            with open_client(server, 2.0) as client:
                assert ask_window(client, server) == window
