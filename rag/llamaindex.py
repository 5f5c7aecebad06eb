"""Footnote as LlamaIndex components: a retriever of paragraphs, and a query engine that cites.

Neither needs an LLM or an embedding model of LlamaIndex's. Imported by nothing here: it loads
llama-index, which takes seconds, and asking must not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from rag.ask import aask, ask
from rag.models import Answer, Citation
from rag.search import Hit, search


class FootnoteRetriever(BaseRetriever):
    """The paragraphs nearest to a query, by meaning and words, as nodes with exact offsets.

    A node has the id `file#paragraph` and the text of the paragraph; its `metadata` are `file`,
    `paragraph`, `title` and the sentence found (`quote`, `quote_start`, `quote_end`, hidden from
    LLMs and embedding models).

    Args:
        index: as for `rag.ask`.
        files: globs over corpus-relative names; empty for all.
        limit: how many paragraphs at most.
    """

    def __init__(
        self,
        index: str | Path | None = None,
        files: Sequence[str] = (),
        limit: int = 10,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._index = index
        self._files = tuple(files)
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = search(query_bundle.query_str, self._index, self._files, self._limit)
        return [_node_of_hit(hit) for hit in hits]


class FootnoteQueryEngine(BaseQueryEngine):
    """Answers whose every claim is cited, or an honest refusal.

    The response's text is `Answer.text`, its `source_nodes` are the citations (the quotation,
    with its support as score), and `metadata["answer"]` is the whole answer as a dictionary.

    Args:
        index: as for `rag.ask`.
        files: globs over corpus-relative names; empty for all.
        mode: "auto", "quote" or "llm", as for `rag.ask`.
    """

    def __init__(
        self,
        index: str | Path | None = None,
        files: Sequence[str] = (),
        mode: str = "auto",
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._index = index
        self._files = tuple(files)
        self._mode = mode

    def _query(self, query_bundle: QueryBundle) -> Response:
        asked = query_bundle.query_str
        return _response(ask(asked, self._index, files=self._files, mode=self._mode))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        asked = query_bundle.query_str
        return _response(await aask(asked, self._index, files=self._files, mode=self._mode))

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _response(answer: Answer) -> Response:
    return Response(
        response=answer.text,
        source_nodes=[_node_of_citation(citation) for citation in answer.citations],
        metadata={"answer": answer.to_dict()},
    )


def _node_of_hit(hit: Hit) -> NodeWithScore:
    shown = {"file": hit.file, "paragraph": hit.paragraph, "title": hit.title}
    found = {"quote": hit.quote, "quote_start": hit.quote_start, "quote_end": hit.quote_end}
    node = _node(f"{hit.file}#{hit.paragraph}", hit.text, hit.start, hit.end, shown, found)
    return NodeWithScore(node=node, score=hit.score)


def _node_of_citation(citation: Citation) -> NodeWithScore:
    shown = {"file": citation.file, "paragraph": citation.paragraph, "title": citation.title}
    number = {"number": citation.number}
    id_ = f"{citation.file}#{citation.paragraph}:{citation.start}-{citation.end}"
    node = _node(id_, citation.quote, citation.start, citation.end, shown, number)
    return NodeWithScore(node=node, score=citation.support)


def _node(
    id_: str, text: str, start: int, end: int, shown: dict[str, Any], hidden: dict[str, Any]
) -> TextNode:
    return TextNode(
        id_=id_,
        text=text,
        start_char_idx=start,
        end_char_idx=end,
        metadata={**shown, **hidden},
        excluded_llm_metadata_keys=list(hidden),
        excluded_embed_metadata_keys=list(hidden),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=shown["file"])},
    )
