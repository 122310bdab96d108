//! The list of campaigns.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::frame::{self, Frame};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    store::turnout::Turnout,
    web::{auth::session::Staff, respond::answer::in_language, views::dates},
};

/// A campaign in the list.
#[derive(Debug)]
pub struct Row {
    /// The campaign.
    pub campaign: Campaign,
    /// Where it is.
    pub phase: Phase,
    /// How many have answered; absent for those who see a part of the units.
    pub turnout: Option<Turnout>,
}

/// The page.
pub fn page(lang: Lang, staff: &Staff, rows: &[Row]) -> Markup {
    let m = lang.messages();
    let content = html! {
        @if rows.is_empty() {
            p { (fl!(m, "admin-campaigns-none")) }
        } @else {
            .scroll role="region" aria-labelledby="caption" tabindex="0" {
                table {
                    caption #caption { (fl!(m, "admin-campaigns-caption", n = rows.len())) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "admin-campaign")) }
                            th scope="col" { (fl!(m, "admin-phase")) }
                            th scope="col" { (fl!(m, "admin-period")) }
                            th.number scope="col" { (fl!(m, "admin-answers")) }
                            th scope="col" { (fl!(m, "admin-results")) }
                        }
                    }
                    tbody {
                        @for row in rows {
                            @let path = format!("/admin/campaigns/{}", row.campaign.slug);
                            tr {
                                th scope="row" {
                                    a href=(in_language(&path, lang)) { (lang.pick(&row.campaign.title)) }
                                    @if row.campaign.demonstration {
                                        " " span.tag.demo { (fl!(m, "admin-demonstration")) }
                                    }
                                }
                                td { (phase(lang, row.phase)) }
                                td { (dates::period(lang, &row.campaign)) }
                                td.number { (row.turnout.as_ref().map_or_else(|| "–".to_owned(), |t| turnout(lang, t))) }
                                td {
                                    a href=(in_language(&format!("{path}/report"), lang))
                                        aria-label={ (fl!(m, "admin-report")) ": " (lang.pick(&row.campaign.title)) } {
                                        (fl!(m, "admin-report"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let title = fl!(m, "admin-campaigns");
    frame::page(&Frame { lang, title: &title, path: "/admin/campaigns", staff: Some(staff) }, &content)
}

/// Where a campaign is, in words.
pub fn phase(lang: Lang, phase: Phase) -> Markup {
    let m = lang.messages();
    let (class, words) = match phase {
        Phase::Planned => ("tag", fl!(m, "admin-phase-planned")),
        Phase::Open => ("tag open", fl!(m, "admin-phase-open")),
        Phase::Closed => ("tag", fl!(m, "admin-phase-closed")),
    };
    html! { span class=(class) { (words) } }
}

/// How many have answered, in words.
pub fn turnout(lang: Lang, turnout: &Turnout) -> String {
    if turnout.invited == 0 {
        return crate::report::format::count(lang, turnout.sheets);
    }
    fl!(
        lang.messages(),
        "admin-turnout",
        answered = crate::report::format::count(lang, turnout.answered),
        invited = crate::report::format::count(lang, turnout.invited)
    )
}
