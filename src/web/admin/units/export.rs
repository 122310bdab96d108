//! The units as a file that imports back without a change, and a file to begin with.

use axum::{
    extract::{Query, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::Units;
use crate::{
    language::Lang,
    organisation::import,
    report::workbook,
    tabular,
    web::{
        app::App, auth::session::Staff, download::to_keep, error, respond::answer::Wanted,
        views::message::Kind,
    },
};

/// As CSV.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/units.csv")]
pub struct CsvPath;

/// As a workbook.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/units.xlsx")]
pub struct XlsxPath;

/// A file to begin with.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/template.xlsx")]
pub struct TemplatePath;

/// The same as CSV.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units/template.csv")]
pub struct TemplateCsvPath;

/// The type of a CSV.
pub const CSV: &str = "text/csv; charset=utf-8";
/// The type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The units as CSV.
pub async fn csv(_: CsvPath, _: Staff, State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    match Units::load(&app).await {
        Ok(units) => {
            let rows = import::rows(lang, &units.history);
            to_keep(tabular::write(rows.iter().map(Vec::as_slice)), CSV, "don-vi.csv")
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// The units as a workbook.
pub async fn xlsx(_: XlsxPath, _: Staff, State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    match Units::load(&app).await {
        Ok(units) => book(lang, &import::rows(lang, &units.history), "don-vi.xlsx"),
        Err(error) => error::of_store(&error, lang),
    }
}

/// A workbook to begin with: headings, examples that an import leaves out, and a sheet that explains the columns.
pub async fn template(_: TemplatePath, _: Staff, Query(wanted): Query<Wanted>) -> Response {
    let lang = wanted.language();
    book(lang, &beginning(lang), "don-vi-mau.xlsx")
}

/// The same without explanations.
pub async fn template_csv(_: TemplateCsvPath, _: Staff, Query(wanted): Query<Wanted>) -> Response {
    let rows = beginning(wanted.language());
    to_keep(tabular::write(rows.iter().map(Vec::as_slice)), CSV, "don-vi-mau.csv")
}

fn beginning(lang: Lang) -> Vec<Vec<String>> {
    let m = lang.messages();
    let headings = import::COLUMNS.iter().map(|column| import::heading(lang, column.key)).collect();
    let examples = [
        fl!(m, "import-example-province"),
        fl!(m, "import-example-department"),
        fl!(m, "import-example-commune"),
    ];
    let examples = examples.iter().map(|example| {
        let (name, kind) = example.split_once('|').unwrap_or((example, ""));
        let mut row = vec![String::new(); import::COLUMNS.len()];
        for (cell, column) in row.iter_mut().zip(&import::COLUMNS) {
            match column.key {
                import::Key::Name => name.trim().clone_into(cell),
                import::Key::Kind => kind.trim().clone_into(cell),
                _ => {}
            }
        }
        row
    });
    std::iter::once(headings).chain(examples).collect()
}

fn book(lang: Lang, rows: &[Vec<String>], name: &'static str) -> Response {
    let m = lang.messages();
    let help: Vec<[String; 2]> = import::COLUMNS
        .iter()
        .map(|column| {
            let words = match column.key {
                import::Key::Code => fl!(m, "desk-units-help-code"),
                import::Key::Name => fl!(m, "desk-units-help-name"),
                import::Key::Kind => fl!(m, "desk-units-help-kind"),
                import::Key::Parent => fl!(m, "desk-units-help-parent"),
                import::Key::From => fl!(m, "desk-units-help-from"),
                import::Key::To => fl!(m, "desk-units-help-to"),
                import::Key::Successor => fl!(m, "desk-units-help-successor"),
            };
            [import::heading(lang, column.key), words]
        })
        .collect();
    let sheets = (fl!(m, "desk-units-sheet"), fl!(m, "desk-units-sheet-help"));
    match workbook::list(&sheets.0, rows, &sheets.1, &help) {
        Ok(bytes) => to_keep(bytes, XLSX, name),
        Err(error) => {
            tracing::error!(%error, "the workbook could not be written");
            error::page(lang, Kind::Failed)
        }
    }
}
