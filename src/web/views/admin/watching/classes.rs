//! Hours, durations, languages, devices and how far people get, in coarse classes; and what stands out.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{Inner, Page, charts, day, is_within, share};
use crate::{
    clock,
    language::Lang,
    report::format,
    watching::{
        board::Counter,
        classes::{self, DURATIONS, Device},
        flags::{Flag, Kind},
    },
    web::{auth::access::Permission, respond::answer::in_language},
};

/// All classes of the unit looked at.
pub fn all(page: &Page<'_>, inner: &Inner<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let mut sums: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (unit, kind, class, n) in inner.features {
        let counts =
            if unit.is_empty() { page.unit.is_none() } else { is_within(&page.board.tree, page.unit, unit) };
        if counts {
            *sums.entry((kind, class)).or_default() += n;
        }
    }
    let of = |kind: &str, class: &str| sums.get(&(kind, class)).copied().unwrap_or(0);
    // Fewer than so many answers would tell of single ones.
    let enough = |counts: &[(String, u64)]| counts.iter().map(|(_, n)| n).sum::<u64>() >= inner.minimum;
    let hours: Vec<(String, u64)> = (0..24)
        .map(|hour| (fl!(m, "desk-watch-hour-of", hour = hour), of("hour", &hour.to_string())))
        .collect();
    let durations: Vec<(String, u64)> = (0..=DURATIONS.len())
        .map(|class| (duration(lang, class), of("duration", &class.to_string())))
        .collect();
    let counts: Vec<u64> = durations.iter().map(|(_, n)| *n).collect();
    let median = classes::median(&counts).map(|class| duration(lang, class)).unwrap_or_default();
    let languages: Vec<(String, u64)> = sums
        .iter()
        .filter(|((kind, _), _)| *kind == "language")
        .map(|((_, code), n)| (language(code), *n))
        .collect();
    let devices: Vec<(String, u64)> = Device::ALL
        .into_iter()
        .map(|device| (device_name(lang, device), of("device", device.code())))
        .collect();
    let reached: Vec<u64> =
        (1..).map(|at: usize| of("reached", &at.to_string())).take_while(|n| *n > 0).collect();
    let few = fl!(m, "desk-watch-few", n = inner.minimum);
    let answers = fl!(m, "desk-watch-number");
    let people = reached.first().is_some_and(|n| *n >= inner.minimum);
    if !people && ![&hours, &durations, &languages, &devices].into_iter().any(|counts| enough(counts)) {
        // Said once, not under each title.
        return html! {
            div #classes { section { h2 { (fl!(m, "desk-watch-classes")) } p { (few) } } }
        };
    }
    let (by_hour, nothing) = (fl!(m, "desk-watch-by-hour"), fl!(m, "desk-watch-nothing-yet"));
    let words = charts::Words { title: &by_hour, what: &fl!(m, "desk-watch-hour"), nothing: &nothing };
    html! {
        div #classes {
            section {
                @if enough(&hours) {
                    (charts::columns(lang, "by-hour", &words, &hours))
                } @else { h2 { (by_hour) } p { (few) } }
            }
            .pair {
                section {
                    h2 #durations { (fl!(m, "desk-watch-durations")) }
                    @if enough(&durations) {
                        p { (fl!(m, "desk-watch-median", class = median)) }
                        (shares(lang, "durations", &fl!(m, "desk-watch-duration"), &answers, &durations))
                    } @else { p { (few) } }
                }
                @if page.unit.is_none() {
                    section {
                        h2 #reached { (fl!(m, "desk-watch-reached")) }
                        @if people {
                            (drop_out(lang, inner.questions, &reached))
                        } @else { p { (few) } }
                    }
                }
                section {
                    h2 #languages { (fl!(m, "desk-watch-languages")) }
                    @if enough(&languages) {
                        (shares(lang, "languages", &fl!(m, "desk-watch-language"), &answers, &languages))
                    } @else { p { (few) } }
                }
                @if page.unit.is_none() {
                    section {
                        h2 #devices { (fl!(m, "desk-watch-devices")) }
                        @if enough(&devices) {
                            (shares(lang, "devices", &fl!(m, "desk-watch-device"), &fl!(m, "desk-watch-openings"), &devices))
                        } @else { p { (few) } }
                    }
                }
            }
        }
    }
}

fn shares(lang: Lang, id: &str, what: &str, number: &str, counts: &[(String, u64)]) -> Markup {
    let sum: u64 = counts.iter().map(|(_, n)| n).sum();
    let m = lang.messages();
    html! {
        table.counts aria-labelledby=(id) {
            thead {
                tr {
                    th scope="col" { (what) }
                    th.number scope="col" { (number) }
                    th.number scope="col" { (fl!(m, "desk-watch-share")) }
                }
            }
            tbody {
                @for (label, n) in counts.iter().filter(|(_, n)| *n > 0) {
                    tr {
                        th scope="row" { (label) }
                        td.number { (format::count(lang, *n)) }
                        td.number { (share(lang, Some(*n as f64 / sum as f64))) }
                    }
                }
            }
        }
    }
}

/// How many forms got to each question, of those that were begun. Forms that skipped a question by a rule passed it.
fn drop_out(lang: Lang, questions: &[String], reached: &[u64]) -> Markup {
    let m = lang.messages();
    let first = reached.first().copied().unwrap_or(0).max(1);
    html! {
        details id="reached-t" {
            summary {
                (fl!(m, "desk-watch-reached-what",
                    share = share(lang, reached.last().map(|last| *last as f64 / first as f64)), n = reached.len()))
            }
            table.counts aria-labelledby="reached" {
                thead {
                    tr {
                        th scope="col" { (fl!(m, "desk-watch-question")) }
                        th.number scope="col" { (fl!(m, "desk-watch-reached-number")) }
                        th.number scope="col" { (fl!(m, "desk-watch-share")) }
                    }
                }
                tbody {
                    @for (at, n) in reached.iter().enumerate() {
                        tr {
                            th scope="row" {
                                (at + 1) "." @if let Some(question) = questions.get(at) { " " (question) }
                            }
                            td.number { (format::count(lang, *n)) }
                            td.number { (share(lang, Some(*n as f64 / first as f64))) }
                        }
                    }
                }
            }
        }
    }
}

/// What stands out, with why it may mean nothing.
pub fn flags(page: &Page<'_>, inner: &Inner<'_>) -> Markup {
    let m = page.lang.messages();
    let sets_aside = page.staff.may(Permission::SetAside);
    let shown: Vec<(i32, &Flag, &Counter, &str)> = inner
        .flags
        .iter()
        .filter_map(|(day, flag)| {
            let (counter, _) = page.board.counters.iter().find(|(counter, _)| counter.place == flag.place)?;
            let unit = page.board.tree.get(&counter.unit)?;
            is_within(&page.board.tree, page.unit, &unit.code).then_some((
                *day,
                flag,
                counter,
                unit.name.as_str(),
            ))
        })
        .collect();
    html! {
        section #flags {
            h2 #flags-title { (fl!(m, "desk-watch-flags")) }
            p { (fl!(m, "desk-watch-flags-what")) }
            @if shown.is_empty() {
                p { (fl!(m, "desk-watch-flags-none")) }
            } @else {
                .scroll role="region" aria-labelledby="flags-title" tabindex="0" {
                    table {
                        thead {
                            tr {
                                th scope="col" { (fl!(m, "desk-watch-day")) }
                                th scope="col" { (fl!(m, "desk-watch-counter")) }
                                th scope="col" { (fl!(m, "desk-watch-flag")) }
                            }
                        }
                        tbody {
                            @for (at, flag, counter, unit) in shown {
                                tr {
                                    td { (day(page.lang, at)) }
                                    th scope="row" { (counter.name) br; small { (unit) } }
                                    td {
                                        (reason(page.lang, flag))
                                        @if sets_aside { br; a href=(aside(page, counter, at)) { (fl!(m, "aside-flag-link")) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The form that proposes to set a counter's answers of a day aside.
fn aside(page: &Page<'_>, counter: &Counter, day: i32) -> String {
    let date = clock::date(day).map(|date| date.to_string()).unwrap_or_default();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("quay", &counter.code)
        .append_pair("ngay", &date)
        .finish();
    in_language(&format!("{}/de-rieng?{query}", page.path()), page.lang)
}

fn reason(lang: Lang, flag: &Flag) -> String {
    let m = lang.messages();
    let (from, to) = (flag.hour, flag.hour + 1);
    let (observed, total) = (format::count(lang, flag.observed), format::count(lang, flag.total));
    let expected = format::decimal(lang, flag.expected, 1);
    match flag.kind {
        Kind::Burst => fl!(
            m,
            "desk-watch-flag-burst",
            observed = observed,
            from = from,
            to = to,
            total = total,
            expected = expected
        ),
        Kind::Outside => fl!(
            m,
            "desk-watch-flag-outside",
            observed = observed,
            from = from,
            to = to,
            total = total,
            expected = expected
        ),
    }
}

fn duration(lang: Lang, class: usize) -> String {
    let m = lang.messages();
    let words = |seconds: i64| {
        if seconds < 60 {
            fl!(m, "desk-watch-seconds", n = seconds)
        } else {
            fl!(m, "desk-watch-minutes", n = (seconds / 60))
        }
    };
    let (from, to) = (class.checked_sub(1).and_then(|at| DURATIONS.get(at)), DURATIONS.get(class));
    match (from, to) {
        (None, Some(to)) => fl!(m, "desk-watch-under", to = words(*to)),
        (Some(from), Some(to)) => fl!(m, "desk-watch-from-to", from = words(*from), to = words(*to)),
        (from, None) => fl!(m, "desk-watch-over", from = words(from.copied().unwrap_or(0))),
    }
}

fn device_name(lang: Lang, device: Device) -> String {
    let m = lang.messages();
    match device {
        Device::Phone => fl!(m, "desk-watch-device-phone"),
        Device::Tablet => fl!(m, "desk-watch-device-tablet"),
        Device::Computer => fl!(m, "desk-watch-device-computer"),
        Device::Other => fl!(m, "desk-watch-device-other"),
    }
}

/// A language by its own name.
fn language(code: &str) -> String {
    Lang::find_for_respondents(code)
        .map_or_else(|| code.to_owned(), |lang| fl!(lang.messages(), "respond-language-name"))
}
