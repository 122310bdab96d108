//! The description of the API, OpenAPI 3.1. A test holds it to the routes that there are and to what they answer
//! (`tests/integration/api.rs`).

use serde_json::{Value, json};

use super::MOST;
use crate::index::report::SCHEMA;

/// The document.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "sipas",
            "version": "1",
            "description": "Published results of satisfaction surveys. Open to everybody; frozen when they were published. \
                Shares are 0..1. Errors are application/problem+json in the language of Accept-Language (vi, en).",
        },
        "servers": [{ "url": "/" }],
        "paths": {
            "/api/v1/openapi.json": {
                "get": operation("describe", "This description", &[], object(), &["200", "304"]),
            },
            "/api/v1/publications": {
                "get": operation("listPublications", "Published campaigns, by slug", &PAGED, reference("Publications"),
                    &["200", "304", "400", "503"]),
            },
            "/api/v1/publications/{slug}": {
                "get": operation("getReport", "A report as it was published", &["slug"], reference("Report"),
                    &["200", "304", "400", "404", "410", "503"]),
            },
            "/api/v1/publications/{slug}/units": {
                "get": operation("listUnits", "Its units with their indices, by code", &["slug", "limit", "cursor"],
                    reference("Units"), &["200", "304", "400", "404", "410", "503"]),
            },
        },
        "components": { "parameters": parameters(), "schemas": schemas(), "responses": { "Problem": {
            "description": "What went wrong",
            "content": { "application/problem+json": { "schema": reference("Problem") } },
        } } },
    })
}

const PAGED: [&str; 2] = ["limit", "cursor"];

fn object() -> Value {
    json!({ "type": "object" })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn operation(id: &str, summary: &str, parameters: &[&str], schema: Value, statuses: &[&str]) -> Value {
    let header = json!({ "ETag": { "schema": { "type": "string" } } });
    let responses: serde_json::Map<String, Value> = statuses
        .iter()
        .map(|status| {
            let response = match *status {
                "200" => json!({
                    "description": "Found", "headers": header, "content": { "application/json": { "schema": schema } },
                }),
                "304" => json!({ "description": "As the reader has it (If-None-Match)", "headers": header }),
                _ => json!({ "$ref": "#/components/responses/Problem" }),
            };
            ((*status).to_owned(), response)
        })
        .collect();
    let parameters: Vec<Value> =
        parameters.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect();
    json!({ "operationId": id, "summary": summary, "parameters": parameters, "responses": responses })
}

fn parameters() -> Value {
    json!({
        "slug": {
            "name": "slug", "in": "path", "required": true, "description": "The campaign's slug",
            "schema": { "type": "string" },
        },
        "limit": {
            "name": "limit", "in": "query", "description": "Entries of a page",
            "schema": { "type": "integer", "minimum": 1, "maximum": MOST, "default": super::PAGE },
        },
        "cursor": {
            "name": "cursor", "in": "query", "description": "`next` of the page before",
            "schema": { "type": "string" },
        },
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": ["number", "null"] });
    let count = json!({ "type": ["integer", "null"], "minimum": 0 });
    let moment = json!({ "type": "string", "format": "date-time" });
    let page = |items: &str| {
        json!({
            "type": "object", "required": ["items", "next"],
            "properties": {
                "items": { "type": "array", "items": reference(items) },
                "next": { "type": ["string", "null"], "description": "null on the last page" },
            },
        })
    };
    json!({
        "Publications": page("Publication"),
        "Publication": {
            "type": "object",
            "required": ["slug", "title", "opens", "closes", "published", "demonstration", "page", "report", "units"],
            "properties": {
                "slug": text, "title": { "type": "object", "additionalProperties": text },
                "opens": moment, "closes": moment, "published": moment,
                "demonstration": { "type": "boolean", "description": "Whether the answers are invented" },
                "page": text, "report": text, "units": text,
            },
        },
        "Report": {
            "type": "object", "required": ["schema", "campaign", "total", "units"],
            "properties": { "schema": { "const": SCHEMA }, "campaign": object(), "total": object(),
                "units": { "type": "array", "items": object() } },
        },
        "Units": page("Unit"),
        "Unit": {
            "type": "object", "required": ["code", "name", "kind", "parent", "responses", "index"],
            "properties": {
                "code": text, "name": text, "kind": text, "parent": { "type": ["string", "null"] },
                "responses": count, "index": reference("Estimate"),
            },
        },
        "Estimate": {
            "type": "object", "required": ["n", "estimate", "lower", "upper", "decision", "publish"],
            "description": "Suppressed: every figure but publish is null",
            "properties": {
                "n": count, "estimate": number, "se": number, "lower": number, "upper": number,
                "decision": { "enum": ["met", "not_met", "undecided", null] },
                "publish": { "enum": ["publish", "caution", "suppress"] },
            },
        },
        "Problem": {
            "type": "object", "required": ["type", "title", "status", "code", "detail"],
            "properties": {
                "type": text, "title": text, "status": { "type": "integer" },
                "code": { "type": "string", "description": "Stable, for programs" },
                "detail": { "type": "string", "description": "In the reader's language" },
            },
        },
    })
}
