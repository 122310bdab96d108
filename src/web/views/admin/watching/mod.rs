//! How a campaign fills. Drawn in parts that each have an id, so that the page can be kept up to date part by part
//! ([`crate::web::admin::watching`]).

pub mod aside;
mod charts;
mod classes;
pub mod remind;
mod table;

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form,
    setup::head::{self, Head, Tab},
};
use crate::{
    language::Lang,
    organisation::{Phase, UnitTree},
    report::format,
    store::{campaigns::Stored, turnout::Turnout},
    watching::{
        board::{Board, Figures},
        flags::Flag,
    },
    web::{
        assets,
        auth::{access::Permission, session::Staff},
        respond::answer::{in_language, with_query},
        views::dates,
    },
};

pub use table::Sort;

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub stored: &'a Stored,
    /// Where it is.
    pub phase: Phase,
    /// The board, up to now or up to the end of yesterday.
    pub board: &'a Board,
    /// Position of the unit looked at; absent: everything.
    pub unit: Option<usize>,
    /// The unit above the one looked at, if it may be looked at: its position, or absent for everything.
    pub above: Option<Option<usize>>,
    /// Codes of the units whose counters and lower units are shown; `*` for all.
    pub open: &'a [String],
    /// Order of the units.
    pub sort: Sort,
    /// What only the Department sees; absent for officers of units, who see finished days only.
    pub inner: Option<Inner<'a>>,
    /// Of personal links: how many have answered, as it may be told.
    pub turnout: &'a Turnout,
    /// Proposals to set answers aside that wait for a second person, for those who may decide.
    pub waiting: u64,
    /// Answers that are set aside, by the code of their unit: they came, and are no part of any figure of opinion.
    pub aside: &'a [(String, u64)],
    /// Which state of things this is.
    pub stamp: u64,
}

/// What only the Department sees (security test J-07).
#[derive(Debug, Clone, Copy)]
pub struct Inner<'a> {
    /// The coarse classes: unit (empty: the whole campaign), kind, class, number.
    pub features: &'a [(String, String, String, u64)],
    /// What stands out, with its day; the latest first.
    pub flags: &'a [(i32, Flag)],
    /// The questions by their position, for how far people get; empty where modules rotate.
    pub questions: &'a [String],
    /// The smallest number of answers whose classes are shown.
    pub minimum: u64,
}

impl Page<'_> {
    /// The page's own address.
    fn path(&self) -> String {
        format!("/admin/campaigns/{}/theo-doi", self.stored.campaign.slug)
    }

    /// An address of the page or of one below it (`tail`) with this unit, these open and in this order.
    fn address(&self, tail: &str, unit: Option<usize>, open: &[String], sort: Sort) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.lang != Lang::VI {
            query.append_pair("lang", self.lang.code());
        }
        if let Some(unit) = unit.and_then(|at| self.board.tree.units().get(at)) {
            query.append_pair("unit", &unit.code);
        }
        if !open.is_empty() {
            query.append_pair("mo", &open.join(","));
        }
        if sort == Sort::Behind {
            query.append_pair("xep", "cham");
        }
        let query = query.finish();
        let path = self.path();
        if query.is_empty() { format!("{path}{tail}") } else { format!("{path}{tail}?{query}") }
    }

    fn figures(&self) -> &Figures {
        self.unit.and_then(|at| self.board.unit(at)).unwrap_or(&self.board.total)
    }

    /// How many of the answers of the unit looked at are set aside.
    fn set_aside(&self) -> u64 {
        let within = self.aside.iter().filter(|(unit, _)| is_within(&self.board.tree, self.unit, unit));
        within.map(|(_, answers)| answers).sum()
    }

    fn has_counters(&self) -> bool {
        !self.board.counters.is_empty()
    }
}

/// A part that changes: its id and itself.
pub type Part = (String, String);

/// The parts that change, the table's rows apart.
pub fn parts(page: &Page<'_>) -> Vec<Part> {
    if !page.has_counters() {
        return Vec::new();
    }
    let mut parts = vec![
        ("facts".to_owned(), facts(page).into_string()),
        ("days".to_owned(), charts::days(page).into_string()),
    ];
    if let Some(inner) = &page.inner {
        parts.push(("classes".to_owned(), classes::all(page, inner).into_string()));
        parts.push(("flags".to_owned(), classes::flags(page, inner).into_string()));
    }
    parts
}

/// The rows of the table, each a part.
pub fn rows(page: &Page<'_>) -> Vec<Part> {
    table::rows(page)
}

/// The rows together, for when their order has changed.
pub fn body(rows: &[Part]) -> Part {
    ("rows".to_owned(), table::body(rows).into_string())
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let campaign = &page.stored.campaign;
    let campaign_path = in_language(&format!("/admin/campaigns/{}", campaign.slug), page.lang);
    let unit = page.unit.and_then(|at| page.board.tree.units().get(at));
    let parts = parts(page);
    let part =
        |id: &str| parts.iter().find(|(name, _)| name == id).map(|(_, part)| maud::PreEscaped(part.as_str()));
    let content = html! {
        (form::purpose(&fl!(m, "desk-watch-purpose")))
        @if campaign.demonstration { p.note { (fl!(m, "admin-demonstration-note")) } }
        @if page.turnout.invited > 0 {
            p.note {
                (fl!(m, "desk-watch-links",
                    answered = format::count(page.lang, page.turnout.answered),
                    invited = format::count(page.lang, page.turnout.invited)))
            }
        }
        @if page.has_counters() {
            @if page.inner.is_none() { p.note { (fl!(m, "desk-watch-finished-days")) } }
            @if let Some(unit) = unit {
                h2 { (unit.name) }
                @if let Some(above) = page.above {
                    (form::back(&page.address("", above, &[], page.sort), &above_name(page, above)))
                }
            }
            @if page.inner.is_some() && page.phase == Phase::Open { (live(page)) }
            @if let Some(part) = part("facts") { (part) }
            @if page.waiting > 0 {
                p.note {
                    (fl!(m, "aside-waiting", n = format::count(page.lang, page.waiting))) " "
                    a href=(in_language(&format!("{}/de-rieng", page.path()), page.lang)) { (fl!(m, "aside-waiting-link")) }
                }
             }
            (ways(page))
            (table::table(page))
            @if let Some(part) = part("days") { (part) }
            @if let Some(part) = part("classes") { (part) }
            @if let Some(part) = part("flags") { (part) }
            (how(page))
        } @else if page.turnout.invited == 0 {
            (form::empty(
                &fl!(m, "desk-watch-empty"),
                &fl!(m, "desk-watch-empty-what"),
                Some((&campaign_path, &fl!(m, "desk-watch-empty-next"))),
            ))
        }
        script defer src=(assets::asset_url("watching.js")) {}
    };
    let tab = Tab::Watching;
    head::page(&Head { lang: page.lang, staff: page.staff, campaign, phase: page.phase, tab }, &content)
}

/// The ways to what can be done here.
fn ways(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let reminds = page.staff.may(Permission::ManageCampaigns) && page.phase == Phase::Open;
    let sets_aside = page.staff.may(Permission::SetAside);
    let way = |tail: &str| in_language(&format!("{}/{tail}", page.path()), page.lang);
    html! {
        @if reminds || sets_aside {
            p.actions {
                @if reminds { a.button.plain href=(way("nhac")) { (fl!(m, "desk-remind-link")) } }
                @if sets_aside { a.button.plain href=(way("de-rieng")) { (fl!(m, "aside-link")) } }
            }
        }
    }
}

fn above_name(page: &Page<'_>, above: Option<usize>) -> String {
    above
        .and_then(|at| page.board.tree.units().get(at))
        .map_or_else(|| fl!(page.lang.messages(), "desk-watch-all"), |unit| unit.name.clone())
}

/// The line that says whether the page updates by itself; the button is there with scripts only.
fn live(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    let events = page.address("/su-kien", page.unit, page.open, page.sort);
    html! {
        p #live data-events=(with_query(&events, &format!("stamp={}", page.stamp)))
            data-on=(fl!(m, "desk-watch-live-on")) data-lost=(fl!(m, "desk-watch-live-lost"))
            data-paused=(fl!(m, "desk-watch-live-paused")) data-ended=(fl!(m, "desk-watch-live-ended")) {
            span data-says="" {
                (fl!(m, "desk-watch-live-off")) " "
                a href=(page.address("", page.unit, page.open, page.sort)) { (fl!(m, "desk-watch-reload")) }
            }
            " "
            button type="button" hidden data-pause=(fl!(m, "desk-watch-pause")) data-resume=(fl!(m, "desk-watch-resume")) {
                (fl!(m, "desk-watch-pause"))
            }
        }
    }
}

fn facts(page: &Page<'_>) -> Markup {
    let (m, lang) = (page.lang.messages(), page.lang);
    let figures = page.figures();
    let count = |n: u64| format::count(lang, n);
    html! {
        dl.facts #facts {
            div {
                dt { (fl!(m, "desk-watch-done")) }
                dd {
                    (count(figures.done))
                    @if page.inner.is_some() { " " small { (fl!(m, "desk-watch-today", n = count(figures.today))) } }
                    @let aside = page.set_aside();
                    @if aside > 0 { br; small { (fl!(m, "aside-of-these", n = count(aside))) } }
                }
            }
            @if let Some(plan) = figures.plan {
                div {
                    dt { (fl!(m, "desk-watch-plan")) }
                    dd {
                        (share(lang, figures.of_plan())) " " small { (fl!(m, "desk-watch-of", n = count(plan))) }
                        @if figures.unplanned > 0 {
                            br; small { (fl!(m, "desk-watch-unplanned", n = figures.unplanned)) }
                        }
                        @let (idle, idle_plan) = page.board.idle;
                        @if idle > 0 && page.unit.is_none() {
                            br; small { (fl!(m, "desk-watch-idle", n = idle, plan = count(idle_plan))) }
                        }
                    }
                }
                div { dt { (fl!(m, "desk-watch-pace")) } dd { (table::pace(lang, figures, page.phase == Phase::Closed)) } }
            }
            @if let Some(forecast) = figures.forecast {
                div {
                    dt { (fl!(m, "desk-watch-forecast")) }
                    dd {
                        (count(forecast.expected)) " "
                        small { (fl!(m, "desk-watch-range", lower = count(forecast.lower), upper = count(forecast.upper))) }
                    }
                }
            }
            @if let Some(population) = figures.population {
                div {
                    dt { (fl!(m, "desk-watch-population")) }
                    dd {
                        (share(lang, figures.of_population())) " " small { (fl!(m, "desk-watch-of", n = count(population))) }
                    }
                }
            }
            div {
                dt { (fl!(m, "desk-watch-visits")) }
                dd {
                    (fl!(m, "desk-watch-visits-what",
                        scans = count(figures.scans), starts = count(figures.starts), own = count(figures.own)))
                    @if let Some(completion) = figures.completion() {
                        " " small { (fl!(m, "desk-watch-completion", share = share(lang, Some(completion)))) }
                    }
                }
            }
            div {
                dt { (fl!(m, "admin-period")) }
                dd { (dates::period(lang, &page.stored.campaign)) }
            }
        }
    }
}

fn how(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    html! {
        details.how {
            summary { (fl!(m, "desk-watch-how")) }
            p { (fl!(m, "desk-watch-how-counts")) }
            p { (fl!(m, "desk-watch-how-pace")) }
            p { (fl!(m, "desk-watch-how-forecast")) }
            p { (fl!(m, "desk-watch-how-visits")) }
            @if page.inner.is_some() { p { (fl!(m, "desk-watch-how-classes")) } }
        }
    }
}

/// A share in whole per cent; a dash where there is none.
fn share(lang: Lang, share: Option<f64>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |share| format::percent_short(lang, (share * 1_000.0).round() / 1_000.0),
    )
}

/// A day since 1970 as people read it.
fn day(lang: Lang, day: i32) -> String {
    // Noon by the province's clocks, whatever they are set by.
    dates::day(lang, i64::from(day) * 86_400_000 + 5 * 3_600_000)
}

/// Whether the unit with this code is at or below the unit looked at.
fn is_within(tree: &UnitTree, unit: Option<usize>, code: &str) -> bool {
    unit.is_none_or(|unit| tree.position(code).is_some_and(|at| tree.is_within(at, unit)))
}
