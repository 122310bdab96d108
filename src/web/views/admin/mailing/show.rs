//! How the sending of a campaign's mails stands.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    report::format,
    store::{
        mailing::{Reach, Run, Unreached},
        outbox::{Kind, Server},
    },
    web::{
        admin::mailing::step::Step,
        auth::session::Staff,
        form::Fields,
        meanwhile::Changed,
        respond::answer::in_language,
        views::{
            admin::{
                form::{self, Fault, Field, Form, Line},
                setup::head::{self, Head, Tab},
            },
            dates,
        },
    },
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// How people can be reached.
    pub reach: Reach,
    /// What was sent off, the newest first.
    pub runs: &'a [Run],
    /// Steps in which counts of reminders are shown until the campaign closes.
    pub step: u64,
    /// Whose invitation could not be delivered.
    pub unreached: &'a [Unreached],
    /// How the mail server is.
    pub server: &'a Server,
    /// Whether there is one.
    pub can_send: bool,
    /// Whether reminders go out by themselves.
    pub scheduled: bool,
    /// What the schedule's fields hold.
    pub values: &'a Fields,
    /// What they would hold if nothing had been typed.
    pub base: &'a Fields,
    /// What is wrong with them.
    pub faults: &'a [Fault],
    /// What somebody else has changed.
    pub changed: &'a [Changed],
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let path = format!("/admin/campaigns/{}/thu-moi", page.campaign.slug);
    let content = html! {
        h2 { (fl!(m, "outbox-title")) }
        (form::purpose(&fl!(m, "outbox-purpose")))
        @if let Some(words) = page.done.and_then(|done| done_words(lang, done, page.scheduled)) { (form::done(&words)) }
        @if !page.can_send { p.note { (fl!(m, "desk-remind-no-server")) } }
        @if page.can_send { (server(page, &path)) }
        @if page.reach.by_mail == 0 {
            (form::empty(&fl!(m, "outbox-empty"), &fl!(m, "outbox-empty-what"), None))
        } @else {
            (facts(page))
            (actions(page, &path))
            (runs(page))
            (unreached(page))
            (schedule(page, &in_language(&format!("{path}/lich"), lang)))
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Overview },
        &content,
    )
}

fn done_words(lang: Lang, done: &str, scheduled: bool) -> Option<String> {
    let m = lang.messages();
    Some(match done {
        "moi" => fl!(m, "outbox-done-invite"),
        "nhac" => fl!(m, "outbox-done-remind"),
        "dung" => fl!(m, "outbox-done-stop"),
        "thu-lai" => fl!(m, "outbox-done-retry"),
        "lich" if scheduled => fl!(m, "outbox-done-schedule"),
        "lich" => fl!(m, "outbox-done-unscheduled"),
        _ => return None,
    })
}

/// What the mail server says where it does not take mail.
fn server(page: &Page<'_>, path: &str) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let reason = page.server.reason.as_deref();
    html! {
        @if let Some(reason) = reason {
            .note role="status" {
                @if page.server.failures > 0 {
                    p { (fl!(m, "outbox-away", reason = reason)) }
                    p { a href=(in_language(&format!("{path}/gui/{}", Step::Retry.word()), lang)) { (fl!(m, "outbox-retry")) } }
                } @else { p { (fl!(m, "outbox-last-reply", reason = reason)) } }
            }
        }
    }
}

fn facts(page: &Page<'_>) -> Markup {
    let (m, lang, reach) = (page.lang.messages(), page.lang, page.reach);
    let count = |n: i64| format::count(lang, n.unsigned_abs());
    html! {
        dl.facts {
            div { dt { (fl!(m, "outbox-by-mail")) } dd { (count(reach.by_mail)) } }
            div { dt { (fl!(m, "outbox-sent")) } dd { (count(reach.sent)) } }
            div { dt { (fl!(m, "outbox-unsent")) } dd { (count(reach.unsent)) } }
            @if reach.printed > 0 { div { dt { (fl!(m, "outbox-printed")) } dd { (count(reach.printed)) } } }
            @if reach.stopped > 0 { div { dt { (fl!(m, "outbox-no-mail")) } dd { (count(reach.stopped)) } } }
        }
    }
}

fn actions(page: &Page<'_>, path: &str) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let to = |rest: &str| in_language(&format!("{path}/{rest}"), lang);
    let step = |step: Step| to(&format!("gui/{}", step.word()));
    let open = page.can_send && page.phase != Phase::Closed;
    html! {
        p.actions {
            @if open && page.reach.unsent > 0 { a.button href=(step(Step::Invite)) { (fl!(m, "outbox-invite")) } }
            @if open && page.reach.sent > 0 { a.button.plain href=(step(Step::Remind)) { (fl!(m, "outbox-remind")) } }
            a.button.plain href=(to("mau/invitation")) { (fl!(m, "outbox-words-invitation")) }
            a.button.plain href=(to("mau/reminder")) { (fl!(m, "outbox-words-reminder")) }
            @if page.runs.iter().any(|run| run.waiting() > 0) {
                a.button.plain href=(step(Step::Stop)) { (fl!(m, "outbox-stop-all")) }
            }
        }
    }
}

/// A count: of reminders in steps until the campaign closes, since it tells how many have answered.
fn shown(page: &Page<'_>, kind: Kind, n: i64) -> String {
    let (m, n) = (page.lang.messages(), n.unsigned_abs());
    if kind == Kind::Invitation || page.phase == Phase::Closed || n == 0 {
        return format::count(page.lang, n);
    }
    let step = page.step.max(1);
    let floor = n / step * step;
    if floor == 0 { fl!(m, "outbox-under", n = step) } else { fl!(m, "outbox-from", n = floor) }
}

fn runs(page: &Page<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    html! {
        @if page.runs.is_empty() { p { (fl!(m, "outbox-no-runs")) } }
        @else {
            .scroll role="region" aria-labelledby="runs" tabindex="0" {
                table {
                    caption #runs { (fl!(m, "outbox-runs")) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "outbox-day")) }
                            th scope="col" { (fl!(m, "outbox-kind")) }
                            th.number scope="col" { (fl!(m, "outbox-count-queued")) }
                            th.number scope="col" { (fl!(m, "outbox-count-sent")) }
                            th.number scope="col" { (fl!(m, "outbox-count-waiting")) }
                            th.number scope="col" { (fl!(m, "outbox-count-refused")) }
                            th.number scope="col" { (fl!(m, "outbox-count-stopped")) }
                        }
                    }
                    tbody {
                        @for run in page.runs {
                            @let kind = run.kind().unwrap_or(Kind::Reminder);
                            tr {
                                th scope="row" { (dates::day(lang, run.day * 86_400_000)) }
                                td { (kind_name(lang, kind)) }
                                @for n in [run.queued, run.sent, run.waiting(), run.refused + run.given_up, run.stopped] {
                                    td.number { (shown(page, kind, n)) }
                                }
                            }
                        }
                    }
                }
            }
            @if page.phase != Phase::Closed && page.runs.iter().any(|run| run.kind() == Some(Kind::Reminder)) {
                p.hint { (fl!(m, "outbox-steps")) }
            }
        }
    }
}

/// What a mail of this kind is called.
pub fn kind_name(lang: Lang, kind: Kind) -> String {
    let m = lang.messages();
    match kind {
        Kind::Invitation => fl!(m, "outbox-kind-invitation"),
        Kind::Reminder => fl!(m, "outbox-kind-reminder"),
    }
}

fn unreached(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    html! {
        @if !page.unreached.is_empty() {
            h2 { (fl!(m, "outbox-unreached")) }
            p { (fl!(m, "outbox-unreached-what")) }
            .scroll role="region" aria-labelledby="unreached" tabindex="0" {
                table {
                    caption #unreached { (fl!(m, "outbox-unreached-n", n = page.unreached.len())) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "outbox-code")) }
                            th scope="col" { (fl!(m, "outbox-person")) }
                            th scope="col" { (fl!(m, "outbox-address")) }
                            th scope="col" { (fl!(m, "outbox-why")) }
                        }
                    }
                    tbody {
                        @for one in page.unreached {
                            tr {
                                th scope="row" { (one.code) }
                                td { (one.name.as_deref().unwrap_or_default()) }
                                td { (one.email.as_deref().unwrap_or_default()) }
                                td { (fault(page.lang, &one.fault)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A stored reason in words.
fn fault(lang: Lang, stored: &str) -> String {
    let m = lang.messages();
    match stored.strip_prefix("refused ") {
        Some("address") => fl!(m, "outbox-fault-address"),
        Some(reply) => fl!(m, "outbox-fault-refused", reply = reply),
        None => fl!(m, "outbox-fault-given-up"),
    }
}

fn schedule(page: &Page<'_>, action: &str) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let form = Form { lang, values: page.values, faults: page.faults, changed: page.changed };
    let (every, every_hint) = (fl!(m, "outbox-schedule-every"), fl!(m, "outbox-schedule-every-hint"));
    let (on, on_hint) = (fl!(m, "outbox-schedule-dates"), fl!(m, "outbox-schedule-dates-hint"));
    let (before, before_hint) = (fl!(m, "outbox-schedule-before"), fl!(m, "outbox-schedule-before-hint"));
    let field = |name, label, hint, optional| Field { name, label, hint: Some(hint), optional, fixed: None };
    html! {
        @if page.phase != Phase::Closed {
            h2 #schedule { (fl!(m, "outbox-schedule")) }
            p { (fl!(m, "outbox-schedule-what")) }
            (form.summary())
            (form.post(action, Some(page.base), &html! {
                (form.line(&field("every", &every, &every_hint, true), Line::Number))
                (form.line(&field("dates", &on, &on_hint, true), Line::Text))
                (form.line(&field("before", &before, &before_hint, false), Line::Number))
                (form.buttons(&fl!(m, "outbox-schedule-save"), None))
            }))
        }
    }
}
