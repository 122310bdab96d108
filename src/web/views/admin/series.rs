//! The page on which the campaigns of a series stand beside each other.

use i18n_embed_fl::fl;
use maud::html;

use super::{
    form,
    frame::{self, Styles},
    setup::head,
};
use crate::{
    figures::period::Series,
    index::series::Series as Compared,
    language::Lang,
    report::series as report,
    web::{
        auth::session::Staff,
        respond::answer::{in_language, with_unit},
    },
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// Which campaigns.
    pub of: &'a Series,
    /// The unit that was chosen; there is a way back to all.
    pub unit: Option<&'a str>,
    /// The figures; none where no campaign has closed.
    pub series: Option<&'a Compared>,
}

/// The address of a series, of one unit if one is named.
pub fn address(of: &Series, tail: &str, unit: Option<&str>) -> String {
    with_unit(&format!("/admin/series/{}/{}{tail}", of.definition, of.form), unit)
}

/// The page.
pub fn page(page: &Page<'_>) -> maud::Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let title = fl!(m, "series-title");
    let content = html! {
        (form::back(&in_language("/admin/periods", lang), &fl!(m, "period-title-page")))
        (form::purpose(&fl!(m, "series-purpose")))
        @match page.series {
            None => (form::empty(&fl!(m, "series-none"), &fl!(m, "series-none-what"), None)),
            Some(series) => {
                nav.downloads aria-label=(fl!(m, "report-downloads")) {
                    span aria-hidden="true" { (fl!(m, "report-downloads")) }
                    ul {
                        li { a href=(address(page.of, "/series.csv", page.unit)) { "CSV" } }
                        li { a href=(address(page.of, "/series.json", page.unit)) { "JSON" } }
                    }
                    @if page.unit.is_some() {
                        a.other href=(in_language(&address(page.of, "", None), lang)) { (fl!(m, "series-all-units")) }
                    }
                }
                @if let Some(name) = &series.name { p.whose { (name) } }
                (report::content(series, lang, |unit| in_language(&address(page.of, "", Some(unit)), lang)))
            }
        }
    };
    let path = address(page.of, "", page.unit);
    frame::document(&head::frame_of(lang, &title, &path, page.staff), &title, Styles::Report, &content)
}
