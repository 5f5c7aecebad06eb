"""The page that describes the HTTP API, made of its OpenAPI document; no script, no request."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ui.escape import escape

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_MAX_SHOWN: Final = 200  # characters of a default
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-top: 1px solid #8886; padding-top: 1rem; }
h2 code { font-size: 1.1rem; }
pre { overflow-x: auto; padding: .7rem; background: #8882; border-radius: .3rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; }
"""

Json = Mapping[str, Any]


def as_page(document: Json) -> str:
    """A page of HTML for an OpenAPI 3.1 document."""
    info = document["info"]
    operations = "".join(
        _operation(document, method, path, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    )
    title = f"{escape(info['title'])} {escape(info['version'])}: HTTP API"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1><p>{escape(info.get('description', ''))}</p>"
        '<p>The same for programs: <a href="/openapi.json">openapi.json</a>. '
        '<a href="/">Back to the page</a>.</p>'
        f"{operations}</main></body></html>"
    )


def _operation(document: Json, method: str, path: str, operation: Json) -> str:
    parts = [f"<h2><code>{method.upper()} {escape(path)}</code></h2>"]
    for paragraph in str(operation.get("description", "")).split("\n\n"):
        parts.append(f"<p>{escape(paragraph)}</p>")
    if parameters := operation.get("parameters", []):
        rows = [(p["name"], p.get("schema", {}), p.get("required", False)) for p in parameters]
        parts.append(_table(document, rows))
    content = operation.get("requestBody", {}).get("content", {})
    for media_type, body in content.items():
        schema = _resolve(document, body.get("schema", {}))
        parts.append(f"<h3>Request: <code>{escape(media_type)}</code></h3>")
        parts.append(_table(document, _properties(schema)))
        if media_type == "application/json":
            parts.append(_example(method, path, schema))
    parts.append("<h3>Responses</h3>")
    parts.append(_responses(document, operation.get("responses", {})))
    return "".join(parts)


def _example(method: str, path: str, schema: Json) -> str:
    if (example := schema.get("example")) is None:
        return ""
    command = (
        f"curl http://127.0.0.1:7860{path} -X {method.upper()} "
        f"-H 'Content-Type: application/json' -d {shlex.quote(json.dumps(example))}"
    )
    return f"<pre><code>{escape(command)}</code></pre>"


def _responses(document: Json, responses: Json) -> str:
    rows = []
    for status, response in sorted(responses.items()):
        bodies = [
            f"<code>{escape(media_type)}</code>: {_type(document, body.get('schema', {}))}"
            for media_type, body in response.get("content", {}).items()
        ]
        rows.append(
            f"<tr><th>{escape(str(status))}</th><td>{escape(response['description'])}</td>"
            f"<td>{'<br>'.join(bodies)}</td></tr>"
        )
    return f"<table>{''.join(rows)}</table>"


def _properties(schema: Json) -> Iterator[tuple[str, Json, bool]]:
    required = schema.get("required", ())
    for name, value in schema.get("properties", {}).items():
        yield name, value, name in required


def _table(document: Json, rows: Any) -> str:
    cells = [
        f"<tr><th><code>{escape(name)}</code></th><td>{_type(document, schema)}"
        f"{'' if required else _default(schema)}</td>"
        f"<td>{escape(str(schema.get('description', '')))}</td></tr>"
        for name, schema, required in rows
    ]
    return f"<table>{''.join(cells)}</table>"


def _default(schema: Json) -> str:
    if "default" not in schema:
        return ", optional"
    shown = json.dumps(schema["default"], ensure_ascii=False)[:_MAX_SHOWN]
    return f", <code>{escape(shown)}</code> if left out"


def _type(document: Json, schema: Json) -> str:
    """A schema in few words."""
    if "$ref" in schema:
        found = _resolve(document, schema)
        if "enum" in found:
            return _type(document, found)
        names = ", ".join(found.get("properties", {}))
        return f"{escape(str(found.get('title', 'object')))} {{{escape(names)}}}"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const']))}</code>"
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(document, option) for option in options)
    if schema.get("type") == "array":
        return f"array of {_type(document, schema.get('items', {}))}"
    limit = schema.get("maxLength")
    return escape(str(schema.get("type", "any"))) + (f", at most {limit:,} long" if limit else "")


def _resolve(document: Json, schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in str(schema["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]
