"""Text → HTML that shows exactly this text, for pages that stand alone."""

from __future__ import annotations

import re
from html import escape
from typing import Final

ALONE: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The Content-Security-Policy of such a page: nothing is fetched, and no script runs."""

_NOT_IN_HTML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def as_hypertext(text: str) -> str:
    """HTML for a text, in content or in a quoted attribute, that shows exactly this text.

    What HTML cannot carry shows as U+FFFD.
    """
    return escape(_NOT_IN_HTML.sub("\ufffd", text)).replace("\r\n", "\n").replace("\r", "\n")
