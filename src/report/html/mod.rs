//! The report as a page: what a director decides from, on a telephone, on a screen and on paper.
//!
//! [`page`] is a whole document that needs nothing else, to be kept as a file; [`content`] is what stands below the title
//! of a page with a frame of its own (`web/views/admin/report`). Headings go down in order, every table has a caption and
//! headings of rows and columns, and a decision is always said in words. No script, no `style` attribute.

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
                title { (fl!(words, "report-title", campaign = report.campaign.title.as_str())) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="format-detection" content="telephone=no";
                style { (PreEscaped(STYLES)) }
            }
            body {
                a.skip href="#report" { (fl!(words, "report-skip")) }
                header.top { .in { p { (fl!(words, "report-heading")) } } }
                main #report {
                    (demonstration(report, lang))
                    (headline::title(report, lang))
                    (content(report, None, lang))
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
/// `letters` are the addresses of the letters to bodies, where it is shown at an address of ours.
pub fn content(report: &Report, letters: Option<&Letters>, lang: Lang) -> Markup {
    let figures = shown::any(report);
    let counts = || report.units.iter().any(|unit| unit.result.responses.is_some());
    html! {
        (headline::section(report, lang))
        @if figures {
            (dimensions::section(report, lang))
            (criteria::short_of_target(report, lang))
            (drivers::section(report, lang))
            (rankings::section(report, lang))
        }
        @if figures { (groups::section(report, lang)) }
        @if figures || counts() { (units::section(report, lang)) }
        @if figures {
            (criteria::section(report, lang))
            (units::each(report, lang))
            (comments::section(report, lang))
        }
        (method::section(report, lang))
        (duties::section(report, letters, lang))
    }
}
