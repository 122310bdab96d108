//! Columns drawn by the server, each with the same figures as a table.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{Page, day};
use crate::{language::Lang, report::format};

/// Height of the columns, in CSS pixels.
const HEIGHT: f64 = 120.0;

/// Answers by day.
pub fn days(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let days = &page.figures().days;
    let first = page.board.span.opens;
    let labelled: Vec<(String, u64)> = (first..).zip(days).map(|(at, n)| (day(page.lang, at), *n)).collect();
    // Who does not see the day that is going on is told of no answers till then: today's may be there.
    let nothing = if page.inner.is_none() {
        fl!(m, "desk-watch-nothing-till")
    } else {
        fl!(m, "desk-watch-nothing-yet")
    };
    let words =
        Words { title: &fl!(m, "desk-watch-by-day"), what: &fl!(m, "desk-watch-day"), nothing: &nothing };
    html! { section #days { (columns(page.lang, "by-day", &words, &labelled)) } }
}

/// Fewer columns than this do not fill the width.
const FEW: usize = 10;

/// What stands around columns.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// Their title.
    pub title: &'a str,
    /// What each of them is of.
    pub what: &'a str,
    /// Said instead of them where there is nothing to count.
    pub nothing: &'a str,
}

/// Columns with a title, their table folded below. `id` is unique in the page.
pub fn columns(lang: Lang, id: &str, words: &Words<'_>, labelled: &[(String, u64)]) -> Markup {
    let Words { title, what, nothing } = *words;
    let m = lang.messages();
    let most = labelled.iter().map(|(_, n)| *n).max().unwrap_or(0);
    let sum: u64 = labelled.iter().map(|(_, n)| *n).sum();
    let peak = labelled.iter().find(|(_, n)| *n == most).map(|(label, _)| label.as_str()).unwrap_or_default();
    // The columns of a few days are not broader than others, and stand at the left.
    let few = labelled.len() < FEW;
    let step = 100.0 / labelled.len().max(FEW) as f64;
    let height = |n: u64| {
        if most == 0 { 0.0 } else { (n as f64 / most as f64 * HEIGHT).max(if n > 0 { 1.0 } else { 0.0 }) }
    };
    html! {
        h2 id=(id) { (title) }
        @if sum == 0 {
            p { (nothing) }
        } @else {
            svg.columns role="img" aria-labelledby={ (id) " " (id) "-d" } width="100%" height=(HEIGHT + 2.0) focusable="false" {
                desc id={ (id) "-d" } {
                    (fl!(m, "desk-watch-chart", sum = format::count(lang, sum), most = format::count(lang, most), peak = peak))
                }
                @for (at, (_, n)) in labelled.iter().enumerate() {
                    rect x=(percent(at as f64 * step)) y=(format!("{:.1}", HEIGHT - height(*n))) width=(percent(step * 0.8))
                        height=(format!("{:.1}", height(*n))) {}
                }
                line x1="0" x2="100%" y1=(HEIGHT + 0.5) y2=(HEIGHT + 0.5) {}
            }
            p.axis.few[few] aria-hidden="true" {
                span { (labelled.first().map(|(label, _)| label.as_str()).unwrap_or_default()) }
                @if let [_, .., (last, _)] = labelled { span { @if few { "– " } (last) } }
            }
            details id={ (id) "-t" } {
                summary { (fl!(m, "desk-watch-as-table")) }
                table.counts {
                    thead { tr { th scope="col" { (what) } th.number scope="col" { (fl!(m, "desk-watch-number")) } } }
                    tbody {
                        @for (label, n) in labelled {
                            tr { th scope="row" { (label) } td.number { (format::count(lang, *n)) } }
                        }
                    }
                }
            }
        }
    }
}

fn percent(share: f64) -> String {
    format!("{share:.3}%")
}
