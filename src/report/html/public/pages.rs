//! Units of a large report on pages of their own: with 700 of them in one page a telephone that was shown nothing but the index
//! took a megabyte apart first. The open data hold all of them in one file each.

use std::ops::Range;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::super::{headline, parts, units};
use crate::{index::report::Report, language::Lang, report::shown};

/// Most units of a page.
pub const TOGETHER: usize = 100;

/// The units of each page, in the order of the tree; none where all of them stand in the report's own. Units right below the top stay
/// together with what lies below them, as far as a page holds it.
pub fn all(report: &Report) -> Vec<Range<usize>> {
    if report.units.len() <= TOGETHER {
        return Vec::new();
    }
    let depths = shown::depths(&report.units);
    let begins = |at: usize| depths.get(at).is_none_or(|depth| *depth <= 1);
    let mut pages = Vec::new();
    let mut from = 0;
    while from < report.units.len() {
        let most = (from + TOGETHER).min(report.units.len());
        // The last place at which a group begins, else as many as there is room for.
        let to = (from + 1..=most).rev().find(|at| begins(*at)).unwrap_or(most);
        // The top alone is no page.
        let to = if to - from <= 1 && most - from > 1 { most } else { to };
        pages.push(from..to);
        from = to;
    }
    pages
}

/// What the pages are called: by the first and the last of their units that begin a group.
fn name(report: &Report, some: &Range<usize>, depths: &[usize]) -> String {
    let within = || some.clone().filter(|at| depths.get(*at) == Some(&1));
    let name = |at: Option<usize>| at.and_then(|at| report.units.get(at)).map(|unit| unit.name.as_str());
    let (first, last) = (within().next().unwrap_or(some.start), within().next_back());
    match (name(Some(first)), name(last)) {
        (Some(first), Some(last)) if first != last => format!("{first} – {last}"),
        (first, _) => first.unwrap_or_default().to_owned(),
    }
}

/// The ways to the pages, from the report or from the one that is `here`.
pub fn ways(report: &Report, addresses: &[String], here: Option<usize>, lang: Lang) -> Markup {
    let depths = shown::depths(&report.units);
    html! {
        section.unit-pages aria-labelledby="unit-pages" {
            h2 #unit-pages { (fl!(lang.messages(), "publish-units-pages", n = report.units.len())) }
            ol {
                @for (at, (some, address)) in all(report).iter().zip(addresses).enumerate() {
                    @let name = name(report, some, &depths);
                    li {
                        @if here == Some(at) { b aria-current="page" { (parts::name(lang, &name)) } }
                        @else { a href=(address) { (parts::name(lang, &name)) } }
                        " (" (some.len()) ")"
                    }
                }
            }
        }
    }
}

/// The content of `main` of a page of units.
pub fn content(
    report: &Report,
    (at, some): (usize, &Range<usize>),
    (addresses, whole): (&[String], &str),
    lang: Lang,
) -> Markup {
    let m = lang.messages();
    html! {
        (super::super::demonstration(report, lang))
        (headline::title(report, lang))
        p.whole { a href=(whole) { (fl!(m, "publish-units-back")) } }
        (units::plain(report, some.clone(), lang))
        (ways(report, addresses, Some(at), lang))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture;

    #[test]
    fn every_unit_is_on_one_page_and_groups_stay_together() {
        let mut report = fixture::report();
        assert!(all(&report).is_empty());
        let unit = report.units[1].clone();
        report.units.truncate(1);
        let top = report.units[0].code.clone();
        for district in 0..9 {
            let code = format!("h{district}");
            let below = if district == 4 { 230 } else { 30 };
            report.units.push(crate::index::report::UnitResult {
                code: code.clone(),
                name: format!("Huyện {district}"),
                parent: Some(top.clone()),
                ..unit.clone()
            });
            report.units.extend((0..below).map(|n| crate::index::report::UnitResult {
                code: format!("{code}-{n}"),
                parent: Some(code.clone()),
                ..unit.clone()
            }));
        }
        let pages = all(&report);
        assert_eq!(pages.first().map(|some| some.start), Some(0));
        assert_eq!(pages.last().map(|some| some.end), Some(report.units.len()));
        for pair in pages.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
        }
        assert!(pages.iter().all(|some| !some.is_empty() && some.len() <= TOGETHER));
        // Only what no page holds is divided.
        let depths = shown::depths(&report.units);
        let divided = pages.iter().filter(|some| depths[some.start] > 1).count();
        assert!((1..=3).contains(&divided), "{pages:?}");
        assert_eq!(name(&report, &pages[0], &depths), "Huyện 0 – Huyện 2");
    }
}
