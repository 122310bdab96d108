//! Who must act: what is below the target, by responsible body, and what the province's plan asks for.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::Report,
    language::Lang,
    report::{duties, format, tasks, words},
};

/// The section; nothing where nothing is below the target.
pub fn section(report: &Report, lang: Lang) -> Markup {
    let m = lang.messages();
    let all = duties::by_body(report);
    if all.is_empty() {
        return html! {};
    }
    let (role, figure) = (fl!(m, "document-column-role"), fl!(m, "report-column-estimate"));
    let interval = fl!(m, "report-interval-at", level = format::percent_short(lang, report.level));
    let interval_short = fl!(m, "report-interval");
    let (decision, tasks_heading) = (fl!(m, "report-column-decision"), fl!(m, "document-column-tasks"));
    let planned = tasks::plan(report).is_some();
    let headings = html! {
        (parts::column(&fl!(m, "report-column-criterion")))
        (parts::column(&role))
        (parts::number_column(&figure))
        (parts::number_column(&interval))
        (parts::column(&decision))
        @if planned { (parts::column(&tasks_heading)) }
    };
    html! {
        section.duties aria-labelledby="duties" {
            h2 #duties { (fl!(m, "document-duties")) }
            p.small { (fl!(m, "document-by-body-means")) }
            @for (number, duties) in all.iter().enumerate() {
                @let body = duties.body.map_or_else(|| fl!(m, "report-no-bodies"), str::to_owned);
                h3 { (parts::name(lang, &body)) }
                (parts::table(
                    &format!("duties-{number}"),
                    &fl!(m, "document-duties-table", body = body.as_str()),
                    &headings,
                    &html! {
                        @for ((dimension, criterion), roles) in &duties.items {
                            tr role="row" {
                                th scope="row" role="rowheader" {
                                    (parts::name(lang, &criterion.name))
                                    small { (parts::name(lang, &dimension.name)) }
                                }
                                (parts::cell(&role, &html! {
                                    (roles.iter().map(|role| words::role(lang, *role)).collect::<Vec<_>>().join(", "))
                                }))
                                (parts::number(&figure, &html! { b { (parts::figure(lang, &criterion.estimate)) } }))
                                (parts::number(&interval_short, &parts::interval(lang, &criterion.estimate)))
                                (parts::cell(&decision, &parts::verdict(lang, &criterion.estimate)))
                                @if planned {
                                    (parts::cell(&tasks_heading, &html! {
                                        (tasks::of(report, dimension, criterion)
                                            .map(|task| lang.pick(&task.text))
                                            .collect::<Vec<_>>()
                                            .join("; "))
                                    }))
                                }
                            }
                        }
                    },
                ))
            }
        }
    }
}
