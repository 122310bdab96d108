//! What goes with satisfaction with the whole: how much of it each dimension carries, beside its own figure.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::{Quadrant, Report},
    language::Lang,
    report::{chart, format, shown, words},
};

/// The section; nothing where there are no such figures.
pub fn section(report: &Report, lang: Lang) -> Markup {
    let m = lang.messages();
    let drivers = &report.total.drivers;
    let (Some(r2), Some(n), false) = (drivers.r2, drivers.n, drivers.dimensions.is_empty()) else {
        return html! {};
    };
    let name = |id: &str| report.total.dimensions.iter().find(|d| d.id == id).map_or("", |d| d.name.as_str());
    let decision = |id: &str| {
        let known = report.total.dimensions.iter().find(|d| d.id == id);
        known.and_then(|dimension| shown::decision(&dimension.estimate))
    };
    let mut dimensions: Vec<_> = drivers.dimensions.iter().collect();
    dimensions.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    let (importance, performance, advice) =
        (fl!(m, "report-importance"), fl!(m, "report-performance"), fl!(m, "report-advice"));
    let headings = html! {
        (parts::column(&fl!(m, "report-column-dimension")))
        (parts::number_column(&importance))
        (parts::number_column(&performance))
        (parts::column(&advice))
    };
    let points: Vec<(f64, f64, Option<Quadrant>)> = dimensions
        .iter()
        .filter_map(|driver| Some((driver.performance?, driver.importance, driver.quadrant)))
        .collect();
    let rows = html! {
        @for (at, driver) in dimensions.iter().enumerate() {
            tr role="row" {
                th scope="row" role="rowheader" { b.key { (at + 1) } " " (parts::name(lang, name(&driver.id))) }
                (parts::number(&importance, &html! { b { (format::percent(lang, driver.importance)) } }))
                (parts::number(&performance, &html! {
                    @match driver.performance { Some(figure) => (format::percent(lang, figure)), None => "–" }
                }))
                (parts::cell(&advice, &html! {
                    @match driver.quadrant {
                        Some(quadrant) => (words::quadrant(lang, quadrant, decision(&driver.id))),
                        None => "–",
                    }
                }))
            }
        }
    };
    html! {
        section.drivers aria-labelledby="drivers" {
            h2 #drivers { (fl!(m, "report-drivers")) }
            p.small {
                (fl!(m, "report-drivers-means", r2 = format::percent_short(lang, r2), n = format::count(lang, n)))
            }
            @if !drivers.left_out.is_empty() {
                @let left_out: Vec<&str> = drivers.left_out.iter().map(|id| name(id)).collect();
                p.small { (fl!(m, "report-drivers-left-out", dimensions = left_out.join("; "))) }
            }
            .side {
                @if let (Some(across), Some(up), true) =
                    (drivers.performance_cut, drivers.importance_cut, points.len() > 1)
                {
                    (chart::quadrants(&points, (across, up), lang))
                }
                (parts::table("drivers", &fl!(m, "report-drivers-caption"), &headings, &rows))
            }
        }
    }
}
