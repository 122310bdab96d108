//! Criteria: who has to act on those that fall short, and all of them, the worst first.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::{CriterionResult, Decision, Report, Responsible},
    language::Lang,
    report::{
        drag,
        duties::{Item, worst_first},
        format, shown, words,
    },
};

/// The criteria shown not to reach the target, grouped by who is responsible for them.
pub fn short_of_target(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    let mut groups: Vec<(Option<&Responsible>, Vec<Item<'_>>)> = Vec::new();
    for item in worst_first(report) {
        if shown::decision(&item.1.estimate) == Some(Decision::NotMet) {
            let responsible = item.1.responsible.as_ref();
            match groups.iter_mut().find(|(known, _)| *known == responsible) {
                Some((_, items)) => items.push(item),
                None => groups.push((responsible, vec![item])),
            }
        }
    }
    if groups.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="short" {
            h2 #short { (fl!(messages, "report-short")) }
            .groups {
                @for (responsible, items) in &groups {
                    .group {
                        @match responsible {
                            Some(responsible) => (bodies(responsible, lang)),
                            None => h3 { (fl!(messages, "report-no-bodies")) },
                        }
                        ol {
                            @for (dimension, criterion) in items {
                                li {
                                    span.what {
                                        (parts::name(lang, &criterion.name))
                                        small { (parts::name(lang, &dimension.name)) }
                                    }
                                    b { (parts::figure(lang, &criterion.estimate)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn bodies(responsible: &Responsible, lang: Lang) -> Markup {
    let messages = lang.messages();
    let rows = [
        (fl!(messages, "report-lead"), &responsible.lead),
        (fl!(messages, "report-support"), &responsible.support),
        (fl!(messages, "report-monitor"), &responsible.monitor),
    ];
    html! {
        h3 { (fl!(messages, "report-plan-row", plan = responsible.plan.as_str())) }
        dl {
            @for (role, bodies) in rows.iter().filter(|(_, bodies)| !bodies.is_empty()) {
                div { dt { (role) } dd { (parts::name(lang, &bodies.join("; "))) } }
            }
        }
    }
}

/// All criteria, the worst first.
pub fn section(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    let (answers, figure) = (fl!(messages, "report-column-answers"), fl!(messages, "report-column-estimate"));
    let interval = fl!(messages, "report-interval-at", level = format::percent_short(lang, report.level));
    let interval_short = fl!(messages, "report-interval");
    let mean_short = fl!(messages, "report-mean-short");
    let held_back = fl!(messages, "report-column-held-back");
    let (mean, decision) = (fl!(messages, "report-column-mean"), fl!(messages, "report-column-decision"));
    let headings = html! {
        (parts::column(&fl!(messages, "report-column-criterion")))
        (parts::number_column(&answers))
        (parts::number_column(&figure))
        (parts::number_column(&interval))
        (parts::number_column(&mean))
        (parts::number_column(&held_back))
        (parts::column(&decision))
    };
    let items = drag::by_weight(report);
    let rows = html! {
        @for ((dimension, criterion), drag) in &items {
            tr.closed[shown::shown(&criterion.estimate).is_none()] role="row" {
                th scope="row" role="rowheader" {
                    (parts::name(lang, &criterion.name))
                    small { (parts::name(lang, &dimension.name)) }
                }
                (parts::number(&answers, &parts::count(lang, shown::answers(&criterion.estimate))))
                (parts::number(&figure, &html! { b { (parts::figure(lang, &criterion.estimate)) } }))
                (parts::number(&interval_short, &parts::interval(lang, &criterion.estimate)))
                (parts::number(&mean_short, &mean_of(criterion, lang)))
                (parts::number(&held_back, &html! { (words::held_back_if(lang, drag.as_ref())) }))
                (parts::cell(&decision, &parts::verdict(lang, &criterion.estimate)))
            }
        }
    };
    html! {
        section aria-labelledby="criteria" {
            h2 #criteria { (fl!(messages, "report-criteria")) }
            (parts::table("criteria", &fl!(messages, "report-criteria-caption"), &headings, &rows))
            (parts::legend(lang, items.iter().map(|((_, c), _)| &c.estimate), report.method.minimum_answers))
        }
    }
}

fn mean_of(criterion: &CriterionResult, lang: Lang) -> Markup {
    let mean = shown::shown(&criterion.estimate).and_then(|_| shown::figure(&criterion.mean));
    html! {
        @match mean {
            Some(mean) => (format::decimal(lang, mean, 2)),
            None => (parts::figure(lang, &crate::index::report::Estimate { publish: criterion.estimate.publish, ..Default::default() })),
        }
    }
}
