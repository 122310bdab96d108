//! The report as a page: what a director decides from, on a telephone, on a screen and on paper.
//!
//! [`page`] is a whole document that needs nothing else, to be kept as a file; [`content`] is what stands below the title
//! of a page with a frame of its own (`web/views/admin/report`). Headings go down in order, every table has a caption and
//! headings of rows and columns, and a decision is always said in words. No script, no `style` attribute.

mod breakdowns;
mod comments;
mod criteria;
mod dimensions;
mod drivers;
mod duties;
mod groups;
mod headline;
mod method;
pub(crate) mod parts;
pub mod public;
mod rankings;
mod units;

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{index::report::Report, language::Lang, report::shown};

pub use duties::Letters;

/// Where to go from a report that is shown at an address of ours.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Ways {
    /// The letters to bodies, where there are some.
    pub letters: Option<Letters>,
    /// The same report of one unit alone: an address to which its code is added.
    pub unit: Option<String>,
    /// The same report of all units, where this one is of one.
    pub whole: Option<String>,
    /// The report on one category alone: the address of the report, to which a query is added.
    pub category: Option<String>,
}

impl Ways {
    /// The report of a unit.
    fn of_unit(&self, code: &str) -> Option<String> {
        let code: String = form_urlencoded::byte_serialize(code.as_bytes()).collect();
        self.unit.as_ref().map(|unit| format!("{unit}{code}"))
    }
}

/// The style sheet, `static/report.css`; holds no `</style`.
pub const STYLES: &str = include_str!("../../../static/report.css");

/// The report as a whole document. Names of units and criteria stay in their language.
pub fn page(report: &Report, lang: Lang) -> Markup {
    let words = lang.messages();
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                title { (crate::report::words::title(lang, report, &report.campaign.title)) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="format-detection" content="telephone=no";
                style { (PreEscaped(STYLES)) }
            }
            body {
                a.skip href="#report" { (fl!(words, "report-skip")) }
                header.top { .in { p { (crate::report::words::heading(lang, report)) } } }
                main #report {
                    (demonstration(report, lang))
                    (headline::title(report, lang))
                    (content(report, &Ways::default(), lang))
                }
            }
        }
    }
}

/// Says that the answers are invented, where they are.
pub fn demonstration(report: &Report, lang: Lang) -> Markup {
    let words = lang.messages();
    html! {
        @if report.campaign.demonstration {
            p.demo role="note" {
                strong { (fl!(words, "report-demonstration")) } " " (fl!(words, "report-demonstration-means"))
            }
        }
    }
}

/// Whose report it is; nothing where it is about several units side by side.
pub fn whose(report: &Report) -> Option<&str> {
    crate::report::words::whose(report)
}

/// The report below its title; its headings begin with `h2`. Where no figure at all may be shown, the headline says why, and only units whose answers may be counted follow.
pub fn content(report: &Report, ways: &Ways, lang: Lang) -> Markup {
    let figures = shown::any(report);
    let counts = || report.units.iter().any(|unit| unit.result.responses.is_some());
    html! {
        @if let Some(whole) = &ways.whole { p.whole { a href=(whole) { (fl!(lang.messages(), "report-of-all")) } } }
        (headline::section(report, lang))
        @if figures {
            (dimensions::section(report, lang))
            (criteria::short_of_target(report, lang))
            (drivers::section(report, lang))
            (rankings::section(report, ways, lang))
        }
        @if figures { (groups::section(report, lang)) }
        @if figures || counts() { (units::section(report, ways, lang)) }
        @if figures {
            (breakdowns::sections(report, ways, lang))
            (criteria::section(report, lang))
            (units::each(report, ways, lang))
            (comments::section(report, lang))
        }
        (method::section(report, lang))
        (duties::section(report, ways.letters.as_ref(), lang))
    }
}
