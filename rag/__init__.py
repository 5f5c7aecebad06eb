"""Ask the articles: every sentence of an answer cites its file and paragraph."""

from rag.ask import aask, ask, stream
from rag.models import NOT_IN_ARTICLES, Answer, Citation
from rag.proofread import Checked, check

__all__ = ["NOT_IN_ARTICLES", "Answer", "Checked", "Citation", "aask", "ask", "check", "stream"]
