//! The list of a campaign's invited persons.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    clock,
    language::Lang,
    organisation::{Campaign, Person, Phase, Raters, UnitTree, problem::written},
    report::format::count,
    web::{
        auth::session::Staff,
        respond::answer::in_language,
        views::{
            admin::{
                form,
                pager::Paging,
                setup::head::{self, Head, Tab},
            },
            dates,
        },
    },
};

/// How the persons can be reached.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// All.
    pub all: usize,
    /// Without an e-mail address.
    pub letter: usize,
    /// Without any address.
    pub nowhere: usize,
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
    /// Whether its answers have been counted.
    pub settled: bool,
    /// The units.
    pub tree: &'a UnitTree,
    /// Groups of raters.
    pub raters: &'a Raters,
    /// The persons shown.
    pub people: &'a [Person],
    /// How many can be reached how.
    pub reach: Reach,
    /// Letters looked for.
    pub find: &'a str,
    /// Which are shown.
    pub which: Option<&'a str>,
    /// Persons found.
    pub found: usize,
    /// Which page of them.
    pub paging: Paging,
    /// Whether staff are told who has not answered.
    pub followed: bool,
    /// How many networks typed many wrong codes today.
    pub alarms: u32,
    /// Day on which the list was deleted.
    pub erased: Option<i64>,
    /// What has just been done.
    pub done: Option<&'a str>,
}

impl Page<'_> {
    fn base(&self) -> String {
        format!("/admin/campaigns/{}/nguoi-duoc-moi", self.campaign.slug)
    }

    fn address(&self, which: Option<&str>, number: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.lang != Lang::VI {
            query.append_pair("lang", self.lang.code());
        }
        if !self.find.is_empty() {
            query.append_pair("find", self.find);
        }
        if let Some(which) = which {
            query.append_pair("which", which);
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
    let to = |rest: &str| in_language(&format!("{}{rest}", page.base()), lang);
    let mail = in_language(&format!("/admin/campaigns/{}/thu-moi", page.campaign.slug), lang);
    let content = html! {
        @if let Some(done) = page.done { (form::done(done)) }
        (form::purpose(&fl!(m, "lists-purpose")))
        @if let Some(day) = page.erased { (erased(page, day)) }
        @else if page.reach.all == 0 && !page.campaign.by_link {
            (form::empty(&fl!(m, "lists-at-counters"), &fl!(m, "lists-at-counters-what"), None))
        } @else if page.reach.all == 0 {
            (form::empty(
                &fl!(m, "lists-none"),
                &fl!(m, "lists-none-what"),
                (page.phase != Phase::Closed).then_some((to("/nhap").as_str(), fl!(m, "lists-import").as_str())),
            ))
            @if page.phase != Phase::Closed { p { a href=(to("/them")) { (fl!(m, "lists-add")) } } }
        } @else {
            @if page.phase != Phase::Closed {
                p.actions {
                    @if page.campaign.by_link {
                        a.button href=(to("/nhap")) { (fl!(m, "lists-import")) }
                        a.button.plain href=(to("/them")) { (fl!(m, "lists-add")) }
                    }
                    a.button.plain href=(mail) { (fl!(m, "outbox-title")) }
                    a.button.plain href=(to("/lien-ket")) { (fl!(m, "lists-links")) }
                }
            } @else if page.settled {
                p.actions { a.button.plain href=(to("/xoa")) { (fl!(m, "lists-erase")) } }
            }
            @if page.alarms > 0 { p.note { (fl!(m, "lists-code-alarm", n = page.alarms)) } }
            p.note {
                @if page.followed { (fl!(m, "lists-followed-note")) } @else { (fl!(m, "lists-never-who")) }
                " " (until(page))
            }
            p { a href=(to("/tien-do")) { (fl!(m, "lists-progress")) } }
            (filters(page)) (search(page))
            @if page.people.is_empty() { p { (fl!(m, "desk-find-nothing")) } } @else { (table(page)) (page.paging.links(page.lang, None, |number| page.address(page.which, number))) }
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}

/// Until when the list is kept.
fn until(page: &Page<'_>) -> String {
    let day = dates::day(page.lang, page.campaign.list_ends());
    fl!(page.lang.messages(), "lists-kept-until", n = page.campaign.list_days(), day = day)
}

fn erased(page: &Page<'_>, day: i64) -> Markup {
    let date = i32::try_from(day).ok().and_then(clock::date);
    let day = date.map_or_else(String::new, |date| written(page.lang, date));
    html! { p.note { (fl!(page.lang.messages(), "lists-erased-on", day = day)) } }
}

fn filters(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let Reach { all, letter, nowhere } = page.reach;
    html! {
        p.filters {
            @for (which, label, n) in [
                (None, fl!(m, "lists-all", n = all), all),
                (Some("letter"), fl!(m, "lists-by-letter", n = letter), letter),
                (Some("nowhere"), fl!(m, "lists-nowhere", n = nowhere), nowhere),
            ] {
                @if n > 0 {
                    a href=(page.address(which, 1)) aria-current=[(which == page.which).then_some("true")] { (label) }
                }
            }
        }
    }
}

fn search(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    html! {
        @if page.reach.all > 12 {
            form.filter role="search" method="get" action=(page.base()) {
                @if page.lang != Lang::VI { input type="hidden" name="lang" value=(page.lang.code()); }
                @if let Some(which) = page.which { input type="hidden" name="which" value=(which); }
                p.field {
                    label for="find" { (fl!(m, "lists-find")) }
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
    let groups = !page.raters.is_empty();
    html! {
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table.lists {
                caption #caption {
                    (fl!(m, "lists-caption", n = count(lang, page.found as u64)))
                    (page.paging.words(page.lang))
                }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "lists-person")) }
                        th scope="col" { (fl!(m, "admin-unit")) }
                        @if groups { th scope="col" { (fl!(m, "lists-group")) } }
                        th scope="col" { (fl!(m, "lists-reached")) }
                        th scope="col" { (fl!(m, "desk-counters-do")) }
                    }
                }
                tbody { @for person in page.people { (row(page, person, groups)) } }
            }
        }
    }
}

fn row(page: &Page<'_>, person: &Person, groups: bool) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let name = person.name.as_deref().unwrap_or(&person.code);
    let own = format!("{}/nguoi/{}", page.base(), person.code);
    let link = |href: String, label: String| {
        html! { a href=(in_language(&href, lang)) aria-label={ (label) ": " (name) } { (label) } " " }
    };
    html! {
        tr {
            th scope="row" {
                (name)
                @if let Some(title) = &person.title { br; span.office { (title) } }
                br; span.own-code { (person.code) }
            }
            td { (page.tree.get(&person.unit).map_or(person.unit.as_str(), |unit| unit.name.as_str())) }
            @if groups {
                td {
                    @if let Some(code) = &person.group {
                        (page.raters.group(code).map_or(code.as_str(), |group| group.name.as_str()))
                    }
                }
            }
            td.reached {
                @match (&person.email, &person.address) {
                    (Some(email), _) => (email),
                    (None, Some(address)) => (address),
                    (None, None) => em { (fl!(m, "lists-no-address")) },
                }
            }
            td.links {
                (link(own.clone(), fl!(m, "lists-edit")))
                @if page.phase != Phase::Closed {
                    @let who = format!("{}/lien-ket?who=person%3A{}", page.base(), person.code);
                    (link(who, fl!(m, "lists-letter")))
                    (link(format!("{own}/rut"), fl!(m, "lists-withdraw")))
                }
            }
        }
    }
}
