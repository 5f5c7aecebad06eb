"""Footnote's retriever and query engine inside LlamaIndex."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path

import pytest
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer

from rag import NOT_IN_ARTICLES, ask
from rag.llamaindex import FootnoteQueryEngine, FootnoteRetriever
from rag.search import search

pytestmark = pytest.mark.integration

_QUESTION = "Who is the Kremlin spokesperson?"


def test_the_query_engine_answers_as_ask_does(seeds_index: Path, seeds: Path) -> None:
    engine: BaseQueryEngine = FootnoteQueryEngine(seeds_index, mode="quote")
    expected = ask(_QUESTION, seeds_index, mode="quote")
    for response in (engine.query(_QUESTION), asyncio.run(engine.aquery(_QUESTION))):
        assert str(response) == expected.text
        assert response.metadata is not None
        answer = response.metadata["answer"]
        assert answer["citations"] == expected.to_dict()["citations"]
        for source, citation in zip(response.source_nodes, expected.citations, strict=True):
            assert source.text == citation.quote
            assert source.score == citation.support
            assert source.metadata["file"] == citation.file
            assert source.metadata["paragraph"] == citation.paragraph
            text = (seeds / citation.file).read_text("utf-8")
            node = source.node
            assert text[node.start_char_idx : node.end_char_idx] == source.text  # type: ignore[attr-defined]


def test_what_the_articles_do_not_say_has_no_sources(seeds_index: Path) -> None:
    response = FootnoteQueryEngine(seeds_index).query("Who won the 1998 World Cup?")
    assert str(response).startswith(NOT_IN_ARTICLES)
    assert response.source_nodes == []


def test_the_retriever_finds_what_search_does(seeds_index: Path) -> None:
    retriever: BaseRetriever = FootnoteRetriever(seeds_index, ["00[1-4]*"], limit=4)
    hits = search("drone attack", seeds_index, ["00[1-4]*"], limit=4)
    found = retriever.retrieve("drone attack")
    assert [node.node_id for node in found] == [f"{hit.file}#{hit.paragraph}" for hit in hits]
    assert [node.text for node in found] == [hit.text for hit in hits]
    assert [node.score for node in found] == [hit.score for hit in hits]
    assert {node.node.ref_doc_id for node in found} == {hit.file for hit in hits}
    assert asyncio.run(retriever.aretrieve("drone attack")) == found


def test_an_llm_of_llamaindex_sees_where_a_paragraph_stands_and_nothing_else(
    seeds_index: Path,
) -> None:
    retriever = FootnoteRetriever(seeds_index, limit=1)
    synthesizer = get_response_synthesizer(llm=MockLLM())
    shown = str(RetrieverQueryEngine(retriever, synthesizer).query(_QUESTION))
    assert "paragraph: 8" in shown
    assert "Dmitry Peskov" in shown
    assert "quote_start" not in shown
    assert str(seeds_index) not in shown


def test_the_example_runs(
    seeds_index: Path,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("FOOTNOTE_INDEX", str(seeds_index))
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(repository / "docs" / "llamaindex_example.py"), run_name="__main__")
    shown = capsys.readouterr().out
    assert shown.count("Dmitry Peskov") == 2
    assert "004_c6b7aa09887676cd.txt, paragraph 8" in shown
    assert "'hit_rate': 1.0" in shown
