"""Footnote inside LlamaIndex: its retriever measured, its answers as a tool for an agent.

    python docs/llamaindex_example.py

Asks the configured index, and needs no key: nothing here uses an LLM.
"""

from __future__ import annotations

import asyncio

from llama_index.core.evaluation import RetrieverEvaluator
from llama_index.core.tools import QueryEngineTool

from rag.llamaindex import FootnoteQueryEngine, FootnoteRetriever

QUESTION = "Who is the Kremlin spokesperson?"


async def main() -> None:
    engine = FootnoteQueryEngine(mode="quote")
    response = engine.query(QUESTION)
    print(response)
    for source in response.source_nodes:
        print(f"  {source.metadata['file']}, paragraph {source.metadata['paragraph']}")

    # How high does the paragraph that was cited rank? By LlamaIndex's evaluator.
    retriever = FootnoteRetriever(limit=5)
    expected = [f"{s.metadata['file']}#{s.metadata['paragraph']}" for s in response.source_nodes]
    evaluator = RetrieverEvaluator.from_metric_names(["hit_rate", "mrr"], retriever=retriever)
    print((await evaluator.aevaluate(QUESTION, expected)).metric_vals_dict)

    # What an agent would be given.
    tool = QueryEngineTool.from_defaults(
        engine, name="articles", description="Answers questions about the articles, with sources."
    )
    print(tool.call(QUESTION).content)


if __name__ == "__main__":
    asyncio.run(main())
