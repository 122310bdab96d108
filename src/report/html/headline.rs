//! The headline: the index, its interval, the target, the decision, how many answers; how many of each fall short.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{
    index::report::{Decision, Publish, Report},
    language::Lang,
    organisation::Phase,
    report::{
        chart::{self, Bar},
        drag::{self, Drag},
        duties, format, scope, shown, words,
    },
};

/// The title of a page of its own: whose report it is, the campaign as `h1`, when.
pub fn title(report: &Report, lang: Lang) -> Markup {
    html! {
        .title {
            @if let Some(whose) = words::whose(report) { p.whose { (parts::name(lang, whose)) } }
            h1 { (parts::name(lang, &report.campaign.title)) }
            p.when { (words::period(lang, report)) " · " (words::status(lang, report)) }
        }
    }
}

/// The figure that everything is about.
pub fn section(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    let campaign = &report.campaign;
    html! {
        @if campaign.status != Phase::Closed && shown::figure(&report.total.index).is_some() {
            p.interim role="note" {
                (fl!(messages, "report-interim", moment = format::moment(lang, &report.generated_at, &campaign.opens)))
                @if let Some(steps) = words::in_steps(report, lang) { " " (steps) }
            }
        }
        section.headline aria-labelledby="headline" {
            h2 #headline { (words::index(lang, report)) }
            .index {
                @match words::figure(lang, &report.total.index) {
                    Some(index) => p.big { (index) },
                    None => p.big.no {
                        @if shown::shown(&report.total.index).is_none() { (words::publish(lang, Publish::Suppress)) }
                        @else { (fl!(messages, "report-not-computable")) }
                    },
                }
                (judged(report, lang))
            }
            @if shown::figure(&report.total.index).is_some() {
                .drawing {
                    (chart::scale(lang, report.target))
                    (chart::bar(&Bar {
                        id: "index-bar",
                        name: &words::index(lang, report),
                        estimate: &report.total.index,
                        target: report.target,
                        lang,
                    }))
                }
            }
            @if let Some(failing) = words::failing_units(lang, report) {
                .worst.failing { p { b { (parts::name(lang, &failing)) } } }
            }
            (worst(report, lang))
            (lowest(report, lang))
            (facts(report, lang))
            @if shown::any(report) { (tally(report, lang)) }
        }
    }
}

fn judged(report: &Report, lang: Lang) -> Markup {
    let index = &report.total.index;
    html! {
        .judged {
            @if let Some(decision) = shown::decision(index) {
                p {
                    (parts::chip(lang, decision))
                    @if shown::limits(index).is_some() {
                        " " span.sure {
                            (fl!(lang.messages(), "report-interval-at", level = format::percent_short(lang, report.level)))
                            ": " b { (parts::interval(lang, index)) }
                        }
                    }
                }
                p { (words::decision_because(lang, decision, report.target)) }
                @if let Some(words) = words::not_covered(report, lang) { p.uncovered { (words) } }
                @if let Some(words) = words::gaps(report, lang) { p.uncovered { (words) } }
                (limits(report, lang))
                @if let Some(words) = words::self_selected(report, lang) { p.small { (words) } }
            } @else if shown::shown(index).is_none() {
                p { (words::why_no_index(report, lang)) }
            } @else { (limits(report, lang)) }
            @if index.publish == Publish::Caution { p.small { (fl!(lang.messages(), "report-legend-caution")) } }
        }
    }
}

/// That the figures carry no weights, and what nobody was asked about.
fn limits(report: &Report, lang: Lang) -> Markup {
    html! {
        @if let Some(words) = words::unweighted(report, lang) { p.uncovered { (words) } }
        @if let Some(words) = words::unasked(report, lang) { p.small { (words) } }
    }
}

/// The criteria that hold the index back most, and who leads on them.
fn worst(report: &Report, lang: Lang) -> Markup {
    let m = lang.messages();
    let drags = drag::heaviest(report);
    if drags.is_empty() {
        return html! {};
    }
    html! {
        .worst {
            h3 { (fl!(m, "report-worst")) }
            ol {
                @for drag in drags.iter().take(drag::NAMED) {
                    @let Drag { item: (_, criterion), .. } = drag;
                    li {
                        p {
                            b { (parts::name(lang, &criterion.name)) } " "
                            strong { (parts::figure(lang, &criterion.estimate)) } " "
                            span.of { (fl!(m, "report-worst-by", points = words::held_back(lang, drag))) }
                        }
                        p.leads { (parts::name(lang, &words::led_by(lang, criterion))) }
                        @if let Some(lowest) = words::lowest_units(lang, report, criterion) {
                            p.leads { (parts::name(lang, &lowest)) }
                        }
                    }
                }
            }
        }
    }
}

/// Where nothing lies below the target, the criteria that are lowest, and who leads on them: told, not blamed.
fn lowest(report: &Report, lang: Lang) -> Markup {
    let lowest = duties::lowest_criteria(report);
    if lowest.is_empty() {
        return html! {};
    }
    html! {
        .lowest {
            h3 { (words::lowest_heading(lang, &lowest)) }
            ol {
                @for (_, criterion) in &lowest {
                    li {
                        p {
                            b { (parts::name(lang, &criterion.name)) } " "
                            strong { (parts::figure(lang, &criterion.estimate)) }
                        }
                        p.leads { (parts::name(lang, &words::led_by(lang, criterion))) }
                    }
                }
            }
        }
    }
}

/// How the index moved since the previous campaign, with its interval and whether that is more than chance.
fn moved(report: &Report, lang: Lang) -> Markup {
    let m = lang.messages();
    let change = shown::figure(&report.total.index).and(report.total.index.change.as_ref());
    html! {
        @if let (Some(why), Some(previous)) = (words::why_not_compared(lang, &report.total.index), &report.previous) {
            div {
                dt { (fl!(m, "report-moved", previous = previous.title.as_str())) }
                dd { (fl!(m, "report-not-compared")) " " span.of { "(" (why) ")" } }
            }
        }
        @if let (Some(change), Some(previous)) = (change, &report.previous)
            && let Some(points) = change.change
        {
            div {
                dt { (fl!(m, "report-moved", previous = previous.title.as_str())) }
                dd {
                    (fl!(m, "report-moved-points", points = format::points(lang, points))) " "
                    span.of {
                        @match change.significant {
                            Some(true) => (fl!(m, "report-change-significant")),
                            Some(false) => (fl!(m, "report-moved-within")),
                            None => "",
                        }
                    }
                }
            }
        }
    }
}

fn facts(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    let level = format::percent_short(lang, report.level);
    let planned = shown::sum(&report.units, |unit| unit.planned);
    let population = shown::population(report);
    html! {
        dl.facts {
            div { dt { (fl!(messages, "report-interval-at", level = level)) } dd { (parts::interval(lang, &report.total.index)) } }
            @if let Some(points) = report.total.points {
                div {
                    dt { (fl!(messages, "report-points")) }
                    dd { (format::decimal(lang, points.reached, 2)) span.of { " / " (format::decimal(lang, points.possible, 0)) } }
                }
                div { dt { (fl!(messages, "report-satisfied")) } dd { (format::percent(lang, points.satisfied)) } }
            }
            (moved(report, lang))
            div { dt { (fl!(messages, "report-target")) } dd { (fl!(messages, "report-target-from", target = format::percent_short(lang, report.target))) } }
            div {
                dt { (words::answers(report, lang)) }
                dd {
                    @if report.total.responses == Some(0) && words::in_steps(report, lang).is_some() {
                        (fl!(messages, "report-none-counted"))
                    } @else { (parts::count(lang, report.total.responses)) }
                    @if let Some(planned) = planned {
                        " " span.of { (fl!(messages, "report-of-planned", planned = format::count(lang, planned))) }
                    }
                }
            }
            @if let Some(population) = population {
                div { dt { (fl!(messages, "report-population")) } dd { (format::count(lang, population)) } }
            }
        }
    }
}

/// How many dimensions, criteria and units reach the target: met, not met, undecided, without a decision.
fn tally(report: &Report, lang: Lang) -> Markup {
    let messages = lang.messages();
    let [dimensions, criteria, units] = scope::tallies(report);
    let rows = [
        (fl!(messages, "report-dimensions"), dimensions),
        (fl!(messages, "report-criteria"), criteria),
        (fl!(messages, "report-units"), units),
    ];
    let headings = html! {
        (parts::column(&fl!(messages, "report-tally-of")))
        (parts::number_column(&words::decision(lang, Decision::Met)))
        (parts::number_column(&words::decision(lang, Decision::NotMet)))
        (parts::number_column(&words::decision(lang, Decision::Undecided)))
        (parts::number_column(&words::without_figure(lang, report)))
    };
    let body = html! {
        @for (what, counts) in rows.iter().filter(|(_, counts)| counts.iter().any(|count| *count > 0)) {
            tr role="row" {
                th scope="row" role="rowheader" { (what) }
                @for (count, class) in counts.iter().zip(["met", "not-met", "undecided", "none"]) {
                    td.num.(class) role="cell" { @if *count == 0 { "0" } @else { b { (count) } } }
                }
            }
        }
    };
    html! {
        table.tally role="table" {
            caption.hear { (fl!(messages, "report-tally")) }
            thead role="rowgroup" { tr role="row" { (headings) } }
            tbody role="rowgroup" { (body) }
        }
    }
}
