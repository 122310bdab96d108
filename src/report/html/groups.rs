//! Groups of raters: who was asked, how many answered, and what they say over all that they judged.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{dimensions, parts};
use crate::{
    index::report::{GroupResult, Report},
    language::Lang,
    report::{format, shown},
};

/// The table of groups, and the dimensions of each, folded; nothing where the campaign has none.
pub fn section(report: &Report, lang: Lang) -> Markup {
    if report.groups.is_empty() {
        return html! {};
    }
    let messages = lang.messages();
    let (group, answered) = (fl!(messages, "report-column-group"), fl!(messages, "report-column-answered"));
    let (sheets, figure) = (fl!(messages, "report-column-sheets"), fl!(messages, "report-column-estimate"));
    let interval = fl!(messages, "report-interval-at", level = format::percent_short(lang, report.level));
    let interval_short = fl!(messages, "report-interval");
    let decision = fl!(messages, "report-column-decision");
    let weight = fl!(messages, "report-column-weight");
    let weighted = report.groups.iter().any(|group| group.weight.is_some());
    let headings = html! {
        (parts::column(&group))
        (parts::number_column(&answered))
        (parts::number_column(&sheets))
        @if weighted { (parts::number_column(&weight)) }
        (parts::number_column(&figure))
        (parts::number_column(&interval))
        (parts::column(&decision))
    };
    let rows = html! {
        @for (position, group) in report.groups.iter().enumerate() {
            @let index = &group.result.index;
            tr.closed[shown::shown(index).is_none()] role="row" {
                th scope="row" role="rowheader" {
                    @if has_figures(group) {
                        a href=(format!("#group-{position}")) { (parts::name(lang, &group.name)) }
                    } @else {
                        (parts::name(lang, &group.name))
                    }
                }
                (parts::number(&answered, &of(lang, group.answered, group.invited)))
                (parts::number(&sheets, &of(lang, group.result.responses, group.assigned)))
                @if weighted {
                    (parts::number(&weight, &html! {
                        @match group.weight {
                            Some(weight) => (format::percent(lang, weight)),
                            None => "–",
                        }
                    }))
                }
                (parts::number(&figure, &html! { b { (parts::figure(lang, index)) } }))
                (parts::number(&interval_short, &parts::interval(lang, index)))
                (parts::cell(&decision, &parts::verdict(lang, index)))
            }
        }
    };
    html! {
        section aria-labelledby="groups" {
            h2 #groups { (fl!(messages, "report-groups")) }
            p.small { (fl!(messages, "report-groups-means")) }
            (parts::table("groups", &fl!(messages, "report-groups-caption"), &headings, &rows))
            (parts::legend(lang, report.groups.iter().map(|g| &g.result.index), report.method.minimum_answers))
            .each {
                @for (position, group) in report.groups.iter().enumerate().filter(|(_, group)| has_figures(group)) {
                    details id=(format!("group-{position}")) {
                        summary {
                            span { (parts::name(lang, &group.name)) }
                            b { (parts::figure(lang, &group.result.index)) }
                        }
                        (dimensions::bars(
                            &format!("g{position}"),
                            &fl!(messages, "report-each-caption", unit = group.name.as_str()),
                            &group.result,
                            report,
                            lang,
                        ))
                    }
                }
            }
        }
    }
}

fn has_figures(group: &GroupResult) -> bool {
    group.result.dimensions.iter().any(|dimension| shown::figure(&dimension.estimate).is_some())
}

/// So many of so many.
fn of(lang: Lang, some: Option<u64>, all: u64) -> Markup {
    html! { (parts::count(lang, some)) span.of { " / " (format::count(lang, all)) } }
}
