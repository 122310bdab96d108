//! A questionnaire from an XLSForm: the file, then what became of it and what to decide, then it is kept or taken along.
//! Nothing is stored before that (security test H-10): what was read travels with the form.

use std::io::{Read as _, Write as _};

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::Deserialize;
use serde_json::json;

use crate::{
    definition::{
        Entry,
        xlsform::{Imported, Options, Remark, ScaleChoice, Workbook, import},
    },
    language::Lang,
    store::{StoreError, audit, campaigns, definitions},
    web::{
        app::App,
        auth::session::Staff,
        download::to_keep,
        error,
        form::{DESK, Fields},
        respond::answer::{Wanted, in_language, with_query},
        upload::{LIST, Upload},
        views::admin::{
            definitions::import::{self as view, Preview},
            form::Fault,
        },
    },
    xlsform,
};

/// Most bytes that the sheets of a form may have as JSON; a file of five megabytes would not come near.
const SHEETS: u64 = 16 * 1024 * 1024;

/// The import.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/definitions/import")]
pub struct ImportPath;

/// What became of it.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/definitions/import/check")]
pub struct CheckPath;

/// Asks for the file.
pub async fn show(_: ImportPath, staff: Staff, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    error::html(StatusCode::OK, view::ask(lang, &staff, &[]).into_string())
}

/// Reads the file and shows what becomes of it.
pub async fn upload(_: ImportPath, staff: Staff, Query(wanted): Query<Wanted>, request: Request) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let upload = match Upload::read(&parts.headers, body, LIST).await {
        Ok(upload) => upload,
        Err(bad) => return error::of_form(bad, lang),
    };
    let again = |words: String| {
        let page = view::ask(lang, &staff, &[Fault::new("file", words)]);
        error::html(StatusCode::UNPROCESSABLE_ENTITY, page.into_string())
    };
    let Some(file) = upload.file else { return again(view::no_file(lang)) };
    let workbook = match xlsform::read(Some(&file.name), &file.bytes) {
        Ok(workbook) => workbook,
        Err(refusal) => return again(refusal.words(lang)),
    };
    preview(lang, &staff, &workbook, None, Vec::new())
}

/// Looks again with what was decided, keeps the questionnaire, or gives its text.
pub async fn check(
    _: CheckPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read_many(&parts.headers, body, DESK, 2_000).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let Some(workbook) = fields.one("sheets").and_then(unpacked) else {
        let page = view::ask(lang, &staff, &[Fault::new("file", view::no_file(lang))]);
        return error::html(StatusCode::UNPROCESSABLE_ENTITY, page.into_string());
    };
    let wish = fields.one("do").unwrap_or_default();
    if !matches!(wish, "keep" | "file") {
        return preview(lang, &staff, &workbook, Some(&fields), Vec::new());
    }
    let imported = match import(&workbook, &options(&fields), "") {
        Ok(imported) if !imported.problems.iter().any(crate::definition::Problem::is_error) => imported,
        _ => return preview(lang, &staff, &workbook, Some(&fields), Vec::new()),
    };
    let (id, version) = (imported.definition.id.clone(), imported.definition.version.clone());
    if wish == "file" {
        let name = format!("{id}-{version}.toml");
        return to_keep(imported.toml.into_bytes(), "application/toml; charset=utf-8", &name);
    }
    match keep(&app, &staff, &imported).await {
        Ok(Kept::Taken) => {
            let fault = Fault::new("version", view::taken(lang, &id, &version));
            preview(lang, &staff, &workbook, Some(&fields), vec![fault])
        }
        Ok(kept) => {
            let to = in_language(&format!("/admin/definitions/{id}/{version}"), lang);
            let done = if kept == Kept::Same { "same" } else { "kept" };
            Redirect::to(&with_query(&to, &format!("done={done}"))).into_response()
        }
        Err(error) => error::of_store(&error, lang),
    }
}

fn preview(
    lang: Lang,
    staff: &Staff,
    workbook: &Workbook,
    fields: Option<&Fields>,
    faults: Vec<Fault>,
) -> Response {
    let outcome: Result<Imported, Vec<Remark>> =
        import(workbook, &fields.map(options).unwrap_or_default(), "");
    let values = match (&outcome, fields) {
        // What was decided by rules stands in the fields, so that each can be changed.
        (Ok(imported), None) => decided(imported),
        (_, fields) => fields.cloned().unwrap_or_default(),
    };
    let good = faults.is_empty()
        && outcome
            .as_ref()
            .is_ok_and(|imported| !imported.problems.iter().any(crate::definition::Problem::is_error));
    let sheets = packed(workbook);
    let page = Preview { lang, staff, outcome: &outcome, values: &values, faults: &faults, sheets: &sheets };
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    error::html(status, view::page(&page).into_string())
}

/// What the fields say.
fn options(fields: &Fields) -> Options {
    let text =
        |name: &str| fields.one(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let scale = |list: &str| ScaleChoice {
        list: list.to_owned(),
        satisfied: text(&format!("satisfied.{list}")).map(|names| {
            names.split([',', ';']).map(|name| name.trim().to_owned()).filter(|n| !n.is_empty()).collect()
        }),
    };
    Options {
        id: text("id"),
        version: text("version"),
        language: text("language"),
        scales: fields.all("scale").map(scale).collect(),
        dimensions: fields.all("dimension").map(str::to_owned).collect(),
        beside: fields.all("beside").map(str::to_owned).collect(),
    }
}

/// The fields that say what the rules decided.
fn decided(imported: &Imported) -> Fields {
    let d = &imported.definition;
    let mut pairs = vec![("id".to_owned(), d.id.clone()), ("version".to_owned(), d.version.clone())];
    for list in imported.lists.iter().filter(|list| list.scale) {
        pairs.push(("scale".to_owned(), list.name.clone()));
        pairs.push((format!("satisfied.{}", list.name), list.satisfied.join(", ")));
    }
    let groups = imported.groups.iter().filter(|group| group.criteria > 0);
    pairs.extend(groups.map(|group| ("dimension".to_owned(), group.name.clone())));
    let beside = imported.on_scales.iter().filter(|item| item.beside);
    pairs.extend(beside.map(|item| ("beside".to_owned(), item.name.clone())));
    Fields::of(pairs)
}

/// The sheets as a field: small enough to travel with the form.
fn packed(workbook: &Workbook) -> String {
    let json = serde_json::to_vec(workbook).unwrap_or_default();
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    let packed = packer.write_all(&json).and_then(|()| packer.finish());
    STANDARD.encode(packed.unwrap_or_default())
}

fn unpacked(field: &str) -> Option<Workbook> {
    let packed = STANDARD.decode(field).ok()?;
    let mut json = Vec::new();
    GzDecoder::new(packed.as_slice()).take(SHEETS).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

/// What came of keeping a questionnaire.
#[derive(Debug, PartialEq, Eq)]
enum Kept {
    /// It is on the shelf now.
    New,
    /// It was there, the same to the letter.
    Same,
    /// Another one has its id and version, and is a file or in use.
    Taken,
}

async fn keep(app: &App, staff: &Staff, imported: &Imported) -> Result<Kept, StoreError> {
    let entry = Entry::new(&imported.definition);
    let (id, version) = (entry.definition.id.as_str(), entry.definition.version.as_str());
    if let Some(known) = app.shelf.library().get(id, version) {
        if known.sha256 == entry.sha256 {
            return Ok(Kept::Same);
        }
        if app.shelf.origin(known) != crate::web::shelf::Origin::Kept {
            return Ok(Kept::Taken);
        }
    }
    let mut db = app.store.write().await?;
    let before = definitions::find(&mut db, id, version).await?;
    if let Some(before) = &before
        && !(definitions::uses(&mut db).await?.iter().all(|(number, _)| *number != before.number)
            && definitions::replace_unused(&mut db, before.number, &entry.sha256, &entry.canonical).await?)
    {
        return Ok(Kept::Taken);
    }
    if before.is_none() {
        definitions::pin(&mut db, id, version, &entry.sha256, &entry.canonical).await?;
    }
    let was = before.map_or(serde_json::Value::Null, |before| json!({ "sha256": before.sha256 }));
    let now = json!({
        "sha256": entry.sha256,
        "criteria": entry.definition.criteria.len(),
        "questions": entry.definition.questions.len(),
    });
    let did = staff.did("definition.keep", format!("{id}@{version}")).changed(was, now);
    audit::append(&mut db, app.clock.now(), &did).await?;
    campaigns::bump_revision(&mut db).await?;
    db.commit().await?;
    app.shelf.refresh(&app.store).await?;
    Ok(Kept::New)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::xlsform::Sheet;

    #[test]
    fn sheets_travel_with_the_form_and_nothing_else_is_taken_for_them() {
        let cells = vec!["type".to_owned(), "Hài lòng\n“x”".to_owned()];
        let workbook = Workbook { sheets: vec![Sheet::new("survey", [cells.clone(), cells])] };
        assert_eq!(unpacked(&packed(&workbook)), Some(workbook));
        for broken in ["", "AAAA", "%%%", &STANDARD.encode("{}")] {
            assert_eq!(unpacked(broken), None, "{broken}");
        }
    }

    #[test]
    fn h_08_a_field_that_unfolds_without_end_is_cut_off() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        let blanks = vec![b' '; 1 << 20];
        (0..64).for_each(|_| packer.write_all(&blanks).unwrap());
        assert_eq!(unpacked(&STANDARD.encode(packer.finish().unwrap())), None);
    }
}
