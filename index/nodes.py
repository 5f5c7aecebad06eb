"""Indexing as LlamaIndex components: documents → nodes → embeddings.

Imported by `index.build` alone: llama-index costs seconds to load, and asking must not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import (
    BaseNode,
    Document,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
)
from pydantic import PrivateAttr

from index.chunk import chunk_article
from index.embed import ConcurrentEmbedder, Embedder, Vectors
from index.models import Article, Chunk

_ARTICLE = "article"
_CHUNK = "chunk"


class SentenceChunkParser(NodeParser):
    """Documents that carry an `Article` → one node a sentence, with exact offsets.

    `start_char_idx`/`end_char_idx` delimit the sentence in the document's text; the node's
    own text is what the embedding model sees.
    """

    @classmethod
    def class_name(cls) -> str:
        return "SentenceChunkParser"

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        return [node for document in nodes for node in self._parse_document(document)]

    def _parse_document(self, document: BaseNode) -> list[BaseNode]:
        return [
            TextNode(
                id_=chunk.id,
                text=chunk.embedded,
                start_char_idx=chunk.start,
                end_char_idx=chunk.end,
                metadata={_CHUNK: chunk},
                excluded_embed_metadata_keys=[_CHUNK],
                excluded_llm_metadata_keys=[_CHUNK],
                relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document.node_id)},
            )
            for chunk in chunk_article(document.metadata[_ARTICLE])
        ]

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]
    ) -> list[BaseNode]:
        # The base class would look the node's text up in the document and overwrite the
        # offsets; ours are exact already.
        return nodes


class PassageEmbedding(BaseEmbedding):
    """An `Embedder` as LlamaIndex's embedding interface.

    Args:
        embedder: the model.
        keep: told of texts and their vectors as they are ready, before all of a batch are.
    """

    _embedder: Embedder = PrivateAttr()
    _keep: Callable[[list[str], Vectors], None] = PrivateAttr()

    def __init__(
        self,
        embedder: Embedder,
        keep: Callable[[list[str], Vectors], None] = lambda texts, vectors: None,
        **kwargs: Any,
    ) -> None:
        super().__init__(model_name=embedder.name, **kwargs)
        self._embedder = embedder
        self._keep = keep

    @classmethod
    def class_name(cls) -> str:
        return "PassageEmbedding"

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        if not isinstance(self._embedder, ConcurrentEmbedder):
            made = self._embedder.embed_passages(texts)
            self._keep(texts, made)
            vectors: list[list[float]] = made.tolist()
            return vectors
        by_place: dict[int, list[float]] = {}
        for places, part in self._embedder.embed_as_ready(texts):
            self._keep([texts[place] for place in places], part)
            by_place.update(zip(places, part.tolist(), strict=True))
        return [by_place[place] for place in range(len(texts))]

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._embedder.embed_query(query).tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def as_document(article: Article) -> Document:
    """An article as a LlamaIndex document; nothing of its metadata reaches a model."""
    return Document(
        id_=article.file,
        text=article.text,
        metadata={_ARTICLE: article},
        excluded_embed_metadata_keys=[_ARTICLE],
        excluded_llm_metadata_keys=[_ARTICLE],
    )


def chunk_of(node: BaseNode) -> Chunk:
    """The chunk that a node of `SentenceChunkParser` stands for."""
    chunk = node.metadata[_CHUNK]
    assert isinstance(chunk, Chunk)
    return chunk
