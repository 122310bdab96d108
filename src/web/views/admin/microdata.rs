//! The page on which files of microdata are made and downloaded.

use i18n_embed_fl::fl;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{
    form,
    setup::head::{self, Head},
};
use crate::{
    language::Lang,
    microdata::Format,
    report::format::{self, count, decimal},
    store::microdata::Made,
    web::respond::answer::in_language,
};

/// What there is to show.
#[derive(Debug, Clone)]
pub enum State {
    /// The campaign has not closed.
    Open,
    /// Files are being made.
    Making,
    /// Single answers were deleted.
    Erased {
        /// The day.
        day: Date,
    },
    /// Files can be made, or were.
    Closed {
        /// Answer sheets in the database.
        sheets: u64,
        /// Of them, how many are set aside.
        aside: u64,
        /// The files that were made.
        files: Vec<Made>,
        /// Why there are none, in words.
        failed: Option<String>,
    },
}

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Whose page it is.
    pub head: Head<'a>,
    /// What there is.
    pub state: &'a State,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Head { lang, campaign, .. } = page.head;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}", campaign.slug);
    let own = in_language(&format!("{base}/du-lieu"), lang);
    let content = html! {
        (form::purpose(&fl!(m, "microdata-purpose")))
        @if campaign.demonstration { p.note { (fl!(m, "admin-demonstration-note")) } }
        @match page.state {
            State::Open => {
                @let next = (in_language(&base, lang), fl!(m, "desk-tab-overview"));
                (form::empty(&fl!(m, "microdata-not-yet"), &fl!(m, "microdata-not-yet-what"), Some((&next.0, &next.1))))
            }
            State::Erased { day } => {
                @let next = (in_language(&format!("{base}/report"), lang), fl!(m, "admin-report"));
                @let what = fl!(m, "microdata-erased-what", day = format::date(lang, *day));
                (form::empty(&fl!(m, "microdata-erased"), &what, Some((&next.0, &next.1))))
            }
            State::Making => {
                .microdata-making role="status" {
                    h2 { (fl!(m, "microdata-making")) }
                    p { (fl!(m, "microdata-making-what")) }
                    p { a.button href=(own) { (fl!(m, "microdata-look")) } }
                }
            }
            State::Closed { sheets, aside, files, failed } => {
                @if let Some(words) = failed { p.note role="alert" { (words) } }
                (closed(lang, &own, &base, (*sheets, *aside), files))
            }
        }
    };
    head::page(&page.head, &content)
}

fn closed(lang: Lang, own: &str, base: &str, (sheets, aside): (u64, u64), files: &[Made]) -> Markup {
    let m = lang.messages();
    let stale = files.iter().any(|file| file.sheets.unsigned_abs() + file.left_out.unsigned_abs() != sheets);
    let left_out = files.first().map_or(0, |file| file.left_out.unsigned_abs());
    html! {
        p.microdata-count { (fl!(m, "microdata-sheets", n = count(lang, sheets))) }
        @if aside > 0 && (files.is_empty() || stale) { p { (fl!(m, "microdata-left-out", n = count(lang, aside))) } }
        @if left_out > 0 && !stale { p { (fl!(m, "microdata-left-out", n = count(lang, left_out))) } }
        @if stale { p.note { (fl!(m, "microdata-stale")) } }
        @if !files.is_empty() && !stale {
            .scroll role="region" aria-labelledby="caption" tabindex="0" {
                table.microdata-files {
                    caption id="caption" { (fl!(m, "microdata-files")) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "microdata-file")) }
                            th.number scope="col" { (fl!(m, "microdata-rows")) }
                            th.number scope="col" { (fl!(m, "microdata-size")) }
                            th scope="col" { "SHA-256" }
                        }
                    }
                    tbody {
                        @for format in Format::ALL {
                            @if let Some(file) = files.iter().find(|file| file.format == format.name()) {
                                (row(lang, base, format, file))
                            }
                        }
                    }
                }
            }
        }
        form.microdata-make method="post" action=(own) {
            @if files.is_empty() { p { (fl!(m, "microdata-make-what")) } }
            button class=(if files.is_empty() || stale { "main" } else { "plain" }) {
                @if files.is_empty() { (fl!(m, "microdata-make")) } @else { (fl!(m, "microdata-make-again")) }
            }
        }
        h2 { (fl!(m, "microdata-before")) }
        ul.microdata-duties {
            li { (fl!(m, "microdata-duty-who")) }
            li { (fl!(m, "microdata-duty-one")) }
            li { (fl!(m, "microdata-duty-log")) }
        }
    }
}

fn row(lang: Lang, base: &str, format: Format, file: &Made) -> Markup {
    let m = lang.messages();
    let (name, what) = match format {
        Format::Csv => (fl!(m, "microdata-csv"), fl!(m, "microdata-csv-what")),
        Format::Codebook => (fl!(m, "microdata-codebook"), fl!(m, "microdata-codebook-what")),
        Format::Sav => (fl!(m, "microdata-sav"), fl!(m, "microdata-sav-what")),
        Format::Xlsx => (fl!(m, "microdata-xlsx"), fl!(m, "microdata-xlsx-what")),
        Format::Ddi => (fl!(m, "microdata-ddi"), fl!(m, "microdata-ddi-what")),
    };
    let href = in_language(&format!("{base}/du-lieu/{}", format.name()), lang);
    html! {
        tr {
            th scope="row" {
                a href=(href) download { (name) }
                span.hint { (what) }
            }
            td.number { @if format.has_rows() { (count(lang, file.sheets.unsigned_abs())) } @else { "–" } }
            td.number { (size(lang, file.bytes)) }
            td { code.hash { (file.sha256) } }
        }
    }
}

/// Bytes in words: kB, MB.
#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn size(lang: Lang, bytes: i64) -> String {
    let bytes = bytes.unsigned_abs();
    if bytes < 1_000_000 {
        return format!("{} kB", count(lang, bytes.div_ceil(1000)));
    }
    format!("{} MB", decimal(lang, bytes as f64 / 1e6, 1))
}
