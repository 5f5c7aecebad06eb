"""What is left of what an LLM writes: sentences written, removed, kept, over a question file.

    python benchmarks/llm.py tests/questions.jsonl --index PATH [--every N] [--plain]

The LLM is the configured one; without one, SmolLM2-135M on llama.cpp, as the tests use it. Each
answer is printed with what was removed from it, so that a reader can judge what was kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="marks, not JSON")
    options = parser.parse_args()

    from index.settings import load_settings
    from rag import Answer, stream
    from rag.evaluate import read_questions
    from rag.generate import _Reply
    from rag.llm import writer_for
    from tests.llm.llama import MODEL, llama_server

    counted: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    verify_ms: list[float] = []
    take = _Reply.take

    def counting(self: Any, draft: Any) -> Iterator[str]:
        before = self.written.removed.copy()
        kept = False
        for piece in take(self, draft):
            kept = True
            yield piece
        gone = self.written.removed - before
        counted["kept" if kept else "removed" if gone else "repeated or refusing"] += 1
        reasons.update(gone)
        print(f"  {'kept   ' if kept else 'removed'} {draft.sentence}  {' '.join(gone)}")

    _Reply.take = counting  # type: ignore[method-assign]
    with ExitStack() as stack:
        if not os.environ.get("FOOTNOTE_LLM"):
            os.environ["OPENAI_BASE_URL"] = stack.enter_context(llama_server())
            os.environ["FOOTNOTE_LLM"] = MODEL
        writer = writer_for(load_settings())
        assert writer is not None
        if options.plain:
            writer.refuse_schema()
        started = time.perf_counter()
        for question in read_questions(options.questions)[:: options.every]:
            print(f"\n{question.id}: {question.question}")
            *_, answer = stream(question.question, options.index, question.history)
            assert isinstance(answer, Answer)
            verdict = answer.mode if answer.answered else f"refused ({answer.mode})"
            counted[f"answers: {verdict}"] += 1
            if "verify" in answer.timings_ms:
                verify_ms.append(answer.timings_ms["verify"])
            print(f"  {verdict}: {answer.text}")
            for citation in answer.citations if answer.mode == "llm" else ():
                print(f"    [{citation.number}] {citation.quote}")
    print(f"\n{dict(counted)}\nremoved for: {reasons.most_common(8)}")
    if verify_ms:
        print(f"checking an answer: median {median(verify_ms):.0f} ms")
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
