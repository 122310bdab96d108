//! The list of campaigns.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{form, frame, setup::head};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase, State},
    store::turnout::Turnout,
    web::{
        admin::setup::new::NewPath,
        auth::{access::Permission, session::Staff},
        respond::answer::in_language,
        views::dates,
    },
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
///
/// `archived`: how many are put away, and whether those are shown. `note`: what else should be seen first. `units`: whether there are
/// any, without which no campaign can be made.
pub fn page(
    lang: Lang,
    staff: &Staff,
    rows: &[Row],
    archived: (usize, bool),
    done: Option<&str>,
    note: &Markup,
    units: bool,
) -> Markup {
    let m = lang.messages();
    let new = in_language(&NewPath.to_string(), lang);
    let manages = staff.may(Permission::ManageCampaigns);
    let archive = format!("/admin/campaigns?lang={}&which=archived", lang.code());
    let rows: Vec<&Row> =
        rows.iter().filter(|row| (row.campaign.state == State::Archived) == archived.1).collect();
    let content = html! {
        @if let Some(done) = done { (form::done(done)) }
        (form::purpose(&fl!(m, "desk-campaigns-purpose")))
        (note)
        @if rows.is_empty() && archived.0 == 0 {
            (nothing_yet(lang, staff, &new, units))
        } @else {
            @if manages { p.actions { a.button href=(new) { (fl!(m, "desk-campaigns-new")) } } }
            @if archived.0 > 0 {
                p.filters {
                    a href=(in_language("/admin/campaigns", lang)) aria-current=[(!archived.1).then_some("true")] {
                        (fl!(m, "desk-campaigns-current"))
                    }
                    a href=(archive) aria-current=[archived.1.then_some("true")] {
                        (fl!(m, "desk-campaigns-archived", n = archived.0))
                    }
                }
            }
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
                        @for row in &rows {
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
                                    @if row.phase == Phase::Draft { "–" } @else {
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
        }
    };
    let title = fl!(m, "admin-campaigns");
    frame::page(&head::frame_of(lang, &title, "/admin/campaigns", staff), &content)
}

/// Where a campaign is, in words.
pub fn phase(lang: Lang, phase: Phase) -> Markup {
    let m = lang.messages();
    let (class, words) = match phase {
        Phase::Draft => ("tag", fl!(m, "desk-phase-draft")),
        Phase::Paused => ("tag demo", fl!(m, "desk-phase-paused")),
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

/// What belongs here, and the next step of whoever reads it.
fn nothing_yet(lang: Lang, staff: &Staff, new: &str, units: bool) -> Markup {
    let m = lang.messages();
    let title = fl!(m, "desk-campaigns-none");
    let invite = in_language("/admin/tai-khoan-moi", lang);
    let import = in_language("/admin/units/import", lang);
    if staff.may(Permission::ManageUnits) && !units {
        let next = fl!(m, "desk-units-import-first");
        form::empty(&title, &fl!(m, "desk-campaigns-none-units"), Some((import.as_str(), next.as_str())))
    } else if staff.may(Permission::ManageCampaigns) {
        let next = fl!(m, "desk-campaigns-new");
        form::empty(&title, &fl!(m, "desk-campaigns-none-what"), Some((new, next.as_str())))
    } else if staff.may(Permission::ManageAccounts) {
        let next = fl!(m, "access-invite");
        form::empty(&title, &fl!(m, "desk-campaigns-none-manager"), Some((invite.as_str(), next.as_str())))
    } else {
        form::empty(&title, &fl!(m, "desk-campaigns-none-wait"), None)
    }
}
