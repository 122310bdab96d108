//! The list of a campaign's counters.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    add_counters::serves_both,
    head::{self, Head, Tab},
};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    report::format::count,
    web::{
        admin::setup::new_counters::Shared,
        auth::{access::Permission, session::Staff},
        respond::answer::{in_language, with_query},
        views::admin::{form, pager::Paging},
    },
};

/// A counter.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name of its unit.
    pub unit: String,
    /// Where its code leads.
    pub url: String,
    /// The same as people type it.
    pub short: String,
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The counters shown.
    pub desks: &'a [Desk],
    /// Letters looked for.
    pub find: &'a str,
    /// Whether those are shown that are no longer listed.
    pub retired: bool,
    /// Counters listed.
    pub listed: usize,
    /// Counters no longer listed.
    pub gone: usize,
    /// Counters found.
    pub found: usize,
    /// Which page of them.
    pub paging: Paging,
    /// Units there are.
    pub units: usize,
    /// What has just been done.
    pub done: Option<&'a str>,
    /// Number of the last addition and how many counters it has, where it may be taken back.
    pub undo: Option<(i64, usize)>,
    /// Campaigns that share counters with this one.
    pub shared: &'a [Shared],
}

impl Page<'_> {
    fn manages(&self) -> bool {
        self.staff.may(Permission::ManageCampaigns)
    }

    fn base(&self) -> String {
        format!("/admin/campaigns/{}/counters", self.campaign.slug)
    }

    fn address(&self, retired: bool, number: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.lang != Lang::VI {
            query.append_pair("lang", self.lang.code());
        }
        if !self.find.is_empty() {
            query.append_pair("find", self.find);
        }
        if retired {
            query.append_pair("which", "retired");
        }
        if number > 1 {
            query.append_pair("page", &number.to_string());
        }
        let query = query.finish();
        if query.is_empty() { self.base() } else { format!("{}?{query}", self.base()) }
    }
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let add = in_language(&format!("{}/add", page.base()), lang);
    let posters = in_language(&format!("/admin/campaigns/{}/print", page.campaign.slug), lang);
    let (none, none_what, add_label) =
        (fl!(m, "desk-counters-none"), fl!(m, "desk-counters-none-what"), fl!(m, "desk-counters-add"));
    let head =
        Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Counters };
    let content = html! {
        @if let Some(done) = page.done { (head::done(&head, done)) }
        (form::purpose(&fl!(m, "desk-counters-purpose")))
        @if page.units == 0 {
            (form::empty(
                &fl!(m, "desk-setup-units-none"),
                &fl!(m, "desk-setup-units-none-what"),
                Some((&in_language("/admin/units", lang), &fl!(m, "desk-setup-units-go"))),
            ))
        } @else if page.listed + page.gone == 0 {
            (form::empty(&none, &none_what, page.manages().then_some((add.as_str(), add_label.as_str()))))
        } @else {
            p.actions {
                // What has just been done is no longer what most do next.
                @if page.manages() { a.button.plain[page.done.is_some()] href=(add) { (add_label) } }
                @if page.listed > 0 { a.button.plain href=(posters) { (fl!(m, "admin-posters")) } }
                @if let Some((addition, n)) = page.undo.filter(|_| page.manages()) {
                    @let undo = format!("{}/additions/{addition}/undo", page.base());
                    a.button.plain href=(in_language(&undo, lang)) { (fl!(m, "counters-undo", n = n)) }
                }
            }
            @if page.manages() { @for shared in page.shared { (serves_both(lang, shared)) } }
            @if page.gone > 0 {
                p.filters {
                    a href=(page.address(false, 1)) aria-current=[(!page.retired).then_some("true")] {
                        (fl!(m, "desk-counters-listed", n = page.listed))
                    }
                    a href=(page.address(true, 1)) aria-current=[page.retired.then_some("true")] {
                        (fl!(m, "desk-counters-gone", n = page.gone))
                    }
                }
            }
            (search(page))
            @if page.desks.is_empty() { p { (fl!(m, "desk-find-nothing")) } } @else { (table(page)) (page.paging.links(page.lang, None, |number| page.address(page.retired, number))) }
        }
    };
    head::page(&head, &content)
}

fn search(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    html! {
        @if page.listed + page.gone > 12 {
            form.filter role="search" method="get" action=(page.base()) {
                @if page.lang != Lang::VI { input type="hidden" name="lang" value=(page.lang.code()); }
                @if page.retired { input type="hidden" name="which" value="retired"; }
                p.field {
                    label for="find" { (fl!(m, "desk-find-counter")) }
                    input #find type="search" name="find" value=(page.find) autocomplete="off";
                }
                button.plain { (fl!(m, "desk-find")) }
            }
        }
    }
}

fn table(page: &Page<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    html! {
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table.counter-list {
                caption #caption {
                    (fl!(m, "desk-counters-caption", n = count(lang, page.found as u64)))
                    (page.paging.words(page.lang))
                }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "admin-counter")) }
                        th scope="col" { (fl!(m, "admin-unit")) }
                        th scope="col" { (fl!(m, "admin-address")) }
                        th scope="col" { (fl!(m, "desk-counters-do")) }
                    }
                }
                tbody { @for desk in page.desks { (row(page, desk)) } }
            }
        }
    }
}

/// Where a counter's code is tried for this campaign: its address may serve others too.
pub fn trial(url: &str, campaign: &Campaign) -> String {
    with_query(&format!("{url}/thu"), &format!("campaign={}", campaign.slug))
}

fn row(page: &Page<'_>, desk: &Desk) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let base = format!("{}/{}", page.base(), desk.code);
    let link = |href: String, label: String| {
        html! { a href=(href) aria-label={ (label) ": " (desk.name) ", " (desk.unit) } { (label) } " " }
    };
    html! {
        tr {
            th scope="row" { (desk.name) br; span.own-code { (desk.code) } }
            td { (desk.unit) }
            td.address { a href=(desk.url) { (desk.short) } }
            td.links {
                @if page.manages() { (link(in_language(&base, lang), fl!(m, "desk-counters-edit"))) }
                @if !page.retired {
                    (link(in_language(&format!("{base}/print"), lang), fl!(m, "admin-poster")))
                    (link(trial(&desk.url, page.campaign), fl!(m, "desk-counters-try")))
                    (link(format!("{}/kiosk", desk.url), fl!(m, "admin-tablet")))
                    // Whoever changes counters has the drawings on the counter's own page.
                    @if !page.manages() {
                        (link(format!("{base}/qr.svg"), "SVG".to_owned()))
                        (link(format!("{base}/qr.png"), "PNG".to_owned()))
                    }
                }
            }
        }
    }
}
