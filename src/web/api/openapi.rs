//! The description of the API, OpenAPI 3.1. A test holds it to the routes that there are, with who may use them, and to what they
//! answer (`tests/integration/api.rs`).

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::{MOST, PAGE, asked, campaigns::STATES, periods};
use crate::{index::report::SCHEMA, microdata::Format, web::auth::access::Scope};

/// Name of the security scheme.
pub const TOKEN: &str = "token";

/// The document; it is made once.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(make);
    &DOCUMENT
}

/// A path that is read.
struct Operation {
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    /// What a token must have; absent: open to everybody.
    scope: Option<Scope>,
    parameters: &'static [&'static str],
    /// Kinds of content, with the name of the schema; an empty one: a file.
    content: Vec<(&'static str, &'static str)>,
    /// Statuses beside those that every path has.
    statuses: &'static [&'static str],
}

const JSON: &str = "application/json";

fn open(path: &'static str, id: &'static str, summary: &'static str, schema: &'static str) -> Operation {
    let content = vec![(JSON, schema)];
    Operation { path, id, summary, scope: None, parameters: &[], content, statuses: &[] }
}

fn staff(
    scope: Scope,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    schema: &'static str,
) -> Operation {
    Operation { scope: Some(scope), ..open(path, id, summary, schema) }
}

fn operations() -> Vec<Operation> {
    let files = Format::ALL.map(|format| (format.media_type().split(';').next().unwrap_or_default(), ""));
    let mut files = files.to_vec();
    files.dedup();
    files.sort_unstable();
    files.dedup();
    vec![
        open("/api/v1/openapi.json", "describe", "This description", "Any"),
        open("/api/v1/problems", "listProblems", "The types of problems", "Problems"),
        Operation {
            parameters: &["limit", "cursor"],
            statuses: &["503"],
            ..open("/api/v1/publications", "listPublications", "Published campaigns, by slug", "Publications")
        },
        Operation {
            parameters: &["slug"],
            statuses: &["404", "410", "503"],
            ..open("/api/v1/publications/{slug}", "getPublication", "A report as it was published", "Report")
        },
        Operation {
            parameters: &["slug", "limit", "cursor"],
            statuses: &["404", "410", "503"],
            ..open(
                "/api/v1/publications/{slug}/units",
                "listPublishedUnits",
                "Its units with their indices, by code",
                "PublishedUnits",
            )
        },
        Operation {
            parameters: &["state", "limit", "cursor"],
            ..staff(
                Scope::Campaigns,
                "/api/v1/campaigns",
                "listCampaigns",
                "The campaigns that the account sees, by slug",
                "Campaigns",
            )
        },
        Operation {
            parameters: &["slug"],
            statuses: &["404"],
            ..staff(Scope::Campaigns, "/api/v1/campaigns/{slug}", "getCampaign", "A campaign", "Campaign")
        },
        Operation {
            parameters: &["on", "limit", "cursor"],
            ..staff(
                Scope::Units,
                "/api/v1/units",
                "listUnits",
                "The units that the account sees, by code",
                "Units",
            )
        },
        Operation {
            parameters: &["code"],
            statuses: &["404"],
            ..staff(Scope::Units, "/api/v1/units/{code}", "getUnit", "A unit, and what it was before", "Unit")
        },
        Operation {
            parameters: &["slug"],
            statuses: &["404"],
            ..staff(
                Scope::Counts,
                "/api/v1/campaigns/{slug}/counts",
                "getCounts",
                "How many have answered. Of officials' campaigns the number invited and the number who answered, in steps and \
                 once a day until they close; by unit only where people answer at counters",
                "Counts",
            )
        },
        Operation {
            parameters: &["slug", "unit", "units", "lang"],
            content: vec![(JSON, "Report"), ("text/csv", "")],
            statuses: &["404", "409"],
            ..staff(
                Scope::Reports,
                "/api/v1/campaigns/{slug}/report",
                "getReport",
                "The index report as the account's page shows it; an account bound to a unit gets that unit's",
                "",
            )
        },
        Operation {
            parameters: &["year", "standing", "limit", "cursor"],
            ..staff(
                Scope::Reports,
                "/api/v1/periods",
                "listPeriods",
                "The quarterly, six-month, nine-month and yearly reports of the campaigns that the account sees, by questionnaire, \
                 form and period, and how each stands",
                "Periods",
            )
        },
        Operation {
            parameters: &["definition", "form", "period", "unit", "lang"],
            content: vec![(JSON, "Report"), ("text/csv", "")],
            statuses: &["404", "409"],
            ..staff(
                Scope::Reports,
                "/api/v1/periods/{definition}/{form}/{period}/report",
                "getPeriodReport",
                "The index report over a period's campaigns as the account's page shows it; an account bound to a unit gets that \
                 unit's",
                "",
            )
        },
        Operation {
            parameters: &["slug", "lang"],
            statuses: &["404"],
            ..staff(
                Scope::Exports,
                "/api/v1/campaigns/{slug}/exports",
                "listExports",
                "Files of de-identified answer sheets that were made on the campaign's page",
                "Exports",
            )
        },
        Operation {
            parameters: &["slug", "format", "lang"],
            content: files,
            statuses: &["404", "409"],
            ..staff(
                Scope::Exports,
                "/api/v1/campaigns/{slug}/exports/{format}",
                "getExport",
                "A file of de-identified answer sheets, streamed; Content-Digest is its SHA-256",
                "",
            )
        },
    ]
}

fn make() -> Value {
    let paths: Map<String, Value> = operations()
        .into_iter()
        .map(|operation| {
            (
                operation.path.to_owned(),
                json!({ "get": described(&operation, true), "head": described(&operation, false) }),
            )
        })
        .collect();
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.code()).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "sipas",
            "version": "1",
            "description": "Satisfaction surveys. What is published is open to everybody and frozen; what staff read takes an \
                access token with a scope, and is what the token's account may read at that moment. Shares are 0..1. Errors are \
                application/problem+json in the language of Accept-Language (vi, en). Everything is read-only: GET, and HEAD, which \
                answers the same without a body. Any other method is answered at every address as components/responses/OtherMethod \
                says (405).",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "parameters": parameters(),
            "schemas": schemas(),
            "securitySchemes": { TOKEN: {
                "type": "http", "scheme": "bearer", "bearerFormat": "sipas_…",
                "description": format!("Made at /admin/toi/ma-truy-cap. Scopes: {}", scopes.join(", ")),
            } },
            "responses": refusals(),
        },
    })
}

/// What says no: to `GET`, and under a name of its own to `HEAD`, whose answers have no body.
fn refusals() -> Value {
    let text = json!({ "type": "string" });
    let mut all = Map::new();
    for (name, description, header) in [
        ("Problem", "What went wrong", None),
        ("NoToken", "No access token, or one that opens nothing", Some("WWW-Authenticate")),
        ("Wait", "Wait for Retry-After seconds", Some("Retry-After")),
        ("OtherMethod", "405: the address answers to no method but those in Allow", Some("Allow")),
    ] {
        let headers: Map<String, Value> =
            header.into_iter().map(|header| (header.to_owned(), json!({ "schema": text }))).collect();
        let mut refusal = json!({ "description": description, "headers": headers });
        all.insert(format!("{name}{HEAD}"), refusal.clone());
        refusal["content"] = json!({ "application/problem+json": { "schema": reference("Problem") } });
        all.insert(name.to_owned(), refusal);
    }
    // What answers to no method is no answer to `HEAD`.
    all.remove(&format!("OtherMethod{HEAD}"));
    Value::Object(all)
}

/// What names of `HEAD` end with, where those of `GET` do not.
const HEAD: &str = "Head";

/// An operation by `GET`, with a body, or by `HEAD`, without.
fn described(operation: &Operation, body: bool) -> Value {
    let refusal = |name: &str| {
        let of = if body { "" } else { HEAD };
        json!({ "$ref": format!("#/components/responses/{name}{of}") })
    };
    let tag = json!({ "ETag": { "schema": { "type": "string" } } });
    let content: Map<String, Value> = operation
        .content
        .iter()
        .map(|(kind, schema)| {
            let schema = if schema.is_empty() { json!({ "type": "string" }) } else { reference(schema) };
            ((*kind).to_owned(), json!({ "schema": schema }))
        })
        .collect();
    let every = ["200", "304", "400", "406"];
    let of_staff: &[&str] = if operation.scope.is_some() { &["401", "403", "429", "503"] } else { &[] };
    let statuses = every.iter().chain(of_staff).chain(operation.statuses);
    let responses: Map<String, Value> = statuses
        .map(|status| {
            let response = match *status {
                "200" if body => json!({ "description": "Found", "headers": tag, "content": content }),
                "200" => json!({ "description": "Found", "headers": tag }),
                "304" => json!({ "description": "As the reader has it (If-None-Match)", "headers": tag }),
                "401" => refusal("NoToken"),
                "429" | "503" => refusal("Wait"),
                _ => refusal("Problem"),
            };
            ((*status).to_owned(), response)
        })
        .collect();
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
        .collect();
    let security = operation.scope.map_or_else(|| json!([]), |scope| json!([{ TOKEN: [scope.code()] }]));
    let (id, summary) = (operation.id, operation.summary);
    let (id, summary) = if body {
        (id.to_owned(), summary.to_owned())
    } else {
        (format!("{id}{HEAD}"), format!("{summary}: whether it is there, and its headers"))
    };
    json!({
        "operationId": id, "summary": summary, "parameters": parameters,
        "responses": responses, "security": security,
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn parameters() -> Value {
    let in_path = |name: &str, what: &str| {
        json!({
            "name": name, "in": "path", "required": true, "description": what,
            "schema": { "type": "string", "minLength": 1 },
        })
    };
    let in_query = |name: &str, what: &str, schema: Value| json!({ "name": name, "in": "query", "description": what, "schema": schema });
    let formats: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    let mut format = in_path("format", "The file's format");
    format["schema"] = json!({ "enum": formats });
    json!({
        "slug": in_path("slug", "The campaign's slug"),
        "code": in_path("code", "The unit's code"),
        "definition": in_path("definition", "Id of the questionnaire that the campaigns use"),
        "form": in_path("form", "The form that they use"),
        "period": in_path("period", "2026-q1, 2026-6m, 2026-9m or 2026"),
        "year": in_query("year", "Only periods of this year; absent: of all years in which campaigns ended, and of this one",
            json!({ "type": "string", "pattern": "^[1-9][0-9]{3}$" })),
        "standing": in_query("standing", "Only periods that stand so", json!({ "enum": periods::STATES })),
        "format": format,
        "limit": in_query("limit", "Entries of a page",
            json!({ "type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE })),
        "cursor": in_query("cursor", "`next` of the page before", json!({ "type": "string", "pattern": asked::CURSOR })),
        "state": in_query("state", "Only campaigns that are there", json!({ "enum": STATES })),
        "on": in_query("on", "Only units that exist on this day, as they are then; absent: all, as they were last written",
            json!({ "type": "string", "format": "date" })),
        "unit": in_query("unit", "Code of the unit that the report is about; absent: all that the account sees",
            json!({ "type": "string" })),
        "units": in_query("units", "Under the units of the campaign's time, or those that there are now",
            json!({ "enum": ["then", "now"], "default": "then" })),
        "lang": in_query("lang", "Language of a file's words", json!({ "enum": ["vi", "en"], "default": "vi" })),
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let number = json!({ "type": ["number", "null"] });
    let count = json!({ "type": ["integer", "null"], "minimum": 0 });
    let whole = json!({ "type": "integer", "minimum": 0 });
    let moment = json!({ "type": "string", "format": "date-time" });
    let day = json!({ "type": ["string", "null"], "format": "date" });
    let date = json!({ "type": "string", "format": "date" });
    let words = json!({ "type": "object", "additionalProperties": text });
    let object = || json!({ "type": "object" });
    let all = |items: &str| json!({ "type": "array", "items": reference(items) });
    let page = |items: &str| {
        json!({
            "type": "object", "required": ["items", "next"],
            "properties": {
                "items": all(items),
                "next": { "type": ["string", "null"], "description": "null on the last page" },
            },
        })
    };
    // All of them are always there.
    let fixed = |properties: Value| {
        let names: Vec<String> =
            properties.as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
        json!({ "type": "object", "required": names, "properties": properties })
    };
    let figures = || {
        json!({
            "answers": whole, "planned": count,
            "population": { "type": ["integer", "null"], "description": "Transactions or persons behind the answers" },
        })
    };
    let with = |one: Value, other: Value| {
        let of = |value: Value| value.as_object().cloned().unwrap_or_default();
        Value::Object(of(one).into_iter().chain(of(other)).collect())
    };
    let unit = || {
        json!({
            "code": text, "name": text, "kind": text,
            "parent": { "type": ["string", "null"], "description": "null also where the account does not see it" },
            "valid_from": day, "valid_to": day,
            "successor": { "type": ["string", "null"], "description": "The unit that it was merged into" },
        })
    };
    json!({
        "Any": object(),
        "Problems": fixed(json!({ "items": all("Problem") })),
        "Publications": page("Publication"),
        "Publication": fixed(json!({
            "slug": text, "title": words, "opens": moment, "closes": moment, "published": moment,
            "demonstration": { "type": "boolean", "description": "Whether the answers are invented" },
            "page": text, "report": text, "units": text,
        })),
        "Report": {
            "type": "object", "required": ["schema", "campaign", "total", "units"],
            "properties": { "schema": { "const": SCHEMA }, "campaign": object(), "total": object(),
                "units": { "type": "array", "items": object() } },
        },
        "PublishedUnits": page("PublishedUnit"),
        "PublishedUnit": fixed(json!({
            "code": text, "name": text, "kind": text, "parent": maybe, "responses": count,
            "index": reference("Estimate"),
        })),
        "Estimate": {
            "type": "object", "required": ["n", "estimate", "lower", "upper", "decision", "publish"],
            "description": "Suppressed: every figure but publish is null",
            "properties": {
                "n": count, "estimate": number, "se": number, "lower": number, "upper": number,
                "decision": { "enum": ["met", "not_met", "undecided", null] },
                "publish": { "enum": ["publish", "caution", "suppress"] },
            },
        },
        "Campaigns": page("Campaign"),
        "Campaign": fixed(json!({
            "slug": text, "title": words, "state": { "enum": STATES }, "opens": moment, "closes": moment,
            "audience": { "enum": ["citizens", "officials"] },
            "definition": fixed(json!({ "id": text, "version": text, "sha256": text })),
            "form": text,
            "target": with(number.clone(), json!({ "minimum": 0, "maximum": 1,
                "description": "The campaign's own target, 0..1; null: that of its questionnaire and form holds, which the report gives as `target`" })),
            "demonstration": { "type": "boolean", "description": "Whether the answers are invented" },
            "counts": text, "report": text, "exports": text,
        })),
        "Units": page("UnitEntry"),
        "UnitEntry": fixed(unit()),
        "Unit": fixed(with(unit(), json!({ "past": all("UnitPast") }))),
        "UnitPast": fixed(json!({
            "until": { "type": "string", "format": "date", "description": "The first day on which it was no longer so" },
            "name": text, "kind": text, "parent": maybe,
        })),
        "Counts": fixed(json!({
            "campaign": text,
            "through": { "type": ["string", "null"], "format": "date", "description": "The last day counted" },
            "live": { "type": "boolean", "description": "Whether that day may be going on" },
            "counters": { "description": "All together; null where nobody answers at counters",
                "oneOf": [{ "type": "null" }, reference("Figures")] },
            "links": { "description": "null where nobody is invited by link, and for accounts that see a part",
                "oneOf": [{ "type": "null" }, reference("Links")] },
            "units": { "description": "Each with all below it", "type": "array", "items": reference("UnitCounts") },
        })),
        "Figures": fixed(figures()),
        "Links": fixed(json!({ "invited": whole, "answered": whole })),
        "UnitCounts": fixed(with(figures(), json!({ "code": text, "counters": all("CounterCounts") }))),
        "CounterCounts": fixed(json!({
            "code": text, "name": text, "answers": whole,
            "retired": { "type": "boolean", "description": "No longer listed by the campaign" },
        })),
        "Periods": page("Period"),
        "Period": fixed(json!({
            "definition": text, "form": text, "period": text,
            "first": date, "last": date, "due": date,
            "standing": { "enum": periods::STATES, "description": "No campaign; may still get one; campaigns have not closed; has a report" },
            "from": with(day.clone(), json!({ "description": "The day from which on there is a report, while the period goes on" })),
            "quarters_without": { "type": "array", "items": { "type": "integer" },
                "description": "Quarters in which none of the campaigns asked" },
            "campaigns": { "type": "array", "items": fixed(json!({ "slug": text, "title": words, "campaign": text })) },
            "report": { "type": ["string", "null"], "description": "Its address, where it has one" },
        })),
        "Exports": fixed(json!({ "items": all("Export") })),
        "Export": fixed(json!({
            "format": text, "rows": whole, "bytes": whole, "sha256": text, "file": text,
            "left_out": { "type": "integer", "description": "Answer sheets that had been set aside" },
        })),
        "Problem": {
            "type": "object", "required": ["type", "title", "status", "code", "detail"],
            "properties": {
                "type": { "type": "string", "description": "Stable; explained at /api/v1/problems" },
                "title": text, "status": { "type": "integer" },
                "code": { "type": "string", "description": "The type's last part" },
                "detail": { "type": "string", "description": "In the reader's language" },
            },
        },
    })
}
