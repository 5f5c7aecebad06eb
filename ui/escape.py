"""Text → HTML that shows exactly this text, and can do nothing else.

Articles, titles, file names, questions and answers are all treated as hostile: they
reach the page only through `escape`, as character data or inside a double-quoted
attribute.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

_NOT_IN_HTML = re.compile("[\x00\ud800-\udfff]")


def escape(text: str) -> str:
    """HTML for `text`, in content or in a quoted attribute.

    A browser shows every character as it is, but for NUL and lone surrogates, which HTML
    cannot carry: these show as U+FFFD.
    """
    # A bare CR would be read as LF.
    return html.escape(_NOT_IN_HTML.sub("\ufffd", text)).replace("\r", "&#13;")


def attributes(values: Mapping[str, str | int]) -> str:
    """`name="value"` pairs, each with a space before it; the names are ours."""
    return "".join(f' {name}="{escape(str(value))}"' for name, value in values.items())
