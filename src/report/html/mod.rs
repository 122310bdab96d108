//! The report as a page: what a director decides from, on a telephone, on a screen and on paper.
//!
//! [`page`] is a whole document that needs nothing else when its styles are [`Styles::Inline`]; [`content`] is what
//! stands inside `main`, for a page with a frame of its own. Headings go down in order, every table has a caption and
//! headings of rows and columns, and a decision is always said in words. No script, no `style` attribute.

mod comments;
mod criteria;
mod dimensions;
mod groups;
mod headline;
mod method;
mod parts;
mod units;

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{index::report::Report, language::Lang, report::shown};

/// The style sheet of the page, `static/report.css`.
pub const STYLES: &str = include_str!("../../../static/report.css");

/// Where the page has its styles from.
#[derive(Debug, Clone, Copy)]
pub enum Styles<'a> {
    /// From itself: the text of a style sheet (must not hold `</style`). For a page that is kept as a file: [`STYLES`].
    Inline(&'a str),
    /// From this address.
    Link(&'a str),
}

/// What stands around the report.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Language of the page; names of units and criteria stay as they are.
    pub lang: Lang,
    /// Where the styles come from.
    pub styles: Styles<'a>,
    /// Ways out of the page; a page that is kept as a file has none.
    pub navigation: Option<Navigation<'a>>,
}

/// Ways out of the page.
#[derive(Debug, Clone, Copy)]
pub struct Navigation<'a> {
    /// Address of the campaign's page.
    pub back: &'a str,
    /// The account signed in.
    pub account: &'a str,
    /// Where the log-out is sent.
    pub log_out: &'a str,
    /// The same page by language.
    pub languages: &'a [(Lang, &'a str)],
    /// Label and address of the same report under other units.
    pub other: Option<(&'a str, &'a str)>,
    /// The same report in other formats: the format's name and its address.
    pub downloads: &'a [(&'a str, &'a str)],
}

/// The report as a whole document.
pub fn page(report: &Report, frame: &Frame<'_>) -> Markup {
    let words = frame.lang.messages();
    html! {
        (DOCTYPE)
        html lang=(frame.lang.code()) {
            head {
                meta charset="utf-8";
                title { (fl!(words, "report-title", campaign = report.campaign.title.as_str())) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                // Old browsers would else send the log-out without its origin, and be refused as another site's.
                meta name="referrer" content="same-origin";
                meta name="format-detection" content="telephone=no";
                @match frame.styles {
                    Styles::Inline(css) => style { (PreEscaped(css)) },
                    Styles::Link(href) => link rel="stylesheet" href=(href);,
                }
            }
            body {
                a.skip href="#report" { (fl!(words, "report-skip")) }
                (header(frame))
                main #report { (content(report, frame.lang)) }
            }
        }
    }
}

fn header(frame: &Frame<'_>) -> Markup {
    let words = frame.lang.messages();
    html! {
        header.top {
            .in {
                p { (fl!(words, "report-heading")) }
                @if let Some(navigation) = &frame.navigation {
                    nav aria-label=(fl!(words, "report-nav")) {
                        ul {
                            li { a href=(navigation.back) { (fl!(words, "report-back")) } }
                            @for (lang, href) in navigation.languages.iter().filter(|(lang, _)| *lang != frame.lang) {
                                li {
                                    a href=(href) lang=(lang.code()) hreflang=(lang.code()) {
                                        (fl!(lang.messages(), "report-language-name"))
                                    }
                                }
                            }
                            li {
                                form method="post" action=(navigation.log_out) {
                                    (navigation.account) " "
                                    button { (fl!(words, "admin-log-out")) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if let Some(navigation) = frame.navigation.filter(|navigation| !navigation.downloads.is_empty()) {
            nav.downloads aria-label=(fl!(words, "report-downloads")) {
                .in {
                    span aria-hidden="true" { (fl!(words, "report-downloads")) }
                    ul { @for (format, href) in navigation.downloads { li { a href=(href) { (format) } } } }
                    @if let Some((label, href)) = navigation.other { a.other href=(href) { (label) } }
                }
            }
        }
    }
}

/// The report without a document around it: what stands inside `main`. Its headings begin with `h1`. Where no figure at
/// all may be shown, the headline says why, and only units whose answers may be counted follow.
pub fn content(report: &Report, lang: Lang) -> Markup {
    let figures = shown::any(report);
    let counts = || report.units.iter().any(|unit| unit.result.responses.is_some());
    html! {
        (headline::section(report, lang))
        @if figures {
            (dimensions::section(report, lang))
            (criteria::short_of_target(report, lang))
        }
        @if figures { (groups::section(report, lang)) }
        @if figures || counts() { (units::section(report, lang)) }
        @if figures {
            (criteria::section(report, lang))
            (units::each(report, lang))
            (comments::section(report, lang))
        }
        (method::section(report, lang))
    }
}
