//! One campaign.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    campaigns,
    frame::{self, Frame},
};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    store::turnout::Turnout,
    web::{auth::session::Staff, respond::answer::in_language, views::dates},
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
    /// Whether the account may print and key in paper forms.
    pub paper: bool,
    /// Its counters.
    pub desks: &'a [Desk],
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, campaign) = (page.lang, page.campaign);
    let m = lang.messages();
    let path = format!("/admin/campaigns/{}", campaign.slug);
    let questionnaire = format!("{} {} · {}", campaign.definition, campaign.version, campaign.form);
    let content = html! {
        @if campaign.demonstration { p.note { (fl!(m, "admin-demonstration-note")) } }
        dl.facts {
            div { dt { (fl!(m, "admin-phase")) } dd { (campaigns::phase(lang, page.phase)) } }
            div { dt { (fl!(m, "admin-period")) } dd { (dates::period(lang, campaign)) } }
            @if let Some(turnout) = page.turnout {
                div { dt { (fl!(m, "admin-answers")) } dd { (campaigns::turnout(lang, turnout)) } }
            }
            div { dt { (fl!(m, "admin-questionnaire")) } dd { (questionnaire) } }
        }
        @if page.turnout.is_some_and(|turnout| turnout.invited > 0) && page.phase != Phase::Closed {
            p.note { (fl!(m, "admin-turnout-note")) }
        }
        p.actions {
            a.button href=(in_language(&format!("{path}/report"), lang)) { (fl!(m, "admin-report")) }
            a.button.plain href=(in_language(&format!("{path}/theo-doi"), lang)) { (fl!(m, "desk-watch-link")) }
            @if let Some(n) = page.waiting {
                a.button.plain href=(in_language(&format!("{path}/y-kien"), lang)) {
                    (fl!(m, "admin-comments-of", n = n))
                }
            }
            @if !page.desks.is_empty() {
                a.button.plain href=(in_language(&format!("{path}/print"), lang)) { (fl!(m, "admin-posters")) }
                @if page.paper {
                    a.button.plain href=(in_language(&format!("{path}/paper"), lang)) { (fl!(m, "paper-open-desk")) }
                }
            }
        }
        @if !page.desks.is_empty() {
            .scroll role="region" aria-labelledby="caption" tabindex="0" {
                table {
                    caption #caption { (fl!(m, "admin-counters", n = page.desks.len())) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "admin-counter")) }
                            th scope="col" { (fl!(m, "admin-unit")) }
                            th scope="col" { (fl!(m, "admin-address")) }
                            th scope="col" { (fl!(m, "admin-code")) }
                        }
                    }
                    tbody {
                        @for desk in page.desks {
                            @let base = format!("{path}/counters/{}", desk.code);
                            tr {
                                th scope="row" { (desk.name) }
                                td { (desk.unit) }
                                td { a href=(desk.url) { (desk.url) } }
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
    let title = lang.pick(&campaign.title);
    frame::page(&Frame { lang, title, path: &path, staff: Some(page.staff) }, &content)
}
