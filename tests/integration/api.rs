//! `/api/v1`: what it answers is what its description says.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sipas::web::{api, auth::access::Access, routes};

use super::published::{closed, publish, staff};
use crate::support::{Client, Page, Server};

fn json(page: &Page) -> Value {
    serde_json::from_str(page.text()).unwrap()
}

/// What a value lacks of a schema of the description: enough of JSON Schema for those that it uses.
fn faults(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = document.pointer(name.trim_start_matches('#')).unwrap();
        return faults(document, schema, value, at);
    }
    let mut found = Vec::new();
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |wanted: &Value| wanted == kind || wanted == "number" && kind == "integer";
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is),
        wanted => is(wanted),
    };
    let known = schema["enum"].as_array().is_none_or(|all| all.contains(value));
    if !fits || !known || schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{at}: {value} is not {schema}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{at}: no {name}"));
        }
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            found.extend(faults(document, schema, value, &format!("{at}/{name}")));
        }
    }
    for (n, value) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(schema) = schema.get("items") {
            found.extend(faults(document, schema, value, &format!("{at}/{n}")));
        }
    }
    found
}

/// Asks and holds the answer to the description; notes the status as seen.
fn ask(
    client: &mut Client,
    document: &Value,
    seen: &mut BTreeMap<String, BTreeSet<String>>,
    template: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Page {
    let page = client.send("GET", path, headers, b"");
    let status = page.status.to_string();
    let response = &document["paths"][template]["get"]["responses"][&status];
    assert!(response.is_object(), "{path}: {status} is not described: {}", page.text());
    seen.entry(template.to_owned()).or_default().insert(status);
    if page.status == 304 {
        return page;
    }
    let response = response["$ref"]
        .as_str()
        .map_or(response, |name| document.pointer(name.trim_start_matches('#')).unwrap());
    let kind = page.header("content-type").split(';').next().unwrap().to_owned();
    let schema = &response["content"][&kind]["schema"];
    assert!(schema.is_object(), "{path}: {kind} is not described");
    let found = faults(document, schema, &json(&page), path);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(page.header("access-control-allow-origin"), "*", "{path}");
    page
}

#[test]
fn every_route_is_described_and_answers_as_described() {
    let database = closed();
    let server = Server::start(&database);
    let mut client = server.client();
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    let document = json(&client.get("/api/v1/openapi.json").is(200));
    assert_eq!(document, api::openapi::document());

    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    let map = routes::map();
    let there = map.routes().iter().filter(|route| api::is_of(route.path));
    let there: BTreeSet<String> = there
        .map(|route| {
            assert_eq!(route.access, Access::Public, "what needs an account needs a test of its own");
            format!("{} {}", route.method.as_str().to_lowercase(), route.path)
        })
        .collect();
    assert_eq!(described, there);

    let mut seen = BTreeMap::new();
    let (list, one) = ("/api/v1/publications", "/api/v1/publications/{slug}");
    let units = "/api/v1/publications/{slug}/units";
    let mut ask = |client: &mut Client, template: &str, path: &str, headers: &[(&str, &str)]| {
        ask(client, &document, &mut seen, template, path, headers)
    };
    let own = "/api/v1/publications/dan";
    let own_units = "/api/v1/publications/dan/units";
    let empty = ask(&mut client, list, list, &[]).is(200);
    assert_eq!(json(&empty)["items"], Value::Array(Vec::new()));
    ask(&mut client, one, own, &[]).is(404);
    ask(&mut client, units, own_units, &[]).is(404);
    publish(&mut lan).is(303);

    let listed = json(&ask(&mut client, list, list, &[]).is(200));
    assert_eq!((&listed["items"][0]["slug"], &listed["next"]), (&Value::from("dan"), &Value::Null));
    assert_eq!(listed["items"][0]["title"]["en"], "Satisfaction at the counter");
    let report = ask(&mut client, one, own, &[]).is(200);
    assert_eq!(report.bytes, client.get("/ket-qua/dan/du-lieu.json").is(200).bytes, "the same bytes");

    // Page by page all units come once, with the figures of the report, hidden ones hidden (D-01).
    let (mut found, mut next) = (Vec::new(), Some(String::new()));
    while let Some(cursor) = next {
        let page = json(&ask(&mut client, units, &format!("{own_units}?limit=2{cursor}"), &[]).is(200));
        found.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(|next| format!("&cursor={next}"));
    }
    let report = json(&report);
    let mut wanted = report["units"].as_array().unwrap().clone();
    wanted.sort_by_key(|unit| unit["code"].as_str().unwrap().to_owned());
    assert_eq!(found.len(), wanted.len());
    for (told, unit) in found.iter().zip(&wanted) {
        for field in ["code", "name", "kind", "parent", "responses", "index"] {
            assert_eq!(told[field], unit[field], "{field}");
        }
    }
    assert!(found.iter().any(|unit| unit["index"]["publish"] == "suppress" && unit["index"]["n"].is_null()));

    // What is known is not sent again; what makes no sense is told in the reader's language.
    for (template, path) in
        [("/api/v1/openapi.json", "/api/v1/openapi.json"), (list, list), (one, own), (units, own_units)]
    {
        let page = ask(&mut client, template, path, &[]).is(200);
        let tag = page.header("etag").to_owned();
        assert!(tag.starts_with('"') && page.header("cache-control").starts_with("public"), "{path}");
        assert!(ask(&mut client, template, path, &[("if-none-match", &tag)]).is(304).bytes.is_empty());
    }
    for (template, path) in [
        (list, "/api/v1/publications?limit=0"),
        (list, "/api/v1/publications?cursor=%2B"),
        (one, "/api/v1/publications/dan?lang=en"),
        (units, "/api/v1/publications/dan/units?limit=2&limit=2"),
    ] {
        let vi = json(&ask(&mut client, template, path, &[]).is(400));
        let en = json(&ask(&mut client, template, path, &[("accept-language", "en")]).is(400));
        assert!(vi["detail"] != en["detail"] && vi["code"] == en["code"], "{path}");
    }
    ask(&mut client, one, "/api/v1/publications/%FF", &[]).is(404);
    lan.post("/admin/campaigns/dan/cong-bo", &[("do", "withdraw"), ("confirm", "thu hồi")]).is(303);
    ask(&mut client, one, own, &[]).is(410);
    ask(&mut client, units, own_units, &[]).is(410);

    // Whatever is not there, or not answered to, is told to programs, too.
    for (method, path, status) in [("GET", "/api/v2", 404), ("GET", "/api/v1/none", 404), ("POST", list, 405)]
    {
        let page = client.send(method, path, &[], b"").is(status);
        assert_eq!(page.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(json(&page)["status"], status);
    }
    // Every status that is described was seen, but for a database that does not answer.
    for (path, methods) in document["paths"].as_object().unwrap() {
        let described: BTreeSet<String> =
            methods["get"]["responses"].as_object().unwrap().keys().cloned().collect();
        let missing: Vec<_> = described.difference(&seen[path]).filter(|status| *status != "503").collect();
        assert!(missing.is_empty(), "{path}: {missing:?}");
    }
}

#[test]
#[ignore = "needs schemathesis: ./test.sh api"]
fn schemathesis_finds_no_answer_that_is_not_described() {
    let database = closed();
    let server = Server::start(&database);
    publish(&mut staff(&database, &server, "lan", &["manager"])).is(303);
    let program = std::env::var("SCHEMATHESIS").unwrap();
    let address = format!("{}/api/v1/openapi.json", server.url());
    let output = std::process::Command::new(program)
        .args(["run", &address, "--checks", "all", "--max-examples", "200", "--seed", "1", "--no-color"])
        // No schema can say which cursors were given out.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .current_dir(database.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
