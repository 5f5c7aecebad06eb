"""Ask the articles: every sentence of an answer cites its file and paragraph."""

from rag.ask import aask, ask, stream
from rag.models import NOT_IN_ARTICLES, Answer, Citation

__all__ = ["NOT_IN_ARTICLES", "Answer", "Citation", "aask", "ask", "stream"]
