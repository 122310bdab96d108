//! The page on which results are published.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    copy,
    form::{self, Form},
    setup::head::{self, Head},
};
use crate::{
    language::Lang,
    publication::{NoPublication, Proposal},
    report::{badge, format, shown},
    store::publications::Publication,
    web::{
        form::Fields,
        respond::answer::in_language,
        views::{admin::form::Fault, dates},
    },
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Whose page it is.
    pub head: Head<'a>,
    /// Address of the server, without a stroke at its end.
    pub base: &'a str,
    /// What would be published, or why nothing can be.
    pub proposal: Result<&'a Proposal, &'a NoPublication>,
    /// What was published, the latest first.
    pub all: &'a [Publication],
    /// Code and name of each unit that there is a badge of.
    pub units: &'a [(&'a str, &'a str)],
    /// Why it was not done.
    pub faults: &'a [Fault],
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The word to type before it is done.
pub fn word(lang: Lang, publishes: bool) -> String {
    let m = lang.messages();
    if publishes { fl!(m, "publish-confirm") } else { fl!(m, "publish-confirm-withdraw") }
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Head { lang, campaign, .. } = page.head;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}", campaign.slug);
    let none = Fields::default();
    let form = Form { faults: page.faults, ..Form::new(lang, &none) };
    let public = page.all.first().filter(|latest| latest.is_public());
    let content = html! {
        (form::purpose(&fl!(m, "publish-purpose")))
        @match page.done {
            Some("published") => (form::done(&fl!(m, "publish-done"))),
            Some("withdrawn") => (form::done(&fl!(m, "publish-done-withdrawn"))),
            _ => {}
        }
        (form.summary())
        @if campaign.demonstration { p.note { (fl!(m, "admin-demonstration-note")) } }
        @if let Some(latest) = public { (published(page, latest)) }
        @match page.proposal {
            Ok(proposal) => (ready(page, &form, proposal, public)),
            Err(NoPublication::Open) => {
                @let next = (in_language(&base, lang), fl!(m, "desk-tab-overview"));
                (form::empty(&fl!(m, "publish-not-yet"), &fl!(m, "publish-not-open"), Some((&next.0, &next.1))))
            }
            Err(no) => {
                @let (path, label) = match no {
                    NoPublication::Paper(_) => ("/paper", fl!(m, "paper-title")),
                    _ => ("/report", fl!(m, "desk-tab-report")),
                };
                @let href = in_language(&format!("{base}{path}"), lang);
                @let title = if public.is_some() { fl!(m, "publish-not-anew") } else { fl!(m, "publish-not-yet") };
                (form::empty(&title, &no.words(lang), Some((&href, &label))))
            }
        }
        @if public.is_some() {
            section {
                h2 { (fl!(m, "publish-withdraw")) }
                (acting(page, &form, "withdraw", None, &html! { p { (fl!(m, "publish-withdraw-what")) } }))
            }
        }
        @if page.all.len() > 1 || public.is_none() && !page.all.is_empty() { (history(page)) }
    };
    head::page(&page.head, &content)
}

/// Where the public reads it.
fn published(page: &Page<'_>, latest: &Publication) -> Markup {
    let Head { lang, campaign, .. } = page.head;
    let m = lang.messages();
    let path = format!("/ket-qua/{}", campaign.slug);
    let address = format!("{}{path}", page.base);
    html! {
        section.published-now {
            h2 { (fl!(m, "publish-now")) }
            dl.facts {
                div { dt { (fl!(m, "publish-address")) } dd { a href=(in_language(&path, lang)) { (address) } } }
                div { dt { (fl!(m, "publish-day")) } dd { (dates::moment(lang, latest.published)) } }
                div { dt { (fl!(m, "publish-sha256")) } dd { code.hash { (latest.sha256) } } }
            }
            details.badges {
                summary { h3 { (fl!(m, "publish-badges")) " (" (page.units.len()) ")" } }
                p { (fl!(m, "publish-badges-what")) }
                (copy::script())
                @for (code, name) in page.units {
                    details.badge-of {
                        summary { (name) }
                        p {
                            img src={ (path) "/" (code) ".svg" } width=(badge::WIDTH) height=(badge::HEIGHT) loading="lazy"
                                alt=(alt(lang, name));
                        }
                        p { (fl!(m, "publish-badge-copy")) }
                        @let snippet = snippet(lang, &address, code, name);
                        pre tabindex="0" { code { (snippet) } }
                        (copy::button(lang, &snippet))
                    }
                }
            }
        }
    }
}

fn alt(lang: Lang, name: &str) -> String {
    fl!(lang.messages(), "publish-badge-alt", unit = name)
}

/// What a commune puts into its own page.
fn snippet(lang: Lang, address: &str, code: &str, name: &str) -> String {
    let markup = html! {
        a href=(address) {
            img src={ (address) "/" (code) ".svg" } width=(badge::WIDTH) height=(badge::HEIGHT) alt=(alt(lang, name));
        }
    };
    markup.into_string()
}

/// What would be published, and the button.
fn ready(page: &Page<'_>, form: &Form<'_>, proposal: &Proposal, public: Option<&Publication>) -> Markup {
    let Head { lang, campaign, .. } = page.head;
    let m = lang.messages();
    let report = &proposal.report;
    let shown_units = report.units.iter().filter(|unit| shown::figure(&unit.result.index).is_some()).count();
    let hidden_units = report.units.len() - shown_units;
    let index = shown::figure(&report.total.index);
    let title = if public.is_some() { fl!(m, "publish-anew") } else { fl!(m, "publish-first") };
    html! {
        section.publish-ready {
            h2 { (title) }
            p { (fl!(m, "publish-will", path = format!("{}/ket-qua/{}", page.base, campaign.slug))) }
            ul {
                li {
                    @match index {
                        Some(index) => (fl!(m, "publish-will-index", index = format::percent(lang, index))),
                        None => (fl!(m, "publish-will-no-index")),
                    }
                }
                li { (fl!(m, "publish-will-units", shown = shown_units, hidden = hidden_units, k = report.method.minimum_answers)) }
                li { (fl!(m, "publish-will-data")) }
            }
            p { (fl!(m, "publish-will-not")) }
            p { a href=(in_language(&format!("/admin/campaigns/{}/report", campaign.slug), lang)) { (fl!(m, "publish-look")) } }
            @let warning = html! {
                p { strong { (fl!(m, "publish-final")) } }
                p { (fl!(m, "publish-final-what")) }
            };
            (acting(page, form, "publish", Some(&proposal.fingerprint), &warning))
        }
    }
}

fn acting(page: &Page<'_>, form: &Form<'_>, what: &str, fingerprint: Option<&str>, words: &Markup) -> Markup {
    let Head { lang, campaign, .. } = page.head;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}", campaign.slug);
    let action = in_language(&format!("{base}/cong-bo"), lang);
    let publishes = what == "publish";
    let button = if publishes { fl!(m, "publish-button") } else { fl!(m, "publish-withdraw-button") };
    // Two forms in a page: only the first one takes what the summary leads to.
    html! {
        form.sheet method="post" action=(action) novalidate {
            input type="hidden" name="do" value=(what);
            @if let Some(fingerprint) = fingerprint { input type="hidden" name="fingerprint" value=(fingerprint); }
            @if publishes {
                (form.confirm(words, &word(lang, true), &button, &in_language(&base, lang)))
            } @else {
                .danger {
                    (words)
                    .field {
                        label for="f-withdraw" { (fl!(m, "desk-form-confirm", name = word(lang, false))) }
                        input.short id="f-withdraw" type="text" name=(form::CONFIRM) autocomplete="off"
                            autocapitalize="none" spellcheck="false";
                    }
                    .buttons { button.plain.bad { (button) } }
                }
            }
        }
    }
}

/// What was published before.
fn history(page: &Page<'_>) -> Markup {
    let lang = page.head.lang;
    let m = lang.messages();
    html! {
        .scroll role="region" aria-labelledby="before" tabindex="0" {
            table {
                caption #before { (fl!(m, "publish-history")) }
                thead {
                    tr {
                        th.number scope="col" { (fl!(m, "publish-number")) }
                        th scope="col" { (fl!(m, "publish-day")) }
                        th scope="col" { (fl!(m, "publish-withdrawn-on")) }
                        th scope="col" { "SHA-256" }
                    }
                }
                tbody {
                    @for one in page.all {
                        tr {
                            td.number { (one.number) }
                            td { (dates::moment(lang, one.published)) }
                            td { @if let Some(at) = one.withdrawn { (dates::moment(lang, at)) } @else { "–" } }
                            td { code.hash { (one.sha256) } }
                        }
                    }
                }
            }
        }
    }
}
