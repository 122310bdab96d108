//! What the sections share: names, figures, decisions, tables.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    index::report::{Decision, Estimate, Publish},
    language::Lang,
    report::{chart, format, shown, words},
};

/// A name out of the data, which is in Vietnamese whatever the language of the page.
pub fn name(lang: Lang, text: &str) -> Markup {
    html! { @if lang == Lang::VI { (text) } @else { span lang=(Lang::VI.code()) { (text) } } }
}

/// A decision in words, with a sign; never a colour alone.
pub fn chip(lang: Lang, decision: Decision) -> Markup {
    html! { span.chip.(chart::class(Some(decision))) { (chart::sign(decision)) (words::decision(lang, decision)) } }
}

/// The decision of an estimate, and a warning where its figure asks for caution.
pub fn verdict(lang: Lang, estimate: &Estimate) -> Markup {
    html! {
        @if let Some(decision) = shown::decision(estimate) { (chip(lang, decision)) " " }
        @match estimate.publish {
            Publish::Publish => @if words::is_unasked(estimate) { span.withheld { (words::why_none(lang, estimate)) } }
                @else if shown::decision(estimate).is_none() { (dash(&words::why_none(lang, estimate))) },
            Publish::Caution => span.caution { (words::publish(lang, Publish::Caution)) },
            Publish::Suppress => span.withheld { (words::publish(lang, Publish::Suppress)) },
        }
    }
}

/// A dash that says to those who hear it why there is nothing.
pub fn dash(why: &str) -> Markup {
    html! { span aria-hidden="true" { "–" } span.hear { (why) } }
}

/// The figure in per cent, or a dash.
pub fn figure(lang: Lang, estimate: &Estimate) -> Markup {
    html! {
        @match words::figure(lang, estimate) {
            Some(figure) => (figure),
            None => (dash(&words::why_none(lang, estimate))),
        }
    }
}

/// The interval in per cent, or a dash.
pub fn interval(lang: Lang, estimate: &Estimate) -> Markup {
    html! {
        @match words::interval(lang, estimate) {
            Some(interval) => (interval),
            None => (dash(&words::why_none(lang, estimate))),
        }
    }
}

/// A count, or a dash for one that may not be told.
pub fn count(lang: Lang, number: Option<u64>) -> Markup {
    html! {
        @match number {
            Some(number) => (format::count(lang, number)),
            None => (dash(&words::publish(lang, Publish::Suppress))),
        }
    }
}

/// A table that scrolls by itself where it is wider than the screen, also by keyboard; on a telephone its rows become
/// cards, in which each cell carries its heading (`data-label`).
pub fn table(id: &str, caption: &str, headings: &Markup, rows: &Markup) -> Markup {
    let label = format!("{id}-caption");
    html! {
        .scroll role="region" aria-labelledby=(label) tabindex="0" {
            table.cards.(id) role="table" {
                caption id=(label) { (caption) }
                thead role="rowgroup" { tr role="row" { (headings) } }
                tbody role="rowgroup" { (rows) }
            }
        }
    }
}

/// A heading of a column.
pub fn column(text: &str) -> Markup {
    html! { th scope="col" role="columnheader" { (text) } }
}

/// A heading of a column of numbers.
pub fn number_column(text: &str) -> Markup {
    html! { th.num scope="col" role="columnheader" { (text) } }
}

/// A cell with its heading for narrow screens.
pub fn cell(label: &str, content: &Markup) -> Markup {
    html! { td role="cell" data-label=(label) { (content) } }
}

/// A cell of numbers with its heading for narrow screens.
pub fn number(label: &str, content: &Markup) -> Markup {
    html! { td.num role="cell" data-label=(label) { (content) } }
}

/// What the dashes and the warning in a table mean, where it has some.
pub fn legend<'a>(lang: Lang, estimates: impl Iterator<Item = &'a Estimate>, minimum: u32) -> Markup {
    let m = lang.messages();
    let (mut suppressed, mut caution, mut unasked) = (false, false, false);
    for estimate in estimates {
        unasked |= words::is_unasked(estimate);
        suppressed |= estimate.publish == Publish::Suppress;
        caution |= estimate.publish == Publish::Caution;
    }
    html! {
        @if suppressed { p.legend { (fl!(m, "report-legend-suppressed", minimum = minimum)) } }
        @if caution { p.legend { (fl!(m, "report-legend-caution")) } }
        @if unasked { p.legend { (fl!(m, "report-legend-not-asked")) } }
    }
}
