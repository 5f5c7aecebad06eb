"""The same steps as LlamaIndex components: exact offsets, and no vector but our model's."""

from __future__ import annotations

import pytest

from index.chunk import chunk_article
from index.nodes import PassageEmbedding, SentenceChunkParser, as_document, chunk_of
from tests.fakes import FakeEmbedder, embed
from tests.index.articles import BRIDGE, HARBOUR, make_article


@pytest.mark.parametrize("text", [HARBOUR, BRIDGE])
def test_nodes_are_the_chunks(text: str) -> None:
    article = make_article(text)
    nodes = SentenceChunkParser().get_nodes_from_documents([as_document(article)])
    assert [chunk_of(node) for node in nodes] == chunk_article(article)
    for node, chunk in zip(nodes, chunk_article(article), strict=True):
        assert node.node_id == chunk.id
        assert article.text[node.start_char_idx : node.end_char_idx] == chunk.text
        assert node.ref_doc_id == article.file


def test_the_model_sees_the_sentence_and_nothing_else() -> None:
    article = make_article(HARBOUR)
    nodes = SentenceChunkParser().get_nodes_from_documents([as_document(article)])
    embedder = FakeEmbedder()
    PassageEmbedding(embedder)(nodes)
    assert embedder.passages == [chunk.embedded for chunk in chunk_article(article)]


def test_vectors_are_those_of_the_embedder() -> None:
    model = PassageEmbedding(FakeEmbedder())
    assert model.get_text_embedding("a bridge") == pytest.approx(embed("a bridge").tolist())
    assert model.get_query_embedding("a bridge") == pytest.approx(embed("a bridge").tolist())
    assert model.model_name == "fake-1/hash"
