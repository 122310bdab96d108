//! One campaign.

use i18n_embed_fl::fl;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{
    campaigns, form,
    setup::{
        checks,
        head::{self, Head, Tab},
        state,
    },
};
use crate::{
    distribution::address,
    language::Lang,
    organisation::{Campaign, Phase, UnitTree},
    report,
    store::{erasure::answers::Erased, turnout::Turnout},
    web::{
        admin::{checked::Checked, setup::state::Step},
        auth::{access::Permission, session::Staff},
        respond::answer::in_language,
        views::dates,
    },
};

/// A counter with its code.
#[derive(Debug)]
pub struct Desk {
    /// The list's code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name of its unit.
    pub unit: String,
    /// Where its code leads.
    pub url: String,
}

/// How long the single answers of a campaign that is over are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// They are deleted by themselves at this moment, which may be past for a little (UTC milliseconds).
    Until(i64),
    /// They were deleted on this day.
    Erased(Date),
}

impl Kept {
    /// What is to be said of a campaign at `now`.
    pub fn of(campaign: &Campaign, erased: Option<&Erased>, now: i64) -> Option<Self> {
        match erased {
            Some(erased) => Some(Self::Erased(erased.day)),
            None => campaign.answers_end().filter(|_| campaign.phase(now) == Phase::Closed).map(Self::Until),
        }
    }

    fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Until(end) => fl!(m, "admin-answers-until", day = dates::last_day(lang, Some(end))),
            Self::Erased(day) => {
                fl!(m, "admin-answers-erased", day = report::format::date(lang, day))
            }
        }
    }
}

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
    /// How many have answered; absent for those who see a part of the units.
    pub turnout: Option<&'a Turnout>,
    /// How many comments wait to be read; absent: the account may not read them.
    pub waiting: Option<u64>,
    /// Proposals to set answers aside that wait for a second person; nought for those who may not decide.
    pub proposals: u64,
    /// Answers that are set aside.
    pub aside: u64,
    /// How long single answers are there; absent where nothing is to be said.
    pub kept: Option<Kept>,
    /// Whether the account may print and key in paper forms.
    pub paper: bool,
    /// The questionnaire by its name.
    pub questionnaire: &'a str,
    /// The units.
    pub tree: &'a UnitTree,
    /// Of a draft: whether it can be opened.
    pub checked: &'a Checked,
    /// Whether it was to be opened from a check that has become this one.
    pub is_stale: bool,
    /// What has just been done.
    pub done: Option<String>,
    /// How many counters it has.
    pub all: usize,
    /// The first of them.
    pub desks: &'a [Desk],
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, campaign) = (page.lang, page.campaign);
    let m = lang.messages();
    let path = format!("/admin/campaigns/{}", campaign.slug);
    let definition = format!("/admin/definitions/{}/{}", campaign.definition, campaign.version);
    let content = html! {
        @if let Some(done) = &page.done { (form::done(done)) }
        @if page.phase == Phase::Draft && page.staff.may(Permission::ManageCampaigns) {
            @if page.is_stale { p.problem role="alert" { (fl!(m, "desk-check-another")) } }
            (form::purpose(&fl!(m, "desk-check-purpose")))
            (checks::list(lang, campaign, page.tree, &page.checked.findings))
            @if page.checked.findings.iter().all(|finding| !finding.stops()) {
                (state::open_here(lang, campaign, &page.checked.mark))
            }
        } @else { (form::purpose(&fl!(m, "desk-overview-purpose"))) }
        @if page.proposals > 0 {
            p.note {
                (fl!(m, "aside-waiting", n = report::format::count(lang, page.proposals))) " "
                a href=(in_language(&format!("{path}/theo-doi/de-rieng"), lang)) { (fl!(m, "aside-waiting-link")) }
            }
        }
        @if campaign.demonstration { p.note { (fl!(m, "admin-demonstration-note")) } }
        dl.facts {
            @if let Some(turnout) = page.turnout {
                div { dt { (fl!(m, "admin-answers")) } dd {
                    (campaigns::turnout(lang, turnout))
                    @if page.aside > 0 { " " small { (fl!(m, "aside-of-these", n = report::format::count(lang, page.aside))) } }
                } }
            }
            @if let Some(kept) = page.kept {
                div { dt { (fl!(m, "admin-answers-single")) } dd { (kept.words(lang)) } }
            }
            @if !campaign.by_link || page.all > 0 {
                div { dt { (fl!(m, "admin-counter")) } dd { (report::format::count(lang, page.all as u64)) } }
            }
            div {
                dt { (fl!(m, "admin-questionnaire")) }
                dd {
                    @if page.staff.may(Permission::ManageCampaigns) {
                        a href=(in_language(&definition, lang)) { (page.questionnaire) }
                    } @else { (page.questionnaire) }
                }
            }
        }
        @if page.turnout.is_some_and(|turnout| turnout.invited > 0) && page.phase != Phase::Closed {
            p.note { (fl!(m, "admin-turnout-note")) }
        }
        // Before the first answer the codes have to hang; while answers come in, how they do is what people look for; afterwards,
        // what they say.
        @let prints = page.phase != Phase::Draft && page.phase != Phase::Closed && !page.desks.is_empty()
            && page.turnout.is_some_and(|turnout| turnout.sheets == 0);
        p.actions {
            @if prints {
                a.button href=(in_language(&format!("{path}/print"), lang)) { (fl!(m, "admin-posters")) }
            }
            @if page.phase != Phase::Draft {
                @let watch = page.phase != Phase::Closed && !campaign.by_link;
                @if watch {
                    a.button.plain[prints] href=(in_language(&format!("{path}/theo-doi"), lang)) { (fl!(m, "desk-watch-link")) }
                }
                a.button.plain[watch] href=(in_language(&format!("{path}/report"), lang)) { (fl!(m, "admin-report")) }
                @if !watch && !campaign.by_link {
                    a.button.plain href=(in_language(&format!("{path}/theo-doi"), lang)) { (fl!(m, "desk-watch-link")) }
                }
            }
            @if let Some(n) = page.waiting.filter(|_| page.phase != Phase::Draft) {
                a.button.plain href=(in_language(&format!("{path}/y-kien"), lang)) {
                    (fl!(m, "admin-comments-of", n = n))
                }
            }
            @if page.turnout.is_some_and(|turnout| turnout.invited > 0) && page.staff.may(Permission::ManageInvitations) {
                a.button.plain href=(in_language(&format!("{path}/thu-moi"), lang)) { (fl!(m, "outbox-title")) }
            }
            @if !page.desks.is_empty() {
                @if !prints {
                    a.button.plain href=(in_language(&format!("{path}/print"), lang)) { (fl!(m, "admin-posters")) }
                }
                @if page.paper {
                    a.button.plain href=(in_language(&format!("{path}/paper"), lang)) { (fl!(m, "paper-open-desk")) }
                }
            }
        }
        @if !page.desks.is_empty() && page.phase != Phase::Draft {
            .scroll role="region" aria-labelledby="caption" tabindex="0" {
                table {
                    caption #caption {
                        @if page.all > page.desks.len() {
                            (fl!(m, "desk-counters-some", n = page.desks.len(), all = page.all)) " "
                            a href=(in_language(&format!("{path}/counters"), lang)) { (fl!(m, "desk-counters-all")) }
                        } @else { (fl!(m, "admin-counters", n = page.all)) }
                    }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "admin-counter")) }
                            th scope="col" { (fl!(m, "admin-unit")) }
                            th scope="col" { (fl!(m, "admin-address")) }
                            th scope="col" { (fl!(m, "desk-counters-do")) }
                        }
                    }
                    tbody {
                        @for desk in page.desks {
                            @let base = format!("{path}/counters/{}", desk.code);
                            tr {
                                th scope="row" { (desk.name) }
                                td { (desk.unit) }
                                td.address { a href=(desk.url) { (address::short(&desk.url)) } }
                                td.links {
                                    a href=(in_language(&format!("{base}/print"), lang))
                                        aria-label={ (fl!(m, "admin-poster")) ": " (desk.name) } {
                                        (fl!(m, "admin-poster"))
                                    }
                                    a href={ (desk.url) "/kiosk" }
                                        aria-label={ (fl!(m, "admin-tablet")) ": " (desk.name) } {
                                        (fl!(m, "admin-tablet"))
                                    }
                                    a href={ (base) "/qr.svg" } aria-label={ "QR SVG: " (desk.name) } { "SVG" }
                                    a href={ (base) "/qr.png" } aria-label={ "QR PNG: " (desk.name) } { "PNG" }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let content = html! {
        (content)
        @if page.staff.may(Permission::ManageCampaigns) { (manage(page, &path)) }
    };
    head::page(&Head { lang, staff: page.staff, campaign, phase: page.phase, tab: Tab::Overview }, &content)
}

/// What can be done with the campaign as a whole.
fn manage(page: &Page<'_>, path: &str) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let steps =
        Step::ALL.into_iter().filter(|step| *step != Step::Open && step.fits(page.campaign, page.phase));
    html! {
        section.manage aria-labelledby="manage" {
            h2 #manage { (fl!(m, "desk-manage")) }
            ul.plain {
                li {
                    a href=(in_language(&format!("{path}/copy"), lang)) { (fl!(m, "desk-step-copy")) }
                    " – "
                    @if page.campaign.by_link { (fl!(m, "desk-link-copy-what")) } @else { (fl!(m, "desk-step-copy-what")) }
                }
                @for step in steps {
                    li {
                        a href=(in_language(&format!("{path}/state/{}", step.word()), lang)) {
                            (state::name(lang, step))
                        }
                    }
                }
            }
        }
    }
}
