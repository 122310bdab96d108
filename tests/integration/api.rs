//! `/api/v1`: what it answers is what its description says.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sipas::web::{api, auth::access::Access, routes};

use super::{
    access_tokens::{SCOPES, make},
    published::{closed, publish, staff},
};
use crate::support::{Client, Database, Page, Server};

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
    if let Some(all) = schema["oneOf"].as_array() {
        let fitting = all.iter().filter(|one| faults(document, one, value, at).is_empty()).count();
        if fitting != 1 {
            found.push(format!("{at}: {value} fits {fitting} of {schema}"));
        }
    }
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

/// What was asked and answered of each path.
type Seen = BTreeMap<String, BTreeSet<String>>;

/// Asks by both methods and holds the answers to the description; notes the status as seen.
fn ask(client: &mut Client, seen: &mut Seen, template: &str, path: &str, headers: &[(&str, &str)]) -> Page {
    let document = api::openapi::document();
    let page = client.send("GET", path, headers, b"");
    let status = page.status.to_string();
    let operations = &document["paths"][template];
    let operation = &operations["get"];
    let response = &operation["responses"][&status];
    assert!(response.is_object(), "{path}: {status} is not described: {}", page.text());
    let head = client.send("HEAD", path, headers, b"").is(page.status);
    let described = &operations["head"]["responses"][&status];
    let described = described["$ref"]
        .as_str()
        .map_or(described, |name| document.pointer(name.trim_start_matches('#')).unwrap());
    assert!(
        head.bytes.is_empty() && described.is_object() && described["content"].is_null(),
        "{path}: {status}"
    );
    for name in described["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
        assert_eq!(head.header(name), page.header(name), "{path}: {name}");
    }
    seen.entry(template.to_owned()).or_default().insert(status);
    let shared = if operation["security"].as_array().unwrap().is_empty() { "*" } else { "" };
    assert_eq!(page.header("access-control-allow-origin"), shared, "{path}");
    if page.status == 304 {
        return page;
    }
    let response = response["$ref"]
        .as_str()
        .map_or(response, |name| document.pointer(name.trim_start_matches('#')).unwrap());
    for name in response["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
        assert!(!page.header(name).is_empty(), "{path}: no {name}");
    }
    let kind = page.header("content-type").split(';').next().unwrap().to_owned();
    let schema = &response["content"][&kind]["schema"];
    assert!(schema.is_object(), "{path}: {kind} is not described");
    if kind.ends_with("json") {
        let found = faults(document, schema, &json(&page), path);
        assert!(found.is_empty(), "{found:#?}");
    }
    page
}

/// Every status that is described was seen, but for a database that does not answer.
fn all_seen(seen: &Seen, of: impl Fn(&Value) -> bool) {
    for (path, methods) in api::openapi::document()["paths"].as_object().unwrap() {
        let operation = &methods["get"];
        if of(&operation["security"]) {
            let described: BTreeSet<String> =
                operation["responses"].as_object().unwrap().keys().cloned().collect();
            let missing: Vec<_> =
                described.difference(&seen[path]).filter(|status| *status != "503").collect();
            assert!(missing.is_empty(), "{path}: {missing:?}");
        }
    }
}

#[test]
fn every_route_is_described_with_who_may_use_it() {
    let document = api::openapi::document();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| format!("{method} {path} {}", operation["security"]))
        })
        .collect();
    let map = routes::map();
    let there: BTreeSet<String> = map
        .routes()
        .iter()
        .filter(|route| api::is_of(route.path))
        .flat_map(|route| {
            let security = match route.access {
                Access::Public => serde_json::json!([]),
                Access::Token(scope) => serde_json::json!([{ "token": [scope.code()] }]),
                Access::Needs(_) => panic!("{}: programs have no session", route.path),
            };
            assert_eq!(route.method.as_str(), "GET", "{}: everything is read-only", route.path);
            ["get", "head"].map(|method| format!("{method} {} {security}", route.path))
        })
        .collect();
    assert_eq!(described, there);
    // What is referred to is there.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[test]
fn what_is_published_is_answered_as_described() {
    let database = closed();
    let server = Server::start(&database);
    let mut client = server.client();
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    assert_eq!(json(&client.get("/api/v1/openapi.json").is(200)), *api::openapi::document());

    let mut seen = BTreeMap::new();
    let (list, one) = ("/api/v1/publications", "/api/v1/publications/{slug}");
    let (units, kinds) = ("/api/v1/publications/{slug}/units", "/api/v1/problems");
    let mut ask = |client: &mut Client, template: &str, path: &str, headers: &[(&str, &str)]| {
        ask(client, &mut seen, template, path, headers)
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
    let describe = "/api/v1/openapi.json";
    for (template, path) in
        [(describe, describe), (kinds, kinds), (list, list), (one, own), (units, own_units)]
    {
        let page = ask(&mut client, template, path, &[]).is(200);
        let tag = page.header("etag").to_owned();
        assert!(tag.starts_with('"') && page.header("cache-control").starts_with("public"), "{path}");
        assert!(ask(&mut client, template, path, &[("if-none-match", &tag)]).is(304).bytes.is_empty());
        ask(&mut client, template, path, &[("accept", "text/html")]).is(406);
        ask(&mut client, template, &format!("{path}?lang=en"), &[]).is(400);
    }
    for (template, path) in [
        (list, "/api/v1/publications?limit=0"),
        (list, "/api/v1/publications?cursor=%2B"),
        (units, "/api/v1/publications/dan/units?limit=2&limit=2"),
    ] {
        let vi = json(&ask(&mut client, template, path, &[]).is(400));
        let en = json(&ask(&mut client, template, path, &[("accept-language", "en")]).is(400));
        assert!(vi["detail"] != en["detail"] && vi["type"] == en["type"], "{path}");
        let explained = json(&client.get(kinds).is(200));
        assert!(explained["items"].as_array().unwrap().iter().any(|kind| kind["type"] == vi["type"]));
    }
    ask(&mut client, one, "/api/v1/publications/%FF", &[]).is(404);
    lan.post("/admin/campaigns/dan/cong-bo", &[("do", "withdraw"), ("confirm", "thu hồi")]).is(303);
    ask(&mut client, one, own, &[]).is(410);
    ask(&mut client, units, own_units, &[]).is(410);

    // Whatever is not there, or not answered to, is told to programs, too.
    for (method, path, headers, status) in [
        ("GET", "/api/v2", &[][..], 404),
        ("GET", "/api/v1/none", &[], 404),
        ("POST", list, &[], 405),
        ("DELETE", "/api/v1/campaigns", &[], 405),
        (
            "POST",
            "/api/v1/units",
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            405,
        ),
    ] {
        let page = client.send(method, path, headers, b"").is(status);
        assert_eq!(page.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(json(&page)["status"], status);
        // Told to programs, not to pages of other sites; what is answered to is in `Allow`, as it is described.
        assert_eq!(page.header("access-control-allow-origin"), "", "{method} {path}");
        let allowed = if status == 405 { "GET,HEAD" } else { "" };
        assert_eq!(page.header("allow"), allowed, "{method} {path}");
    }
    let described = &api::openapi::document()["components"]["responses"]["OtherMethod"];
    assert!(
        described["headers"]["Allow"].is_object()
            && described["content"]["application/problem+json"].is_object()
    );
    all_seen(&seen, |security| security == &serde_json::json!([]));
}

/// A closed campaign of the second quarter of 2025.
fn closed_in_2025() -> Database {
    let database = closed();
    // 5 and 17 May.
    database.execute("UPDATE campaign SET opens = 1746378000000, closes = 1747414800000");
    database
}

#[test]
fn what_staff_read_is_answered_as_described() {
    let database = closed_in_2025();
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    lan.post("/admin/campaigns/dan/du-lieu", &[]).is(303);
    let token = make(&mut lan, &SCOPES);
    let all = format!("Bearer {token}");
    let mut client = server.client();
    let mut seen = BTreeMap::new();
    let paths: Vec<(String, String)> = routes::map()
        .routes()
        .iter()
        .filter(|route| matches!(route.access, Access::Token(_)))
        .map(|route| {
            let named =
                route.path.replace("{slug}", "dan").replace("{code}", "qn").replace("{format}", "csv");
            let named = named.replace("{definition}/{form}/{period}", "sipas/pulse/2025-q2");
            (route.path.to_owned(), named)
        })
        .collect();
    for (template, path) in &paths {
        let mut ask = |path: &str, headers: &[(&str, &str)]| {
            let headers = [&[("authorization", all.as_str())][..], headers].concat();
            ask(&mut client, &mut seen, template, path, &headers)
        };
        let page = ask(path, &[]).is(200);
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        let tag = page.header("etag").to_owned();
        assert!(ask(path, &[("if-none-match", &tag)]).is(304).bytes.is_empty());
        ask(path, &[("if-none-match", "\"other\"")]).is(200);
        ask(path, &[("accept", "image/png")]).is(406);
        ask(&format!("{path}?none=1"), &[]).is(400);
        if template.contains('{') {
            for none in ["none", "%FF"] {
                let none = format!("/{none}");
                ask(&path.replace("/dan", &none).replace("/qn", &none).replace("/pulse", &none), &[]).is(404);
            }
        }
        let head = client.send("HEAD", path, &[("authorization", &all)], b"").is(200);
        assert!(head.bytes.is_empty() && head.header("etag") == tag, "{path}");
    }
    // Filters, days, pages, other kinds of content.
    let mut asked = |template: &str, path: &str, headers: &[(&str, &str)]| {
        let headers = [&[("authorization", all.as_str())][..], headers].concat();
        ask(&mut client, &mut seen, template, path, &headers)
    };
    let (campaigns, units) = ("/api/v1/campaigns", "/api/v1/units");
    for (state, found) in [("closed", 1), ("open", 0), ("draft", 0)] {
        let page = json(&asked(campaigns, &format!("{campaigns}?state={state}"), &[]).is(200));
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{state}");
    }
    asked(campaigns, "/api/v1/campaigns?state=over", &[]).is(400);
    let all_units = json(&asked(units, "/api/v1/units?limit=3", &[]).is(200));
    let next = all_units["next"].as_str().unwrap();
    let rest = json(&asked(units, &format!("/api/v1/units?limit=3&cursor={next}"), &[]).is(200));
    let codes = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|unit| unit["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!([codes(&all_units), codes(&rest)].concat(), ["an", "bd", "qn", "vc"]);
    database.execute("UPDATE unit SET valid_to = 18000 WHERE code = 'vc'");
    for (day, there) in [("2019-04-14", true), ("2019-04-15", false)] {
        let page = json(&asked(units, &format!("/api/v1/units?on={day}"), &[]).is(200));
        assert_eq!(codes(&page).contains(&"vc".to_owned()), there, "{day}");
    }
    for day in ["15-04-2019", "2019-02-30", "", "2019-04-15T00:00:00Z"] {
        asked(units, &format!("/api/v1/units?on={day}"), &[]).is(400);
    }
    let report = ("/api/v1/campaigns/{slug}/report", "/api/v1/campaigns/dan/report");
    let csv = asked(report.0, report.1, &[("accept", "text/csv, */*;q=0.1")]).is(200);
    assert!(csv.bytes.starts_with(b"\xEF\xBB\xBF") && csv.header("content-type").starts_with("text/csv"));
    let one = json(&asked(report.0, "/api/v1/campaigns/dan/report?unit=qn&units=now", &[]).is(200));
    assert_eq!((&one["units"][0]["code"], one["units"].as_array().unwrap().len()), (&Value::from("qn"), 1));
    for query in ["units=before", "lang=fr", "unit=qn&unit=an"] {
        asked(report.0, &format!("{}?{query}", report.1), &[]).is(400);
    }
    // Periods: those of the calendar, page by page, and what has a report gives the one of its page.
    let (periods, period) = ("/api/v1/periods", "/api/v1/periods/{definition}/{form}/{period}/report");
    let year = json(&asked(periods, "/api/v1/periods?year=2025", &[]).is(200));
    let told: Vec<String> = year["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["period"].as_str().unwrap(), one["standing"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "2025 ready",
            "2025-6m ready",
            "2025-9m ready",
            "2025-q1 empty",
            "2025-q2 ready",
            "2025-q3 empty",
            "2025-q4 empty"
        ]
    );
    let whole = &year["items"][0];
    assert_eq!(
        (&whole["due"], &whole["quarters_without"]),
        (&"2025-12-25".into(), &serde_json::json!([1, 3, 4]))
    );
    assert_eq!(whole["campaigns"][0]["slug"], "dan");
    assert_eq!(whole["report"], "/api/v1/periods/sipas/pulse/2025/report");
    let first = json(&asked(periods, "/api/v1/periods?year=2025&standing=ready&limit=3", &[]).is(200));
    let next = first["next"].as_str().unwrap();
    let last = json(
        &asked(periods, &format!("/api/v1/periods?year=2025&standing=ready&limit=3&cursor={next}"), &[])
            .is(200),
    );
    assert_eq!((&last["items"][0]["period"], &last["next"]), (&"2025-q2".into(), &Value::Null));
    for query in ["year=25", "year=2025-q1", "year=", "standing=late", "state=ready"] {
        asked(periods, &format!("{periods}?{query}"), &[]).is(400);
    }
    let quarter = json(&asked(period, "/api/v1/periods/sipas/pulse/2025-q2/report?unit=qn", &[]).is(200));
    let page = lan.get("/admin/periods/sipas/pulse/2025-q2/report.json?unit=qn").is(200);
    assert_eq!(quarter["total"], json(&page)["total"]);
    let headings =
        asked(period, "/api/v1/periods/sipas/pulse/2025-q2/report?lang=en", &[("accept", "text/csv")]);
    assert!(headings.is(200).bytes.starts_with(b"\xEF\xBB\xBF"));
    asked(period, "/api/v1/periods/sipas/pulse/2025-q2/report?units=now", &[]).is(400);
    asked(period, "/api/v1/periods/sipas/pulse/2025-Q2/report", &[]).is(404);
    let none = json(&asked(period, "/api/v1/periods/sipas/pulse/2025-q3/report", &[]).is(409));
    assert!(none["detail"].as_str().unwrap().contains("Không có đợt khảo sát nào"), "{none}");
    // The files are those of the page, told by the same sums.
    let exports = ("/api/v1/campaigns/{slug}/exports", "/api/v1/campaigns/dan/exports");
    let file = "/api/v1/campaigns/{slug}/exports/{format}";
    let listed = json(&asked(exports.0, exports.1, &[]).is(200));
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 5);
    for item in items {
        let sent = asked(file, item["file"].as_str().unwrap(), &[]).is(200);
        let format = item["format"].as_str().unwrap();
        assert_eq!(sent.bytes, lan.get(&format!("/admin/campaigns/dan/du-lieu/{format}")).is(200).bytes);
        assert_eq!(sent.header("etag"), format!("{}", item["sha256"]));
    }
    assert!(
        json(&asked(exports.0, "/api/v1/campaigns/dan/exports?lang=en", &[]).is(200))["items"]
            == serde_json::json!([])
    );
    asked(file, "/api/v1/campaigns/dan/exports/csv?lang=en", &[]).is(404);
    asked(file, "/api/v1/campaigns/dan/exports/docx", &[]).is(404);
    // What changed meanwhile is not sent, and figures that cannot be formed are none.
    database.execute("UPDATE microdata SET sheets = sheets + 1");
    asked(file, "/api/v1/campaigns/dan/exports/csv", &[]).is(409);
    database.execute("UPDATE stratum SET population = 1 WHERE unit = 'qn'");
    let conflict = json(&asked(report.0, report.1, &[("accept-language", "en")]).is(409));
    assert!(conflict["detail"].as_str().unwrap().contains("population"), "{conflict}");

    // Without a token, without the scope, and with too many wrong ones.
    let narrow = make(&mut lan, &["units:read"]);
    let other = make(&mut lan, &["counts:read"]);
    for (template, path) in &paths {
        let token = if path.starts_with("/api/v1/units") { &other } else { &narrow };
        let header = format!("Bearer {token}");
        ask(&mut client, &mut seen, template, path, &[("authorization", &header)]).is(403);
        ask(&mut client, &mut seen, template, path, &[]).is(401);
    }
    for _ in 0..6 {
        client.send("GET", &paths[0].1, &[("authorization", "Bearer sipas_x")], b"");
    }
    for (template, path) in &paths {
        ask(&mut client, &mut seen, template, path, &[("authorization", "Bearer sipas_x")]).is(429);
    }
    all_seen(&seen, |security| security != &serde_json::json!([]));
}

#[test]
#[ignore = "needs schemathesis: ./test.sh api"]
fn schemathesis_finds_no_answer_that_is_not_described() {
    let database = closed_in_2025();
    let server = Server::start(&database);
    let mut lan = staff(&database, &server, "lan", &["manager"]);
    lan.post("/admin/campaigns/dan/du-lieu", &[]).is(303);
    publish(&mut lan).is(303);
    let token = format!("Authorization: Bearer {}", make(&mut lan, &SCOPES));
    let program = std::env::var("SCHEMATHESIS").unwrap();
    let address = format!("{}/api/v1/openapi.json", server.url());
    let output = std::process::Command::new(program)
        .args(["run", &address, "--checks", "all", "--max-examples", "100", "--seed", "1", "--no-color"])
        .args(["--header", &token])
        // No schema can say which cursors were given out. Wrong tokens are slowed down after some (429): that none opens
        // anything is held for each path above.
        .args(["--exclude-checks", "positive_data_acceptance,ignored_auth"])
        .current_dir(database.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
