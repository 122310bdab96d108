//! The table of units and counters: units fold and unfold by links, without scripts.

use i18n_embed_fl::fl;
use maud::{Markup, PreEscaped, html};

use super::{Page, Part, share};
use crate::{
    language::Lang,
    organisation::{Phase, order},
    report::format,
    watching::board::Figures,
};

/// Order of the units below one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// As in the tree.
    #[default]
    Tree,
    /// Those that are most behind their plan first.
    Behind,
}

/// The table with all rows.
pub fn table(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let rows = rows(page);
    let sort = |sort: Sort, words: String| {
        html! {
            a href=(page.address("", page.unit, page.open, sort)) aria-current=[(page.sort == sort).then_some("true")] {
                (words)
            }
        }
    };
    let all = ["*".to_owned()];
    let folded = page.open.is_empty();
    let (fold, unfold) = (fl!(m, "desk-watch-fold"), fl!(m, "desk-watch-unfold"));
    html! {
        nav.filters aria-label=(fl!(m, "desk-watch-order")) {
            (sort(Sort::Tree, fl!(m, "desk-watch-by-tree")))
            (sort(Sort::Behind, fl!(m, "desk-watch-by-behind")))
            a href=(page.address("", page.unit, if folded { &all } else { &[] }, page.sort)) {
                (if folded { unfold } else { fold })
            }
        }
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table.watch {
                caption #caption { (fl!(m, "desk-watch-caption")) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "desk-watch-unit")) }
                        th.number scope="col" { (fl!(m, "desk-watch-done")) }
                        th.number scope="col" { (fl!(m, "desk-watch-plan")) }
                        th scope="col" { (fl!(m, "desk-watch-pace")) }
                        th.number scope="col" { (fl!(m, "desk-watch-forecast")) }
                        th.number scope="col" { (fl!(m, "desk-watch-population")) }
                        th.number scope="col" { (fl!(m, "desk-watch-scans")) }
                        th.number scope="col" { (fl!(m, "desk-watch-starts")) }
                        th.number scope="col" { (fl!(m, "desk-watch-completed")) }
                        th scope="col" { (fl!(m, "desk-watch-last")) }
                    }
                }
                (body(&rows))
            }
        }
    }
}

/// The rows together.
pub fn body(rows: &[Part]) -> Markup {
    html! { tbody #rows { @for (_, row) in rows { (PreEscaped(row)) } } }
}

/// The rows that are to be seen, in order.
pub fn rows(page: &Page<'_>) -> Vec<Part> {
    let mut rows = Vec::new();
    match page.unit {
        Some(at) => {
            counters(page, at, 0, &mut rows);
            below(page, Some(at), 0, &mut rows);
        }
        None => below(page, None, 0, &mut rows),
    }
    rows
}

fn below(page: &Page<'_>, parent: Option<usize>, depth: usize, rows: &mut Vec<Part>) {
    let mut units: Vec<usize> = page.board.below(parent).collect();
    if page.sort == Sort::Behind {
        let behind = |at: &usize| page.board.unit(*at).and_then(Figures::behind).unwrap_or(f64::NEG_INFINITY);
        units.sort_by(|a, b| behind(b).total_cmp(&behind(a)));
    } else {
        order::sort(&page.board.tree, &mut units);
    }
    // The topmost unit alone would say what the page says already.
    let alone = parent.is_none() && units.len() == 1;
    for at in units {
        let Some(unit) = page.board.tree.units().get(at) else { continue };
        let open = alone || page.open.iter().any(|code| *code == unit.code || code == "*");
        rows.push(unit_row(page, at, depth, open, alone));
        if open {
            counters(page, at, depth + 1, rows);
            below(page, Some(at), depth + 1, rows);
        }
    }
}

fn counters(page: &Page<'_>, unit: usize, depth: usize, rows: &mut Vec<Part>) {
    let Some(unit) = page.board.tree.units().get(unit) else { return };
    for (counter, figures) in page.board.counters_of(&unit.code) {
        // Of counters no longer in use those that nobody answered at are of no interest.
        if counter.retired && figures.done == 0 {
            continue;
        }
        let id = format!("k{}", counter.place);
        let name = html! {
            span.counter { (counter.name) }
            @if counter.retired { " " span.tag { (fl!(page.lang.messages(), "desk-watch-retired")) } }
        };
        rows.push((id.clone(), row(page, &id, depth, &name, figures).into_string()));
    }
}

fn unit_row(page: &Page<'_>, at: usize, depth: usize, open: bool, fixed: bool) -> Part {
    let id = format!("u{at}");
    let (Some(unit), Some(figures)) = (page.board.tree.units().get(at), page.board.unit(at)) else {
        return (id, String::new());
    };
    let everything = page.open.iter().any(|code| code == "*");
    let toggled: Vec<String> = if open {
        page.open.iter().filter(|code| **code != unit.code).cloned().collect()
    } else {
        page.open.iter().cloned().chain([unit.code.clone()]).collect()
    };
    let name = html! {
        @if !fixed && !everything {
            a.fold href=(page.address("", page.unit, &toggled, page.sort)) aria-expanded=(open)
                aria-label=(fl!(page.lang.messages(), "desk-watch-fold-unit", name = unit.name.as_str())) {
                (if open { "−" } else { "+" })
            }
        }
        a href=(page.address("", Some(at), &[], page.sort)) { (unit.name) }
    };
    (id.clone(), row(page, &id, depth, &name, figures).into_string())
}

fn row(page: &Page<'_>, id: &str, depth: usize, name: &Markup, figures: &Figures) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let count = |n: u64| format::count(lang, n);
    html! {
        tr id=(id) {
            th scope="row" class={ "d" (depth.min(4)) } { (name) }
            td.number {
                (count(figures.done))
                @if figures.today > 0 { small { (fl!(m, "desk-watch-today", n = count(figures.today))) } }
            }
            td.number {
                @if let Some(plan) = figures.plan {
                    (share(lang, figures.of_plan())) small { (fl!(m, "desk-watch-of", n = count(plan))) }
                }
            }
            td { (pace(lang, figures, page.phase == Phase::Closed)) }
            td.number {
                @if let Some(forecast) = figures.forecast {
                    (count(forecast.expected)) small { (count(forecast.lower)) "–" (count(forecast.upper)) }
                }
            }
            td.number {
                @if let Some(population) = figures.population {
                    (share(lang, figures.of_population())) small { (fl!(m, "desk-watch-of", n = count(population))) }
                }
            }
            td.number { (count(figures.scans)) }
            td.number { (count(figures.starts)) }
            td.number { @if figures.completion().is_some() { (share(lang, figures.completion())) } }
            td { (last(page, figures)) }
        }
    }
}

/// How far behind the plan, in answers.
pub fn pace(lang: Lang, figures: &Figures, over: bool) -> Markup {
    let words = pace_words(lang, figures, over);
    let known = is_known(figures, over);
    html! {
        @if !words.is_empty() {
            span.tag.behind[known && missing(figures) >= 1.0].open[known && missing(figures) < 1.0] { (words) }
        }
    }
}

/// Whether a pace can be told: nothing is late on the first days, and nobody can say that it will be in time. `over`: the
/// campaign has ended.
fn is_known(figures: &Figures, over: bool) -> bool {
    over || figures.forecast.is_some()
}

/// The same in words alone; nothing without a plan.
pub fn pace_words(lang: Lang, figures: &Figures, over: bool) -> String {
    let m = lang.messages();
    match figures.pace {
        None => String::new(),
        Some(_) if !is_known(figures, over) => fl!(m, "desk-watch-too-early"),
        Some(_) if missing(figures) >= 1.0 => {
            fl!(m, "desk-watch-behind", n = format::count(lang, missing(figures) as u64))
        }
        Some(_) => fl!(m, "desk-watch-on-pace"),
    }
}

fn missing(figures: &Figures) -> f64 {
    figures.pace.map_or(0.0, |pace| (pace - figures.done as f64).round())
}

/// How long ago the last answer came, in days.
fn last(page: &Page<'_>, figures: &Figures) -> String {
    let m = page.lang.messages();
    match figures.last.map(|last| page.board.span.today - last) {
        None if page.inner.is_none() => fl!(m, "desk-watch-last-not-till"),
        None => fl!(m, "desk-watch-last-never"),
        Some(..=0) => fl!(m, "desk-watch-last-today"),
        Some(1) => fl!(m, "desk-watch-last-yesterday"),
        Some(days) => fl!(m, "desk-watch-last-days", days = days),
    }
}
