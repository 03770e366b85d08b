"""The description of the API, OpenAPI 3.1, made of the table of endpoints and the shapes."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dashboards.console.api.answers import Problem
from dashboards.console.api.asked import DEVICE, Asked
from dashboards.console.api.catalogue import PREFIX, TITLE, VERSION
from dashboards.console.api.endpoints import ENDPOINTS, Endpoint
from dashboards.console.api.formats import GEOJSON, JSON
from dashboards.console.api.problem import MEDIA_TYPE

REF = "#/components/schemas/{model}"
REFUSALS = {
    "400": "A parameter is not valid, or unknown",
    "401": "Reading is not open, and nobody is signed in",
    "404": "Nothing has this name",
    "406": "No format asked for is there",
    "421": "The console does not answer to the name in Host",
    "503": "The store is not available",
}
Document = dict[str, Any]


def document() -> Document:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": VERSION,
            "description": "Read-only. Times are RFC 3339; answers are in UTC. Unknown parameters are refused.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{}, {"token": []}, {"session": []}],
        "paths": {endpoint.path: {"get": _operation(endpoint)} for endpoint in ENDPOINTS} | {"/openapi.json": _ours()},
        "components": {
            "schemas": _schemas(),
            "responses": {status: _refusal(words) for status, words in REFUSALS.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "made by `vigiterre tokens add`"},
                "session": {"type": "apiKey", "in": "cookie", "name": "vigiterre_session"},
            },
        },
    }


def _operation(endpoint: Endpoint) -> Document:
    named = "{id}" in endpoint.path
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*([_of_path(endpoint)] if named else []), *_of_query(endpoint.asks)],
        "responses": {
            "200": {
                "description": endpoint.summary,
                "headers": {
                    "ETag": {"schema": {"type": "string"}},
                    "Link": {"schema": {"type": "string"}, "description": 'the next page, rel="next" (RFC 8288)'},
                },
                "content": {kind: {"schema": _content(endpoint, kind)} for kind in endpoint.formats},
            },
            "304": {"description": "As it was with this ETag"},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS},
        },
    }


def _ours() -> Document:
    content = {JSON: {"schema": {"type": "object"}}}
    answers = {"200": {"description": "OpenAPI 3.1", "content": content}, "304": {"description": "As it was"}}
    refusals = {status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS}
    return {
        "get": {"operationId": "openapi", "summary": "This document", "parameters": [], "responses": answers | refusals}
    }


def _content(endpoint: Endpoint, kind: str) -> Document:
    shape = {JSON: endpoint.answer, GEOJSON: endpoint.map}.get(kind)
    return {"$ref": REF.format(model=shape.__name__)} if shape else {"type": "string"}


def _of_path(endpoint: Endpoint) -> Document:
    alert = endpoint.path.startswith("/alerts")
    schema = {"type": "integer", "minimum": 1} if alert else {"type": "string", "pattern": DEVICE}
    return {"name": "id", "in": "path", "required": True, "schema": schema}


def _of_query(asks: type[Asked]) -> Iterable[Document]:
    schema = asks.model_json_schema(ref_template=REF)
    for name, facts in schema.get("properties", {}).items():
        resolved = _without_null(facts, schema.get("$defs", {}))
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": {key: value for key, value in resolved.items() if key not in ("title", "description")},
            **({"description": facts["description"]} if "description" in facts else {}),
        }


def _without_null(facts: Document, definitions: Document) -> Document:
    """In a query string what is not given is not there: `null` would be a text."""
    kept = dict(facts)
    kind: Document = next((one for one in kept.pop("anyOf", ()) if one != {"type": "null"}), {})
    if kept.get("default", "") is None:
        del kept["default"]
    if "$ref" in kind:
        kind = definitions[kind["$ref"].rpartition("/")[2]]
    return kept | {key: value for key, value in kind.items() if key != "description"}


def _schemas() -> Document:
    shapes: set[type[BaseModel]] = {Problem}
    for endpoint in ENDPOINTS:
        shapes |= {shape for shape in (endpoint.answer, endpoint.map) if shape}
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, schema = models_json_schema([(shape, "serialization") for shape in ordered], ref_template=REF)
    found: Document = schema["$defs"]
    return found


def _refusal(words: str) -> Document:
    return {"description": words, "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}}
