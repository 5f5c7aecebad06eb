"""What stands above a Markdown text about it: YAML (`---`), TOML (`+++`) or a JSON object.

A rule (`---`) begins a text as well, so only what has names with values, and an end, is taken
for front matter; everything else is text, and none of it is lost.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

import yaml

from index.formats.facts import by_name

_YAML: Final = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_TOML: Final = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$", re.DOTALL | re.MULTILINE)
_FIELD: Final = re.compile(r"([A-Za-z_][\w -]{1,40}?)[ \t]*:(?:[ \t]+(.*?))?[ \t]*")
_BELOW_FIELD: Final = re.compile(r"\s|-[ \t]|#|\]|\}|-$")  # of a list or a block, or a remark
_PROGRAMS_NAME: Final = re.compile(r"[a-z][a-zA-Z\d_-]*")
_KNOWN: Final = frozenset(
    "title subtitle headline author authors byline date published publishedat publishdate "
    "datepublished pubdate created createdat updated modified lastmod url link permalink slug "
    "canonical source tags tag categories category keywords description summary layout draft "
    "type id lang language image aliases weight".split()
)
_LONGEST: Final = 20_000  # characters: a file can ask much work of a reader of YAML
_MOST_LOOKED_AT: Final = 200_000


def split(text: str) -> tuple[Mapping[str, Any], str]:
    """The names and values above a text, empty if there are none, and the text below them.

    Args:
        text: with newlines alone at the ends of lines.
    """
    for found in (_of_yaml(text), _of_toml(text), _of_json(text)):
        if found is not None:
            return found
    return {}, text


def _of_yaml(text: str) -> tuple[Mapping[str, Any], str] | None:
    match = _YAML.match(text, 0, _MOST_LOOKED_AT)
    if match is None:
        return None
    fields = _yaml(match[1])
    if fields is None:
        fields = _line_by_line(match[1])
    if not fields:
        return None
    names = by_name(fields).keys()
    if match[1].startswith("\n") or not all(map(_PROGRAMS_NAME.fullmatch, map(str, fields))):
        # "Note: some of it is new." below a rule is text.
        return (fields, text[match.end() :]) if names & _KNOWN else None
    return fields, text[match.end() :]


def _yaml(text: str) -> Mapping[str, Any] | None:
    """All values as they are written: a date has no need of a time zone."""
    if len(text) > _LONGEST:
        return None
    try:
        found = yaml.load(text, Loader=yaml.BaseLoader)  # makes lists, names and text alone
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _line_by_line(text: str) -> Mapping[str, Any] | None:
    """What its writer took for YAML, such as a title with a colon in it."""
    fields: dict[str, str] = {}
    for line in filter(str.strip, text.split("\n")):
        if match := _FIELD.fullmatch(line):
            fields[match[1]] = (match[2] or "").strip("\"'")
        elif not fields or not _BELOW_FIELD.match(line):
            return None
    return fields


def _of_toml(text: str) -> tuple[Mapping[str, Any], str] | None:
    match = _TOML.match(text, 0, _MOST_LOOKED_AT)
    if match is None or len(match[1]) > _LONGEST:
        return None
    try:
        fields = tomllib.loads(match[1])
    except (ValueError, RecursionError):
        return None
    return (fields, text[match.end() :]) if fields else None


def _of_json(text: str) -> tuple[Mapping[str, Any], str] | None:
    if not text.startswith("{"):
        return None
    try:
        fields, end = json.JSONDecoder().raw_decode(text[:_MOST_LOOKED_AT])
    except (ValueError, RecursionError):
        return None
    follows = text[end:].split("\n", 1)[0].strip()
    return (fields, text[end:]) if not follows and by_name(fields).keys() & _KNOWN else None
