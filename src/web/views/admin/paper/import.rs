//! The pages of an import of answers: the file, what is wrong with it, and what it would store.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::super::{
    form::{self, Form},
    setup::head::{self, Head},
};
use crate::{gathered::Fault, language::Lang, report::format::count, web::respond::answer::in_language};

/// Most rows of a table on these pages.
const SHOWN: usize = 300;

/// Names of the fields.
pub mod field {
    /// The file.
    pub const FILE: &str = "file";
    /// The rows, packed.
    pub const LIST: &str = "list";
}

/// A column that a file may have.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Its heading.
    pub name: &'a str,
    /// What is asked; absent for the columns that are no question.
    pub question: Option<&'a str>,
    /// The codes that it may hold.
    pub codes: Vec<&'a str>,
}

/// What the page that asks for a file shows.
#[derive(Debug)]
pub struct Ask<'a> {
    /// Whose page it is.
    pub head: Head<'a>,
    /// The form.
    pub form: Form<'a>,
    /// The faulty rows of the file that was sent.
    pub rows: &'a [Fault],
    /// The columns that a file may have.
    pub columns: &'a [Column<'a>],
    /// Whether the campaign takes answers from files now.
    pub takes: bool,
}

fn base(head: &Head<'_>) -> String {
    format!("/admin/campaigns/{}/paper", head.campaign.slug)
}

/// The page that asks for a file, with the rows of one that cannot be taken.
pub fn ask(ask: &Ask<'_>) -> Markup {
    let Head { lang, .. } = ask.head;
    let m = lang.messages();
    let path = format!("{}/import", base(&ask.head));
    let back = in_language(&base(&ask.head), lang);
    let wrong = ask.form.faults.iter().any(|fault| fault.field == field::FILE);
    let id = form::id(field::FILE);
    let content = html! {
        (form::back(&back, &fl!(m, "paper-title")))
        (form::purpose(&fl!(m, "desk-answers-purpose")))
        @if !ask.takes { p.note { (fl!(m, "paper-closed")) } }
        (ask.form.summary_of(ask.form.faults.len() + ask.rows.len().saturating_sub(1)))
        @if !ask.rows.is_empty() { (faulty(lang, ask.rows)) }
        form.sheet method="post" enctype="multipart/form-data" action=(in_language(&path, lang)) novalidate {
            .block {
                .field.wrong[wrong] {
                    label for=(id) { (fl!(m, "desk-answers-file")) }
                    p.hint id={ (id) "-hint" } { (fl!(m, "desk-answers-file-hint")) }
                    @for fault in ask.form.faults.iter().filter(|fault| fault.field == field::FILE) {
                        p.fault id={ (id) "-fault" } { (fault.words) }
                    }
                    input id=(id) type="file" name=(field::FILE)
                        accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                        aria-invalid=[wrong.then_some("true")]
                        aria-describedby={ (id) "-hint" @if wrong { " " (id) "-fault" } };
                }
            }
            (ask.form.buttons(&fl!(m, "desk-units-import-preview"), Some(&back)))
        }
        h2 { (fl!(m, "desk-answers-columns")) }
        p { (fl!(m, "desk-answers-columns-what")) }
        p.actions {
            a.button.plain href=(in_language(&format!("{path}/template.csv"), lang)) { (fl!(m, "desk-answers-template")) }
        }
        (columns(lang, ask.columns))
    };
    head::below(&ask.head, "/import", Some(&fl!(m, "desk-answers-title")), &content)
}

fn columns(lang: Lang, columns: &[Column<'_>]) -> Markup {
    let m = lang.messages();
    let own = [
        fl!(m, "desk-answers-sheet"),
        fl!(m, "desk-answers-counter"),
        fl!(m, "desk-answers-language"),
        fl!(m, "desk-answers-channel"),
        fl!(m, "desk-answers-mode"),
    ];
    html! {
        .scroll role="region" aria-labelledby="columns" tabindex="0" {
            table {
                caption #columns { (fl!(m, "desk-answers-columns-caption")) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "desk-answers-column")) }
                        th scope="col" { (fl!(m, "desk-answers-means")) }
                        th scope="col" { (fl!(m, "desk-answers-codes")) }
                    }
                }
                tbody {
                    @for (column, means) in columns.iter().zip(own.iter().map(Some).chain(std::iter::repeat(None))) {
                        tr {
                            th.place scope="row" { code { (column.name) } }
                            td { (means.map_or(column.question.unwrap_or_default(), String::as_str)) }
                            td { (column.codes.join(", ")) }
                        }
                    }
                }
            }
        }
    }
}

fn faulty(lang: Lang, rows: &[Fault]) -> Markup {
    let m = lang.messages();
    html! {
        h2 { (fl!(m, "desk-units-faults", n = rows.len())) }
        .scroll role="region" aria-labelledby="faulty" tabindex="0" {
            table {
                caption #faulty { (fl!(m, "desk-answers-faults-caption")) }
                thead {
                    tr { th scope="col" { (fl!(m, "desk-units-row")) } th scope="col" { (fl!(m, "desk-units-mend")) } }
                }
                tbody {
                    @for fault in rows.iter().take(SHOWN) {
                        tr { th.place scope="row" { (fault.line) } td { (fault.words) } }
                    }
                }
            }
        }
        @let more: usize = rows.len().saturating_sub(SHOWN);
        @if more > 0 { p { (fl!(m, "desk-units-more-rows", n = more)) } }
    }
}

/// A counter with how many new answers it would get.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Name of its unit.
    pub unit: &'a str,
    /// New answers.
    pub new: u64,
}

/// What a file would store.
#[derive(Debug)]
pub struct Preview<'a> {
    /// Whose page it is.
    pub head: Head<'a>,
    /// Name of the file.
    pub file: &'a str,
    /// Rows.
    pub rows: u64,
    /// Answers that are not there yet.
    pub new: u64,
    /// How many of them are of numbered paper sheets.
    pub paper: u64,
    /// Comments among the new answers.
    pub texts: u64,
    /// The counters that get any.
    pub spots: &'a [Spot<'a>],
    /// Whether the file's encoding was a guess.
    pub guessed: bool,
    /// The rows, packed, to be sent along.
    pub packed: &'a str,
    /// Whether the campaign takes answers from files now.
    pub takes: bool,
}

/// The page with what a file would store.
pub fn preview(preview: &Preview<'_>) -> Markup {
    let Head { lang, .. } = preview.head;
    let m = lang.messages();
    let path = format!("{}/import", base(&preview.head));
    let (again, action) = (in_language(&path, lang), in_language(&format!("{path}/confirm"), lang));
    let content = html! {
        (form::back(&again, &fl!(m, "desk-units-import-other")))
        (form::purpose(&fl!(m, "desk-answers-preview-purpose", file = preview.file)))
        @if !preview.takes { p.note { (fl!(m, "paper-closed")) } }
        @if preview.guessed { p.note { (fl!(m, "desk-answers-guessed")) } }
        dl.facts {
            div { dt { (fl!(m, "desk-answers-rows")) } dd { (count(lang, preview.rows)) } }
            div { dt { (fl!(m, "desk-answers-new")) } dd { (count(lang, preview.new)) } }
            div { dt { (fl!(m, "desk-answers-again")) } dd { (count(lang, preview.rows - preview.new)) } }
            div { dt { (fl!(m, "desk-answers-paper")) } dd { (count(lang, preview.paper)) } }
            div { dt { (fl!(m, "desk-answers-texts")) } dd { (count(lang, preview.texts)) } }
        }
        @if preview.new == 0 {
            (form::empty(
                &fl!(m, "desk-answers-none"),
                &fl!(m, "desk-answers-none-what"),
                Some((&in_language(&base(&preview.head), lang), &fl!(m, "paper-title"))),
            ))
        } @else {
            .scroll role="region" aria-labelledby="spots" tabindex="0" {
                table {
                    caption #spots { (fl!(m, "desk-answers-spots")) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "admin-counter")) }
                            th scope="col" { (fl!(m, "admin-unit")) }
                            th.number scope="col" { (fl!(m, "desk-answers-new")) }
                        }
                    }
                    tbody {
                        @for spot in preview.spots {
                            tr {
                                th scope="row" { (spot.name) " " span.own-code { (spot.code) } }
                                td { (spot.unit) }
                                td.number { (count(lang, spot.new)) }
                            }
                        }
                    }
                }
            }
            form.sheet method="post" action=(action) {
                input type="hidden" name=(field::LIST) value=(preview.packed);
                p.note { (fl!(m, "desk-answers-final")) }
                .buttons {
                    button.main { (fl!(m, "desk-answers-go", n = count(lang, preview.new))) }
                    a.button.plain href=(again) { (fl!(m, "desk-form-cancel")) }
                }
            }
        }
    };
    head::below(&preview.head, "/import", Some(&fl!(m, "desk-units-preview")), &content)
}
