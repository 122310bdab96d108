//! The report as the public reads it: what it means in a sentence, the index, where it comes from and what of it is open data.
//! The figures are those of the report for staff, without what only those need who have to act on them.

pub mod pages;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{criteria, dimensions, groups, headline, method, rankings, units};
use crate::{
    definition::model::Measure,
    index::report::Report,
    language::Lang,
    report::{format, shown},
};

/// What stands in the page beside the report.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The day it was published, in words.
    pub day: &'a str,
    /// SHA-256 of the JSON, hex.
    pub sha256: &'a str,
    /// Address of the JSON.
    pub json: &'a str,
    /// Address of the CSV.
    pub csv: &'a str,
    /// Address of a badge, with a placeholder for the unit's code.
    pub badge: &'a str,
    /// Addresses of the pages of units ([`pages::all`]); none where all units stand in this one.
    pub units: &'a [String],
}

/// The content of `main`.
pub fn content(report: &Report, facts: &Facts<'_>, lang: Lang) -> Markup {
    let m = lang.messages();
    html! {
        (super::demonstration(report, lang))
        (headline::title(report, lang))
        @if let Some(sentence) = in_plain_words(report, lang) { p.plain { (sentence) } }
        (headline::section(report, lang))
        (dimensions::section(report, lang))
        (rankings::up_to(pages::TOGETHER, report, &super::Ways::default(), lang))
        (groups::section(report, lang))
        @if facts.units.is_empty() {
            details.fold {
                summary { span { (fl!(m, "publish-all-units")) } }
                (units::plain(report, 0..report.units.len(), lang))
            }
        } @else {
            (pages::ways(report, facts.units, None, lang))
        }
        (criteria::section(report, lang))
        section.open-data aria-labelledby="open-data" {
            h2 #open-data { (fl!(m, "publish-open-data")) }
            p { (fl!(m, "publish-open-data-what")) }
            ul {
                li { a href=(facts.csv) { (fl!(m, "publish-csv")) } }
                li { a href=(facts.json) { (fl!(m, "publish-json")) } }
            }
            dl {
                div { dt { (fl!(m, "publish-day")) } dd { (facts.day) } }
                div { dt { (fl!(m, "publish-sha256")) } dd { code { (facts.sha256) } } }
                div { dt { (fl!(m, "publish-badge-at")) } dd { code { (facts.badge) } } }
            }
            p.small { (fl!(m, "publish-cite")) }
        }
        (method::section(report, lang))
    }
}

/// What the index says, for whoever has never seen one.
fn in_plain_words(report: &Report, lang: Lang) -> Option<String> {
    let index = shown::figure(&report.total.index)?;
    if report.method.measure != Measure::ShareSatisfied {
        return None;
    }
    let hundred = format::decimal(lang, index * 100.0, 1);
    Some(fl!(lang.messages(), "publish-plain", n = hundred))
}
