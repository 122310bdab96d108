//! The report over a period within the frame of the desk.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form,
    frame::{self, Styles},
    periods, series,
    setup::head,
};
use crate::{
    figures::period::Series,
    index::report::Report,
    language::Lang,
    organisation::Period,
    report::{
        format,
        html::{self as report, Ways, parts},
        words,
    },
    web::{auth::session::Staff, respond::answer::in_language},
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// Which campaigns.
    pub series: &'a Series,
    /// The period.
    pub period: Period,
    /// The unit that was chosen.
    pub unit: Option<&'a str>,
    /// The report.
    pub report: &'a Report,
    /// The same report in other formats: the format's name and its address.
    pub downloads: &'a [(&'a str, String)],
    /// Where to go from it.
    pub ways: &'a Ways,
}

/// The address of a period's report.
pub fn address(series: &Series, period: Period) -> String {
    periods::address(series, &period.to_string())
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let report = page.report;
    let title = words::title(lang, report, &report.campaign.title);
    let content = html! {
        p.kind-of-paper { (words::heading(lang, report)) }
        (form::back(&in_language("/admin/periods", lang), &fl!(m, "period-title-page")))
        nav.downloads aria-label=(fl!(m, "report-downloads")) {
            span aria-hidden="true" { (fl!(m, "report-downloads")) }
            ul { @for (format, href) in page.downloads { li { a href=(href) { (format) } } } }
            (form::making(lang, &fl!(m, "report-takes")))
            a.other href=(in_language(&series::address(page.series, "", page.unit), lang)) { (fl!(m, "period-to-series")) }
        }
        (report::demonstration(report, lang))
        @if let Some(whose) = report::whose(report) { p.whose { (whose) } }
        p.when { (words::period(lang, report)) }
        (campaigns(report, lang))
        (report::content(report, page.ways, lang))
    };
    let path = address(page.series, page.period);
    frame::document(
        &head::frame_of(lang, &title, &path, page.staff),
        &report.campaign.title,
        Styles::Report,
        &content,
    )
}

/// The campaigns that are counted together.
fn campaigns(report: &Report, lang: Lang) -> Markup {
    let m = lang.messages();
    let Some(period) = &report.period else { return html! {} };
    let (answers, population) = (fl!(m, "report-column-answers"), fl!(m, "report-population"));
    let headings = html! {
        (parts::column(&fl!(m, "series-column-campaign")))
        (parts::column(&fl!(m, "admin-period")))
        (parts::number_column(&answers))
        (parts::number_column(&population))
    };
    let rows = html! {
        @for own in &period.campaigns {
            tr role="row" {
                th scope="row" role="rowheader" {
                    a href=(in_language(&format!("/admin/campaigns/{}/report", own.campaign.slug), lang)) {
                        (parts::name(lang, &own.campaign.title))
                    }
                }
                (parts::cell(&fl!(m, "admin-period"), &html! { (words::days(lang, &own.campaign.opens, &own.campaign.closes)) }))
                (parts::number(&answers, &html! { (own.responses.map_or_else(|| "–".to_owned(), |n| format::count(lang, n))) }))
                (parts::number(&population, &html! { (own.population.map_or_else(|| "–".to_owned(), |n| format::count(lang, n))) }))
            }
        }
    };
    html! {
        details.pooled {
            summary { span { (fl!(m, "period-pooled", n = period.campaigns.len())) } }
            (parts::table("pooled", &fl!(m, "period-pooled-caption"), &headings, &rows))
        }
    }
}
